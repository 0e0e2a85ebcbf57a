"""All exchanges as JSON lines or CSV, streamed, so a million of them need no memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal

import msgspec

from smtpscope.export.formats.csv_rows import csv_lines
from smtpscope.export.formats.json_text import harmless_json
from smtpscope.export.masking.masking import Mask
from smtpscope.export.summaries.incident_wording import utc_text
from smtpscope.parsing.smtp_exchange import SmtpExchange

EventsFormatName = Literal["jsonl", "csv"]


class EventLine(msgspec.Struct, frozen=True):
    """The fields of one event in their order. Text is verbatim; None means not in the event or its file."""

    record_id: int | None
    time: str | None
    event_id: int | None
    level: str | None
    provider: str | None
    channel: str | None
    computer: str | None
    direction: str
    virtual_server: int | None
    connection: int | None
    connector: str | None
    remote_host: str
    command: str
    full_command: str
    mailbox: str | None
    reply: str
    reply_code: int | None
    enhanced_code: str | None
    reply_text: str
    category: str | None
    guess: str | None
    file: str


FIELDS: Final = EventLine.__struct_fields__
"""The field names, in the order of JSON and CSV alike."""

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def event_lines(
    exchanges: Iterable[tuple[SmtpExchange, str | None]], name: EventsFormatName, *, mask: Mask | None = None
) -> Iterator[str]:
    """Each exchange with its category as one line or row, line end included; CSV begins with a row of field names.

    `name` is `jsonl` or `csv`. Times are UTC with milliseconds (`2026-11-18T22:47:03.000Z`). In JSON, unknown is null
    and empty text is ""; in CSV, both are empty cells. Lone surrogates, which UTF-8 can't encode, become U+FFFD. With a
    `mask`, only public words stay.
    """
    lines = (event_line(exchange if mask is None else mask.exchange(exchange), cause) for exchange, cause in exchanges)
    return _csv(lines) if name == "csv" else _jsonl(lines)


def event_line(exchange: SmtpExchange, category: str | None) -> EventLine:
    """The fields of one exchange."""
    return EventLine(
        record_id=exchange.record_id,
        time=utc_text(exchange.time_ms),
        event_id=exchange.event_id,
        level=exchange.level,
        provider=exchange.provider,
        channel=exchange.channel,
        computer=exchange.computer,
        direction=exchange.direction.value,
        virtual_server=exchange.virtual_server,
        connection=exchange.connection,
        connector=exchange.connector,
        remote_host=exchange.remote_host.verbatim,
        command=exchange.command.verb,
        full_command=exchange.command.full,
        mailbox=exchange.command.mailbox,
        reply=exchange.reply.verbatim,
        reply_code=exchange.reply.code,
        enhanced_code=exchange.reply.enhanced,
        reply_text=exchange.reply.text,
        category=category,
        guess=exchange.guess,
        file=exchange.file,
    )


def _jsonl(lines: Iterable[EventLine]) -> Iterator[str]:
    encode = msgspec.json.Encoder().encode
    for line in lines:
        yield harmless_json(_encoded(line, encode)) + "\n"


def _encoded(line: EventLine, encode: Callable[[object], bytes]) -> str:
    try:
        return encode(line).decode("utf-8")
    except UnicodeEncodeError:
        return encode(_encodable(line)).decode("utf-8")


def _encodable(line: EventLine) -> EventLine:
    replaced: dict[str, Any] = {
        field: _LONE_SURROGATE.sub("\ufffd", value)
        for field in FIELDS
        if isinstance(value := getattr(line, field), str)
    }
    return msgspec.structs.replace(line, **replaced)


def _csv(lines: Iterable[EventLine]) -> Iterator[str]:
    yield from csv_lines([FIELDS])
    # harmless.spreadsheet_cell writes a lone surrogate as its escape, so nothing is left that UTF-8 can't hold.
    yield from csv_lines(msgspec.structs.astuple(line) for line in lines)
