"""The tree of groups on a screen. The facts of a group are computed only when it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from smtpscope.store.activity import NO_STATE, STATES, liveliest, states_of_each
from smtpscope.store.column_set import NO_MAILBOX, NO_TIME
from smtpscope.store.distinct import compacted
from smtpscope.store.event_store import EventStore, Rows
from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.group import Group
from smtpscope.store.grouping.group_facts import GroupFacts, RowsInGroups, facts_of
from smtpscope.store.grouping.group_sorting import (
    EXPECTED_NOISE,
    SORT_COLUMNS,
    SortColumn,
    Urgency,
    attention_keys,
    display_order,
    keys_of_level,
    ranks,
)
from smtpscope.store.grouping.grouping import Level, grouped
from smtpscope.store.vocabularies import WHO_ACTS

__all__ = ["SORT_COLUMNS", "Group", "GroupTree", "Grouping", "SortColumn"]


class GroupTree:
    """`rows` of `store` in groups, as a snapshot; rebuilt when rows are added or the filter changes.

    `order` has the row numbers by last-level group, each in time order. `levels` has the groups as arrays, outer level
    first (none for the grouping "none", where `order` is the flat list of events).
    """

    def __init__(self, store: EventStore, rows: Rows, grouping: Grouping, zone: tzinfo | None = None) -> None:
        result = grouped(store, rows, grouping)
        self.grouping: Grouping = grouping
        self.zone = zone
        self.order = result.order
        self.levels = result.levels
        self._times = result.times
        self._store = store
        self._columns = store.columns
        self._log = (store.log_start_ms, store.log_end_ms)
        self._groups: dict[tuple[int, int], Group] = {}
        self._sparklines: dict[tuple[int, int, int], tuple[int, ...]] = {}
        self._states: dict[int, NDArray[np.int8]] = {}
        timed = self._times[self._times != NO_TIME]
        self.span = (int(timed.min()), int(timed.max())) if len(timed) else None

    def __len__(self) -> int:
        return len(self.order)

    @property
    def listed(self) -> int:
        """How many rows are listed one by one where there are no groups."""
        return len(self.order)

    def event(self, level: int, index: int, number: int) -> int:
        """The row `number` of a group of the last level; of all rows where there are no groups (`level` is -1)."""
        start = 0 if level < 0 else int(self.levels[level].start[index])
        return int(self.order[start + number])

    def position(self, level: int, index: int, row: int) -> int | None:
        """The inverse of `event`, None if the row is not there."""
        rows = self.order if level < 0 else self._slice(level, index)[0]
        found = np.flatnonzero(rows == row)
        return int(found[0]) if len(found) else None

    def group_with(self, row: int) -> int | None:
        """The group of the last level that has `row`, -1 where there are no groups; None if the filter hides it."""
        found = np.flatnonzero(self.order == row)
        if not len(found):
            return None
        return int(np.searchsorted(self.levels[-1].end, int(found[0]), side="right")) if self.levels else -1

    def row_at(self, file: str, offset: int) -> int | None:
        """The row of the event at `offset` of the log `file`, None if it is not here."""
        candidates = np.sort(self.order[self._columns.offset[self.order] == offset]).tolist()
        return next((row for row in candidates if self._store.exchange(row).file == file), None)

    def text_of_key(self, level: int, index: int) -> str:
        """The key of a group as text that survives a restart."""
        groups = self.levels[level]
        return groups.dimension.text(self._store.words, int(groups.key[index]))

    def key_of_text(self, level: int, text: str) -> int | None:
        """The inverse of `text_of_key`, for a key of `level`; None if no open log has it."""
        return self.levels[level].dimension.number(self._store.words, text)

    def rows(self, level: int, index: int) -> NDArray[np.int64]:
        """The row numbers of a group in time order, rows without a time first."""
        rows, _ = self._slice(level, index)
        return rows if level == len(self.levels) - 1 else self._store.rows_by_time(rows)

    def group(self, level: int, index: int) -> Group:
        """The facts of group `index` of `level`. Raises IndexError if there is no such group."""
        known = self._groups.get((level, index))
        if known is None:
            known = self._groups[level, index] = self._described(level, index)
        return known

    def known_group(self, level: int, index: int) -> Group | None:
        """The same: everything is in memory."""
        return self.group(level, index)

    def known_sparkline(self, level: int, index: int, bins: int) -> tuple[int, ...] | None:
        """As `sparkline`."""
        return self.sparkline(level, index, bins)

    def bins_at_once(self, bins: int) -> int:
        """Any number is."""
        return bins

    def sparkline(self, level: int, index: int, bins: int = 24) -> tuple[int, ...]:
        """The number of events of a group in each of `bins` equal parts of the whole tree's time span."""
        known = self._sparklines.get((level, index, bins))
        if known is None:
            known = self._sparklines[level, index, bins] = self._binned(level, index, bins)
        return known

    def sorted_by(self, column: SortColumn = "attention", descending: bool = False) -> tuple[NDArray[np.int64], ...]:
        """For each level, the indices of its groups in display order.

        In the second level the children of a group keep their range (`first_child` to `end_child`) and are sorted
        within it. "attention" has a fixed order, reversed by descending: ongoing groups that are ours to fix, then
        quiet ones, then those for others to fix, then those that are over; groups that need no action are last,
        expected noise at the very end. Within these, the most frequent come first.
        """
        return tuple(
            display_order(level, self._sort_keys(number, level, column), descending=descending, inner=number > 0)
            for number, level in enumerate(self.levels)
        )

    def states(self, level: int) -> NDArray[np.int8]:
        """The state of each group of `level` as an index of `STATES`, NO_STATE without a time."""
        known = self._states.get(level)
        if known is None:
            known = self._states[level] = self._all_states(level)
        return known

    def _slice(self, level: int, index: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        groups = self.levels[level]
        if not 0 <= index < len(groups):
            raise IndexError(f"group {index} of {len(groups)}")
        part = slice(int(groups.start[index]), int(groups.end[index]))
        return self.order[part], self._times[part]

    def prepare(self, level: int, bins: int = 24, indices: Sequence[int] | None = None) -> None:
        """Computes `group` and `sparkline` for all groups of `level` at once, for callers that need them all; a few
        (`indices`) are as quick one by one.
        """
        groups = self.levels[level]
        if not len(groups) or indices is not None:
            return
        states = self.states(level).tolist()
        sparklines = self._counted(self._times, groups.count, bins)
        for index, facts in enumerate(facts_of(self._store, self.order, groups.count)):
            self._groups[level, index] = self._group(level, index, facts, states[index])
            self._sparklines[level, index, bins] = sparklines[index]

    def _described(self, level: int, index: int) -> Group:
        rows, _ = self._slice(level, index)
        (facts,) = facts_of(self._store, rows, np.array([len(rows)]))
        return self._group(level, index, facts, self._state(level, index))

    def _group(self, level: int, index: int, facts: GroupFacts, state: int) -> Group:
        groups = self.levels[level]
        label = groups.dimension.label(self._store.words, int(groups.key[index]), facts)
        return group_of(groups, (level, index), label, facts, state, self._log[1])

    def _state(self, level: int, index: int) -> int:
        known = self._states.get(level)
        if known is not None or level < len(self.levels) - 1:
            return int(self.states(level)[index])
        start_ms, end_ms = self._log
        times = self._slice(level, index)[1]
        times = times[times != NO_TIME]
        if start_ms is None or end_ms is None or not len(times):
            return NO_STATE
        end = np.array([len(times)])
        return int(states_of_each(times, end - len(times), end, start_ms, end_ms)[0])

    def _binned(self, level: int, index: int, bins: int) -> tuple[int, ...]:
        _, times = self._slice(level, index)
        return self._counted(times, np.array([len(times)]), bins)[0]

    def _counted(self, times: NDArray[np.int64], counts: NDArray[np.int64], bins: int) -> list[tuple[int, ...]]:
        """The numbers of each group's sparkline, from the `times` of consecutive groups with `counts` each."""
        if self.span is None or bins < 1:
            return [(0,) * max(0, bins)] * len(counts)
        start, last = self.span
        # The last moment belongs to the last part.
        positions = np.minimum((times - start) * bins // max(1, last - start), bins - 1)
        positions[times == NO_TIME] = NO_MAILBOX
        return list(map(tuple, RowsInGroups(counts).counts(positions, bins).tolist()))

    def _all_states(self, level: int) -> NDArray[np.int8]:
        groups = self.levels[level]
        if level < len(self.levels) - 1:
            return liveliest(self.states(level + 1), self.levels[level + 1].parent, len(groups))
        states = np.full(len(groups), NO_STATE, np.int8)
        start_ms, end_ms = self._log
        timed = np.flatnonzero(groups.count > groups.untimed)
        if start_ms is None or end_ms is None or not len(timed):
            return states
        counts = (groups.count - groups.untimed)[timed]
        ends = np.cumsum(counts)
        states[timed] = states_of_each(self._times[self._times != NO_TIME], ends - counts, ends, start_ms, end_ms)
        return states

    def _most_frequent(self, values: NDArray[np.signedinteger], level: Level, kinds: int) -> NDArray[np.int64]:
        """The most frequent of `values` in each group, given row by row as in `order`, each below `kinds`."""
        if not len(level):
            return np.zeros(0, np.int64)
        group_of_row = np.repeat(np.arange(len(level)), level.count)
        table = np.bincount(group_of_row * kinds + values, minlength=len(level) * kinds)
        most: NDArray[np.int64] = table.reshape(len(level), kinds).argmax(axis=1)
        return most

    def _any(self, flags: NDArray[np.bool_], level: Level) -> NDArray[np.bool_]:
        """Whether any row of each group has its flag, given row by row as in `order`."""
        found: NDArray[np.bool_] = np.logical_or.reduceat(flags, level.start) if len(level) else flags
        return found

    def _number(self, flags: NDArray[np.bool_], level: Level) -> NDArray[np.int64]:
        """How many rows of each group have their flag, given row by row as in `order`."""
        found: NDArray[np.int64] = np.add.reduceat(flags, level.start, dtype=np.int64) if len(level) else level.count
        return found

    def _sort_keys(self, number: int, level: Level, column: SortColumn) -> list[NDArray[np.int64]]:
        known = keys_of_level(level, column)
        if known is not None:
            return known
        if column == "attention":
            return [*self._attention(number, level), -level.count]
        return [self._rank(level, column)]

    def _attention(self, number: int, level: Level) -> list[NDArray[np.int64]]:
        """Sort keys for the action and the state, most significant first, each ascending."""
        noise = self._store.words.categories.number(EXPECTED_NOISE)
        no_noise = self._columns.category[self.order] != (NO_MAILBOX if noise is None else noise)
        who = self._store.words.judgement_who.view()[self._columns.judgement[self.order]]
        urgency = Urgency(
            costs_mail=self._any(no_noise, level),
            somebody=self._any(no_noise & (who != WHO_ACTS.index("nobody")), level),
            ours=self._any(no_noise & (who == WHO_ACTS.index("us")), level),
            number_of_ours=self._number(who == WHO_ACTS.index("us"), level),
        )
        return attention_keys(urgency, self.states(number))

    def _category_of_each(self, level: Level) -> NDArray[np.int64]:
        if level.column == "category":
            return level.key
        names = self._store.words.categories.values
        # Ties go to the first by alphabet, whatever was read first.
        by_name = np.array(sorted(range(len(names)), key=names.__getitem__), np.int64)
        place = np.empty(len(names), np.int64)
        place[by_name] = np.arange(len(names))
        return by_name[self._most_frequent(place[self._columns.category[self.order]], level, len(names))]

    def _rank(self, level: Level, column: SortColumn) -> NDArray[np.int64]:
        """Sort keys for "code", "host" and "cause": the level's own column, or else its most frequent value."""
        words = self._store.words
        if column == "code":
            if level.column == "code":
                return level.key
            codes, positions = compacted(self._columns.code[self.order])
            return codes[self._most_frequent(positions, level, len(codes))] if len(level) else codes
        if column == "cause":
            category = self._category_of_each(level)
            return ranks([words.categories[number] for number in category.tolist()])
        if level.dimension.vocabulary is None:
            return level.key
        texts = level.dimension.vocabulary(words)
        return ranks(["" if number < 0 else texts[number] for number in level.key.tolist()])


def group_of(
    groups: Level, place: tuple[int, int], label: str, facts: GroupFacts, state: int, log_end_ms: int | None
) -> Group:
    """The group at `place` (the number of its level, and its index in `groups`, which is that level)."""
    level, index = place
    first_ms, last_ms = int(groups.first_ms[index]), int(groups.last_ms[index])
    return Group(
        level=level,
        index=index,
        label=label,
        count=int(groups.count[index]),
        first_ms=None if first_ms == NO_TIME else first_ms,
        last_ms=None if last_ms == NO_TIME else last_ms,
        state=None if state == NO_STATE else STATES[state],
        quiet_ms=None if last_ms == NO_TIME or log_end_ms is None else log_end_ms - last_ms,
        **facts._asdict(),
    )
