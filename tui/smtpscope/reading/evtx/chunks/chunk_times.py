"""The time span of the records in chunks, from the headers of the first and last record of each.

A damaged time would make the log seem years longer, and everything in it over: a time far from all others is trusted
only with a valid checksum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from smtpscope.reading.evtx.chunks.chunk_buffer import Buffer, Numbers
from smtpscope.reading.evtx.chunks.record_headers import RecordPlace
from smtpscope.reading.evtx.evtx_layout import (
    CHUNK_SIZE,
    FIRST_RECORD,
    RECORD_MAGIC,
    SMALLEST_RECORD,
    data_checksum_agrees,
    milliseconds_of,
    parse_chunk_header,
)
from smtpscope.reading.log_span import EARLIEST_MS, LATEST_MS, LogSpan, merge_spans

_LAST_RECORD: Final = 44
"""Where the header of a chunk has the offset of its last record."""
_WRITTEN: Final = 16
"""Where the header of a record has its time."""
_MAGIC: Final = int.from_bytes(RECORD_MAGIC, "little")
_DAY_MS: Final = 86_400_000


class ChunkTimes:
    """The times of the chunks of one file, in file order."""

    def __init__(self, *, has_checksums: bool) -> None:
        self._has_checksums = has_checksums
        self._span: LogSpan | None = None

    def span(self, buffer: Buffer, numbers: Numbers) -> LogSpan | None:
        """The time span of the records of the chunks in `numbers`; None if no header has a time."""
        begin = numbers * CHUNK_SIZE
        last = buffer.u4[begin + _LAST_RECORD].astype(np.int64)
        last[(last < FIRST_RECORD) | (last > CHUNK_SIZE - SMALLEST_RECORD)] = FIRST_RECORD
        places = np.concatenate([begin + FIRST_RECORD, begin + last])
        time_ms = milliseconds_of(buffer.u8[places + _WRITTEN].view(np.int64))
        time_ms[buffer.u4[places] != _MAGIC] = 0
        order = np.argsort(time_ms)
        order = order[(time_ms[order] >= EARLIEST_MS) & (time_ms[order] < LATEST_MS)]
        whole: dict[int, bool] = {}

        def is_whole(index: int) -> bool:
            at = int(places[order[index]]) // CHUNK_SIZE * CHUNK_SIZE
            if at not in whole:
                chunk = buffer.view[at : at + CHUNK_SIZE]
                header = parse_chunk_header(chunk)
                whole[at] = header is not None and data_checksum_agrees(chunk, header)
            return whole[at]

        believed = is_whole if self._has_checksums else _always
        found = _steady(time_ms[order].tolist(), self._span, believed)
        self._span = merge_spans(self._span, found)
        return found


def span_of_records(places: Sequence[RecordPlace], *, sure: bool) -> LogSpan | None:
    """The time span of the records of one chunk; `sure` means that they are unchanged."""
    whole = np.array([offset.filetime for offset in places if offset.state == "whole"], np.uint64)
    time_ms = np.sort(milliseconds_of(whole.view(np.int64)))
    times = time_ms[(time_ms >= EARLIEST_MS) & (time_ms < LATEST_MS)].tolist()
    return _steady(times, None, lambda _: sure or len(times) == 1)


def _always(index: int) -> bool:
    return True


def _steady(times: Sequence[int], known: LogSpan | None, believed: Callable[[int], bool]) -> LogSpan | None:
    """The first and the last of `times` (ascending), without those at either end that are farther from the others, and
    from what is `known`, than these are from each other, unless they are `believed` (by their index)."""
    low, high = 0, len(times) - 1
    first, last = (known.first_ms, known.last_ms) if known is not None else (LATEST_MS, EARLIEST_MS)
    while low <= high:
        inner_last = max(last, times[high - 1] if high > low else EARLIEST_MS)
        inner_first = min(first, times[low + 1] if high > low else LATEST_MS)
        if times[high] - inner_last > max(_DAY_MS, inner_last - min(first, times[low])) and not believed(high):
            high -= 1
        elif inner_first - times[low] > max(_DAY_MS, max(last, times[high]) - inner_first) and not believed(low):
            low += 1
        else:
            return LogSpan(times[low], times[high])
    return None
