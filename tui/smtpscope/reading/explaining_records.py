"""Records that were read -> the events among them that explain refusals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from smtpscope.reading.explaining import EventSources, ExplainingEvent
from smtpscope.reading.record import EventRecord
from smtpscope.reading.record_table import NONE, STRINGS, RecordTable


def explaining_event(record: EventRecord, sources: EventSources) -> ExplainingEvent | None:
    """What `record` explains by, None where it is not wanted, has no time, or was salvaged."""
    provider, number, time_ms = record.provider, record.event_id, record.time_ms
    if provider is None or number is None or time_ms is None or record.salvaged:
        return None
    if not sources.wants(provider, number) or not sources.tells(provider, number, lambda: _text(record)):
        return None
    return ExplainingEvent(record.file, time_ms, record.time_assumed, record.computer or "", provider.strip(), number)


def _text(record: EventRecord) -> str:
    binary = (record.binary or b"").decode("utf-16-le", "replace")
    return " ".join([*(record.strings or ()), record.message or "", binary])


def explaining_rows(table: RecordTable, sources: EventSources) -> Iterator[ExplainingEvent]:
    """The same for a table of records."""
    for number, shape in enumerate(table.shapes):
        provider, event_id = shape.provider, shape.event_id
        if provider is None or event_id is None or not sources.wants(provider, event_id):
            continue
        for row in np.flatnonzero(table.shape == number).tolist():
            time_ms = int(table.time_ms[row])
            strings = table.strings[STRINGS * row : STRINGS * row + STRINGS]
            if time_ms != NONE and sources.tells(provider, event_id, partial(" ".join, strings)):
                yield ExplainingEvent(table.file, time_ms, False, shape.computer or "", provider, event_id)
