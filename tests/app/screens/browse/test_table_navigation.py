"""Moving through the table without a table: groups, incidents, events, grouping and order."""

from __future__ import annotations

import pytest

from app.fakes import Surroundings
from smtpscope.app.screens.browse.table_navigation import TableNavigation
from smtpscope.session import Analysis
from smtpscope.store.grouping.dimensions import DIMENSIONS


@pytest.fixture
def around(analysis: Analysis) -> Surroundings:
    return Surroundings(analysis)


@pytest.fixture
def navigation(around: Surroundings) -> TableNavigation:
    return TableNavigation(around.state, around.page, around.selection, around.table, around.views)


def test_open_opens_a_group_and_then_steps_into_it(around: Surroundings, navigation: TableNavigation) -> None:
    outline = around.state.outline
    assert outline is not None
    before = len(outline)
    navigation.close()
    closed = len(outline)
    assert closed <= before
    navigation.open()
    assert len(outline) > closed
    navigation.open()
    assert around.table.cursor == 1


def test_close_within_a_group_goes_to_its_heading(around: Surroundings, navigation: TableNavigation) -> None:
    navigation.open()
    around.table.cursor = 1
    navigation.close()
    if around.table.cursor:
        navigation.close()
    assert around.table.cursor == 0


def test_an_event_under_the_cursor_has_nothing_to_open(around: Surroundings, navigation: TableNavigation) -> None:
    navigation.go_to_event(1)
    assert around.selection.entry is not None
    assert around.selection.entry.row is not None
    assert navigation.choose()


def test_the_next_event_and_the_one_before_it_are_one_step_apart(
    around: Surroundings, navigation: TableNavigation
) -> None:
    navigation.go_to_event(1)
    first = around.selection.row
    navigation.go_to_event(1)
    second = around.selection.row
    navigation.go_to_event(-1)
    assert around.selection.row == first != second


def test_the_grouping_before_comes_back(around: Surroundings, navigation: TableNavigation) -> None:
    first = around.state.grouping
    for grouping in DIMENSIONS.groupings[1:]:
        navigation.group_by(grouping)
        assert around.state.grouping == grouping
    navigation.group_by(None)
    navigation.previous_grouping()
    assert around.state.grouping == DIMENSIONS.groupings[-2]
    navigation.previous_grouping()
    assert around.state.grouping == DIMENSIONS.groupings[-1] != first


def test_a_heading_that_is_clicked_twice_turns_the_order_round(
    around: Surroundings, navigation: TableNavigation
) -> None:
    navigation.sort_by_column("last")
    assert (around.state.sort, around.state.descending) == ("last", True)
    navigation.sort_by_column("last")
    assert (around.state.sort, around.state.descending) == ("last", False)
    navigation.sort_by_column("activity")
    assert (around.state.sort, around.state.descending) == ("last", False)
