"""Many exchanges as columns, made from a table of records: each distinct text is parsed once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from itertools import repeat
from typing import Final, Generic, TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.parsing.smtp_exchange import Command, RemoteHost, Reply, SmtpExchange

Text = TypeVar("Text", bound=Hashable)
Value = TypeVar("Value")

_MOST_DIGITS: Final = 10
"""Enough for every 32-bit number; int() raises on thousands of them."""


class Parsed(Generic[Text, Value]):
    """The result of `parse` for each distinct text, computed once; `values` has them in order of appearance."""

    __slots__ = ("_numbers", "_parse", "values")

    def __init__(self, parse: Callable[[Text], Value]) -> None:
        self.values: list[Value] = []
        self._parse = parse
        self._numbers: dict[Text, int] = {}

    def of(self, text: Text) -> Value:
        """The result for `text`."""
        number = self._numbers.get(text)
        return self._add(text) if number is None else self.values[number]

    def numbers(self, count: int, texts: Iterable[Text], text_at: Callable[[int], Text]) -> NDArray[np.int32]:
        """The positions in `values` of the results for `count` texts; `text_at` returns one of the texts again."""
        numbers = np.fromiter(map(self._numbers.get, texts, repeat(-1)), np.int32, count)
        for position in np.flatnonzero(numbers < 0).tolist():
            text = text_at(position)
            if text not in self._numbers:
                self._add(text)
            numbers[position] = self._numbers[text]
        return numbers

    def _add(self, text: Text) -> Value:
        value = self._parse(text)
        self._numbers[text] = len(self.values)
        self.values.append(value)
        return value


class SmtpExchangeTable(Struct, frozen=True):
    """One entry per exchange in each column; anything but a plain number indexes the list of that name.

    `offset`, `time_ms`, `record_id` and `connection` are the exchange's own, the smallest 64-bit number meaning None.
    `contexts` are exchanges that supply everything else.
    """

    offset: NDArray[np.int64]
    time_ms: NDArray[np.int64]
    record_id: NDArray[np.int64]
    connection: NDArray[np.int64]
    context: NDArray[np.int64]
    host: NDArray[np.int32]
    command: NDArray[np.int32]
    reply: NDArray[np.int32]
    contexts: Sequence[SmtpExchange]
    hosts: Sequence[RemoteHost]
    commands: Sequence[Command]
    replies: Sequence[Reply]

    def __len__(self) -> int:
        return len(self.offset)


def are_plain_numbers(texts: Collection[str]) -> bool:
    """Whether each of `texts` is one to ten decimal digits and nothing else."""
    return all(map(str.isdecimal, texts)) and max(map(len, texts), default=0) <= _MOST_DIGITS
