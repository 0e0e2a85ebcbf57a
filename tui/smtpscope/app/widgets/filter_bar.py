"""The filter in force, typed as you go: what it lets through, and where it is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from smtpscope.app.widgets.filter_chips import FilterChips
from smtpscope.errors import FilterError
from smtpscope.harmless import shown
from smtpscope.store.filter.filter_editing import terms


class FilterInput(Input):
    """One line of filter text. What a log brought into it is drawn harmless."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Apply filter", id="filter.keep"),
        Binding("escape", "leave", "Cancel", id="filter.leave"),
        Binding("tab", "accept", "Accept suggestion", id="filter.suggestion"),
        Binding("ctrl+u", "delete_left_all", "Clear line", id="filter.clear_line"),
        Binding("up", "history(1)", "Previous filter", id="filter.before"),
        Binding("down", "history(-1)", "Next filter", show=False, id="filter.after"),
    ]

    @dataclass
    class Left(Message):
        """The user gave up what was typed."""

    @dataclass
    class SuggestionWanted(Message):
        """The user takes what was suggested."""

    @dataclass
    class HistoryWanted(Message):
        """The user wants a filter of before, `by` steps further back."""

        by: int

    def validate_value(self, value: str) -> str:
        return shown(value)

    def insert_text_at_cursor(self, text: str) -> None:
        # A blank stands behind the last term already, and whoever types one more means that one.
        if text != " " or not self.value[: self.cursor_position].endswith(" "):
            super().insert_text_at_cursor(text)

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_accept(self) -> None:
        self.post_message(self.SuggestionWanted())

    def action_history(self, by: int) -> None:
        self.post_message(self.HistoryWanted(by))


class FilterBar(Vertical):
    """The filter's line and, under it, what is wrong or what was probably meant.

    Data comes in by `show_filter`, `show_count`, `show_error` and `show_suggestion`; what the user does goes out as
    `Typed` (each key), `Kept` (enter), `Abandoned` (escape, with the text that was in force before), and with the mouse
    `Changed` and `EditWanted`.
    """

    DEFAULT_CSS = """
    FilterBar {
        height: auto;
        & > Horizontal { height: 1; }
        .filter-label { width: auto; color: $text-muted; padding: 0 1; }
        .filter-count { width: auto; padding: 0 1; color: $text-muted; }
        FilterInput { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        FilterInput:focus { border: none; background: $panel; }
        FilterChips { display: none; }
        &.-chips FilterChips { display: block; }
        &.-chips FilterInput { display: none; }
        .filter-message { height: auto; padding: 0 1; color: $text-warning; display: none; }
        .filter-message.-shown { display: block; }
    }
    """

    count: reactive[str] = reactive("")
    pending_code: reactive[str] = reactive("")

    @dataclass
    class Typed(Message):
        text: str

    @dataclass
    class Kept(Message):
        text: str

    @dataclass
    class Abandoned(Message):
        text: str

    @dataclass
    class Changed(Message):
        """A term was taken away with the mouse; `text` is what is left."""

        text: str

    @dataclass
    class EditWanted(Message):
        """A click into the line: the user wants to type."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._text_before = ""
        self._suggestion: str | None = None
        self._history: tuple[str, ...] = ()
        self._history_place = -1

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Content("Filter"), classes="filter-label")
            # Selected on focus, the filter in force would be lost with the first letter.
            yield FilterInput(
                placeholder="/ to filter: words, 550, 4xx, host:, rcpt:, since:  (? for all)",
                compact=True,
                select_on_focus=False,
            )
            yield FilterChips()
            yield Static(classes="filter-count")
        yield Static(classes="filter-message")

    @property
    def input(self) -> FilterInput:
        return self.query_one(FilterInput)

    @property
    def message(self) -> str:
        """What stands under the line now."""
        return self._message_text

    _message_text = ""

    def show_filter(self, filter_text: str) -> None:
        """Puts a filter into the line that was not typed here."""
        if self.input.value != shown(filter_text):
            with self.input.prevent(Input.Changed):
                self.input.value = filter_text
                self.input.cursor_position = len(self.input.value)
        self._show_message(None)
        self._draw_chips()

    def _draw_chips(self) -> None:
        """Chips stand where the input stood as long as nobody types and there is a filter."""
        chips = terms(self.input.value)
        self.query_one(FilterChips).show_chips(chips)
        self.set_class(bool(chips) and not self.input.has_focus, "-chips")

    def on_descendant_blur(self) -> None:
        self._draw_chips()

    def on_filter_chips_removed(self, message: FilterChips.Removed) -> None:
        message.stop()
        text, chip = self.input.value, message.chip
        self.post_message(self.Changed(f"{text[: chip.start].rstrip()} {text[chip.end :].lstrip()}".strip()))

    def on_filter_chips_edit_wanted(self, message: FilterChips.EditWanted) -> None:
        message.stop()
        self.post_message(self.EditWanted())

    def show_error(self, error: FilterError) -> None:
        self._suggestion = error.suggestion
        column = min(error.start, len(error.text))
        width = max(1, error.end - error.start)
        # The caret stands under the wrong part: the message begins where the input begins.
        caret = f"{' ' * (column + len('Filter') + 1)}{'^' * min(width, 40)}"
        lines = [caret, f"{error.what}. {error.remedy}"]
        if error.suggestion:
            lines.append(f"tab: {error.suggestion}")
        self._show_message("\n".join(shown(line) for line in lines))

    def show_suggestion(self, suggestion: str | None) -> None:
        self._suggestion = suggestion
        self._show_message(None if suggestion is None else shown(f"No match. Did you mean: {suggestion}   (tab)"))

    def _show_message(self, message: str | None) -> None:
        widget = self.query_one(".filter-message", Static)
        self._message_text = message or ""
        if message is None:
            self._suggestion = None
        widget.update(Content(message or ""))
        widget.set_class(message is not None, "-shown")

    def watch_count(self, count: str) -> None:
        self._draw_count()

    def watch_pending_code(self, digits: str) -> None:
        self._draw_count()

    def _draw_count(self) -> None:
        pending = f"reply code {self.pending_code:_<3}  " if self.pending_code else ""
        self.query_one(".filter-count", Static).update(Content(pending + self.count))

    def edit(self, history: tuple[str, ...] = ()) -> None:
        """The user wants to type: remembers what was in force. `history` are filters of before, the latest first."""
        self._history = history
        self._history_place = -1
        self._text_before = self.input.value
        if self._text_before and not self._text_before.endswith(" "):
            # What is typed now is a term of its own.
            with self.input.prevent(Input.Changed):
                self.input.value += " "
        self.set_class(False, "-chips")
        self.input.focus()
        self.input.cursor_position = len(self.input.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value.rstrip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Kept(event.value.rstrip()))

    def on_filter_input_left(self, event: FilterInput.Left) -> None:
        event.stop()
        self.post_message(self.Abandoned(self._text_before))

    def on_filter_input_history_wanted(self, event: FilterInput.HistoryWanted) -> None:
        event.stop()
        place = self._history_place + event.by
        if -1 <= place < len(self._history):
            self._history_place = place
            self.input.value = self._text_before if place < 0 else self._history[place]
            self.input.cursor_position = len(self.input.value)

    def on_filter_input_suggestion_wanted(self, event: FilterInput.SuggestionWanted) -> None:
        event.stop()
        if self._suggestion is not None:
            self.input.value = self._suggestion
            self.input.cursor_position = len(self.input.value)
