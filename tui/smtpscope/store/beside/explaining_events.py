"""The events beside ours that explain refusals: few, small, and apart from the rows, so that nothing counts them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.store.assumed_times import moved
from smtpscope.store.vocabulary import Vocabulary

_SECOND: Final = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happened: the computer (casefolded, "" where the log names none), its `name` as a log spells it,
    and the log.
    """

    computer: str
    file: str
    name: str = field(compare=False)

    def is_same(self, other: Place) -> bool:
        """Whether both are one computer. A name without domain is taken for that of any domain; where a log names no
        computer, only what is in the same log happened on the same one.
        """
        if not self.computer or not other.computer:
            return self.file == other.file
        return self.computer == other.computer or (
            _host(self.computer) == _host(other.computer) and ("." in self.computer) != ("." in other.computer)
        )


def place_of(computer: str | None, file: str) -> Place:
    """The place of an event whose log names `computer`."""
    name = (computer or "").strip().rstrip(".")
    return Place(name.casefold(), file, name)


def _host(computer: str) -> str:
    return computer.partition(".")[0]


@dataclass(frozen=True, slots=True)
class ExplainingColumns:
    """One entry an event in each, in order of time: milliseconds since 1970-01-01 UTC, whether its zone was assumed,
    and the numbers of its kind and its place.
    """

    time_ms: NDArray[np.int64]
    assumed: NDArray[np.bool_]
    kind: NDArray[np.int64]
    place: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.time_ms)


class ExplainingEvents:
    """Takes them in and hands them out, each once: the same from the same computer in the same second is one event,
    whether its log was read again or two logs have it. For the thread that owns the store.
    """

    def __init__(self) -> None:
        self.kinds: Vocabulary[tuple[str, int]] = Vocabulary()
        """Source as the first log spells it, and number of the event."""
        self.places: Vocabulary[Place] = Vocabulary()
        self._times = array("q")
        self._assumed = array("b")
        self._kind = array("i")
        self._place = array("i")
        self._known_kinds: dict[tuple[str, int], int] = {}
        self._known_places: dict[tuple[str, str], int] = {}
        self._zones: tuple[tzinfo, tzinfo] | None = None
        self._columns: ExplainingColumns | None = None
        self._rows: dict[tuple[int, int], NDArray[np.int64]] = {}

    def __bool__(self) -> bool:
        return bool(self._times)

    def add(self, events: Iterable[ExplainingEvent]) -> None:
        """Takes in what was read."""
        for event in events:
            self._columns = None
            self._times.append(event.time_ms)
            self._assumed.append(event.time_assumed)
            self._kind.append(self._kind_of(event))
            self._place.append(self._place_of(event))

    def move_assumed_times(self, read_in: tzinfo, assumed_zone: tzinfo) -> None:
        """Times that name no zone were read in one, and are meant in another; those that come later too."""
        self._zones = (read_in, assumed_zone)
        self._columns = None

    @property
    def columns(self) -> ExplainingColumns:
        """All of them."""
        if self._columns is None:
            self._columns = columns = self._each_once()
            self._rows = _by_kind_and_place(columns)
        return self._columns

    def rows(self, kinds: Iterable[int], places: Iterable[int]) -> NDArray[np.int64]:
        """Which of them are of one of `kinds` and one of `places`, in order of time."""
        columns = self.columns
        pieces = [self._rows[each] for each in product(kinds, places) if each in self._rows]
        if len(pieces) < 2:
            return pieces[0] if pieces else np.zeros(0, np.int64)
        rows = np.concatenate(pieces)
        in_order: NDArray[np.int64] = rows[np.argsort(columns.time_ms[rows], kind="stable")]
        return in_order

    def _kind_of(self, event: ExplainingEvent) -> int:
        key = (event.provider, event.event_id)
        number = self._known_kinds.get(key)
        if number is None:
            folded = (event.provider.casefold(), event.event_id)
            number = self._known_kinds.get(folded)
            if number is None:
                number = self._known_kinds[folded] = self.kinds.intern(key)
            self._known_kinds[key] = number
        return number

    def _place_of(self, event: ExplainingEvent) -> int:
        key = (event.computer, event.file)
        number = self._known_places.get(key)
        if number is None:
            number = self._known_places[key] = self.places.intern(place_of(*key))
        return number

    def _each_once(self) -> ExplainingColumns:
        time_ms, assumed = np.array(self._times, np.int64), np.array(self._assumed, np.bool_)
        if self._zones is not None and assumed.any():
            time_ms[assumed] = moved(time_ms[assumed], *self._zones)
        kind, place = np.array(self._kind, np.int64), np.array(self._place, np.int64)
        computers: Vocabulary[str] = Vocabulary()
        same = [computers.intern(each.computer or f"\0{each.file}") for each in self.places]
        keys = np.stack([time_ms // _SECOND, kind, np.array(same, np.int64)[place]], axis=1)
        # Of those that are the same the first one that came.
        _, first = np.unique(keys, axis=0, return_index=True)
        chosen = first[np.argsort(time_ms[first], kind="stable")]
        return ExplainingColumns(time_ms[chosen], assumed[chosen], kind[chosen], place[chosen])


def _by_kind_and_place(columns: ExplainingColumns) -> dict[tuple[int, int], NDArray[np.int64]]:
    order = np.lexsort((columns.place, columns.kind))
    kind, place = columns.kind[order], columns.place[order]
    starts = np.flatnonzero((kind[1:] != kind[:-1]) | (place[1:] != place[:-1])) + 1
    # The order within each part stays that of time.
    return {
        (int(columns.kind[rows[0]]), int(columns.place[rows[0]])): rows for rows in np.split(order, starts) if len(rows)
    }
