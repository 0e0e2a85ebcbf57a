"""The tree of groups of a set: the same groups, facts and orders as `store.grouping.groups.GroupTree` has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from smtpscope.asking.activity_bins import bin_of
from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.group_tables import CELL_COLUMNS
from smtpscope.asking.incident_states import states_of_groups
from smtpscope.asking.set_columns import KEYS
from smtpscope.asking.sql import Sql, all_of, one_of
from smtpscope.asking.tree.kept_facts import UNKNOWN, KeptTree
from smtpscope.asking.tree.set_events import MOST_LISTED, SetEvents
from smtpscope.asking.tree.set_facts import SetFacts
from smtpscope.asking.tree.set_levels import PRUNED, KeyTexts, keyed_groups, loaded_levels, ranks_table
from smtpscope.asking.tree.set_sorting import SetSorting
from smtpscope.store.activity import liveliest
from smtpscope.store.column_set import NO_TIME
from smtpscope.store.grouping.dimensions import DIMENSIONS, Dimension, Grouping
from smtpscope.store.grouping.group import Group
from smtpscope.store.grouping.group_facts import GroupFacts
from smtpscope.store.grouping.group_sorting import (
    SortColumn,
    display_order,
)
from smtpscope.store.grouping.groups import group_of


class SetTree:
    """The rows of `asked` that match `rows` in groups, as a snapshot. Has the parts of `GroupTree` that reports and
    tables use; see there.
    """

    def __init__(self, asked: ExchangeSet, rows: Sql, grouping: Grouping) -> None:
        self.grouping: Grouping = grouping
        self._set = asked
        self._rows = rows
        self._dimensions = DIMENSIONS.of(grouping)
        self._states: dict[int, NDArray[np.int8]] = {}
        self._facts: dict[tuple[int, int], GroupFacts] = {}
        self._sparklines: dict[tuple[int, int, int], tuple[int, ...]] = {}
        self._order: NDArray[np.int64] | None = None
        self._loaded = loaded_levels(asked, rows, self._dimensions)
        self.levels = tuple(loaded.level for loaded in self._loaded)
        self.events = SetEvents(asked, self.rows_of)
        self._texts = tuple(KeyTexts(asked, dimension) for dimension in self._dimensions)
        self._tables: dict[int, str] = {}
        self._length, self.span = self._extent()
        self._kept = KeptTree(asked, self.levels, self.span)
        finalize(self, lambda tables: asked.discard(tables.values()), self._tables)

    def __len__(self) -> int:
        return self._length

    @property
    def order(self) -> NDArray[np.int64]:
        """The rows in groups of the last level, each in order of time; all of them, so for few rows only."""
        if self._order is None:
            before = ", ".join(f"ranks{place}.place" for place in range(len(self._dimensions)))
            joins = " ".join(
                f"JOIN {ranks_table(self._set, dimension)} AS ranks{place} ON ranks{place}.key IS NOT DISTINCT FROM "
                f"{KEYS[dimension.name]}"
                for place, dimension in enumerate(self._dimensions)
            )
            found = self._set.columns(
                f"SELECT row FROM numbered_rows {joins} WHERE {self._rows.text} "
                f"ORDER BY {before}{', ' if before else ''} time_ms NULLS FIRST, row",
                self._rows.values,
            )
            self._order = np.asarray(found["row"], np.int64)
        return self._order

    def rows(self, level: int, index: int) -> NDArray[np.int64]:
        """The numbers of the rows of a group in order of time, rows without a time first."""
        return self.events.of(level, index)

    @property
    def listed(self) -> int:
        """How many rows are listed one by one where there are no groups."""
        return min(self._length, MOST_LISTED)

    def event(self, level: int, index: int, number: int) -> int:
        """The row `number` of a group of the last level; of the newest rows where there are no groups."""
        return int(self.events.of(level, index)[number])

    def position(self, level: int, index: int, row: int) -> int | None:
        """The inverse of `event`, None if the row is not there or not known."""
        return self.events.position(level, index, row)

    def group_with(self, row: int) -> int | None:
        """The group of the last level that has `row`, -1 where there are no groups; None if that is not known."""
        found = self.events.group_with(row)
        return None if found is None or found[0] != len(self.levels) - 1 else found[1]

    def row_at(self, file: str, offset: int) -> int | None:
        """None: a place in a log is not what a set is sorted by."""
        return None

    def text_of_key(self, level: int, index: int) -> str:
        """The key of a group as text that survives a restart."""
        return self._text(level, index) or ""

    def key_of_text(self, level: int, text: str) -> int | None:
        """The inverse of `text_of_key`, None if nothing here has it."""
        return self._texts[level].key_of(text)

    def rows_of(self, level: int, index: int) -> Sql:
        """Which rows are in a group; for level -1, in the tree."""
        if level < 0:
            return self._rows
        groups = self.levels[level]
        places = [(level, index)] if level == 0 else [(0, int(groups.parent[index])), (level, index)]
        keys = [self._key(self._dimensions[at], self._text(at, place)) for at, place in places]
        return all_of((self._rows, *keys))

    def _text(self, level: int, index: int) -> str | None:
        (text,) = self._texts[level].of(self.levels[level].key[index : index + 1])
        return text

    def group(self, level: int, index: int) -> Group:
        """The facts of group `index` of `level`."""
        facts = self._facts.get((level, index))
        if facts is None:
            known = int(self._kept.facts(level).recipients[index])
            recipients = {} if known == UNKNOWN else {0: known}
            asked = SetFacts(self._set, self.rows_of(level, index), recipients=recipients)
            facts = self._facts[level, index] = asked.of_each()[0]
        groups = self.levels[level]
        spelling = groups.dimension.spelling
        label = self._text(level, index) if spelling is None else spelling(facts)
        state = int(self.states(level)[index])
        return group_of(groups, (level, index), label or "", facts, state, self._set.log_end_ms)

    def known_group(self, level: int, index: int) -> Group | None:
        """The facts of a group, if they were prepared."""
        return self.group(level, index) if (level, index) in self._facts else None

    def known_sparkline(self, level: int, index: int, bins: int) -> tuple[int, ...] | None:
        """The sparkline of a group, if it was prepared."""
        return self._sparklines.get((level, index, bins)) if bins > 0 else ()

    def bins_at_once(self, bins: int) -> int:
        """As many as the parts of those that are kept make up."""
        return self._kept.bins(bins)

    def sparkline(self, level: int, index: int, bins: int = 24) -> tuple[int, ...]:
        """The number of events of a group in each of `bins` equal parts of the whole tree's time span."""
        known = self._sparklines.get((level, index, bins))
        if known is None:
            lines = self._kept.lines(level, [index], bins)
            if index not in lines:
                lines[index] = self._binned(self.rows_of(level, index), bins, "0", "").get(0, (0,) * max(0, bins))
            known = self._sparklines[level, index, bins] = lines[index]
        return known

    def prepare(self, level: int, bins: int = 24, indices: Sequence[int] | None = None) -> None:
        """Computes `group` and `sparkline` for many groups of `level` at once: for all, or for some of them."""
        rows = self._rows if indices is None else all_of((self._rows, *self._among(level, indices)))
        join, keys = self._join(level, indices), [KEYS[dimension.name] for dimension in self._dimensions[: level + 1]]
        known = self._kept.facts(level).recipients
        wanted = list(range(len(known)) if indices is None else indices)
        if any((level, index) not in self._facts for index in wanted):
            recipients = {index: int(known[index]) for index in wanted if known[index] != UNKNOWN}
            facts = SetFacts(self._set, rows, join, "groups.number", keys, recipients).of_each()
            self._facts.update(((level, index), found) for index, found in facts.items())
        if bins < 1:
            return
        lines = self._kept.lines(level, wanted, bins)
        rest = [index for index in wanted if index not in lines]
        if rest:
            some = None if indices is None and not lines else rest
            rows = self._rows if some is None else all_of((self._rows, *self._among(level, rest)))
            lines |= self._binned(rows, bins, "groups.number", self._join(level, some))
        for index in wanted:
            self._sparklines[level, index, bins] = lines.get(index, (0,) * max(0, bins))

    def _among(self, level: int, indices: Sequence[int]) -> Iterator[Sql]:
        """The rows of some groups; that of their keys comes first, as it leaves out most of the set unread."""
        for at, dimension in enumerate(self._dimensions[: level + 1]):
            places = {index if at == level else int(self.levels[level].parent[index]) for index in indices}
            keys = set(self._texts[at].of(self.levels[at].key[sorted(places)]))
            # What is missing is null in the column itself.
            if None in keys or (dimension.name in PRUNED and not keys.isdisjoint(("", "0"))):
                continue
            expression, texts = PRUNED.get(dimension.name, KEYS[dimension.name]), sorted(map(str, keys))
            if dimension.vocabulary is None:
                yield Sql(f"{expression} IN ({', '.join(str(int(text)) for text in texts)})", by_cell=True)
            else:
                yield one_of(expression, texts, by_cell=True)
        yield Sql("groups.number IN (SELECT unnest(?::BIGINT[]))", ([int(index) for index in indices],), by_cell=True)

    def sorted_by(self, column: SortColumn = "attention", descending: bool = False) -> tuple[NDArray[np.int64], ...]:
        """For each level, the indices of its groups in display order; see `GroupTree.sorted_by`."""
        sorting = SetSorting(self._set, self._rows, self._loaded, self._texts, self.states, self._join)
        return tuple(
            display_order(level, sorting.keys(number, column), descending=descending, inner=number > 0)
            for number, level in enumerate(self.levels)
        )

    def states(self, level: int) -> NDArray[np.int8]:
        """The state of each group of `level` as an index of `STATES`, NO_STATE without a time."""
        known = self._states.get(level)
        if known is None and level < len(self.levels) - 1:
            known = liveliest(self.states(level + 1), self.levels[level + 1].parent, len(self.levels[level]))
            self._states[level] = known
        if known is None:
            keys = tuple(KEYS[dimension.name] for dimension in self._dimensions[: level + 1])
            groups, kept = self.levels[level], self._kept.facts(level)
            # Of no time, so that nothing is asked for them.
            timed = np.where(kept.kept, 0, groups.count - groups.untimed)

            def keyed(some: NDArray[np.int64]) -> str:
                return self._table_of(level, some)

            known = states_of_groups(self._set, (timed, groups.last_ms), keyed, keys, self._rows)
            known[kept.kept] = kept.states[kept.kept]
            self._states[level] = known
        return known

    def _extent(self) -> tuple[int, tuple[int, int] | None]:
        if self.levels:
            level = self.levels[0]
            timed = level.first_ms != NO_TIME
            span = (int(level.first_ms[timed].min()), int(level.last_ms[timed].max())) if timed.any() else None
            return int(level.count.sum()), span
        ((length, first_ms, last_ms),) = self._set.tuples(
            f"SELECT coalesce(sum(events), 0)::BIGINT, min(time_ms), max(last_ms) "
            f"FROM {self._set.relation(self._rows)} WHERE {self._rows.text}",
            self._rows.values,
        )
        return length, None if first_ms is None else (first_ms, last_ms)

    def _key(self, dimension: Dimension, text: str | None) -> Sql:
        expression = KEYS[dimension.name]
        by_cell = expression in CELL_COLUMNS
        if text is None:
            return Sql(f"{expression} IS NULL", by_cell=by_cell)
        if text not in ("", "0"):
            expression = PRUNED.get(dimension.name, expression)
        return Sql(f"{expression} = ?", (int(text) if dimension.vocabulary is None else text,), by_cell)

    def _join(self, level: int, indices: Sequence[int] | None = None) -> str:
        """What joins the rows with the groups of `level`, or with some of them."""
        if indices is not None:
            table = self._table_of(level, np.array(indices, np.int64))
            self._set.discard([table])
        elif level in self._tables:
            table = self._tables[level]
        else:
            table = self._tables[level] = self._table_of(level, np.arange(len(self.levels[level])))
        same = " AND ".join(
            f"groups.key{place} IS NOT DISTINCT FROM {KEYS[dimension.name]}"
            for place, dimension in enumerate(self._dimensions[: level + 1])
        )
        return f"JOIN {table} AS groups ON {same}"

    def _table_of(self, level: int, indices: NDArray[np.int64]) -> str:
        levels = list(zip(self._dimensions, self._kept.keys(level, indices), strict=False))
        return keyed_groups(self._set, indices, levels)

    def _binned(self, rows: Sql, bins: int, group: str, join: str) -> dict[int, tuple[int, ...]]:
        """The numbers of the sparkline of each group of `rows` with times; `group` is the number of a row's group."""
        lines: dict[int, list[int]] = {}
        if self.span is not None and bins > 0:
            place = bin_of(self.span, bins)
            found = self._set.tuples(
                f"SELECT {group}, {place.text}, count(*) FROM part_rows {join} "
                f"WHERE time_ms IS NOT NULL AND ({rows.text}) GROUP BY 1, 2",
                (*place.values, *rows.values),
            )
            for index, part, events in found:
                lines.setdefault(index, [0] * bins)[part] = events
        return {index: tuple(counts) for index, counts in lines.items()}
