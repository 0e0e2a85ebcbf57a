"""Which grammars are tried on a line of a mail log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import cast

from smtpscope.reading.mail_servers.mail_grammar import MailGrammar
from smtpscope.reading.mail_servers.servers import SERVERS, MailServer, signs_of


class Grammars:
    """The grammars for one file, that of its own server first; another is imported at the first line it may know.

    With `alone`, no other server writes to the log.
    """

    def __init__(self, own: Callable[[], MailGrammar], *, alone: bool = False) -> None:
        self._own = own
        self.first = own()
        self._alone = alone
        self._others: dict[str, MailGrammar] = {}

    def of(self, text: str) -> Iterator[MailGrammar]:
        """The grammars that may know the line `text`."""
        yield self.first
        yield from self.others(text)

    def others(self, text: str) -> Iterator[MailGrammar]:
        """All of them but the first one."""
        for server in () if self._alone else SERVERS:
            signs = signs_of(server)
            if signs is not None and signs.search(text) is not None:
                grammar = self._others.get(server.name)
                if grammar is None:
                    made = _grammar(server)
                    grammar = self._others[server.name] = self.first if made is self._own else made()
                if grammar is not self.first:
                    yield grammar


def _grammar(server: MailServer) -> type[MailGrammar]:
    module = import_module(f"smtpscope.reading.mail_servers.{server.module}")
    return cast("type[MailGrammar]", getattr(module, f"{server.name}Grammar"))
