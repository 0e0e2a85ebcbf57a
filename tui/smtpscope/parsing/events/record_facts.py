"""The facts that an exchange copies from its record."""

from __future__ import annotations

from smtpscope.reading.record import EventRecord, Level, SmtpExchangeRecord

RecordFacts = tuple[
    str, int, int | None, bool, int | None, int | None, Level | None, str | None, str | None, str | None
]
"""The first fields of `SmtpExchange` in order, from file to computer."""


def facts_of(record: EventRecord | SmtpExchangeRecord, event_id: int | None) -> RecordFacts:
    """The facts of `record`; `event_id` is its number without severity and facility."""
    return (
        record.file,
        record.offset,
        record.time_ms,
        record.time_assumed,
        record.record_id,
        event_id,
        record.level,
        record.provider,
        record.channel,
        record.computer,
    )
