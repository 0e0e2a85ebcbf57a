"""Exchanges made from a reply and a command, for tests that ask the knowledge base."""

from __future__ import annotations

from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.remote_host import parse_remote_host
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange


def exchange(
    reply: str,
    command: str = "",
    *,
    inbound: bool = False,
    host: str = "mx1.fabrikam.example",
    problem: str | None = None,
) -> SmtpExchange:
    """One event with this reply to this whole command line."""
    direction = Direction.INBOUND if inbound else Direction.OUTBOUND
    return SmtpExchange(
        file="application.evtx",
        offset=0,
        time_ms=0,
        time_assumed=False,
        record_id=1,
        event_id=7010 if inbound else 7004,
        level="error",
        provider="MSExchangeTransport",
        channel="Application",
        computer="MAIL01",
        direction=Direction.UNKNOWN if problem else direction,
        virtual_server=1,
        connection=1,
        remote_host=parse_remote_host("" if problem else host),
        command=parse_command(command.partition(" ")[0], command),
        reply=parse_reply(reply),
        certainty=None,
        problem=problem,
    )


def matched(base: KnowledgeBase, reply: str, command: str = "", *, inbound: bool = False) -> Match:
    """The answer for an exchange made like that."""
    return base.match(exchange(reply, command, inbound=inbound))
