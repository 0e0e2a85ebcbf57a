"""One event as labelled lines: with its message for 7002, 7004 and 7010, else with its values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from smtpscope.export.summaries.incident_wording import DIRECTION_WORDS
from smtpscope.parsing.events.event_message import render
from smtpscope.parsing.events.message_wording import is_protocol_event
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.store.times import format_time, zone_label


def event_text(exchange: SmtpExchange, zone: tzinfo) -> str:
    """`exchange` as labelled lines; verbatim, so not yet harmless.

    The message is included only if the log had it or its six values: never invent one for another event.
    """
    lines = [*_origin(exchange, zone)]
    if exchange.problem is not None:
        lines.append(f"This event could not be parsed: {exchange.problem}.")
    elif is_protocol_event(exchange):
        lines += ["Description:", _sentence(exchange)]
    else:
        lines += _parts(exchange)
    return "\n".join(lines)


def _origin(exchange: SmtpExchange, zone: tzinfo) -> Iterator[str]:
    """Where and when; an event with Event Viewer's labels, so a ticket's reader recognises it."""
    if exchange.event_id is None and exchange.level is None and not is_protocol_event(exchange):
        yield f"Source:  {exchange.provider or 'unknown'}"
    else:
        yield f"Event Type:  {(exchange.level or 'unknown').capitalize()}"
        yield f"Event Source:  {exchange.provider or 'unknown'}"
        yield f"Event ID:  {'unknown' if exchange.event_id is None else exchange.event_id}"
    when = format_time(exchange.time_ms, zone) or "unknown"
    if exchange.time_ms is not None:
        when += f" ({zone_label(zone)}{', assumed' if exchange.time_assumed else ''})"
    yield f"Date and time:  {when}"
    yield f"Computer:  {exchange.computer or 'unknown'}"
    if exchange.record_id is not None:
        yield f"Record:  {exchange.record_id}"
    yield f"File:  {exchange.file}"
    if exchange.salvaged:
        yield "Salvaged:  deleted or stale record that the log no longer counts"


def _sentence(exchange: SmtpExchange) -> str:
    values = (
        _number(exchange.virtual_server),
        _number(exchange.connection),
        exchange.remote_host.verbatim,
        exchange.command.logged_verb,
        exchange.reply.verbatim,
        exchange.command.full,
    )
    return render(_sentence_id(exchange), values)


def _sentence_id(exchange: SmtpExchange) -> int:
    """The event id whose message matches this exchange; a log may have the id of the other direction."""
    if exchange.direction is Direction.INBOUND:
        return 7010
    return 7004 if exchange.event_id == 7004 or exchange.certainty == "will probably" else 7002


def _parts(exchange: SmtpExchange) -> Iterator[str]:
    command, reply = exchange.command, exchange.reply
    yield f"Direction:  {DIRECTION_WORDS[exchange.direction]}"
    if exchange.connector:
        yield f"Connector:  {exchange.connector}"
    yield f"Remote host:  {exchange.remote_host.verbatim or 'not named'}"
    yield f"Command:  {command.full.rstrip() or command.logged_verb or 'not named'}"
    if command.beside:
        yield f"Recipient:  {command.mailbox}"
    # Many events have no reply, and only their own text says what went wrong.
    yield f"{'Reply' if reply.code is not None else 'Reason'}:  {reply.verbatim.rstrip() or 'none given'}"
    if exchange.guess is not None:
        yield f"Note:  {exchange.guess}"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
