"""Recognises the log of a mail server by a line in the middle of a text."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from itertools import islice
from typing import Final, cast

from smtpscope.reading.mail_servers.mail_grammar import LONGEST
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.servers import SERVERS, any_sign

_AFTER_SIGN: Final = 400
"""Characters after a sign that are searched; the program is named before it."""
_MOST_LINES: Final = 200
"""Lines with a sign that are searched; a text of another kind has few of them."""


def mail_log_in(text: str) -> type[MailLog] | None:
    """The reader of the first server that logged a refusal in `text`, a part of a file; None if there is none."""
    for match in islice(any_sign().finditer(text), _MOST_LINES):
        start = text.rfind("\n", max(0, match.start() - LONGEST), match.start()) + 1
        line = text[start : match.end() + _AFTER_SIGN].partition("\n")[0]
        for reader in _readers():
            if reader.program_pattern.search(line) is not None:
                return reader
    return None


@cache
def _readers() -> tuple[type[MailLog], ...]:
    """Those of logs that several servers may write to."""
    modules = ((server, import_module(f"smtpscope.reading.{server.reader[0]}")) for server in SERVERS if server.signs)
    return tuple(cast("type[MailLog]", getattr(module, server.reader[1])) for server, module in modules)
