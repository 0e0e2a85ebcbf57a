"""One event in the form in which Event Viewer copies it, so that a ticket's reader knows it at sight."""

from __future__ import annotations

from datetime import tzinfo

from smtpscope.parsing.exchange import Direction, Exchange
from smtpscope.parsing.sentence import render
from smtpscope.store.times import format_time, zone_label


def event_text(exchange: Exchange, zone: tzinfo) -> str:
    """`exchange` as labelled lines and the sentence of the event; verbatim, so whoever shows it makes it harmless."""
    when = format_time(exchange.time_ms, zone) or "unknown"
    if exchange.time_ms is not None:
        when += f" ({zone_label(zone)}{', assumed' if exchange.time_assumed else ''})"
    lines = [
        f"Event Type:  {(exchange.level or 'unknown').capitalize()}",
        f"Event Source:  {exchange.provider or 'unknown'}",
        f"Event ID:  {'unknown' if exchange.event_id is None else exchange.event_id}",
        f"Date and time:  {when}",
        f"Computer:  {exchange.computer or 'unknown'}",
    ]
    if exchange.record_id is not None:
        lines.append(f"Record:  {exchange.record_id}")
    lines.append(f"File:  {exchange.file}")
    if exchange.salvaged:
        lines.append("Salvaged:  the log does not count this record any more")
    if exchange.problem is not None:
        return "\n".join([*lines, f"This event could not be taken apart: {exchange.problem}."])
    values = (
        _number(exchange.virtual_server),
        _number(exchange.connection),
        exchange.remote_host.verbatim,
        exchange.command.given,
        exchange.reply.verbatim,
        exchange.command.full,
    )
    return "\n".join([*lines, "Description:", render(_sentence_id(exchange), values)])


def _sentence_id(exchange: Exchange) -> int:
    """The event id whose sentence tells this exchange; a log may give an id that tells the other direction."""
    if exchange.direction is Direction.INBOUND:
        return 7010
    return 7004 if exchange.event_id == 7004 or exchange.certainty == "will probably" else 7002


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
