"""One entry in the table of dimensions is all that a grouping needs, and any two go together."""

from __future__ import annotations

from datetime import UTC
from itertools import permutations

import numpy as np
import pytest

from smtpscope.app.positions import key_at, position_of
from smtpscope.app.widgets.table.group_outline import GroupOutline, OutlineEntry
from smtpscope.app.widgets.table.group_rows import GroupRows
from smtpscope.cli.options import GroupingType
from smtpscope.cli.program import cli
from smtpscope.configuration.setting_kinds import GroupingSetting
from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.filter_editing import add_term
from smtpscope.store.filter.filter_evaluation import matching
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.filter.filter_grammar import parse_filter
from smtpscope.store.grouping.dimensions import DIMENSIONS, Dimension
from smtpscope.store.grouping.grouping_names import GROUPING_NAMES
from smtpscope.store.grouping.groups import SORT_COLUMNS, GroupTree
from smtpscope.store.numbered_column import NumberedColumn
from store.events import store_of, three_weeks, unparsed

STORE = store_of(*three_weeks(), unparsed())

VERB = Dimension(
    name="verb",
    title="command",
    column="verb",
    inner="host",
    rows=NumberedColumn(lambda columns: columns.command, lambda words: words.command_verb.view()),
    vocabulary=lambda words: words.verbs,
    field="cmd",
    missing="(no command)",
)


@pytest.fixture
def with_new_dimension(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DIMENSIONS, "dimensions", (*DIMENSIONS.dimensions, VERB))


def rows_of(tree: GroupTree, opened: bool = False) -> GroupRows:
    outline = GroupOutline(tree, tree.sorted_by(), {}, page=10**6 if opened else 1)
    return GroupRows(
        outline,
        STORE.exchange,
        lambda category: category.upper(),
        UTC,
        with_year=False,
        mark_of=lambda group: "",
        bins=lambda: 8,
    )


def named_rows(tree: GroupTree) -> list[str]:
    rows = rows_of(tree, opened=True)
    return [rows.line(line).name for line in range(len(rows))]


@pytest.mark.usefixtures("with_new_dimension")
def test_one_entry_makes_a_grouping() -> None:
    tree = GroupTree(STORE, None, "verb", UTC)
    assert [level.column for level in tree.levels] == ["verb", "host_key"]
    assert {tree.group(0, index).label for index in range(len(tree.levels[0]))} == set(STORE.words.verbs)
    assert named_rows(tree)[0] == "RCPT  6 hosts"
    assert DIMENSIONS.title("verb") == "command and remote host"
    assert DIMENSIONS.understood("verb,host") == "verb"
    assert DIMENSIONS.after(DIMENSIONS.names[-2], 1) == "verb"
    assert GroupingType().convert("code,verb", None, None) == "code,verb"
    assert "verb" in GroupingSetting().expected
    (option,) = (each for each in cli.commands["report"].params if each.name == "grouping")
    assert option.type.shell_complete(None, option, "ve")[0].value == "verb"  # type: ignore[arg-type]


def same_place(store: EventStore, tree: GroupTree, level: int, index: int) -> bool:
    """Whether a kept place leads another run to the same group."""
    outline = GroupOutline(tree, tree.sorted_by(), {}, page=1)
    place = OutlineEntry(level, index)
    return key_at(tree, position_of(store, outline, place)) == outline.key(place)


PAIRS = [",".join(pair) for pair in permutations(DIMENSIONS.names, 2)]


@pytest.mark.parametrize("grouping", [*DIMENSIONS.names, *PAIRS])
def test_any_two_dimensions_go_together(grouping: str) -> None:
    tree = GroupTree(STORE, None, grouping, UTC)
    outer, inner = tree.levels
    levels = DIMENSIONS.of(grouping)
    assert (outer.dimension, inner.dimension) == levels
    numbers = [dimension.rows.of_rows(STORE, tree.order) for dimension in levels]
    assert len(inner) == len(set(zip(*(column.tolist() for column in numbers), strict=True)))
    assert int(outer.count.sum()) == int(inner.count.sum()) == len(STORE)
    for column in SORT_COLUMNS:
        assert [sorted(order.tolist()) for order in tree.sorted_by(column)] == [
            list(range(len(outer))),
            list(range(len(inner))),
        ]
    for level in (0, 1):
        assert same_place(STORE, tree, level, 0)
        assert same_place(STORE, tree, level, len(tree.levels[level]) - 1)
    assert all(named_rows(tree))


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda dimension: dimension.name)
def test_a_group_stands_for_the_filter_that_finds_it(dimension: Dimension) -> None:
    tree = GroupTree(STORE, None, dimension.name, UTC)
    for index in range(len(tree.levels[0])):
        field, value = dimension.term(tree.group(0, index))
        assert FIELDS.named(field) is not None
        found = np.flatnonzero(matching(STORE, parse_filter(add_term("", field, value)), UTC))
        assert found.tolist() == sorted(tree.rows(0, index).tolist())


def test_a_pair_that_has_a_name_goes_by_it_and_what_is_none_by_nothing() -> None:
    assert DIMENSIONS.understood("Host, Code") == "host"
    assert DIMENSIONS.understood("code,server") == "code,server"
    assert DIMENSIONS.understood("none") == "none"
    assert [DIMENSIONS.understood(text) for text in ("", "moon", "code,code", "code,", "code,host,server")] == [
        None
    ] * 5
    assert DIMENSIONS.after("code,server", 1) == "host"
    assert DIMENSIONS.title("none") == "nothing (all events)"


def test_names_and_kept_names_are_each_of_one_dimension() -> None:
    assert len(set(DIMENSIONS.names)) == len({each.column for each in DIMENSIONS}) == len(DIMENSIONS.names)
    assert all(DIMENSIONS.named(each.inner) is not each for each in DIMENSIONS)


def test_the_names_that_the_command_line_shows_are_those_of_the_dimensions() -> None:
    assert DIMENSIONS.names == GROUPING_NAMES, "GROUPING_NAMES in store/grouping/grouping_names.py"
