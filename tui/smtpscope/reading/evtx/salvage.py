"""Records that a log no longer counts: those after the last record of each chunk.

Windows reuses chunks: deleted and older records stay after the new ones until they are overwritten. Their templates may
be gone by then; but a record names its template, and the same one is usually known from elsewhere.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from msgspec.structs import replace

from smtpscope.reading.evtx.evtx_file import chunks
from smtpscope.reading.evtx.evtx_layout import CHUNK_SIZE, RECORD_MAGIC, SMALLEST_RECORD, FileHeader, parse_chunk_header
from smtpscope.reading.evtx.templates.template_decoder import DoubtError, TemplateDecoder
from smtpscope.reading.evtx.templates.template_layout import DataPlan, EventPlan, Plans
from smtpscope.reading.record import EventRecord
from smtpscope.reading.windows_event.filetime import milliseconds

_RECORD = struct.Struct("<4xIQQ")
_SIZE = struct.Struct("<I")
_ID = struct.Struct("<4xI")
_ALIGNMENT: Final = 8
_DEFINITION_HEADER: Final = 24

Known = set[tuple[int | None, int | None]]
"""Record id and time of records that were read already."""


class _SlackReader(TemplateDecoder):
    """Reads records whose template may be gone: then the template of the same id from elsewhere is used."""

    def __init__(self, plans: Plans, file: str) -> None:
        super().__init__(plans, file)
        self._known = plans

    def _event_plan(self, chunk: bytes, definition: int, template_id: int, chunk_offset: int) -> EventPlan:
        if _names(chunk, definition, template_id):
            plan = self._known.event(chunk, definition)
            if plan.kind != "unknown":
                return plan
        return self._known.event_known_as(template_id)

    def _data_plan(self, chunk: bytes, definition: int, template_id: int) -> DataPlan | None:
        plan = self._known.data(chunk, definition) if _names(chunk, definition, template_id) else None
        return plan or self._known.data_known_as(template_id)


def _names(chunk: bytes, definition: int, template_id: int) -> bool:
    """Whether a template with that id is defined at `definition`."""
    inside = definition + _DEFINITION_HEADER <= len(chunk)
    return inside and _ID.unpack_from(chunk, definition)[0] == template_id


def salvaged(
    stream: BinaryIO, header: FileHeader, file: str, plans: Plans, known: Known
) -> Iterator[list[EventRecord]]:
    """SMTP events in the free part of each chunk, marked as salvaged, chunk by chunk.

    `plans` are those of the whole log. Records in `known`, or salvaged before, are left out.
    """
    reader = _SlackReader(plans, file)
    for chunk in chunks(stream, header):
        data = chunk.data.ljust(CHUNK_SIZE, b"\0")
        chunk_header = parse_chunk_header(data)
        if chunk_header is None or chunk_header.end == CHUNK_SIZE:
            continue
        found = []
        # Twice: the first record that uses a template has its definition, and may not be the first one left.
        for learning in (True, False):
            for offset, end in _places(data, chunk_header.end):
                try:
                    record = reader.event(data, offset, end, chunk.offset)
                except DoubtError:
                    continue
                if record is None or learning:
                    continue
                identity = (record.record_id, record.time_ms)
                if identity not in known:
                    known.add(identity)
                    found.append(replace(record, salvaged=True))
        yield found


def _places(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """The start and end of each whole record after `start`: one that has its size twice, and a time."""
    offset = data.find(RECORD_MAGIC, start)
    while offset >= 0:
        following = offset + 4
        if offset % _ALIGNMENT == 0 and offset + SMALLEST_RECORD <= len(data):
            size, _, filetime = _RECORD.unpack_from(data, offset)
            end = offset + size
            if (
                SMALLEST_RECORD <= size <= len(data) - offset
                and _SIZE.unpack_from(data, end - 4) == (size,)
                and milliseconds(filetime) is not None
            ):
                yield offset, end
                following = end
        offset = data.find(RECORD_MAGIC, following)
