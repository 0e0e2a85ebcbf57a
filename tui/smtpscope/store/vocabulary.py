"""Distinct values once, small integers for the rest: append-only vocabularies and arrays that grow.

One thread writes (it reads the log), others may look up at the same time: a value never changes its number, and a
number is handed out only after its value is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Codes = NDArray[np.int32]
Numbers = NDArray[np.signedinteger]

_FIRST_CAPACITY = 64


class Vocabulary(Generic[T]):
    """Distinct hashable values, numbered in the order in which they came."""

    __slots__ = ("_numbers", "values")

    def __init__(self) -> None:
        self.values: list[T] = []
        self._numbers: dict[T, int] = {}

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, number: int) -> T:
        return self.values[number]

    def __iter__(self) -> Iterator[T]:
        return iter(self.values)

    def number(self, value: T) -> int | None:
        """The number of `value`, None where it never came."""
        return self._numbers.get(value)

    def intern(self, value: T) -> int:
        """The number of `value`, a new one where it comes for the first time."""
        number = self._numbers.get(value)
        if number is None:
            number = len(self.values)
            self.values.append(value)
            self._numbers[value] = number
        return number

    def intern_all(self, values: Sequence[T], on_new: Callable[[T], None]) -> Codes:
        """The numbers of `values`; `on_new` is called with each value that is new, before its number is used."""
        codes = np.fromiter(map(self._numbers.get, values, repeat(-1)), np.int32, len(values))
        for position in np.flatnonzero(codes < 0).tolist():
            codes[position] = self._intern_noticed(values[position], on_new)
        return codes

    def intern_each(self, values: Sequence[T]) -> Codes:
        """The numbers of `values`, all different."""
        if not self.values:
            self.values += values
            self._numbers.update(zip(values, range(len(values)), strict=True))
            return np.arange(len(values), dtype=np.int32)
        return np.fromiter(map(self.intern, values), np.int32, len(values))

    def _intern_noticed(self, value: T, on_new: Callable[[T], None]) -> int:
        before = len(self.values)
        number = self.intern(value)
        if number == before:
            on_new(value)
        return number


class SharedVocabulary(Vocabulary[T]):
    """A vocabulary of values most of which come as the very same object, so identity answers before equality.

    A parser hands out one Reply for all events with the same text; hashing a nested dataclass costs ten times what
    its `id` costs. The identity is safe as a key because the vocabulary keeps the object alive.
    """

    __slots__ = ("_by_identity",)

    def __init__(self) -> None:
        super().__init__()
        self._by_identity: dict[int, int] = {}

    def number(self, value: T) -> int | None:
        self._catch_up()
        return super().number(value)

    def intern(self, value: T) -> int:
        self._catch_up()
        before = len(self.values)
        number = super().intern(value)
        if number == before:
            self._by_identity[id(value)] = number
        return number

    def adopt(self, values: Sequence[T]) -> tuple[Codes, NDArray[np.bool_]]:
        """The numbers of `values`, all different, and which of them are new. Quick for the first values of all.

        Most logs are opened alone, and then nobody asks for a value by equality: that index is left for later.
        """
        before = len(self.values)
        if before:
            numbers = self.intern_each(values)
            return numbers, numbers >= before
        self.values += values
        self._by_identity.update(zip(map(id, values), range(len(values)), strict=True))
        return np.arange(len(values), dtype=np.int32), np.ones(len(values), np.bool_)

    def _catch_up(self) -> None:
        """Makes up for the index by equality that `adopt` left out."""
        missing = len(self.values) - len(self._numbers)
        if missing:
            start = len(self._numbers)
            self._numbers.update(zip(self.values[start:], range(start, start + missing), strict=True))

    def intern_all(self, values: Sequence[T], on_new: Callable[[T], None]) -> Codes:
        known = self._by_identity
        codes = np.fromiter(map(known.get, map(id, values), repeat(-1)), np.int32, len(values))
        for position in np.flatnonzero(codes < 0).tolist():
            value = values[position]
            number = known.get(id(value))
            codes[position] = self._intern_noticed(value, on_new) if number is None else number
        return codes


class GrowingNumbers:
    """A row of 32-bit integers that grows at its end; what was handed out stays as it was."""

    __slots__ = ("_array", "_length")

    def __init__(self) -> None:
        self._array: Codes = np.empty(_FIRST_CAPACITY, np.int32)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def append(self, number: int) -> None:
        if self._length == len(self._array):
            grown = np.empty(self._length * 2, np.int32)
            grown[: self._length] = self._array
            self._array = grown
        self._array[self._length] = number
        self._length += 1

    def extend(self, numbers: Numbers) -> None:
        end = self._length + len(numbers)
        if end > len(self._array):
            grown = np.empty(max(end, self._length * 2), np.int32)
            grown[: self._length] = self._array[: self._length]
            self._array = grown
        self._array[self._length : end] = numbers
        self._length = end

    def view(self) -> Codes:
        """The numbers so far, read only."""
        view = self._array[: self._length]
        view.flags.writeable = False
        return view
