"""The rows of a block of a W3C log that can change what is found: numpy looks at all rows at once, and the others are
only counted.

A session that is silent for five minutes is over, or when it is closed. So between two such places, the rows with one
peer matter only if a reply among them is a refusal, or if they may go on in the next block. What a client's command was
refused with is in the row itself: only for the recipient of DATA and BDAT, the rows before it are needed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from smtpscope.reading.iis.session_guess import SILENCE_MS, GuessedSessions
from smtpscope.reading.iis.turns import COMMAND_OF_OURS, REPLY_TO_US
from smtpscope.reading.iis.w3c_rows import W3cColumns, W3cRows, day_of
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.tables.block_table import BlockTable, Bytes, Mask, Places, table_of

DISORDER_MS: Final = 15_000
"""Rows may be so much older than the newest row before them; otherwise, nothing is known of the pauses."""
_NUMBER_SIGN: Final = 0x23
_RETURN: Final = 0x0D
_ZERO, _FOUR, _FIVE, _NINE, _COLON = b"0459:"
_DATE_LENGTH: Final = 10
_TIME_LENGTH: Final = 8
_WORD: Final = 8
_DAY_MS: Final = 86_400_000
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_OTHER_SPREAD: Final = np.uint64(0xC2B2AE3D27D4EB4F)
_LOW_BYTES: Final = np.array([(1 << 8 * length) - 1 for length in range(_WORD + 1)], np.uint64)
_GREETING, _CLOSING, _SHUTTING_DOWN = (int.from_bytes(code, "little") for code in (b"220", b"221", b"421"))
_MESSAGES: Final = (b"data", b"bdat")
Words = NDArray[np.uint64]


class SkimmedRows(NamedTuple):
    """The lines of a block to take one by one, headings included: where each begins and ends, and whether it is a
    client's refused command for which no other row matters. `others` counts all other rows.

    `first_ms` and `last_ms` are the times of the first and the last row (None if there is none), `newest_ms` is the
    latest of all.
    """

    begins: list[int]
    ends: list[int]
    stands_alone: list[bool]
    lines: int
    others: int
    first_ms: int | None
    last_ms: int | None
    newest_ms: int


def skimmed(block: TextBlock, form: W3cRows, newest_ms: int, sessions: GuessedSessions) -> SkimmedRows | None:
    """The rows of `block` that matter where `sessions` are open before it, and no row before it is later than
    `newest_ms`; None if each may matter.
    """
    columns = form.columns
    data = block.eight_bit
    if data is None or min(columns._replace(service=0)) < 0:
        return None
    table = table_of(data, separator=" ", count=len(form.fields), quoted=False)
    if table is None or not _has_plain_lines_only(table, data, form):
        return None
    lines = np.flatnonzero(table.regular)
    rows = _Rows(table, lines)
    times = rows.times(columns.date, columns.time)
    newest_ms = max(newest_ms, sessions.newest_ms)
    if times is None or not _is_in_order(times, newest_ms):
        return None
    newest = max([newest_ms, *times.tolist()])
    follow, alone = _chosen(rows, columns, times, newest, open_keys(sessions))
    chosen = ~table.regular
    chosen[lines[follow | alone]] = True
    stands_alone = np.zeros(len(chosen), np.bool_)
    stands_alone[lines[alone & ~follow]] = True
    return SkimmedRows(
        table.starts[chosen].tolist(),
        (table.ends[chosen] - (table.raw[table.ends[chosen] - 1] == _RETURN)).tolist(),
        stands_alone[chosen].tolist(),
        len(table.ends),
        len(lines) - int(np.count_nonzero(follow | alone)),
        int(times[0]) if len(times) else None,
        int(times[-1]) if len(times) else None,
        newest,
    )


def _has_plain_lines_only(table: BlockTable, data: bytes, form: W3cRows) -> bool:
    """Whether each line is a row of the columns of `form`, blank, or a heading that names no other columns; the
    headings are no longer regular then.
    """
    table.regular[table.raw[table.starts] == _NUMBER_SIGN] = False
    returns = np.count_nonzero(table.raw[table.ends - 1] == _RETURN)
    if returns not in (0, len(table.ends)):
        return False
    for line in np.flatnonzero(~table.regular).tolist():
        text = data[int(table.starts[line]) : int(table.ends[line])].decode("latin-1").rstrip(" \r")
        if not text:
            continue
        name, _, value = text.partition(":")
        if not text.startswith("#") or (name == "#Fields" and tuple(value.split()) != form.fields):
            return False
    return True


class _Rows:
    """The regular rows of a block."""

    def __init__(self, table: BlockTable, lines: Places) -> None:
        self._table = table
        self._lines = lines
        self.raw: Bytes = table.raw
        # The last bytes of a block begin a word as well.
        padded = table.raw.tobytes() + bytes(_WORD)
        self._words = np.ndarray((len(table.raw),), "<u8", buffer=padded, strides=(1,))

    def field(self, column: int) -> tuple[Places, Places]:
        """Where the field in `column` begins in each row, and its length."""
        begin = self._table.begin(column, self._lines)
        return begin, self._table.end(column, self._lines) - begin

    def byte(self, places: Places) -> Bytes:
        """The byte at each place, or at the end of the block."""
        return self.raw[np.minimum(places, len(self.raw) - 1)]

    def word(self, places: Places) -> Words:
        """The eight bytes from each place on, zeros behind the end of the block."""
        return self._words[np.minimum(places, len(self._words) - 1)]

    def times(self, date: int, time: int) -> Places | None:
        """The time of each row in milliseconds; None if one has none, or it is not written as usual."""
        if not len(self._lines):
            return np.empty(0, np.int64)
        begin, length = self.field(date)
        if (length != _DATE_LENGTH).any():
            return None
        changes = np.ones(len(begin), np.bool_)
        changes[1:] = self.word(begin)[1:] != self.word(begin)[:-1]
        changes[1:] |= self.word(begin + 2)[1:] != self.word(begin + 2)[:-1]
        days = [day_of(bytes(self.raw[at : at + _DATE_LENGTH]).decode("latin-1")) for at in begin[changes].tolist()]
        if None in days:
            return None
        milliseconds = np.array(days, np.int64)[np.cumsum(changes) - 1] * _DAY_MS
        begin, length = self.field(time)
        letters = [self.byte(begin + place) for place in range(_TIME_LENGTH)]
        usual = (length == _TIME_LENGTH) & (letters[2] == _COLON) & (letters[5] == _COLON)
        for place, weight in ((0, 36_000), (1, 3_600), (3, 600), (4, 60), (6, 10), (7, 1)):
            usual &= (letters[place] >= _ZERO) & (letters[place] <= _NINE)
            milliseconds += (letters[place].astype(np.int64) - _ZERO) * (weight * 1_000)
        return milliseconds if usual.all() else None

    def is_word(self, column: int, word: str) -> Mask:
        """Whether the field in `column` is `word`, which has more than eight letters."""
        begin, length = self.field(column)
        found: Mask = length == len(word)
        letters = word.encode()
        for at in {*range(0, len(letters) - _WORD, _WORD), len(letters) - _WORD}:
            found &= self.word(begin + at) == int.from_bytes(letters[at : at + _WORD], "little")
        return found

    def is_message(self, column: int) -> Mask:
        """Whether the verb in `column` is DATA or BDAT, in any case."""
        begin, length = self.field(column)
        letters = self.word(begin) & _LOW_BYTES[4] | np.uint64(0x20202020)
        found = [letters == int.from_bytes(verb, "little") for verb in _MESSAGES]
        whole: Mask = (length == 4) & (found[0] | found[1])
        return whole

    def is_refusal(self, column: int) -> Mask:
        """See `turns.is_refusal`."""
        begin, length = self.field(column)
        first, second, third = (self.byte(begin + at) for at in range(3))
        found: Mask = (length >= 3) & ((first == _FOUR) | (first == _FIVE))
        for digit in (second, third):
            found &= (digit >= _ZERO) & (digit <= _NINE)
        return found

    def code(self, column: int) -> NDArray[np.int64]:
        """The first three letters of the field in `column` as a number, 0 where it has less."""
        begin, length = self.field(column)
        letters = (self.word(begin) & _LOW_BYTES[3]).astype(np.int64)
        return np.where(length >= 3, letters, 0)

    def number(self, column: int) -> Words:
        """A number for the field in `column`, see `_mixed`; that of an empty one if the log has no such column."""
        if column < 0:
            return np.zeros(len(self._lines), np.uint64)
        begin, length = self.field(column)
        head = self.word(begin) & _LOW_BYTES[np.minimum(length, _WORD)]
        return _mixed(head, np.where(length > _WORD, self.word(begin + length - _WORD), np.uint64(0)))


def _is_in_order(times: Places, newest_ms: int) -> bool:
    newest = np.maximum(np.maximum.accumulate(times), newest_ms)
    return bool((times >= newest - DISORDER_MS).all())


def _chosen(rows: _Rows, columns: W3cColumns, times: Places, newest_ms: int, open_keys: Words) -> tuple[Mask, Mask]:
    """Which rows to follow, and which hold a client's refused command; `open_keys` are those of open sessions."""
    is_reply = rows.is_word(columns.user, REPLY_TO_US)
    ours = is_reply | rows.is_word(columns.user, COMMAND_OF_OURS)
    refused = ~ours & rows.is_refusal(columns.status)
    decides = (is_reply & rows.is_refusal(columns.argument)) | (refused & rows.is_message(columns.verb))
    keys = _keys(rows.number(columns.peer), rows.number(columns.service), ours)
    order = np.argsort(keys, kind="stable")
    follow = np.zeros(len(times), np.bool_)
    if len(order):
        code = rows.code(columns.argument)
        begins, closed = _units(
            keys[order],
            times[order],
            is_close=(is_reply & ((code == _CLOSING) | (code == _SHUTTING_DOWN)))[order],
            is_greeting=(is_reply & (code == _GREETING))[order],
            is_command=(ours & ~is_reply)[order],
            open_keys=open_keys,
        )
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(order)) - 1
        may_go_on = times[order][last] >= newest_ms - SILENCE_MS - 2 * DISORDER_MS
        matters = np.logical_or.reduceat(decides[order], first) | (may_go_on & ~closed[last])
        follow[order] = matters[np.cumsum(begins) - 1]
    return follow, refused


def _keys(peers: Words, services: Words, ours: Mask) -> Words:
    """A number for each peer, service and direction."""
    keys: Words = (peers ^ (services * _SPREAD)) + ours.astype(np.uint64)
    return keys


def _mixed(heads: Words, tails: Words) -> Words:
    """A number for each text, of its first eight letters and, if it is longer, its last eight."""
    numbers: Words = (heads * _SPREAD) ^ (tails * _OTHER_SPREAD)
    return numbers


def _numbers(texts: list[str]) -> Words:
    known = [text.encode("latin-1", "ignore") for text in texts]
    heads = [int.from_bytes(text[:_WORD], "little") for text in known]
    tails = [int.from_bytes(text[-_WORD:], "little") if len(text) > _WORD else 0 for text in known]
    return _mixed(np.array(heads, np.uint64), np.array(tails, np.uint64))


def open_keys(sessions: GuessedSessions) -> Words:
    """The numbers of the peers with which sessions are open."""
    known = sessions.open_peers
    ours = np.array([not inbound for _, _, inbound in known], np.bool_)
    return _keys(_numbers([peer for peer, _, _ in known]), _numbers([service for _, service, _ in known]), ours)


def _units(
    keys: Words,
    times: Places,
    *,
    is_close: Mask,
    is_greeting: Mask,
    is_command: Mask,
    open_keys: Words,
) -> tuple[Mask, Mask]:
    """Which rows begin with no session open, and which end the last one; the rows are sorted by key.

    That is so after a pause, and after 221 or 421 where one session at most was open: only a greeting (220), or a
    command if there is none, opens one. A greeting after a command may be that of a second one.
    """
    count = len(keys)
    first_of_key = np.ones(count, np.bool_)
    first_of_key[1:] = keys[1:] != keys[:-1]
    paused = first_of_key.copy()
    paused[1:] |= np.diff(times) > SILENCE_MS + DISORDER_MS
    # Parts end with a pause or a closing reply.
    begins = paused.copy()
    begins[1:] |= is_close[:-1]
    first = np.flatnonzero(begins)
    number = np.arange(count)
    greetings = np.add.reduceat(is_greeting.astype(np.int64), first)
    greeted = np.maximum.reduceat(np.where(is_greeting, number, -1), first)
    commanded = np.minimum.reduceat(np.where(is_command, number, count), first)
    is_doubtful = (greetings > 1) | ((greetings == 1) & (commanded < greeted))
    is_doubtful |= first_of_key[first] & np.isin(keys[first], open_keys)
    # After a doubtful part, all are doubtful up to the next pause.
    doubts = np.cumsum(is_doubtful)
    before = doubts - is_doubtful
    since = np.maximum.accumulate(np.where(paused[first], np.arange(len(first)), 0))
    is_sure = doubts == before[since]
    closed = np.zeros(count, np.bool_)
    closed[np.append(first[1:], count) - 1] = is_sure
    closed &= is_close
    anew = paused.copy()
    anew[1:] |= closed[:-1]
    return anew, closed
