"""The filter, applied as you type: how many events match, and where it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from smtpscope.app.widgets.completion_list import CompletionList
from smtpscope.app.widgets.filter_chips import FilterChips
from smtpscope.errors import FilterError
from smtpscope.harmless import shown
from smtpscope.store.filter.filter_editing import pasted_term, terms
from smtpscope.store.filter.suggestions import Completion


class FilterInput(Input):
    """One line of filter text. Log text in it is drawn harmless."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Apply filter", id="filter.keep"),
        Binding("escape", "leave", "Cancel", id="filter.leave"),
        Binding("tab", "accept", "Complete", id="filter.suggestion"),
        Binding("ctrl+u", "delete_left_all", "Clear line", id="filter.clear_line"),
        Binding("up", "history(1)", "Previous filter", id="filter.before"),
        Binding("down", "history(-1)", "Next filter", show=False, id="filter.after"),
    ]

    take_suggestion: Callable[[], None]
    """Called by the key itself, not by a message: whoever presses Enter at once means what the key brought."""

    @dataclass
    class Left(Message):
        """The user cancelled typing."""

    @dataclass
    class HistoryWanted(Message):
        """The user wants an earlier filter, `by` steps back."""

        by: int

    def validate_value(self, value: str) -> str:
        return shown(value)

    def insert_text_at_cursor(self, text: str) -> None:
        # There is already a space after the last term; if the user types another, ignore it.
        if text != " " or not self.value[: self.cursor_position].endswith(" "):
            super().insert_text_at_cursor(text)

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines, or a list of mailboxes or addresses, become one term: any of them."""
        term = pasted_term(event.text, self.value[: self.cursor_position])
        if term is not None:
            event.prevent_default()
            event.stop()
            self.insert_text_at_cursor(term)

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_accept(self) -> None:
        self.take_suggestion()

    def action_history(self, by: int) -> None:
        self.post_message(self.HistoryWanted(by))


class FilterBar(Vertical):
    """The filter line with, below it, the error or a suggestion.

    Data comes in by `show_filter`, `show_count`, `show_error` and `show_suggestion`; what the user does goes out as
    `Typed` (each key, answered by `show_completions`), `Kept` (enter), `Abandoned` (escape, with the text that was in
    force before), and with the mouse `Changed` and `EditWanted`.
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
        &.-completing .filter-message { display: none; }
    }
    """

    count: reactive[str] = reactive("")
    pending_code: reactive[str] = reactive("")

    @dataclass
    class Typed(Message):
        """`line` is the whole line to its last space, `cursor` the place in it."""

        text: str
        line: str
        cursor: int

    @dataclass
    class Kept(Message):
        text: str

    @dataclass
    class Abandoned(Message):
        text: str

    @dataclass
    class Changed(Message):
        """A term was removed with the mouse; `text` is the rest."""

        text: str

    @dataclass
    class EditWanted(Message):
        """A click into the line: the user wants to type."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._text_before = ""
        self._said = ""
        self._suggestion: str | None = None
        self._history: tuple[str, ...] = ()
        self._history_place = -1

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Content("Filter"), classes="filter-label")
            # If selected on focus, the current filter would be lost with the first letter.
            line = FilterInput(
                placeholder="/ to filter: words, 550, 4xx, host:, rcpt:, since:  (? for all)",
                compact=True,
                select_on_focus=False,
            )
            line.take_suggestion = self._take_suggestion
            yield line
            yield FilterChips()
            yield Static(classes="filter-count")
        yield CompletionList()
        yield Static(classes="filter-message")

    @property
    def completions(self) -> CompletionList:
        return self.query_one(CompletionList)

    def show_completions(self, found: Sequence[Completion], line: str) -> None:
        """How the term at the cursor may go on, if the line is still `line` and the user still types."""
        current = found if self.input.has_focus and self.input.value == line else ()
        self.completions.show(current)
        self.set_class(bool(current), "-completing")

    def on_completion_list_taken(self, message: CompletionList.Taken) -> None:
        message.stop()
        self._take(message.completion)

    def _take(self, completion: Completion) -> None:
        self.input.value = completion.text
        self.input.cursor_position = completion.cursor

    @property
    def input(self) -> FilterInput:
        return self.query_one(FilterInput)

    @property
    def message(self) -> str:
        """The message below the line."""
        return self._message_text

    _message_text = ""

    def show_filter(self, filter_text: str) -> None:
        """Shows a filter that was not typed here."""
        if self.input.value != shown(filter_text):
            with self.input.prevent(Input.Changed):
                self.input.value = filter_text
                self.input.cursor_position = len(self.input.value)
        self._show_message(None)
        self._draw_chips()

    def _draw_chips(self) -> None:
        """Shows chips instead of the input while there is a filter and nobody is typing."""
        chips = terms(self.input.value)
        self.query_one(FilterChips).show_chips(chips)
        self.set_class(bool(chips) and not self.input.has_focus, "-chips")

    def on_descendant_blur(self) -> None:
        self.show_completions((), "")
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
        # The caret goes below the wrong part: the message starts in the input's column.
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
        """Starts typing, remembering the current filter. `history` are earlier filters, latest first."""
        self._history = history
        self._history_place = -1
        self._text_before = self.input.value
        if self._text_before and not self._text_before.endswith(" "):
            # New input starts a new term.
            with self.input.prevent(Input.Changed):
                self.input.value += " "
        self.set_class(False, "-chips")
        self._said = self.input.value
        self.input.focus()
        self.input.cursor_position = len(self.input.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say_typed(event.value)

    def _say_typed(self, line: str) -> None:
        self._said = line
        self.post_message(self.Typed(line.rstrip(), line, self.input.cursor_position))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        chosen = self.completions.completion
        if chosen is not None and self.completions.chosen >= 0:
            self._take(chosen)
        else:
            # What a key has just put there is posted first: Textual posts changes a moment later than Enter.
            line = self.input.value
            if line != self._said:
                self._say_typed(line)
            self.post_message(self.Kept(line.rstrip()))

    def on_filter_input_left(self, event: FilterInput.Left) -> None:
        event.stop()
        self.post_message(self.Abandoned(self._text_before))

    def on_filter_input_history_wanted(self, event: FilterInput.HistoryWanted) -> None:
        event.stop()
        if self.completions.completions and (event.by < 0 or self.completions.chosen >= 0):
            self.completions.move(-event.by)
            return
        place = self._history_place + event.by
        if -1 <= place < len(self._history):
            self._history_place = place
            self.input.value = self._text_before if place < 0 else self._history[place]
            self.input.cursor_position = len(self.input.value)

    def _take_suggestion(self) -> None:
        if (completion := self.completions.completion) is not None:
            self._take(completion)
        elif self._suggestion is not None:
            self.input.value = self._suggestion
            self.input.cursor_position = len(self.input.value)
