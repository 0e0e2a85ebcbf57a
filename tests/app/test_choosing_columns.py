"""Columns are chosen, and a saved view keeps them."""

from __future__ import annotations

from app.driving import Browsing, browsing
from smtpscope.app.screens.table.columns_screen import ColumnsScreen
from smtpscope.app.widgets.table.table_line import OPTIONAL_COLUMNS, ColumnNeeds, columns_for
from smtpscope.session import Analysis
from smtpscope.workspace.saved_views import SavedView


def _names(driven: Browsing) -> list[str]:
    return [column.name for column in driven.browse.table.columns()]


async def test_space_hides_a_column_and_a_view_keeps_that(analysis: Analysis) -> None:
    async with browsing(analysis, size=(160, 40)) as driven:
        assert _names(driven) == ["name", "cause", "who", "count", "first", "last", "state", "activity"]
        await driven.press("W", "j", "space", "escape")
        assert "first" not in _names(driven)
        assert "last" in _names(driven)
        await driven.press("W")
        assert isinstance(driven.screen, ColumnsScreen)
        boxes = [line.split()[1:4] for line in driven.drawn if "[x]" in line or "[ ]" in line]
        assert boxes[0] == ["[x]", "cause", "why"]
        assert boxes[1] == ["[", "]", "first"]
        # With the mouse, too.
        await driven.pilot.click("#columns-list", offset=(2, 0))
        await driven.press("escape")
        assert "cause" not in _names(driven)
        driven.browse.show_saved_view(SavedView("all", "", left_out=""))
        await driven.settled()
        assert "cause" in _names(driven)
        driven.browse.show_saved_view(SavedView("few", "", left_out="last,state,of a newer version"))
        await driven.settled()
        assert not {"last", "state"} & set(_names(driven))


def test_room_that_is_free_goes_to_the_others() -> None:
    needs = ColumnNeeds(name=30, cause=24)
    for width in range(60, 260, 10):
        whole = columns_for(width, needs)
        for name in OPTIONAL_COLUMNS:
            columns = columns_for(width, needs, frozenset({name}))
            names = [column.name for column in columns]
            assert name not in names
            assert {"name", "who", "count"} <= set(names)
            assert {column.name for column in whole} - {name} <= set(names)
            assert sum(column.width + 1 for column in columns) <= width - 1
