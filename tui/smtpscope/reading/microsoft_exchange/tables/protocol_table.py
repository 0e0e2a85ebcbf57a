"""The rows of a protocol log that matter, found in a table: all others are only counted, and never become text.

A session that begins and ends within the table and has no reply 4yz or 5yz cannot change what is found: none of its
rows is followed. Of all other sessions, each command and each reply is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from smtpscope.reading.microsoft_exchange.reply_pairing import BEGUN, COMMAND, ENDED, OTHER, REPLY
from smtpscope.reading.microsoft_exchange.tables.transport_table import RowTable
from smtpscope.reading.text.tables.block_table import QUOTE, Bytes, Mask, Places

_NAME_LENGTH: Final = 16
"""Of a session, in hexadecimal digits."""
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_BUCKET_BITS: Final = 16
_SHIFT: Final = np.uint64(64 - _BUCKET_BITS)
_ZERO, _TWO, _FOUR, _FIVE, _NINE, _BLANK, _HYPHEN = b"02459 -"
_TOLD: Final = np.zeros(256, np.uint8)
_TOLD[[ord(event) for event in "+-<>"]] = [ord(told) for told in (BEGUN, ENDED, COMMAND, COMMAND)]
"""What a row tells by its event, if that is not the event of the replies."""
Words = NDArray[np.uint64]


class TableColumns(NamedTuple):
    """The positions of the fields that are looked at; `sequence` is below zero if the log has no such field."""

    session: int
    sequence: int
    event: int
    data: int


FollowedRow = tuple[int, str, str, bool, str]
"""The number in the table, what the row tells (see `said_in`), its session, whether that begins here, and the data."""


class ProtocolTable:
    """The rows of `rows`; `reply` is the event of those that hold replies."""

    def __init__(self, rows: RowTable, columns: TableColumns, replies: str) -> None:
        self._rows = rows
        self._raw = rows.raw
        self._name_begin, self._name_end = rows.begin(columns.session), rows.end(columns.session)
        begin, end = rows.begin(columns.data), rows.end(columns.data)
        self._data = begin
        quoted = self._raw[begin] == QUOTE
        self._line_begin, self._line_end = begin + quoted, end - quoted
        self._said, self._refuses = self._read(self._single_bytes(columns.event), ord(replies))
        if columns.sequence >= 0:
            self._first: Mask = self._single_bytes(columns.sequence) == _ZERO
        else:
            self._first = np.zeros(len(rows), np.bool_)

    def _single_bytes(self, column: int) -> Bytes:
        """The byte of each field in `column`, zero where it has not exactly one."""
        begin = self._rows.begin(column)
        return np.where(self._rows.end(column) - begin == 1, self._raw[begin], np.uint8(0))

    def _read(self, events: Bytes, replies: int) -> tuple[Bytes, Mask]:
        """What each row tells of its session (see `said_in`), zero for rows of no session; and whether it refuses."""
        said = _TOLD[events]
        said[events == replies] = ord(OTHER)
        rows = np.flatnonzero(events == replies)
        begin, length = self._line_begin[rows], (self._line_end - self._line_begin)[rows]
        # At its line feed at the latest, a line has ended; of shorter ones, only the first letters count.
        last = len(self._raw) - 1
        first, second, third, fourth = (self._raw[np.minimum(begin + offset, last)] for offset in range(4))
        ended = (length == 3) | (fourth == _BLANK) | (fourth == _HYPHEN)
        reply = (first >= _TWO) & (first <= _FIVE) & _is_digit(second) & (length >= 2)
        reply &= (length == 2) | (_is_digit(third) & (length >= 3) & ended)
        said[rows[reply]] = ord(REPLY)
        refuses = np.zeros(len(said), np.bool_)
        refuses[rows] = reply & (first >= _FOUR)
        return said, refuses

    def other_rows(self, word: str) -> list[int]:
        """The rows that tell nothing of a session, and have `word` (in lower case) from their data on, in any case."""
        chosen = np.flatnonzero(self._said == 0)
        text = self._rows.text
        ends = self._rows.table.ends[self._rows.lines[chosen]]
        parts = _cut(text, self._data[chosen], ends)
        if word not in "\n".join(parts).lower():
            return []
        return [row for row, part in zip(chosen.tolist(), parts, strict=True) if word in part.lower()]

    def followed(self, open_sessions: Collection[str], most: int) -> Iterator[FollowedRow]:
        """The rows to follow if `open_sessions` are open before the table; more than `most` can't be open at once."""
        chosen = np.flatnonzero((self._said != 0) & self._relevant(open_sessions, most))
        text = self._rows.text
        names = _cut(text, self._name_begin[chosen], self._name_end[chosen])
        begin, end = self._line_begin[chosen], self._line_end[chosen]
        lines = _cut(text, begin, end)
        for quoted in np.flatnonzero(begin != self._data[chosen]).tolist():
            lines[quoted] = lines[quoted].replace('""', '"')
        said = self._said[chosen].tobytes().decode("latin-1")
        return zip(chosen.tolist(), said, names, self._first[chosen].tolist(), lines, strict=True)

    def _relevant(self, open_sessions: Collection[str], most: int) -> Mask:
        """The rows of sessions that may change what is found."""
        count = len(self._rows)
        everything = np.ones(count, np.bool_)
        named = self._name_end - self._name_begin == _NAME_LENGTH
        if not named.all():
            return everything
        words = np.ndarray((len(self._raw) - 7,), "<u8", buffer=self._raw.data, strides=(1,))
        high, low = words[self._name_begin], words[self._name_begin + 8]
        buckets = _buckets(high, low)
        owners = np.zeros(1 << _BUCKET_BITS, np.int64)
        owners[buckets] = np.arange(count)
        last = owners[buckets]
        # Where two sessions share a bucket, the last row in it is one of the other session.
        ended = (self._said[last] == ord(ENDED)) & (high[last] == high) & (low[last] == low)
        sessions = np.count_nonzero(last == np.arange(count)) + count - np.count_nonzero(ended)
        if len(open_sessions) + sessions >= most:
            return everything
        kept = np.zeros(1 << _BUCKET_BITS, np.bool_)
        kept[buckets[self._refuses]] = True
        if open_sessions:
            names = "".join(open_sessions)
            if set(map(len, open_sessions)) != {_NAME_LENGTH} or not names.isascii():
                return everything
            open_words = np.frombuffer(names.encode(), "<u8").reshape(-1, 2)
            kept[_buckets(open_words[:, 0], open_words[:, 1])] = True
        relevant: Mask = ~ended | kept[buckets]
        return relevant


def _is_digit(letters: Bytes) -> Mask:
    found: Mask = (letters >= _ZERO) & (letters <= _NINE)
    return found


def _cut(text: str, begins: Places, ends: Places) -> list[str]:
    return [text[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]


def _buckets(high: Words, low: Words) -> Places:
    return (((high * _SPREAD) ^ low) * _SPREAD >> _SHIFT).astype(np.int64)
