"""What happens to bytes: flipped, lost, doubled, in another encoding; in some records of a log, or all over."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final

from fuzz.seeds import Seed

DIRT: Final = (
    b'"', b"'", b",", b"\t", b"\r", b"\n", b"\r\n", b"\0", b"\0\0\0\0", b"\xff", b"\xfe\xff", b"\xe4", b"\xed\xa0\x80",
    b"\x1b[31m", b"{", b"}", b"[", b"]", b"\\", b"\\u", b"\\ud800", b"<", b">", b"<![CDATA[", b"-->", b"&", b"#", b":",
    b"=", b"%", b" ", b"  ", b"99999999999999999999", b"-1", b"31/31/2026", b"9", b"\xc2\x85", b"\xe2\x80\xa8", b"\x1a",
)  # fmt: skip
_MOST_LOST: Final = 60

Mutation = Callable[[bytes, int, int, Random], bytes]
"""Changes bytes between two places, the second exclusive, and no others."""


def _flipped(data: bytes, start: int, end: int, chance: Random) -> bytes:
    at = chance.randrange(start, end)
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _replaced(data: bytes, start: int, end: int, chance: Random) -> bytes:
    at = chance.randrange(start, end)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _lost(data: bytes, start: int, end: int, chance: Random) -> bytes:
    at = chance.randrange(start, end)
    return data[:at] + data[min(end, at + chance.choice((1, 1, 1, 2, chance.randint(1, _MOST_LOST)))) :]


def _dirty(data: bytes, start: int, end: int, chance: Random) -> bytes:
    at = chance.randrange(start, end)
    dirt = chance.choice(DIRT)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") and chance.random() < 0.7:
        at -= at % 2
        dirt = dirt.decode("latin-1").encode("utf-16-le" if data[:2] == b"\xff\xfe" else "utf-16-be")
    return data[:at] + dirt + data[at:]


def _zeroed(data: bytes, start: int, end: int, chance: Random) -> bytes:
    at = chance.randrange(start, end)
    stop = min(end, at + chance.randint(1, _MOST_LOST))
    return data[:at] + bytes(stop - at) + data[stop:]


def _doubled(data: bytes, start: int, end: int, chance: Random) -> bytes:
    at = chance.randrange(start, end)
    stop = min(end, at + chance.randint(1, _MOST_LOST))
    return data[:stop] + data[at:stop] + data[stop:]


def _cut_off(data: bytes, start: int, end: int, chance: Random) -> bytes:
    at = chance.randrange(start, end)
    return data[:at] + data[end - 1 :] if data[end - 1 : end] == b"\n" else data[:at] + data[end:]


SMALL: Final[tuple[Mutation, ...]] = (_flipped, _replaced, _lost, _dirty, _zeroed, _doubled, _cut_off)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged log, and what is known of the damage.

    `records` are the places of the records that are damaged, in the sound log; None where the damage may be in any.
    `shifts` says for places in the sound log, ascending, how far what lies behind each of them has moved.
    """

    data: bytes
    name: str
    records: frozenset[int] | None
    shifts: tuple[tuple[int, int], ...] = ()

    def moved(self, place: int) -> int:
        """Where what stood at `place` of the sound log stands now."""
        index = bisect_right(self.shifts, (place, 1 << 62))
        return place + (self.shifts[index - 1][1] if index else 0)


def _anywhere(data: bytes, chance: Random) -> bytes:
    """`data` with some damage at any places."""
    for _ in range(chance.choice((1, 2, 5, 20))):
        if not data:
            return data
        data = chance.choice(SMALL)(data, 0, len(data), chance)
    if chance.random() < 0.2:
        data = data[: chance.randrange(len(data) + 1)]
    if chance.random() < 0.1:
        data += data[chance.randrange(len(data) + 1) :]
    return data


def places(seed: Seed) -> list[tuple[int, int]]:
    """Where records stand that have others around them: from their own place to that of the next."""
    return list(pairwise(seed.records[1:]))


def in_records(seed: Seed, spans: Sequence[tuple[int, int]], chance: Random) -> Damaged:
    """The log with the records of `spans` damaged, each once."""
    data = seed.data
    changes: list[tuple[int, int]] = []
    names: list[str] = []
    for start, end in sorted(spans, reverse=True):
        mutation = chance.choice(SMALL)
        before = len(data)
        data = mutation(data, start, end, chance)
        changes.append((end, len(data) - before))
        names.append(mutation.__name__.strip("_"))
    shifts: list[tuple[int, int]] = []
    moved = 0
    for end, change in reversed(changes):
        moved += change
        shifts.append((end, moved))
    return Damaged(data, ", ".join(reversed(names)), frozenset(start for start, _ in spans), tuple(shifts))


def damaged(seed: Seed, number: int) -> Damaged:
    """The log of that number: half have one damaged record, a quarter several, and a quarter damage at any places."""
    chance = Random(f"{seed.form}/{number}")
    spans = places(seed)
    if not spans or number % 4 == 0:
        return Damaged(_anywhere(seed.data, chance), "anywhere", None)
    several = chance.randint(2, 4) if number % 4 == 3 else 1
    return in_records(seed, chance.sample(spans, min(several, len(spans))), chance)
