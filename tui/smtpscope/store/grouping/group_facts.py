"""Computes the facts of all groups of a level at once, which is thirty times as fast as one by one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.column_set import NO_CODE, NO_MAILBOX
from smtpscope.store.distinct import compacted
from smtpscope.store.event_store import EventStore
from smtpscope.store.vocabularies import DIRECTIONS, WHO_ACTS

Numbers = NDArray[np.int64]
Column = NDArray[np.signedinteger]

# A table of flags is faster than sorting while it is small.
_LARGEST_TABLE = 1 << 25


class GroupFacts(NamedTuple):
    """What the rows of a group have in common, with the field names of `Group`."""

    code: int | None
    codes: int
    host_key: str | None
    host: str | None
    hosts: int
    category: str
    categories: int
    who_acts: WhoActs
    acting: tuple[WhoActs, ...]
    direction: Direction | None
    recipient: str | None
    recipients: int
    server: str | None


def facts_of(store: EventStore, rows: Numbers, counts: Numbers) -> list[GroupFacts]:
    """The facts of consecutive groups in `rows`, with `counts` rows each; no group is empty."""
    columns, words = store.columns, store.words
    groups = RowsInGroups(counts)
    codes, host_keys, directions, recipients, servers = (
        groups.distinct(column[rows])
        for column in (columns.code, columns.host_key, columns.direction, columns.recipient, columns.server)
    )
    named = groups.named(columns.recipient[rows])
    categories = groups.counts(columns.category[rows], len(words.categories))
    # Ties go to the first by alphabet, whatever was read first.
    by_name = np.array(sorted(range(len(words.categories)), key=words.categories.values.__getitem__), np.int64)
    category = by_name[categories[:, by_name].argmax(axis=1)].tolist()
    kinds = np.count_nonzero(categories, axis=1).tolist()
    acting = groups.counts(words.judgement_who.view()[columns.judgement[rows]], len(WHO_ACTS))
    who, somebody = acting.argmax(axis=1).tolist(), (acting > 0).tolist()
    hosts = groups.labels(columns.host[rows], host_keys.agree(), lambda number: words.hosts[number].verbatim)
    mailboxes = groups.labels(
        words.command_mailbox.view()[columns.command[rows]],
        recipients.agree() & (np.array(recipients.lowest) != NO_MAILBOX),
        words.mailboxes.__getitem__,
    )
    found = []
    for group in range(len(counts)):
        code, host_key, server = codes.only(group), host_keys.only(group), servers.only(group)
        direction = directions.only(group)
        found.append(
            GroupFacts(
                code=None if code == NO_CODE else code,
                codes=codes.number[group],
                host_key=None if host_key is None else words.host_keys[host_key],
                host=hosts.get(group),
                hosts=host_keys.number[group],
                category=words.categories[category[group]],
                categories=kinds[group],
                who_acts=WHO_ACTS[who[group]],
                acting=tuple(compress(WHO_ACTS, somebody[group])),
                direction=None if direction is None else DIRECTIONS[direction],
                recipient=mailboxes.get(group),
                recipients=named[group],
                server=None if server is None else words.servers[server],
            )
        )
    return found


class DistinctValues(Struct, frozen=True):
    """For each group, the number of distinct values in a column and the lowest of them."""

    number: list[int]
    lowest: list[int]

    def only(self, group: int) -> int | None:
        """The value that all rows of a group share, None if they differ."""
        return self.lowest[group] if self.number[group] == 1 else None

    def agree(self) -> NDArray[np.bool_]:
        """The groups in which all rows have the same value."""
        same: NDArray[np.bool_] = np.array(self.number) == 1
        return same


class RowsInGroups:
    """Rows of consecutive groups, `counts` in each; no group is empty."""

    def __init__(self, counts: Numbers) -> None:
        self._groups = len(counts)
        self._group_of_row = np.repeat(np.arange(len(counts)), counts)

    def distinct(self, values: Column) -> DistinctValues:
        """The distinct `values` of each group, including negative ones."""
        pairs, kinds, low = self._pairs(values)
        groups = pairs // kinds
        first = np.searchsorted(groups, np.arange(self._groups))
        number = np.bincount(groups, minlength=self._groups)
        return DistinctValues(number.tolist(), (pairs[first] % kinds + low).tolist())

    def named(self, values: Column) -> list[int]:
        """The number of distinct `values` in each group, without NOBODY."""
        pairs, kinds, low = self._pairs(values)
        pairs = pairs[pairs % kinds + low != NO_MAILBOX]
        found: list[int] = np.bincount(pairs // kinds, minlength=self._groups).tolist()
        return found

    def counts(self, values: Column, kinds: int) -> Numbers:
        """How often each value (below `kinds`) occurs, one row for each group, without NOBODY."""
        some = np.flatnonzero(values != NO_MAILBOX)
        table = np.bincount(self._group_of_row[some] * kinds + values[some], minlength=self._groups * kinds)
        return table.reshape(self._groups, kinds)

    def labels(self, values: Column, wanted: NDArray[np.bool_], text_of: Callable[[int], str]) -> dict[int, str]:
        """For each of the `wanted` groups its most frequent text; ties go to the first by alphabet."""
        rows = np.flatnonzero(wanted[self._group_of_row])
        kinds = int(np.max(values, initial=0)) + 1
        pairs, positions = compacted(self._group_of_row[rows] * kinds + values[rows])
        totals: dict[int, dict[str, int]] = {}
        for pair, count in zip(pairs.tolist(), np.bincount(positions, minlength=len(pairs)).tolist(), strict=True):
            texts, text = totals.setdefault(pair // kinds, {}), text_of(pair % kinds)
            texts[text] = texts.get(text, 0) + count
        return {group: min(texts, key=lambda text: (-texts[text], text)) for group, texts in totals.items()}

    def _pairs(self, values: Column) -> tuple[Numbers, int, int]:
        """The distinct pairs of group and value in ascending order, each encoded as group * kinds + value - low."""
        low, high = int(np.min(values, initial=0)), int(np.max(values, initial=0))
        kinds = high - low + 1
        pairs = self._group_of_row * kinds + (values.astype(np.int64) - low)
        if self._groups * kinds > _LARGEST_TABLE:
            return compacted(pairs)[0], kinds, low
        present = np.zeros(self._groups * kinds, np.bool_)
        present[pairs] = True
        return np.flatnonzero(present), kinds, low
