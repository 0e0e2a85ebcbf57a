"""A table of exchanges -> rows of the store: each distinct value is processed once, and no row individually."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from smtpscope.parsing.smtp_exchange import Command, RemoteHost, Reply, SmtpExchange
from smtpscope.parsing.smtp_exchange_table import SmtpExchangeTable
from smtpscope.store.column_set import Columns
from smtpscope.store.encoding import Encoder, RecordNumbers
from smtpscope.store.vocabulary import Codes, GrowingNumbers, Numbers

Value = TypeVar("Value")


class Translation(Generic[Value]):
    """From the places in a list that only grows to the numbers that `intern` gives to what is there."""

    __slots__ = ("_intern", "_numbers", "_values")

    def __init__(self, intern: Callable[[Sequence[Value]], Codes]) -> None:
        self._intern = intern
        self._values: Sequence[Value] = ()
        self._numbers = GrowingNumbers()

    def numbers(self, values: Sequence[Value], places: Numbers) -> Codes:
        """The numbers of the values at `places`."""
        if values is not self._values:
            self._values, self._numbers = values, GrowingNumbers()
        known = len(self._numbers)
        if known < len(values):
            self._numbers.extend(self._intern(values[known:]))
        return self._numbers.view()[places]


class TableEncoder:
    """Encodes whole tables into the vocabularies of `words`; for the reading thread."""

    def __init__(self, words: Encoder) -> None:
        self._words = words
        self._contexts: Translation[SmtpExchange] = Translation(words.intern_contexts)
        self._hosts: Translation[RemoteHost] = Translation(lambda new: words.hosts.intern_all(new, words.add_host))
        self._commands: Translation[Command] = Translation(
            lambda new: words.commands.intern_all(new, words.add_command)
        )
        self._replies: Translation[Reply] = Translation(lambda new: words.replies.intern_all(new, words.add_reply))

    def encode(self, table: SmtpExchangeTable) -> Columns:
        """One row for each exchange, in their order."""
        return self._words.judged_rows(
            RecordNumbers(table.time_ms, table.offset, table.record_id, table.connection),
            self._contexts.numbers(table.contexts, table.context),
            self._hosts.numbers(table.hosts, table.host),
            self._commands.numbers(table.commands, table.command),
            self._replies.numbers(table.replies, table.reply),
        )


def in_order_of_place(one: Columns, other: Columns) -> Columns:
    """The rows of both, which are of the same log, in the order of that log."""
    order: NDArray[np.int64] = np.argsort(np.concatenate([one.offset, other.offset]), kind="stable")
    return Columns(
        **{
            name: np.concatenate([getattr(one, name), getattr(other, name)])[order]
            for name in Columns.__struct_fields__
        }
    )
