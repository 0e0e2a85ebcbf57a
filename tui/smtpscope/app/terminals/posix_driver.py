"""The terminal on Linux and macOS: Textual's driver, which sends less and leaves the terminal as it was."""

from __future__ import annotations

import os
import signal
from codecs import getincrementaldecoder
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import events
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from smtpscope.app.terminals.changed_cells import ChangedCells
from smtpscope.app.terminals.character_set import in_character_set, is_utf_8, on_linux_console

if TYPE_CHECKING:
    from textual.app import App


class _InputEndedError(Exception):
    """The terminal is gone."""


class _InputDecoder:
    """Decodes what the terminal sends.

    A paste, or a key of a terminal with another character set, may hold bytes that are not UTF-8: Textual would end. A
    terminal that is gone sends nothing at once, again and again: Textual would ask it for ever.
    """

    def __init__(self, encoding: str) -> None:
        self._decoder = getincrementaldecoder(encoding)("replace")

    def decode(self, data: bytes, final: bool = False) -> str:
        """The text in `data`. Raises _InputEndedError where there is no data, though some was waiting."""
        if not data and not final:
            raise _InputEndedError
        return self._decoder.decode(data, final)


linux_driver.getincrementaldecoder = lambda encoding: partial(_InputDecoder, encoding)  # type: ignore[assignment,attr-defined]

_KEYPAD: Final = {
    "divide": ("slash", "/"),
    "multiply": ("asterisk", "*"),
    "subtract": ("minus", "-"),
    "add": ("plus", "+"),
    "separator": ("comma", ","),
}
"""The keypad has names of its own in kitty's protocol."""
_CLEAR: Final = "\x1b[0m\x1b[H\x1b[2J"
_KEEP_TITLE, _LAST_TITLE = "\x1b[22;0t", "\x1b[23;0t"
_WITHOUT_TITLES: Final = frozenset({"linux", "dumb", "vt100", "vt220"})


class PosixDriver(LinuxDriver):
    """Differs from Textual's in this:

    - What is already on the screen is not sent again.
    - Focus of the window and moves of the mouse without a button are not asked for: each would redraw most of the
      screen.
    - The title says what is open, and is as before at the end.
    - The keypad's signs are those of the other keys.
    - A terminal that is not UTF-8 gets ASCII for what it can't show, the Linux console what its font has.
    - The screen is cleared before it is left: GNU screen and the Linux console have no second one to come back from.
    """

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._cells = ChangedCells()
        encoding = getattr(self._file, "encoding", None) or "utf-8"
        self._encoding = None if is_utf_8(encoding) else encoding
        self._console = os.environ.get("TERM") == "linux"

    def forget(self) -> None:
        """The terminal may show something else by now, so the next frame is sent as a whole."""
        self._cells.forget()

    def write(self, data: str) -> None:
        if self._encoding is not None:
            data = in_character_set(data, self._encoding)
        elif self._console:
            data = on_linux_console(data)
        super().write(self._cells.changed(data))

    def run_input_thread(self) -> None:
        with suppress(OSError, _InputEndedError):
            super().run_input_thread()
        if not self.exit_event.is_set():
            # Reading fails or ends: the terminal is gone. Where it is not the controlling one, no signal says so.
            os.kill(os.getpid(), signal.SIGHUP)

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Key) and message.key in _KEYPAD:
            name, character = _KEYPAD[message.key]
            message = events.Key(name, character)
        super().process_message(message)

    def set_title(self, title: str) -> None:
        """Shows `title`, already harmless, where the terminal has a title."""
        if _has_title():
            self.write(f"\x1b]0;{title}\x07")

    def start_application_mode(self) -> None:
        self._cells.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is None:
            # It was put into the background at once, and tries again.
            return
        self.write("\x1b[?1004l")
        if _has_title():
            self.write(_KEEP_TITLE)
            self.set_title(self._app.title)
        self.flush()

    def stop_application_mode(self) -> None:
        if self._writer_thread is not None:
            self.write(_CLEAR)
            if _has_title():
                self.write(_LAST_TITLE)
        super().stop_application_mode()

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            # 1002 and not Textual's 1003: moves only while a button is held.
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1015h\x1b[?1006h")
            self.flush()

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1002l\x1b[?1000l\x1b[?1015l\x1b[?1006l")
            self.flush()


def _has_title() -> bool:
    return os.environ.get("TERM", "") not in _WITHOUT_TITLES
