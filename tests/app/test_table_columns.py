"""Which columns a width has room for, how a name is cut, and where the sign of the order stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from app.driving import browsing
from smtpscope.app.widgets.table.table_line import (
    ColumnNeeds,
    TableColumn,
    TableLine,
    cell_text,
    columns_for,
    cut_in_the_middle,
    heading_text,
)
from smtpscope.harmless import shown
from smtpscope.session import Analysis
from smtpscope.store.grouping.groups import SORT_COLUMNS

NEEDS = ColumnNeeds(name=40, cause=33, time=14, title="code / host")
ORDER = ("name", "cause", "who", "count", "first", "last", "state", "activity")


def widths(width: int, needs: ColumnNeeds = NEEDS) -> dict[str, int]:
    return {column.name: column.width for column in columns_for(width, needs)}


@given(st.integers(30, 400), st.integers(0, 120), st.integers(0, 80), st.sampled_from([14, 19]))
def test_name_action_and_count_always_stand_and_all_fits(width: int, name: int, cause: int, time: int) -> None:
    columns = columns_for(width, ColumnNeeds(name, cause, time, "code / host"))
    names = [column.name for column in columns]
    assert {"name", "who", "count"} <= set(names)
    assert names == [each for each in ORDER if each in names]
    assert 2 + sum(column.width + 1 for column in columns) <= max(width, 30)


def test_columns_give_way_in_the_order_of_what_they_are_worth() -> None:
    """From wide to narrow: activity, first, the seconds of last, last, state; the action never."""
    lost: list[str] = []
    before = widths(250)
    assert set(before) == set(ORDER)
    for width in range(249, 40, -1):
        now = widths(width)
        lost += [name for name in before if name not in now]
        if now.get("last", 0) < before.get("last", 0) and "last" in now:
            lost.append("seconds")
        before = now
    assert lost == ["activity", "first", "seconds", "last", "state"]


def test_a_terminal_of_160_columns_has_them_all() -> None:
    assert set(widths(159)) == set(ORDER)
    assert widths(159)["activity"] >= 8


def test_a_cause_that_the_name_says_already_has_no_column() -> None:
    assert "cause" not in widths(250, ColumnNeeds(name=40, cause=0, title="cause / host"))


@pytest.mark.parametrize("width", [79, 119, 249])
def test_the_cause_gets_what_the_names_do_not_need(width: int) -> None:
    short, long = widths(width, ColumnNeeds(20, 60)), widths(width, ColumnNeeds(60, 60))
    assert short["cause"] >= long["cause"]
    assert widths(249, ColumnNeeds(40, 60))["cause"] >= 60


@pytest.mark.parametrize(
    ("value", "width", "cut"),
    [
        ("mail.fabrikam.example", 21, "mail.fabrikam.example"),
        ("mail.fabrikam.example", 13, "mail.f…xample"),
        ("203.0.113.177 (we refuse)", 21, "203.….177 (we refuse)"),
        ("a b c d e f g h i j", 9, "a b … i j"),
        ("例例例例例例例例", 9, "例例…例例"),
        ("host", 0, ""),
    ],
)
def test_a_long_name_is_cut_in_the_middle(value: str, width: int, cut: str) -> None:
    assert cut_in_the_middle(value, width) == cut


@given(st.text(max_size=60), st.integers(-5, 60))
def test_a_cut_name_is_never_too_wide(value: str, width: int) -> None:
    assert cell_len(cut_in_the_middle(value, width)) <= max(width, 0)


@pytest.mark.parametrize("order", SORT_COLUMNS)
@pytest.mark.parametrize("width", [79, 159])
@pytest.mark.parametrize("title", ["code / host", "recipient / server", "cause / host"])
def test_every_order_has_a_sign(order: str, width: int, title: str) -> None:
    needs = ColumnNeeds(name=30, cause=0 if title.startswith("cause") else 24, title=title)
    texts = [heading_text(columns_for(width, needs), (order, descending)) for descending in (False, True)]
    assert sum(text.count(" v") + text.count(" ^") for text in texts) == 2
    assert texts[0] != texts[1]


def test_an_action_that_is_too_long_has_a_short_form() -> None:
    line = TableLine("key", 0, False, shown("550"), shown(""), who="recipient")
    assert cell_text(line, TableColumn("who", "action", 8)).strip() == "rcpt"
    assert cell_text(line, TableColumn("who", "action", 9)).strip() == "recipient"


async def test_who_has_to_act_is_always_in_sight(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        for width, height in ((60, 20), (80, 24), (120, 30), (160, 50), (250, 60)):
            await driven.pilot.resize_terminal(width, height)
            await driven.settled()
            drawn = "\n".join(driven.drawn)
            assert "action v" in drawn
            assert {line.who for line in driven.lines} >= {"us", "us+others"}
            names = {column.name for column in driven.browse.table.columns()}
            assert ("activity" in names) == (width >= 160)


async def test_by_cause_the_cause_is_written_once(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 30)) as driven:
        await driven.press("o", "3")
        assert driven.view.grouping == "cause"
        assert "cause / host" in driven.drawn[3]
        cause = driven.lines[0].name.split("  ")[0]
        assert driven.drawn[4].count(cause) == 1
        assert cause not in driven.drawn[5]


async def test_the_activity_never_touches_the_row_above(analysis: Analysis) -> None:
    async with browsing(analysis, size=(160, 50)) as driven:
        activities = [line.activity for line in driven.lines if line.count]
        assert any(activities)
        assert not any("█" in activity for activity in activities)


async def test_the_picture_in_the_header_follows_the_width(analysis: Analysis) -> None:
    async with browsing(analysis, size=(250, 60)) as driven:
        assert driven.browse.header.activity_width > 150
        assert len(driven.drawn[1].rstrip()) > 240


def test_the_largest_count_is_not_cut() -> None:
    assert widths(120, ColumnNeeds(name=30, cause=24, count=len("20,000,000")))["count"] == 10
