"""What one line of the table says, and which columns a width has room for; no drawing here."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from rich.cells import cell_len, set_cell_size

from smtpscope.harmless import Shown

ColumnName = Literal["name", "cause", "who", "count", "first", "last", "state", "activity"]


@dataclass(frozen=True, slots=True)
class TableLine:
    """One group or event as it is drawn. `key` is the same as long as the group or event is the same.

    `opened` is None for a line with nothing behind it. `tone` is what attention it deserves: "act" (ours to fix and
    not over), "calm" (noise or over) or "plain"; it only colours what the words say anyway.
    """

    key: Hashable
    depth: int
    opened: bool | None
    name: Shown
    cause: Shown
    who: str = ""
    count: str = ""
    first: str = ""
    last: str = ""
    state: str = ""
    activity: str = ""
    marked: bool = False
    tone: Literal["act", "calm", "plain"] = "plain"


class TableRows(Protocol):
    """The lines that a table may ask for; only those in view are asked for."""

    def __len__(self) -> int: ...

    def line(self, index: int) -> TableLine: ...


@dataclass(frozen=True, slots=True)
class TableColumn:
    name: ColumnName
    title: str
    width: int
    right: bool = False


_LEAST_NAME: Final = 26
_MOST_NAME: Final = 46
_LEAST_CAUSE: Final = 14
_NARROW: Final = 110


def columns_for(width: int, times_width: int, name_width: int = 0) -> tuple[TableColumn, ...]:
    """The columns that fit into `width` cells, in their order; `times_width` is how wide a time is drawn.

    Name and count always stand; cause, state, first, last, who and activity follow as there is room. A host that is
    cut is no answer, so names get `name_width` (what the longest one needs) before the cause and the activity.
    """
    narrow = width < _NARROW
    wanted: list[TableColumn] = [
        TableColumn("count", "count", 6 if narrow else 7, right=True),
        TableColumn("cause", "cause", 18 if narrow else 22),
        TableColumn("state", "state", 9),
        TableColumn("first", "first", times_width),
        TableColumn("last", "last", times_width),
        TableColumn("who", "acts", 9),
    ]
    room = width - 2 - _LEAST_NAME
    chosen: list[TableColumn] = []
    for column in wanted:
        if column.width + 1 <= room:
            chosen.append(column)
            room -= column.width + 1
    wanted_name = min(name_width, _MOST_NAME) - _LEAST_NAME
    more_name = max(0, min(room, wanted_name))
    room -= more_name
    for place, column in enumerate(chosen):
        if column.name == "cause" and more_name < wanted_name:
            given = min(wanted_name - more_name, column.width - _LEAST_CAUSE)
            chosen[place] = TableColumn("cause", "cause", column.width - given)
            more_name += given
    if room >= 8:
        activity = min(24, room - 1)
        chosen.append(TableColumn("activity", "activity", activity))
        room -= activity + 1
    # What is left over goes to the name, then to the cause.
    extra_name = min(room, 16)
    order: tuple[ColumnName, ...] = ("cause", "who", "count", "first", "last", "state", "activity")
    by_name = {column.name: column for column in chosen}
    if "cause" in by_name:
        cause = by_name["cause"]
        by_name["cause"] = TableColumn("cause", "cause", cause.width + min(14, room - extra_name))
        room -= min(14, room - extra_name)
    result = [TableColumn("name", "", _LEAST_NAME + more_name + room)]
    return (*result, *(by_name[name] for name in order if name in by_name))


def fitted(value: str, width: int, *, right: bool = False) -> str:
    """`value` in exactly `width` cells: cut with an ellipsis or padded; wide characters count double."""
    length = cell_len(value)
    if length > width:
        return set_cell_size(value, max(0, width - 1)) + "…" if width > 0 else ""
    padding = " " * (width - length)
    return padding + value if right else value + padding


def heading_text(columns: Iterable[TableColumn], sorted_by: tuple[str, bool]) -> str:
    """The headings of `columns`; `sorted_by` is the name of one and whether the order is descending."""
    name, descending = sorted_by
    cells = ["  "]
    for column in columns:
        sign = (" v" if descending else " ^") if column.name == name else ""
        cells.append(fitted(column.title + sign, column.width, right=column.right) + " ")
    return "".join(cells)


def cell_text(line: TableLine, column: TableColumn) -> str:
    """What a group says in `column`, as wide as the column."""
    value: str = getattr(line, column.name)
    if column.name == "name":
        sign = {None: "  ", True: "v ", False: "> "}[line.opened]
        value = "  " * line.depth + sign + line.name
    return fitted(value, column.width, right=column.right)


def event_text(line: TableLine, room: int) -> str:
    """An event needs no columns but room (cells): when and whom on the left, the reply on the right."""
    left = min(max(40, room // 2), 72)
    name = "  " * (line.depth + 1) + line.name
    return f"{fitted(name, left)} {fitted(line.cause, max(0, room - left - 1))}"
