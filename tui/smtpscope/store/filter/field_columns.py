"""The columns a filter field can search: texts, numbers, choices, or the time.

Each type parses values, returns matching rows, and completes. A filter searches the vocabularies; rows only look up the
result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Literal, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.store.column_set import NO_TIME
from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.filter_values import (
    ChoiceValue,
    Moment,
    NamedField,
    Number,
    Text,
    Value,
    choice_value,
    moment_value,
    number_value,
)
from smtpscope.store.numbered_column import Mask, NumberedColumn, RowNumbers, look_up
from smtpscope.store.search_texts import Hits, folded
from smtpscope.store.spellings import Counted, counted
from smtpscope.store.times import resolve
from smtpscope.store.vocabularies import Vocabularies
from smtpscope.store.vocabulary import Vocabulary

_TIMES = ("today", "yesterday", "24h", "7d")


class FieldColumn(Protocol):
    """The column of a field. `choices` are all its values, which may be abbreviated; () for any text."""

    @property
    def choices(self) -> tuple[str, ...]: ...

    def read(self, field: NamedField, text: str, *, exact: bool, quoted: bool) -> Value:
        """Parses the value `text`. Raises FilterValueError."""
        ...

    def whole(self, field: NamedField, text: str) -> Value:
        """The value that means `text` as it is in the log, as it is completed. Raises FilterValueError."""
        ...

    def must_quote(self, value: Text) -> bool:
        """Whether `value` would be read as something else without quotes."""
        ...

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        """The rows that have `value`; times are those of `zone`."""
        ...

    def search_texts(self, store: EventStore) -> Sequence[list[str]]:
        """The folded texts for finding typos; () if there are none."""
        ...

    def completions(self, store: EventStore) -> list[str]:
        """The possible values, most frequent first."""
        ...


class TextColumn(Struct, frozen=True):
    """A column over a vocabulary of texts: matches a part, or with an equals sign the whole text."""

    rows: NumberedColumn
    vocabulary: Callable[[Vocabularies], Vocabulary[str]]

    @property
    def choices(self) -> tuple[str, ...]:
        return ()

    def read(self, field: NamedField, text: str, *, exact: bool, quoted: bool) -> Value:
        return Text(text, exact or not text)

    def whole(self, field: NamedField, text: str) -> Value:
        return self.read(field, text, exact=False, quoted=True)

    def must_quote(self, value: Text) -> bool:
        return False

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        return self.rows.look_up(store, self.hits(store, only_text(value)))

    def hits(self, store: EventStore, value: Text) -> Hits:
        """Over the vocabulary: which texts have `value`."""
        texts = store.texts.of(self.vocabulary(store.words), str)
        return texts.having(folded(value.text).__eq__) if value.exact else texts.holding(value.text)

    def search_texts(self, store: EventStore) -> Sequence[list[str]]:
        return (store.texts.of(self.vocabulary(store.words), str).texts(),)

    def completions(self, store: EventStore) -> list[str]:
        values = self.vocabulary(store.words).values
        return list(dict.fromkeys(values[number] for number in self.rows.by_frequency(store) if values[number]))

    def counts(self, store: EventStore, rows: RowNumbers) -> Counted:
        """The texts of `rows` with how often each occurs; an empty text is a missing value and is omitted."""
        values = self.vocabulary(store.words).values
        return by_text(self.rows.of_rows(store, rows), values.__getitem__)


class NumberColumn(Struct, frozen=True):
    """A column of numbers from zero on. `completes` says whether those that occur are worth offering."""

    rows: NumberedColumn
    completes: bool = True

    @property
    def choices(self) -> tuple[str, ...]:
        return ()

    def read(self, field: NamedField, text: str, *, exact: bool, quoted: bool) -> Value:
        return number_value(field, text)

    def whole(self, field: NamedField, text: str) -> Value:
        return number_value(field, text)

    def must_quote(self, value: Text) -> bool:
        return False

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        if not isinstance(value, Number):
            raise TypeError(f"a number is looked for, not {value!r}")
        if self.rows.through is not None:
            return look_up(self.rows.through(store.words) == value.number, self.rows.of(store.columns))
        mask: Mask = self.rows.of(store.columns) == value.number
        return mask

    def search_texts(self, store: EventStore) -> Sequence[list[str]]:
        return ()

    def completions(self, store: EventStore) -> list[str]:
        return list(map(str, self.rows.by_frequency(store))) if self.completes else []

    def counts(self, store: EventStore, rows: RowNumbers) -> Counted:
        """The numbers of `rows` with how often each occurs; what has none is left out."""
        return counted(self.rows.of_rows(store, rows), lambda number: None if number < 0 else str(number))


class WordChoice:
    """What fields of a few words have in common, whatever they are words for."""

    __slots__ = ()
    choices: tuple[str, ...]

    def read(self, field: NamedField, text: str, *, exact: bool, quoted: bool) -> Value:
        return choice_value(field, text, self.choices)

    def whole(self, field: NamedField, text: str) -> Value:
        return choice_value(field, text, self.choices)

    def must_quote(self, value: Text) -> bool:
        return False

    def chosen(self, value: Value) -> int:
        """The place of `value` among the words. Raises TypeError for a value that no such field reads."""
        if not isinstance(value, ChoiceValue):
            raise TypeError(f"one of {self.choices} is looked for, not {value!r}")
        return self.choices.index(value.word)

    def search_texts(self, store: EventStore) -> Sequence[list[str]]:
        return ()

    def completions(self, store: EventStore) -> list[str]:
        return list(self.choices)


class ChoiceColumn(Struct, WordChoice, frozen=True):
    """A column of words from a short list: number i of the column is `choices[i]`."""

    rows: NumberedColumn
    choices: tuple[str, ...]

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        number = self.chosen(value)
        if self.rows.through is not None:
            return look_up(self.rows.through(store.words) == number, self.rows.of(store.columns))
        mask: Mask = self.rows.of(store.columns) == number
        return mask

    def counts(self, store: EventStore, rows: RowNumbers) -> Counted:
        """The words of `rows` with how often each occurs."""
        return counted(self.rows.of_rows(store, rows), lambda number: None if number < 0 else self.choices[number])


class TimeColumn(Struct, frozen=True):
    """The time of the event: from a moment on, up to it, or during it. Relative ones count from the end of the log."""

    side: Literal["since", "until", "on"]

    @property
    def choices(self) -> tuple[str, ...]:
        return ()

    def read(self, field: NamedField, text: str, *, exact: bool, quoted: bool) -> Value:
        return moment_value(field, text)

    def whole(self, field: NamedField, text: str) -> Value:
        return moment_value(field, text)

    def must_quote(self, value: Text) -> bool:
        return False

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        times = store.columns.time_ms
        bounds = self.bounds(value, store.log_end_ms, zone)
        if bounds is None:
            return np.zeros(len(times), np.bool_)
        start_ms, end_ms = bounds
        mask: Mask = times != NO_TIME
        if start_ms is not None:
            mask &= times >= start_ms
        if end_ms is not None:
            mask &= times < end_ms
        return mask

    def bounds(self, value: Value, log_end_ms: int | None, zone: tzinfo) -> tuple[int | None, int | None] | None:
        """The first moment and the one after the last, None for one that is open; None for a log without times."""
        if not isinstance(value, Moment):
            raise TypeError(f"a time is looked for, not {value!r}")
        if log_end_ms is None:
            return None
        span = resolve(value.word, log_end_ms, zone)
        # "on:24h" is the time since then, not the one moment.
        is_open = self.side == "since" or (self.side == "on" and value.word.back_ms is not None)
        return None if self.side == "until" else span.start_ms, None if is_open else span.end_ms

    def search_texts(self, store: EventStore) -> Sequence[list[str]]:
        return ()

    def completions(self, store: EventStore) -> list[str]:
        return list(_TIMES)


def only_text(value: Value) -> Text:
    """`value` of a field that takes text. Raises TypeError for one that no such field reads."""
    if not isinstance(value, Text):
        raise TypeError(f"a text is looked for, not {value!r}")
    return value


def by_text(numbers: NDArray[np.signedinteger], text_of: Callable[[int], str | None]) -> Counted:
    """Counts of `numbers` by their text; an empty text is a missing value and is omitted."""
    return counted(numbers, lambda number: text_of(number) or None if number >= 0 else None)
