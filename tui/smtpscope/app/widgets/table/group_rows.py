"""The content of an outline's lines: groups from the tree, events from the store."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import tzinfo
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from smtpscope.app.widgets.log_header import bars
from smtpscope.app.widgets.table.group_outline import GroupOutline, OutlineEntry, first_groups
from smtpscope.app.widgets.table.table_line import ColumnNeeds, Mark, TableLine
from smtpscope.app.widgets.texts.exchange_text import NO_HOST
from smtpscope.harmless import Shown, shown
from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.store.activity import state_brief
from smtpscope.store.grouping.group_sorting import EXPECTED_NOISE
from smtpscope.store.grouping.groups import Group
from smtpscope.store.times import format_time

WHO_SHORT: Final[dict[WhoActs, str]] = {
    "us": "us",
    "them": "them",
    "sender": "sender",
    "recipient": "recipient",
    "nobody": "none",
}


class GroupRows:
    """The lines of the table. `exchange` returns an event by its row, `cause_title` a category's short name.

    `with_year` says whether times need a year, `mark_of` returns whether an incident of the group is marked, `bins` how
    many bins fit in the activity column, `first_new` the first event that came in while following.
    """

    def __init__(
        self,
        outline: GroupOutline,
        exchange: Callable[[int], SmtpExchange],
        cause_title: Callable[[str], str],
        zone: tzinfo,
        *,
        with_year: bool,
        mark_of: Callable[[Group], Mark],
        bins: Callable[[], int],
        first_new: int | None = None,
    ) -> None:
        self.outline = outline
        self._exchange = exchange
        self._cause_title = cause_title
        self._zone = zone
        self._with_year = with_year
        self._mark_of = mark_of
        self._bins = bins
        self._first_new = first_new

    def __len__(self) -> int:
        return len(self.outline)

    def line(self, index: int) -> TableLine:
        place = self.outline.place(index)
        key = self.outline.key(place)
        return self._event(place, key) if place.row is not None else self._group(place, key)

    def needs(self, order: Sequence[NDArray[np.int64]], most: int) -> ColumnNeeds:
        """The widths that the first `most` groups of each level need: the longest name, including indent and sign, and
        so on.

        Closed groups count too, so columns don't move when one is opened.
        """
        tree = self.outline.tree
        groups = [tree.group(level, index) for level, index in first_groups(tree, order, most)]
        repeated = any(level.dimension.titled for level in tree.levels)
        return ColumnNeeds(
            name=max((2 * group.level + 2 + cell_len(self._name(group)) for group in groups), default=0),
            cause=0 if repeated else max((cell_len(self._cause(group)) for group in groups), default=0),
            time=19 if self._with_year else 14,
            title=" / ".join(level.dimension.name for level in tree.levels) or "event",
        )

    def _time(self, ms: int | None) -> str:
        return format_time(ms, self._zone, year=self._with_year)

    def _event(self, place: OutlineEntry, key: Hashable) -> TableLine:
        assert place.row is not None
        exchange = self._exchange(place.row)
        when = self._time(exchange.time_ms) or "no time"
        new = self._first_new is not None and place.row >= self._first_new
        if exchange.problem is not None:
            return TableLine(key, 2, None, shown(when), shown(exchange.problem), new=new)
        whom = exchange.command.mailbox
        what = exchange.command.arguments if whom is None else (whom or "<>")
        name = f"{when} {exchange.command.verb} {what}"
        if not self.outline.tree.levels:
            host = exchange.remote_host.verbatim or NO_HOST
            code = "" if exchange.reply.code is None else str(exchange.reply.code)
            name = f"{when} {code} {host} {exchange.command.verb} {what}"
        return TableLine(
            key, 2 if self.outline.tree.levels else 0, None, shown(name), shown(exchange.reply.text), new=new
        )

    def _group(self, place: OutlineEntry, key: Hashable) -> TableLine:
        group = self.outline.tree.group(place.level, place.index)
        depth = place.level
        return TableLine(
            key,
            depth,
            self.outline.is_open(place.level, place.index),
            self._name(group),
            self._cause(group),
            who=_action(group),
            count=f"{group.count:,}",
            first=self._time(group.first_ms),
            last=self._time(group.last_ms),
            state=state_brief(group.state, group.quiet_ms),
            activity=bars(self.outline.tree.sparkline(place.level, place.index, self._bins()), highest=7),
            marked=self._mark_of(group),
            new=self._first_new is not None
            and bool((self.outline.tree.rows(place.level, place.index) >= self._first_new).any()),
            named=not self.outline.tree.levels[place.level].dimension.titled,
            tone=_tone(group),
        )

    def _name(self, group: Group) -> Shown:
        dimension = self.outline.tree.levels[group.level].dimension
        label = self._cause_title(group.label) if dimension.titled else group.label
        return shown(f"{label or dimension.missing}{dimension.remark(group)}")

    def _cause(self, group: Group) -> Shown:
        title = self._cause_title(group.category)
        return shown(title if group.categories == 1 else f"{group.categories} causes")


def _action(group: Group) -> str:
    """Who has to act; for a group with several, whether we are among them."""
    if len(group.acting) == 1:
        return WHO_SHORT[group.who_acts]
    return "us+others" if "us" in group.acting else "others"


def _tone(group: Group) -> Literal["act", "calm", "plain"]:
    if group.category == EXPECTED_NOISE or group.state == "over" or group.who_acts == "nobody":
        return "calm"
    return "act" if group.who_acts == "us" and group.state is not None else "plain"
