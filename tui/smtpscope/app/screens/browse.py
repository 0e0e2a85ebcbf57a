"""The main screen: filter, table, detail. It owns the session's questions, the view in force, and their keys."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from smtpscope.app.details import detail_of
from smtpscope.app.loading import BatchArrived, LoadingEnded, load
from smtpscope.app.positions import key_at, position_of
from smtpscope.app.questions import Question, Questions
from smtpscope.app.screens.browse_actions import TakingOut
from smtpscope.app.widgets.detail_pane import Detail, DetailPane
from smtpscope.app.widgets.filter_bar import FilterBar
from smtpscope.app.widgets.group_rows import GroupRows
from smtpscope.app.widgets.group_table import GroupTable
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.log_header import HeaderText, LogHeader, span_words
from smtpscope.app.widgets.outline import Outline, Place
from smtpscope.configuration.settings import LAYOUTS, Layout, Settings
from smtpscope.errors import FilterError
from smtpscope.harmless import shown
from smtpscope.session import LoadedBatch, Session, View
from smtpscope.store.filter_editing import add_term, term_of, terms
from smtpscope.store.groups import GROUPINGS, SORT_COLUMNS, Group, Grouping, SortColumn
from smtpscope.store.times import format_time
from smtpscope.workspace.log_state import LogState, Position

_REFRESH_SECONDS = 0.3
_FIRST_LINE = ("none",)
"""A key that no line has, so the cursor goes to the first one."""
_DESCRIBED_AHEAD = 80
_FIELDS = {"code": "code", "host_key": "host", "category": "cause", "recipient": "rcpt", "server": "server"}
_SORT_OF_COLUMN: dict[str, SortColumn] = {
    "name": "code",
    "cause": "cause",
    "count": "count",
    "first": "first",
    "last": "last",
    "state": "attention",
    "who": "attention",
}


class BrowseScreen(TakingOut, Screen[None]):
    """Everything an administrator needs between opening the file and pasting into the ticket."""

    CSS_PATH = "browse.tcss"
    # The first widget would be the filter, and a terminal that is not in focus would keep showing its keys.
    AUTO_FOCUS = "#table"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="browse.filter"),
        *(
            Binding(
                str(digit), f"code_digit('{digit}')", "Reply code", show=digit == 5, key_display="245", id="browse.code"
            )
            for digit in range(10)
        ),
        Binding("equals_sign", "only_this", "Only this", key_display="=", id="browse.only"),
        Binding("minus", "hide_this", "Hide this", key_display="-", id="browse.hide"),
        Binding("u", "undo", "Undo filter", id="browse.undo"),
        Binding("U", "redo", "Redo filter", show=False, id="browse.redo"),
        Binding("x", "clear_filter", "No filter", id="browse.clear"),
        Binding("o", "grouping(1)", "Grouping", id="browse.grouping"),
        Binding("O", "grouping(-1)", "Grouping back", show=False, id="browse.grouping_back"),
        Binding("s", "sort", "Sort", id="browse.sort"),
        Binding("S", "reverse", "Reverse", show=False, id="browse.reverse"),
        Binding("n", "incident(1)", "Next incident", show=False, id="browse.next_incident"),
        Binding("N", "incident(-1)", "Incident before", show=False, id="browse.incident_before"),
        Binding("right_square_bracket", "event(1)", "Next event", key_display="]", show=False, id="browse.next_event"),
        Binding(
            "left_square_bracket", "event(-1)", "Event before", key_display="[", show=False, id="browse.event_before"
        ),
        Binding("tab", "pane(1)", "Next pane", show=False, id="browse.next_pane"),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False, id="browse.pane_before"),
        Binding("t", "side", "Guidance/facts", id="browse.side"),
        Binding("w", "swap_layout", "Layout", show=False, id="browse.layout"),
        Binding("escape", "escape", "Cancel reading", show=False, id="browse.cancel"),
    ]

    def __init__(
        self,
        session: Session,
        settings: Settings | None = None,
        *,
        filter_text: str = "",
        restore: bool = False,
    ) -> None:
        super().__init__()
        self.session = session
        self.settings = Settings() if settings is None else settings
        self.view: View | None = None
        self.filter_text = filter_text
        self.grouping: Grouping = self.settings.grouping
        self.sort: SortColumn = self.settings.sort
        self.descending = self.sort in ("count", "last")
        self.outline: Outline | None = None
        self.loading_worker: Worker[None] | None = None
        self.read_all = False
        self._cancelled = False
        self._questions = Questions(self._add_waiting)
        self._arrived: list[LoadedBatch] = []
        self._opened: dict[Grouping, dict[Hashable, bool]] = {}
        self._undo: list[str] = []
        self._redo: list[str] = []
        self._digits = ""
        self._wanted_key: Hashable = None
        self._typing_from: Hashable = None
        self._refresh_timer: Timer | None = None
        self._detail_for: Hashable = None
        self._layout: Layout = self.settings.layout
        self._left_at: Position | None = None
        if restore:
            self._restore(filter_text)
        self._progress = ""

    def _restore(self, filter_text: str) -> None:
        """Goes on where these logs were left; what was asked for now comes first."""
        state = self.session.keeping.state()
        if state is None:
            return
        default = Settings()
        state = state.under(
            filter_text=filter_text or None,
            grouping=None if self.grouping == default.grouping else self.grouping,
            sort=None if self.sort == default.sort else self.sort,
        )
        self.filter_text, self.grouping, self.sort = state.filter_text, state.grouping, state.sort
        self.descending = state.descending
        if self._layout == "auto" and state.layout in LAYOUTS:
            self._layout = state.layout
        if not filter_text:
            self._left_at = state.position

    def keep_place(self) -> None:
        """Keeps how these logs are left, for the next time."""
        place = self.place()
        if self.outline is None or place is None:
            return
        self.session.keeping.save_state(
            LogState(
                position=position_of(self.session.store, self.outline, place),
                filter_text="" if self.view is None else self.view.filter_text,
                grouping=self.grouping,
                sort=self.sort,
                descending=self.descending,
                layout=self._layout,
            )
        )

    def compose(self) -> ComposeResult:
        yield LogHeader()
        yield FilterBar(id="filter")
        with Container(id="body"):
            yield GroupTable(id="table")
            yield DetailPane(id="detail")
        yield KeyFooter()

    # What stands where

    @property
    def table(self) -> GroupTable:
        return self.query_one(GroupTable)

    @property
    def filter_bar(self) -> FilterBar:
        return self.query_one(FilterBar)

    @property
    def detail(self) -> DetailPane:
        return self.query_one(DetailPane)

    @property
    def settled(self) -> bool:
        """Whether all is read, asked and shown; tests wait for it."""
        return self.read_all and self._questions.idle and not self._arrived and self._refresh_timer is None

    @property
    def _shows_all(self) -> bool:
        """Whether all that was read so far is in view."""
        return self.view is not None and self.view.total == len(self.session.store) and not self._arrived

    def place(self) -> Place | None:
        """What the cursor stands on."""
        if self.outline is None or not 0 <= self.table.cursor < len(self.outline):
            return None
        return self.outline.place(self.table.cursor)

    # Reading

    def on_mount(self) -> None:
        self.run_worker(self._questions.serve(), group="questions")
        self.loading_worker = self.run_worker(
            lambda: load(self.session, self.post_message), thread=True, group="loading", exclusive=True
        )
        self.table.focus()
        self.filter_bar.show_filter(self.filter_text)
        self.detail.side = self.settings.detail_side
        self._show_header()
        if self._left_at is not None and self.filter_text:
            self.notify("As you left it the last time; x shows all", markup=False, timeout=4)
        if self.session.keeping.warning:
            self.notify(shown(self.session.keeping.warning), severity="warning", markup=False, timeout=10)

    def on_batch_arrived(self, message: BatchArrived) -> None:
        self._arrived.append(message.batch)
        progress = message.batch.progress
        share = 100 * progress.bytes_read // max(1, progress.bytes_total)
        megabytes = f"{progress.bytes_read / 1e6:,.1f} of {progress.bytes_total / 1e6:,.1f} MB"
        self._progress = f"reading {share} %, {megabytes} (escape stops)"
        if not self._questions.busy:
            self._add_waiting()
        self._refresh_soon()

    def on_loading_ended(self, message: LoadingEnded) -> None:
        self._progress = ""
        self._cancelled = message.cancelled
        self.read_all = True
        if not self._questions.busy:
            self._add_waiting()
        self.refresh_view()
        if self.session.errors:
            first = self.session.errors[0]
            self.notify(shown(f"{first.where}: {first.what}"), severity="error", markup=False, timeout=10)

    def _add_waiting(self) -> None:
        for batch in self._arrived:
            self.session.add(batch)
        self._arrived.clear()
        self._show_header()

    def _refresh_soon(self) -> None:
        if self.view is None:
            self.refresh_view()
        elif self._refresh_timer is None:
            self._refresh_timer = self.set_timer(_REFRESH_SECONDS, self.refresh_view)

    def action_escape(self) -> None:
        if self._digits:
            self._set_digits("")
        elif self.loading_worker is not None and not self.read_all:
            self.loading_worker.cancel()

    def _show_header(self) -> None:
        overview = self.session.overview()
        names = ", ".join(Path(name).name for name in overview.files) or "no file"
        zone = self.session.zone
        span = "no event with a time" if overview.events else ""
        if overview.first_ms is not None:
            first, last = format_time(overview.first_ms, zone), format_time(overview.last_ms, zone)
            span = f"{first} to {last}, {span_words(overview.first_ms, overview.last_ms)}"
        directions = ", ".join(f"{count:,} {direction}" for direction, count in overview.directions)
        counts = f"{overview.events:,} of ours ({directions})" if directions else "none of ours"
        counts += f", {overview.others:,} {'other' if overview.others == 1 else 'others'}"
        warning = f"{overview.skipped:,} skipped" if overview.skipped else ""
        if self._cancelled:
            warning = f"{warning}, stopped before the end".lstrip(" ,")
        header = self.query_one(LogHeader)
        header.header = HeaderText(shown(names), span, counts, self._progress, warning)
        self.table.times_width = 19 if self._with_year() else 14

    def _with_year(self) -> bool:
        """Times carry the year when the log covers more than one."""
        store = self.session.store
        first, last = store.log_start_ms, store.log_end_ms
        return format_time(first, self.session.zone)[:4] != format_time(last, self.session.zone)[:4]

    # The view

    def refresh_view(self, *, wanted: Hashable = None) -> None:
        """Asks for the view anew; the cursor stays on its line, or goes to the one with the key `wanted`."""
        if self._refresh_timer is not None:
            self._refresh_timer.stop()
            self._refresh_timer = None
        if self._typing_from is not None:
            # Each key may bring another list; where the cursor ends must not depend on how fast one types.
            self._wanted_key = self._typing_from
        elif wanted is not None:
            self._wanted_key = wanted
        elif self._wanted_key is None and (self.table.cursor or self._shows_all):
            # While more is read, a cursor on the first line stays on the first line: nobody has chosen that group.
            place = self.place()
            self._wanted_key = self.outline.key(place) if place is not None and self.outline is not None else None
        text, grouping, sort, descending = self.filter_text, self.grouping, self.sort, self.descending
        bins, row_bins = self.query_one(LogHeader).activity_width, self.table.activity_width

        def ask() -> tuple[View, tuple[int, ...], str | None]:
            view = self.session.view(text, grouping=grouping, sort=sort, descending=descending)
            # The first page is worked out here, so that drawing it never waits.
            for level, order in zip(range(len(view.tree.levels)), view.order, strict=True):
                for index in order[:_DESCRIBED_AHEAD].tolist():
                    view.tree.group(level, index)
                    view.tree.sparkline(level, index, row_bins)
            suggestion = self.session.suggestion(text) if text and not view.count and view.total else None
            return view, self.session.activity(bins), suggestion

        self._questions.put("view", Question(ask, self._show_view, self._view_failed))

    def _view_failed(self, error: Exception) -> None:
        if not isinstance(error, FilterError):
            raise error
        # What stands before the mistake stays in force, and nothing of what follows.
        good = " ".join(chip.text for chip in terms(error.text) if chip.end <= error.start)
        if self.view is None or self.view.filter_text != good:
            self.filter_text = good
            self.refresh_view()
        else:
            self.filter_text = self.view.filter_text
        self.filter_bar.show_error(error)

    def _show_view(self, answer: tuple[View, tuple[int, ...], str | None]) -> None:
        view, bins, suggestion = answer
        whole = self.filter_bar.input.value == shown(view.filter_text)
        before = self.view
        self.view = view
        opened = self._opened.setdefault(view.grouping, {})
        if before is not None and before.filter_text != view.filter_text:
            opened.clear()
        self.outline = Outline(view.tree, view.order, opened, self.table.page)
        self.query_one(LogHeader).activity = bins
        if whole:
            self.filter_bar.show_suggestion(suggestion)
        shown_of = f"{view.count:,} of {view.total:,}" if view.filter_text else f"{view.total:,}"
        self.filter_bar.count = f"{shown_of}  by {view.grouping}"
        self.table.sorted_by = (self.sort if self.sort != "attention" else "", self.descending)
        if self._left_at is not None and self.read_all and self._shows_all:
            # Where these logs were left; only now all of it can be there.
            self._wanted_key = key_at(self.session.store, view.tree, self._left_at) or self._wanted_key
            self._left_at = None
        place = self.outline.find(self._wanted_key) if self._wanted_key is not None else None
        if place is not None and self.outline.line_of(place) is None:
            self.outline.open_to(place)
        line = self.outline.line_of(place) if place is not None else None
        if not self._questions.waits("view"):
            # An answer on its way was asked for with the same wish, and would send the cursor to the first line.
            self._wanted_key = None
        self._put_rows()
        self._detail_for = None
        self.table.put_cursor(0 if line is None else line)
        if not len(self.outline):
            self.detail.detail = self._nothing_to_show(view)
        self._remember_filter()

    def _put_rows(self) -> None:
        assert self.outline is not None
        rows = GroupRows(
            self.outline,
            self.session.store.exchange,
            self._cause_title,
            self.session.zone,
            with_year=self._with_year(),
            is_marked=self._is_marked,
            bins=lambda: self.table.activity_width,
        )
        if self.view is not None:
            self.table.name_width = max(self.table.name_width, rows.name_width(self.view.order, _DESCRIBED_AHEAD))
        self.table.rows = rows

    def _cause_title(self, category: str) -> str:
        return self.session.knowledge.categories.get(category, category)

    def _is_marked(self, group: Group) -> bool:
        return any(
            (group.host_key is None or group.host_key == key.host_key)
            and (group.code is None or group.code == key.code)
            and (group.categories > 1 or group.category == key.category)
            and group.host_key is not None
            for key in self.session.marks
        )

    # The table

    def on_group_table_moved(self, message: GroupTable.Moved) -> None:
        place = self.place()
        if place is None or self.view is None or self.outline is None:
            return
        key = self.outline.key(place)
        if key == self._detail_for:
            return
        self._detail_for = key
        session, view = self.session, self.view
        self._questions.put("detail", Question(lambda: detail_of(session, view, place), self._show_detail))

    def show_detail_again(self) -> None:
        self._detail_for = None
        self.on_group_table_moved(GroupTable.Moved(self.table.cursor))

    def _show_detail(self, detail: Detail) -> None:
        self.detail.detail = detail

    def on_group_table_chosen(self, message: GroupTable.Chosen) -> None:
        place = self.place()
        if place is None or self.outline is None:
            return
        if place.row is not None:
            self.action_pane(1)
        else:
            self._set_open(place, not self.outline.is_open(place.level, place.index))

    def on_group_table_open_wanted(self, message: GroupTable.OpenWanted) -> None:
        place = self.place()
        if place is None or self.outline is None or place.row is not None:
            return
        if self.outline.is_open(place.level, place.index):
            self.table.action_move(1)
        else:
            self._set_open(place, True)

    def on_group_table_close_wanted(self, message: GroupTable.CloseWanted) -> None:
        place = self.place()
        if place is None or self.outline is None:
            return
        if place.row is None and self.outline.is_open(place.level, place.index):
            self._set_open(place, False)
        elif (parent := self.outline.parent(place)) is not None:
            line = self.outline.line_of(parent)
            if line is not None:
                self.table.cursor = line

    def _set_open(self, place: Place, opened: bool) -> None:
        assert self.outline is not None
        self.outline.set_open(place, opened)
        self._put_rows()

    def on_group_table_sort_wanted(self, message: GroupTable.SortWanted) -> None:
        sort = _SORT_OF_COLUMN.get(message.column)
        if sort is not None:
            self.descending = not self.descending if sort == self.sort else sort in ("count", "last")
            self.sort = sort
            self.refresh_view()

    def _go_to(self, place: Place | None) -> None:
        if place is None or self.outline is None:
            return
        self.outline.open_to(place)
        self._put_rows()
        line = self.outline.line_of(place)
        if line is not None:
            self.table.put_cursor(line)

    def action_incident(self, by: int) -> None:
        place = self.place()
        if self.outline is None or place is None or place.level < 0:
            return
        groups = list(self.outline.groups_in_order())
        here = Place(place.level, place.index)
        if here in groups:
            position = groups.index(here) + by
        else:
            # On a group of the first level: its first incident is the next one, the one before stands above it.
            inner = [i for i, group in enumerate(groups) if self.outline.parent(group) == here]
            position = inner[0] if by > 0 else inner[0] - 1
        if 0 <= position < len(groups):
            self._go_to(groups[position])

    def action_event(self, by: int) -> None:
        place = self.place()
        if self.outline is None or place is None or self.view is None:
            return
        if place.level < 0:
            self.table.action_move(by)
            return
        tree = self.view.tree
        last = len(tree.levels) - 1
        index = place.index if place.level == last else int(tree.levels[0].first_child[place.index])
        rows = tree.rows(last, index).tolist()
        if place.row is None:
            self._go_to(Place(last, index, rows[0 if by > 0 else -1]))
        else:
            position = rows.index(place.row) + by
            if 0 <= position < len(rows):
                self._go_to(Place(last, index, rows[position]))

    # Grouping and order

    def action_grouping(self, by: int) -> None:
        self.grouping = GROUPINGS[(GROUPINGS.index(self.grouping) + by) % len(GROUPINGS)]
        self.refresh_view()

    def action_sort(self) -> None:
        self.sort = SORT_COLUMNS[(SORT_COLUMNS.index(self.sort) + 1) % len(SORT_COLUMNS)]
        self.descending = self.sort in ("count", "last")
        self.notify(f"Sorted by {self.sort}", markup=False, timeout=2)
        self.refresh_view()

    def action_reverse(self) -> None:
        self.descending = not self.descending
        self.refresh_view()

    # The filter

    def set_filter(self, text: str, *, remember: bool = True, wanted: Hashable = None) -> None:
        """Puts another filter in force; the one before can be had back with undo. `wanted`: see `refresh_view`."""
        if remember and text != self.filter_text:
            self._undo.append(self.filter_text)
            self._redo.clear()
        self.filter_text = text
        self.filter_bar.show_filter(text)
        self.refresh_view(wanted=wanted)

    def action_filter(self) -> None:
        self._set_digits("")
        self._undo_mark = self.filter_text
        place = self.place()
        self._typing_from = _FIRST_LINE if place is None or self.outline is None else self.outline.key(place)
        # The filter in force stands in the line already: the first press of the key must bring another one.
        self.filter_bar.edit(tuple(each for each in self.session.keeping.filters() if each != self.filter_text))

    def on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        self.filter_text = message.text
        self.refresh_view()

    def on_filter_bar_kept(self, message: FilterBar.Kept) -> None:
        if self.filter_text != self._undo_mark:
            self._undo.append(self._undo_mark)
            self._redo.clear()
        if self.view is not None and self.filter_text != message.text:
            self.filter_bar.show_filter(self.filter_text)
        self._typing_from = None
        self._remember_filter()
        self.table.focus()

    def _remember_filter(self) -> None:
        """What was in force can be had back in a later run; what was only typed on the way there is not kept."""
        if self._typing_from is not None or self.view is None or self.filter_text != self.view.filter_text:
            return
        if self.filter_text and self.filter_text != self._remembered:
            self._remembered = self.filter_text
            self.session.keeping.remember_filter(self.filter_text)

    def on_filter_bar_abandoned(self, message: FilterBar.Abandoned) -> None:
        self.set_filter(message.text, remember=False)
        self._typing_from = None
        self.table.focus()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self.set_filter(message.text)

    def on_filter_bar_edit_wanted(self, message: FilterBar.EditWanted) -> None:
        self.action_filter()

    _undo_mark = ""
    _remembered = ""

    def action_undo(self) -> None:
        if self._undo:
            self._redo.append(self.filter_text)
            self.set_filter(self._undo.pop(), remember=False)

    def action_redo(self) -> None:
        if self._redo:
            self._undo.append(self.filter_text)
            self.set_filter(self._redo.pop(), remember=False)

    def action_clear_filter(self) -> None:
        if self.filter_text:
            self.set_filter("")

    def action_code_digit(self, digit: str) -> None:
        self._set_digits(self._digits + digit)
        if len(self._digits) == 3:
            code = self._digits
            self._set_digits("")
            first = ("code", ("code", int(code)))
            self.set_filter(add_term(self.filter_text, "code", code, replace=True), wanted=first)

    def _set_digits(self, digits: str) -> None:
        self._digits = digits
        self.filter_bar.pending_code = digits

    def action_only_this(self) -> None:
        self._add_term(exclude=False)

    def action_hide_this(self) -> None:
        self._add_term(exclude=True)

    def _add_term(self, *, exclude: bool) -> None:
        place = self.place()
        if place is None or self.view is None:
            return
        field, value = self._value_at(place)
        self.set_filter(add_term(self.filter_text, field, value, exclude=exclude))

    def _value_at(self, place: Place) -> tuple[str, str]:
        """The filter field and value that the line under the cursor stands for."""
        if place.row is not None:
            return term_of(self.session.store.exchange(place.row))
        assert self.view is not None
        column = self.view.tree.levels[place.level].column
        group = self.view.tree.group(place.level, place.index)
        values = {
            "code": "none" if group.code is None else str(group.code),
            "host_key": f"={group.host_key or ''}",
            "category": f"={group.category}",
            "recipient": f"={group.recipient or ''}",
            "server": f"={group.server or ''}",
        }
        return _FIELDS[column], values[column]

    # Panes

    def action_pane(self, by: int) -> None:
        panes = [self.table, self.detail.facts, self.detail.guidance]
        current = panes.index(self.focused) if self.focused in panes else 0
        following = (current + by) % len(panes)
        if following:
            self.detail.side = "facts" if following == 1 else "guidance"
        panes[following].focus()

    def action_side(self) -> None:
        self.detail.change_side()
        if self.focused in (self.detail.facts, self.detail.guidance):
            (self.detail.facts if self.detail.side == "facts" else self.detail.guidance).focus()

    def on_detail_pane_left(self, message: DetailPane.Left) -> None:
        self.table.focus()

    def action_swap_layout(self) -> None:
        self._layout = "below" if self._beside else "beside"
        self._lay_out()

    @property
    def _beside(self) -> bool:
        return self.size.width >= 150 if self._layout == "auto" else self._layout == "beside"

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        """The table beside the detail on wide screens, above it on others; a key swaps it."""
        beside = self._beside
        self.query_one("#body").set_class(beside, "-beside")
        tabs = self.size.width < (150 if beside else 100)
        self.detail.set_class(tabs, "-tabs")
        self.detail.set_class(beside and not tabs, "-stacked")

    def _nothing_to_show(self, view: View) -> Detail:
        from smtpscope.app.widgets.nothing_text import no_events_blocks, nothing_found_blocks

        if view.total:
            return Detail("Nothing found", nothing_found_blocks(view.filter_text, view.total), ())
        facts, guidance = no_events_blocks(self.session.overview(), self.session.errors)
        return Detail("No SMTP events", facts, guidance)
