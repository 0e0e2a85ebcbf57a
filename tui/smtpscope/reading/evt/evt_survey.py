"""A legacy event log without damage, surveyed at once: where its records are, and which of them have to be read.

Most records of a log are of other sources and only counted. numpy finds the marks of all records, proves that they
follow each other without a gap, and tells their sources apart; any other log is read record by record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from smtpscope.reading.evt.evt_layout import EVENT_ID, HEADER_SIZE, SMALLEST_RECORD, EvtHeader
from smtpscope.reading.evt.evt_records import LARGEST_RECORD, RingFile
from smtpscope.reading.log_span import EARLIEST_MS, LATEST_MS

Wanted = Callable[[str, int], bool]
Places = NDArray[np.int64]
Words = NDArray[np.uint32]
Mask = NDArray[np.bool_]

_MARK: Final = int.from_bytes(b"LfLe", "little")
_WORD: Final = 4
_BLOCK: Final = 1 << 21
_NUMBER, _CREATED, _IDENTIFIER, _SOURCE = 2, 3, 5, 14
"""Words of a record."""
_LETTERS: Final = 32
"""The first letters of a source; a record with a longer one is read."""
_PLACES: Final = np.arange(_LETTERS)
_NAME_WORDS: Final = np.arange(_LETTERS // 2)
_SPREAD: Final = np.arange(1, 2 * _LETTERS // 8 + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
_MOST_SOURCES: Final = 1_000


class OtherRecords(NamedTuple):
    """So many `records` that are only counted, and the earliest and latest possible time among them, in seconds since
    1970. `offset` is where the first of them begins.
    """

    records: int
    created: tuple[int, ...]
    offset: int


class OneRecord(NamedTuple):
    """A record to be read: its number in the file, from 0, and where it begins; `sure` that its source is wanted."""

    number: int
    offset: int
    sure: bool = False


class WholeLog:
    """The records of a log, one behind the other from its header on; `numbers` are theirs, without a gap."""

    def __init__(self, ring: RingFile, starts: Places, numbers: range) -> None:
        self._ring = ring
        self._starts = starts
        self.numbers = numbers
        self._sources: dict[bytes, int] = {}
        self._names: list[str] = []

    def parts(self, wanted: Wanted) -> Iterator[OtherRecords | OneRecord]:
        """All records. To be read, in order, are those `wanted` by source and event id, and the first of each source.

        Others are counted before those of the same block.
        """
        first = 0
        for offset, words in _blocks(self._ring):
            behind = int(np.searchsorted(self._starts, offset + _BLOCK))
            if first < behind:
                yield from self._parts(words, self._starts[first:behind], offset, first, wanted)
            first = behind

    def _parts(
        self, words: Words, starts: Places, offset: int, first: int, wanted: Wanted
    ) -> Iterator[OtherRecords | OneRecord]:
        at = (starts - offset) // _WORD
        to_read, sure = self._to_read(words, at, wanted)
        others = np.flatnonzero(~to_read)
        if len(others):
            created = words[at[others] + _CREATED].astype(np.int64)
            created = created[(created >= EARLIEST_MS // 1_000) & (created < LATEST_MS // 1_000)]
            ends = (int(np.min(created)), int(np.max(created))) if len(created) else ()
            yield OtherRecords(len(others), ends, int(starts[0]))
        rows = np.flatnonzero(to_read)
        yield from map(OneRecord, (rows + first).tolist(), starts[rows].tolist(), sure[rows].tolist())

    def _to_read(self, words: Words, at: Places, wanted: Wanted) -> tuple[Mask, Mask]:
        """Which of the records, which begin at the words `at`, have to be read; and which of them are surely wanted."""
        to_read, sure = np.ones(len(at), np.bool_), np.zeros(len(at), np.bool_)
        rows = np.flatnonzero(at + _SOURCE + len(_NAME_WORDS) <= len(words))
        letters = words[(at[rows] + _SOURCE)[:, np.newaxis] + _NAME_WORDS].view(np.uint16)
        ended = letters == 0
        length = ended.argmax(axis=1)
        whole = ended[np.arange(len(rows)), length]
        rows, letters, length = rows[whole], letters[whole], length[whole]
        letters[length[:, np.newaxis] <= _PLACES] = 0
        names = letters.view(np.uint64)
        keys, firsts, groups = np.unique((names * _SPREAD).sum(axis=1), return_index=True, return_inverse=True)
        if not len(keys) or len(self._names) + len(keys) > _MOST_SOURCES or (names != names[firsts[groups]]).any():
            return to_read, sure
        to_read[rows] = False
        numbers = np.zeros(len(keys), np.int64)
        for group in np.argsort(firsts).tolist():
            known = self._number_of(letters[firsts[group]].tobytes())
            to_read[rows[firsts[group]]] = known is None
            numbers[group] = len(self._names) - 1 if known is None else known
        pairs = numbers[groups] << 16 | (words[at[rows] + _IDENTIFIER] & EVENT_ID)
        different, groups = np.unique(pairs, return_inverse=True)
        asked = [wanted(self._names[pair >> 16], pair & EVENT_ID) for pair in different.tolist()]
        asked_for = np.array(asked, np.bool_)[groups]
        sure[rows] = asked_for & ~to_read[rows]
        to_read[rows] |= asked_for
        return to_read, sure

    def _number_of(self, name: bytes) -> int | None:
        """The number of the source with that name, None where it is a new one, which then has the last number."""
        known = self._sources.get(name)
        if known is None:
            self._sources[name] = len(self._names)
            self._names.append(name.decode("utf-16-le", errors="replace").partition("\0")[0])
        return known


def whole_log(ring: RingFile, header: EvtHeader) -> WholeLog | None:
    """The log in `ring`, None where not all of its records follow each other from its `header` on."""
    if header.first_offset != HEADER_SIZE:
        return None
    found: list[tuple[Places, Places, Places]] = []
    for offset, words in _blocks(ring):
        at = np.flatnonzero(words[1 : _BLOCK // _WORD + 1] == _MARK)
        size = words[at].astype(np.int64)
        likely = (size >= SMALLEST_RECORD) & (size <= LARGEST_RECORD) & (size % _WORD == 0)
        at, size = at[likely], size[likely]
        start = offset + at * _WORD
        if (start + size > ring.end).any():
            # It may go on behind the header.
            return None
        closed = words[at + size // _WORD - 1] == size
        at, size, start = at[closed], size[closed], start[closed]
        found.append((start, size, words[at + _NUMBER].astype(np.int64)))
    starts, sizes, numbers = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if not len(starts) or starts[0] != ring.start + HEADER_SIZE:
        return None
    if (starts[:-1] + sizes[:-1] != starts[1:]).any() or (np.diff(numbers) != 1).any():
        return None
    return WholeLog(ring, starts, range(int(numbers[0]), int(numbers[-1]) + 1))


def _blocks(ring: RingFile) -> Iterator[tuple[int, Words]]:
    """The words of the log by blocks, and where each begins; the records that begin in it are in it to their ends."""
    for offset in range(ring.start, ring.end, _BLOCK):
        data = ring.raw(offset, _BLOCK + 2 * LARGEST_RECORD)
        yield offset, np.frombuffer(data, "<u4", len(data) // _WORD)
