"""Texts of the fields that the events of one log share: numbered when a filter or a grouping first asks for them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from smtpscope.store.vocabulary import Codes, GrowingNumbers, Vocabulary

T = TypeVar("T")


class SharedTexts(Generic[T]):
    """One text of each value in `values`: its number, and the texts behind the numbers.

    Safe for several threads, also while the reading thread adds values.
    """

    def __init__(self, values: Vocabulary[T], text_of: Callable[[T], str]) -> None:
        self._values = values
        self._text_of = text_of
        self._texts: Vocabulary[str] = Vocabulary()
        self._numbers = GrowingNumbers()
        self._lock = Lock()

    def numbers(self) -> Codes:
        """The number of the text of each value, in the order of the values."""
        self._catch_up()
        return self._numbers.view()

    def texts(self) -> Vocabulary[str]:
        """The distinct texts."""
        self._catch_up()
        return self._texts

    def _catch_up(self) -> None:
        with self._lock:
            for value in self._values.values[len(self._numbers) :]:
                self._numbers.append(self._texts.intern(self._text_of(value)))


class SharedTextTables(Generic[T]):
    """The `SharedTexts` of one vocabulary of shared fields."""

    def __init__(self, values: Vocabulary[T]) -> None:
        self._values = values
        self._known: dict[Callable[[T], str], SharedTexts[T]] = {}

    def of(self, text_of: Callable[[T], str]) -> SharedTexts[T]:
        """The texts that `text_of` gives. It is part of the key: always the same function."""
        return self._known.setdefault(text_of, SharedTexts(self._values, text_of))
