"""Which intact records of a damaged log are gone, and how many of them the problems account for."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from fuzz.mutations import Damaged
from fuzz.seeds import Found, Key, Seed
from smtpscope.errors import Problem

OF_A_SESSION: Final = 6
"""Exchanges for which one line may tell the command or the host, where a log holds sessions."""
_WITHOUT_PLACE: Final = 1 << 30
_BYTE: Final = re.compile(r"bytes? (0x[0-9a-f]+|[0-9]+)")
_LINE: Final = re.compile(r"line ([0-9]+)")


def unaccounted(seed: Seed, found: Found, damage: Damaged) -> str | None:
    """What is wrong where records that nobody touched are neither in `found` nor in its problems; else None.

    An exchange that is still there with its reply and its time, or without a time, but with another command or host, is
    changed and not gone: that may follow from a damaged line of its session. Nor is one gone that was read by its words
    alone where a problem says so.
    """
    if damage.records is None or found.error is not None:
        return None
    exchanges = ((seed.record_of(place), key) for place, key in seed.found.exchanges)
    sound = [(damage.moved(record), key) for record, key in exchanges if record not in damage.records]
    others = Counter(key for _, key in found.exchanges)
    missing = [(place, key) for place, key in sound if not _take(others, key)]
    new = found.problems - seed.found.problems
    missing = [(place, key) for place, key in missing if not _take_recovered(others, key, told=bool(new))]
    if not missing:
        return None
    gone = [(place, key) for place, key in missing if not _take_changed(others, key, at_any_time=seed.sessions)]
    changed = len(missing) - len(gone)
    if not seed.sessions or changed > OF_A_SESSION:
        gone = missing
    if not gone:
        return None
    first = damage.moved(min(damage.records) - 1)
    last = min((place for place in map(damage.moved, seed.records) if place > max(gone)[0]), default=len(damage.data))
    told = max(0, found.odd - seed.found.odd)
    told += sum(_records(problem) for problem in new if _near(problem, damage.data, first, last))
    records = {place for place, _ in gone}
    if told >= len(records):
        return None
    return f"{len(records)} of {len(seed.records)} records gone, {told} told, first at {min(records):#x}"


def _take(others: Counter[Key], key: Key) -> bool:
    """Whether `key` is among `others`, which has one less of it then."""
    there = others[key] > 0
    others[key] -= there
    return there


def _take_changed(others: Counter[Key], key: Key, *, at_any_time: bool) -> bool:
    """The same for an exchange with the reply of `key`, and its time unless the time stands in a line before."""
    time, *_, reply = key
    for other, count in others.items():
        if count and other[-1] == reply and (at_any_time or other[0] in (time, None)):
            return _take(others, other)
    return False


def _take_recovered(others: Counter[Key], key: Key, *, told: bool) -> bool:
    """The same for an exchange without its time, which the list of problems names in the end, and, where a problem
    was `told`, for one that was read by its words alone, without its event id.
    """
    time, event, *words = key
    ways = [(None, event), (time, None), (None, None)] if told else [(None, event)]
    return any(_take(others, (*way, *words)) for way in ways)


def _records(problem: Problem) -> int:
    """How many records a problem accounts for; one of the whole file that names no number, for all."""
    if problem.records is not None:
        return problem.records
    return 1 if _offset(problem.place, b"") is not None else _WITHOUT_PLACE


def _near(problem: Problem, data: bytes, first: int, last: int) -> bool:
    """Whether a problem names a place between the damage and what is gone, or none at all."""
    at = _offset(problem.place, data)
    if at is None:
        return True
    # A line may be a whole file.
    end = data.find(b"\n", at) if _BYTE.search(problem.place) is None else at
    return at <= max(last, first) + 1 and first <= (len(data) if end < 0 else end)


def _offset(place: str, data: bytes) -> int | None:
    """The byte that `place` names, the end of its line for a line; None where it names none."""
    if (byte := _BYTE.search(place)) is not None:
        return int(byte[1], 0)
    line = _LINE.search(place)
    if line is None:
        return None
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    at = 0
    for _ in range(int(line[1]) - 1):
        at = data.find(b"\n", at) + 1
        if not at:
            return len(data)
    return at + (1 if wide else 0)
