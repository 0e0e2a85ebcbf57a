"""The content of one line of the table, and the columns that fit a width; no drawing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len, set_cell_size

from smtpscope.harmless import Shown

Mark = Literal["", "now", "before"]
"""Not marked, marked in this run, marked on another day."""
ColumnName = Literal["name", "cause", "who", "count", "first", "last", "state", "activity"]


OPTIONAL_COLUMNS: Final[tuple[ColumnName, ...]] = ("cause", "first", "last", "state", "activity")
"""Those that can be left out."""


class TableLine(Struct, frozen=True):
    """One group or event as drawn. `key` identifies the group or event.

    `opened` is None for a line that can't be opened. `named` means that `name` is a host, a mailbox or a server, not a
    title. `new` means that it came in, or has events that came in, while the logs are followed. `tone` is the attention
    it deserves: "act" (ours to fix and not over), "calm" (noise or over) or "plain"; it only colours information that
    is also in the text.
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
    marked: Mark = ""
    new: bool = False
    named: bool = True
    tone: Literal["act", "calm", "plain"] = "plain"


class TableRows(Protocol):
    """The lines of a table; only those in view are requested."""

    def __len__(self) -> int: ...

    def line(self, index: int) -> TableLine: ...


class TableColumn(Struct, frozen=True):
    name: ColumnName
    title: str
    width: int
    right: bool = False


_NARROW: Final = 110
_WANTED_CAUSE: Final = 24
"""Titles of causes fit this width."""
_MOST_CAUSE: Final = 60
_MOST_NAME: Final = 60
_LEAST_ACTIVITY: Final = 8
_MOST_ACTIVITY: Final = 48
_SECONDS: Final = 3
_LEAST_CUT: Final = 8
_SHORT_ACTION: Final = {"recipient": "rcpt", "us+others": "us+"}
_COLUMN_OF_ORDER: Final[dict[str, ColumnName]] = {"attention": "who", "code": "name", "host": "name"}


class ColumnNeeds(Struct, frozen=True):
    """The widths the rows need: for a full name, a full cause title (0: no column, as the name is the cause), a time
    with seconds and the largest count; and the title of the first column.
    """

    name: int = 0
    cause: int = _WANTED_CAUSE
    time: int = 14
    title: str = ""
    count: int = 7


def columns_for(
    width: int, needs: ColumnNeeds, left_out: frozenset[ColumnName] = frozenset()
) -> tuple[TableColumn, ...]:
    """The columns that fit into `width` cells, in their order, without those `left_out`.

    Name, cause, action and count are always there. As the screen narrows, the others are dropped in this order:
    activity, first, the seconds of times, last, state; then names and causes are cut. Room that names don't need goes
    to the cause, then to the activity.
    """
    if "cause" in left_out:
        needs = replace(needs, cause=0)
    narrow = width < _NARROW
    fixed = [
        TableColumn("who", "action", 8 if narrow else 9),
        TableColumn("count", "count", max(7, needs.count), right=True),
    ]
    room = width - 2 - sum(column.width + 1 for column in fixed)
    short = needs.time - _SECONDS
    chosen: list[TableColumn] = []
    all_fit = False
    # The cells each of these needs for name and cause.
    for least_name, least_cause, options in (
        (22, 16, [TableColumn("state", "state", 9 if narrow else 10)]),
        (22, _WANTED_CAUSE, [TableColumn("last", "last", short)]),
        (26, _WANTED_CAUSE, [TableColumn("last", "last", needs.time)]),
        (30, _WANTED_CAUSE, [TableColumn("last", "last", needs.time), TableColumn("first", "first", needs.time)]),
    ):
        options = [option for option in options if option.name not in left_out]
        names = {option.name for option in options}
        tried = [*(column for column in chosen if column.name not in names), *options]
        beside = min(needs.name, least_name) + 1 + (min(needs.cause, least_cause) + 1 if needs.cause else 0)
        if sum(column.width + 1 for column in tried) + beside > room:
            break
        chosen = tried
    else:
        all_fit = "activity" not in left_out
    room -= sum(column.width + 1 for column in chosen)
    name, cause, room = _elastic(room, needs)
    activity = min(_MOST_ACTIVITY, room - 1) if all_fit and room > _LEAST_ACTIVITY else 0
    room -= activity + 1 if activity else 0
    if cause:
        fixed.insert(0, TableColumn("cause", "cause", cause + room))
    else:
        name += room
    if activity:
        chosen.append(TableColumn("activity", "activity", activity))
    order: tuple[ColumnName, ...] = ("cause", "who", "count", "first", "last", "state", "activity")
    by_name = {column.name: column for column in (*fixed, *chosen)}
    return (TableColumn("name", needs.title, name), *(by_name[each] for each in order if each in by_name))


def _elastic(room: int, needs: ColumnNeeds) -> tuple[int, int, int]:
    """The widths of name and cause within `room` cells, and the rest."""
    room -= 2 if needs.cause else 1
    name, cause = min(needs.name, _MOST_NAME), min(needs.cause, _WANTED_CAUSE)
    if name + cause > room:
        name = max(min(name, 22, 2 * room // 3), min(name, room - cause))
        cause = min(cause, max(0, room - name))
    left = max(0, room - name - cause)
    more = min(left, min(needs.cause, _MOST_CAUSE) - cause)
    return name, cause + more, left - more


def column_at(columns: Iterable[TableColumn], x: int) -> ColumnName | None:
    """The column that takes cell `x` of a line, None where there is none."""
    left = 2
    for column in columns:
        if left <= x < left + column.width + 1:
            return column.name
        left += column.width + 1
    return None


def fitted(value: str, width: int, *, right: bool = False) -> str:
    """`value` in exactly `width` cells: cut with an ellipsis or padded; wide characters count double."""
    length = cell_len(value)
    if length > width:
        return set_cell_size(value, max(0, width - 1)) + "…" if width > 0 else ""
    padding = " " * (width - length)
    return padding + value if right else value + padding


def cut_in_the_middle(value: str, width: int) -> str:
    """`value` in at most `width` cells: hosts and mailboxes are recognised by their beginning and the domain at their
    end.

    Only the longest word is cut if that is enough, so remarks on a host stay readable.
    """
    over = cell_len(value) - width
    if over <= 0:
        return value
    if width < 1:
        return ""
    longest = max(value.split(), key=len, default="")
    if cell_len(longest) - over >= _LEAST_CUT:
        return value.replace(longest, _middle_out(longest, cell_len(longest) - over), 1)
    return _middle_out(value, width)


def _middle_out(value: str, width: int) -> str:
    ending = value[max(0, len(value) - width // 2) :]
    while cell_len(ending) > width // 2:
        ending = ending[1:]
    return f"{set_cell_size(value, max(0, width - 1 - cell_len(ending)))}…{ending}"


def heading_text(columns: Iterable[TableColumn], sorted_by: tuple[str, bool]) -> str:
    """The headings of `columns`; `sorted_by` is the order and whether it is descending.

    The sign is at the sorted column; for an order without a column, at the first column, with the order's name.
    """
    order, descending = sorted_by
    shown = list(columns)
    sign = "v" if descending != (order == "attention") else "^"
    at = _COLUMN_OF_ORDER.get(order, order)
    cells = ["  "]
    names = {column.name for column in shown}
    for column in shown:
        title = column.title
        if column.name == at and (at != "name" or order in title.split()):
            title = title.replace(order, f"{order} {sign}", 1) if at == "name" else f"{title} {sign}"
        elif column.name == "name" and order and (at not in names or at == "name"):
            suffix = f", {order} {sign}"
            title = fitted(title, min(cell_len(title), max(0, column.width - len(suffix)))) + suffix
        cells.append(fitted(title, column.width, right=column.right) + " ")
    return "".join(cells)


def cell_text(line: TableLine, column: TableColumn) -> str:
    """The text of a group in `column`, padded to its width."""
    value: str = getattr(line, column.name)
    if column.name == "name":
        before = "  " * line.depth + {None: "  ", True: "v ", False: "> "}[line.opened]
        value = before + (cut_in_the_middle(line.name, column.width - len(before)) if line.named else line.name)
    if column.name == "who":
        value = value if cell_len(value) <= column.width else _SHORT_ACTION.get(value, value)
    return fitted(value, column.width, right=column.right)


def event_text(line: TableLine, room: int) -> str:
    """An event has no columns: time and host on the left, the reply on the right."""
    left = min(max(40, room // 2), 72)
    name = "  " * (line.depth + 1) + line.name
    return f"{fitted(name, left)} {fitted(line.cause, max(0, room - left - 1))}"
