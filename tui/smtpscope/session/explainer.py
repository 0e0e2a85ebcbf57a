"""Guidance for replies that are not from a log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smtpscope.knowledge.advice import Advice
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.remote_host import parse_remote_host
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange


class Explainer:
    """Guidance for replies that are not from a log."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge

    @classmethod
    def load(cls, folders: Sequence[Path] = ()) -> Explainer:
        """Loads the bundled knowledge and that in `folders`. Raises KnowledgeError."""
        return cls(KnowledgeBase.load(*folders))

    def explain(self, reply: str, command: str, direction: str, remote_host: str = "") -> tuple[SmtpExchange, Advice]:
        """`command` is a verb or a whole command line, "" for none; `direction` is "outbound" or "inbound";
        `remote_host` is "" if unknown.
        """
        verb = command.split(maxsplit=1)[0] if command.strip() else ""
        exchange = SmtpExchange(
            file="",
            offset=0,
            time_ms=None,
            time_assumed=False,
            record_id=None,
            event_id=None,
            level=None,
            provider=None,
            channel=None,
            computer=None,
            direction=Direction(direction),
            virtual_server=None,
            connection=None,
            remote_host=parse_remote_host(remote_host),
            command=parse_command(verb, command if command.strip() != verb else ""),
            reply=parse_reply(reply),
            certainty=None,
        )
        return exchange, self.knowledge.advice(exchange)
