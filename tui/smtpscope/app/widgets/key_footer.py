"""The footer: the keys of the current place, on one or two lines, clickable; and the newest message until the next
key.
"""

from __future__ import annotations

import textwrap
from typing import ClassVar, Literal

from msgspec import Struct
from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

_MOST_LINES = 2
_MOST_LINES_WITHOUT_HELP = 4
_MOST_MESSAGE_LINES = 4
_HELP = "browse.help"
# Characters that Textual calls by name.
_CHARACTERS = {
    "slash": "/",
    "question_mark": "?",
    "equals_sign": "=",
    "minus": "-",
    "plus": "+",
    "space": " ",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


Severity = Literal["information", "warning", "error"]


class StatusMessage(Struct, frozen=True):
    """The newest message to the user: plain text, already harmless."""

    text: str
    severity: Severity = "information"


_SEVERITY_CLASSES = ("key-footer--information", "key-footer--warning", "key-footer--error")


class KeyFooter(Widget, can_focus=False):
    """Draws the active bindings marked as shown. Where not all of them fit, the last one is `? Help` with the number of
    the others; a screen without help gets more lines.

    `status` is drawn over the last lines of them, on as many as it needs.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-footer--key", "key-footer--label", *_SEVERITY_CLASSES}
    DEFAULT_CSS = """
    KeyFooter {
        dock: bottom;
        height: auto;
        max-height: 4;
        background: $footer-background;
        .key-footer--key { color: $footer-key-foreground; background: $footer-background; text-style: bold; }
        .key-footer--label { color: $footer-foreground; background: $footer-background; }
        .key-footer--information { color: $text; background: $primary-muted; text-style: bold; }
        .key-footer--warning { color: $text-warning; background: $footer-background; text-style: bold; }
        .key-footer--error { color: $text-error; background: $footer-background; text-style: bold; }
    }
    """

    status: reactive[StatusMessage | None] = reactive(None, layout=False)

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[tuple[str, str, str]] = []
        self._help: tuple[str, str, str] | None = None

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def watch_status(self) -> None:
        # A new layout costs a frame, so do it only for a message that needs more room.
        self.refresh(layout=self.get_content_height(self.size, self.size, self.size.width) != self.size.height)

    def _message_lines(self, width: int) -> list[str]:
        if self.status is None or width < 1:
            return []
        lines = textwrap.wrap(self.status.text, width) or [""]
        if len(lines) > _MOST_MESSAGE_LINES:
            lines = [*lines[: _MOST_MESSAGE_LINES - 1], f"{lines[_MOST_MESSAGE_LINES - 1][: width - 1]}…"]
        return lines

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if not self.is_attached or screen is not self.screen or not screen.app.app_focus:
            return
        keys = self._shown_keys(screen)
        if keys != self._keys:
            self._keys = keys
            self.refresh(layout=True)

    def _shown_keys(self, screen: Screen[object]) -> list[tuple[str, str, str]]:
        by_action: dict[str, tuple[str, str, str]] = {}
        for active in screen.active_bindings.values():
            binding: Binding = active.binding
            if not binding.show or not active.enabled or self._typed_instead(binding):
                continue
            name = binding.id or binding.action
            by_action.setdefault(name, (binding.key, self._display(binding), binding.description))
        self._help = by_action.get(_HELP)
        return list(by_action.values())

    def _display(self, binding: Binding) -> str:
        """The key's display name; its internal name if the display name would be typed as text."""
        display = self.app.get_key_display(binding)
        # An arrow is also drawn as a character, but no key types it.
        typed = len(display) == 1 and display.isascii() and self._typed_instead(Binding(display, ""))
        return binding.key if typed else display

    def _typed_instead(self, binding: Binding) -> bool:
        """Whether the focused widget, such as an input, would consume the key as text."""
        focused = self.screen.focused
        if focused is None:
            return False
        character = _CHARACTERS.get(binding.key, binding.key)
        return focused.check_consume_key(binding.key, character if len(character) == 1 else None)

    def _lines(self, width: int) -> list[list[tuple[str, str, str, int]]]:
        lines, left = _in_lines(self._keys, width, _MOST_LINES if self._help else _MOST_LINES_WITHOUT_HELP)
        if not left or self._help is None:
            return lines
        # Everything else is in the help, so its key must not be among those that don't fit.
        key, display, label = self._help
        others = [each for each in self._keys if each != self._help]
        room = len(display) + len(f" {label} ({len(others)} more)") + 2
        lines, left = _in_lines(others, width, _MOST_LINES, room)
        last = lines[-1][-1] if lines[-1] else None
        column = 0 if last is None else last[3] + len(last[1]) + 1 + len(last[2]) + 2
        lines[-1].append((key, display, f"{label} ({left} more)", column))
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(len(self._lines(width)), len(self._message_lines(width)))

    def render_line(self, y: int) -> Strip:
        message = self._message_lines(self.size.width)
        if message and (line := y - max(0, self.size.height - len(message))) >= 0:
            assert self.status is not None
            style = self.get_component_rich_style(f"key-footer--{self.status.severity}")
            return Strip([Segment(message[line], style)]).adjust_cell_length(self.size.width, style)
        lines = self._lines(self.size.width)
        key_style = self.get_component_rich_style("key-footer--key")
        label_style = self.get_component_rich_style("key-footer--label")
        segments: list[Segment] = []
        if y < len(lines):
            for _key, display, label, _column in lines[y]:
                segments += [Segment(display, key_style), Segment(f" {label}  ", label_style)]
        return Strip(segments).adjust_cell_length(self.size.width, label_style)

    def on_click(self, event: events.Click) -> None:
        lines = self._lines(self.size.width)
        if self.status is not None or event.y >= len(lines):
            return
        for key, display, label, column in lines[event.y]:
            if column <= event.x < column + len(display) + 1 + len(label):
                self.app.simulate_key(key)
                return


def _in_lines(
    keys: list[tuple[str, str, str]], width: int, most_lines: int, room: int = 0
) -> tuple[list[list[tuple[str, str, str, int]]], int]:
    """The keys in lines, each with its column, and how many don't fit; `room` cells of the last line stay free."""
    lines: list[list[tuple[str, str, str, int]]] = [[]]
    column = 0
    for index, (key, display, label) in enumerate(keys):
        needed = len(display) + 1 + len(label) + 2
        if column + needed - 2 > width - (room if len(lines) == most_lines else 0):
            if len(lines) == most_lines:
                return lines, len(keys) - index
            lines.append([])
            column = 0
        lines[-1].append((key, display, label, column))
        column += needed
    return lines, 0
