"""The application: themes, keymap, clipboard, and the browse screen on top of a session."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import App, SuspendNotSupported, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.widgets import Input, TextArea

from smtpscope.app.clipboard import Clipboard, Copied, PageClipboard, SystemClipboard
from smtpscope.app.garbage import LOOK_SECONDS, RestCollector
from smtpscope.app.messages import CopyWanted, OutsideWanted
from smtpscope.app.outside_viewer import view_outside, viewer_command
from smtpscope.app.palette import ActionsProvider
from smtpscope.app.preparing import prepare_screens
from smtpscope.app.screens.browse.browse_screen import BrowseScreen
from smtpscope.app.screens.browse.part_keys import key_of
from smtpscope.app.screens.search_line import SearchScreen
from smtpscope.app.terminals.choosing import OwnDriver, driver_class
from smtpscope.app.themes import OWN_THEMES, cycle, theme_for
from smtpscope.app.widgets.key_footer import KeyFooter, Severity, StatusMessage
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.configuration.settings import Settings
from smtpscope.harmless import shown, shown_lines
from smtpscope.session import Analysis

_HINTS = (
    "j k      move            Enter  open a row",
    "5 5 0    one reply code  /      filter",
    "Y        copy a summary  e      export",
    "?        all keys, searched by typing",
)
_KEYS_WITH_HINTS = 10
_SECONDS_BEFORE_PREPARING = 1.0


def _title(files: Sequence[str]) -> str:
    """The title of the terminal's window, harmless."""
    if not files:
        return "smtpscope"
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return str(shown(f"smtpscope: {Path(files[0]).name}{more}"))


class Browser(App[None]):
    """Browses the logs of one session."""

    TITLE = "smtpscope"
    COMMANDS: ClassVar = {ActionsProvider}
    ENABLE_COMMAND_PALETTE = True
    # The screen below, dimmed, can't be read in 16 colours, and would be sent twice for each dialog.
    CSS = "ModalScreen, CommandPalette { background: $background; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", id="app.quit"),
        Binding("ctrl+q", "quit", "Quit", show=False, id="app.quit_anywhere", priority=True),
        Binding("ctrl+c", "interrupt", "Copy the selection", show=False, id="app.interrupt", priority=True),
        Binding("ctrl+p", "command_palette", "Palette", show=False, id="app.palette"),
        Binding("ctrl+t", "next_theme", "Theme", show=False, id="app.theme"),
        Binding("ctrl+z", "suspend_process", "Suspend to the shell", show=False, id="app.suspend", priority=True),
        Binding("ctrl+l", "redraw", "Redraw the screen", show=False, id="app.redraw", priority=True),
    ]

    def __init__(
        self,
        analysis: Analysis,
        *,
        settings: Settings | None = None,
        filter_text: str = "",
        restore: bool = False,
        hints: bool = False,
        following: bool = False,
        warning: str = "",
        clipboard: Clipboard | None = None,
    ) -> None:
        """`restore`: resume from the last state of these logs, except where `filter_text` and `settings` override it.

        `hints`: this is the first start, so say in a few lines how to begin, until ten keys were pressed. `warning`,
        not yet harmless, is shown at the start. `following`: what is added to the logs comes in by itself, from the
        start on.
        """
        super().__init__()
        # Animations delay the next key, and each frame is sent over the wire.
        self.animation_level = "none"
        self.analysis = analysis
        self.settings = Settings() if settings is None else settings
        self.title = _title(analysis.files)
        self._hints = _KEYS_WITH_HINTS if hints else 0
        self._warning = warning
        self.browse = BrowseScreen(analysis, self.settings, filter_text=filter_text, restore=restore)
        self.browse.loader.following = following
        self._copies_to = clipboard
        self._status: StatusMessage | None = None
        self._interrupted = False
        self._garbage = RestCollector()
        for theme in OWN_THEMES:
            self.register_theme(theme)
        self._colours: str | None = "truecolor"
        self.theme = theme_for(self.settings.theme, os.environ)
        self.set_keymap(self.settings.keys)

    def get_driver_class(self) -> type[Driver]:
        """The driver that knows our terminals, unless another one was asked for."""
        return driver_class() or super().get_driver_class()

    def _system_clipboard(self) -> Clipboard:
        if self.is_web and self.settings.clipboard == "auto":
            return PageClipboard(self._write_sequence)
        return SystemClipboard(self._write_sequence, way=self.settings.clipboard)

    async def on_mount(self) -> None:
        if not self.is_headless:
            self._colours = self.console.color_system
            self.theme = theme_for(self.settings.theme, os.environ, colours=self._colours)
        # Pushed and not made the default screen: Textual reads the stylesheet of pushed screens only.
        await self.push_screen(self.browse)
        self._end_in_order()
        if not self.is_headless:
            self.set_timer(_SECONDS_BEFORE_PREPARING, lambda: prepare_screens(self))
            self.set_interval(LOOK_SECONDS, self._garbage.look)
        if self._hints:
            self.browse.detail.show_hints(_HINTS)
            # Where the table and the facts leave no room for them, this is what is seen of them.
            self.notify("First start: ? lists all keys")
        if self._warning:
            self.notify(shown(self._warning), severity="warning")

    def _end_in_order(self) -> None:
        """SIGTERM would leave the cursor hidden and mouse reporting on."""
        for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
            # Windows has no such handlers, and only the main thread may install them.
            with suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(number, self._ended_from_outside, number)

    def _ended_from_outside(self, number: int) -> None:
        # A second signal ends the process at once, if the clean exit hangs.
        signal.signal(number, signal.SIG_DFL)
        self.browse.keep_place()
        self.exit(return_code=128 + number)

    @property
    def failure(self) -> Exception | None:
        """The exception that ended the browser, None after a normal exit."""
        return self._exception

    def _fatal_error(self) -> None:
        """Textual would print a traceback with local variables, and so text from the log; print less."""
        if os.environ.get("SMTPSCOPE_DEBUG"):
            super()._fatal_error()
        else:
            self._close_messages_no_wait()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """None of Textual's own commands: each command is an action with a key, listed by the provider."""
        return ()

    def on_resize(self) -> None:
        # A terminal of another size may have moved or cut what it showed.
        self._forget_drawn()

    def action_redraw(self) -> None:
        """Draws all again, after something else wrote over the screen."""
        self._forget_drawn()
        self.refresh(layout=True)
        self.screen.refresh(layout=True)

    def _forget_drawn(self) -> None:
        driver: object = self._driver
        if isinstance(driver, OwnDriver):
            driver.forget()

    def action_next_theme(self) -> None:
        themes = cycle(self._colours)
        position = themes.index(self.theme) + 1 if self.theme in themes else 0
        following = themes[position % len(themes)]
        # An ANSI theme without colours is drawn black on black.
        self.theme = themes[0] if self.no_color and following.startswith("ansi") else following

    async def action_quit(self) -> None:
        self.browse.keep_place()
        self.exit()

    def action_interrupt(self) -> None:
        """ctrl+c copies what is selected; without a selection the second one in a row ends the program."""
        # A dialog hides the keys below it, so this one comes first everywhere and looks itself.
        focused = self.screen.focused
        typed = focused.selected_text if isinstance(focused, Input | TextArea) else ""
        selected = typed or self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
        elif self._interrupted:
            self.browse.keep_place()
            self.exit(return_code=128 + signal.SIGINT)
        else:
            key = key_of(self.screen, "app.quit") or "ctrl+q"
            self.notify(f"Press {key} to quit. To copy, select text with the mouse first")
            self._interrupted = True

    # Messages: one line, the newest, until the next key

    @property
    def status(self) -> StatusMessage | None:
        """What the last line says now."""
        return self._status

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Severity = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Shows `message` (plain text, already harmless) instead of the last one; there is no room for a title."""
        self._show_status(StatusMessage(message, severity))

    def _show_status(self, status: StatusMessage | None) -> None:
        self._status = status
        for screen in self.screen_stack:
            for footer in screen.query(KeyFooter):
                footer.status = status

    async def on_event(self, event: events.Event) -> None:
        if self._hints and isinstance(event, events.Key) and not event.is_forwarded:
            self._hints -= 1
            if not self._hints:
                self.browse.detail.show_hints(())
        if isinstance(event, events.Key | events.MouseDown) and not event.is_forwarded and self.browse.is_alive:
            self.browse.loader.key_pressed()
            self._garbage.key_pressed()
        if isinstance(event, events.Key | events.MouseDown | events.Paste) and not event.is_forwarded:
            if self._status is not None:
                self._show_status(None)
            if not (isinstance(event, events.Key) and event.key == "ctrl+c"):
                self._interrupted = False
        await super().on_event(event)

    # The clipboard

    def copy_to_clipboard(self, text: str) -> None:
        """What is selected, on any screen and in any line that is typed."""
        self.copy("\n".join(shown_lines(text)), "the selection")

    def _write_sequence(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)

    def copy(self, content: str, what: str) -> None:
        """Copies `content`, already harmless, in a thread, and shows where `what` was copied to."""

        # Only now: whether it is a page is known when there is a driver.
        clipboard = self._copies_to or self._system_clipboard()

        def run() -> None:
            copied = clipboard.copy(content)
            self.call_from_thread(self._tell, copied, what)

        self.run_worker(run, thread=True, group="clipboard")

    def _tell(self, copied: Copied, what: str) -> None:
        if copied.certain:
            self.notify(shown(f"Copied {what} to {copied.way}"))
        elif not copied.way and copied.kept_in is not None:
            self.notify(shown(f"Too long for the terminal's clipboard: {what} is in {copied.kept_in}"))
        elif not copied.way:
            self.notify("Too long for the terminal's clipboard, and no file could be written", severity="warning")
        elif copied.kept_in is not None:
            self.notify(shown(f"Sent {what} to {copied.way}. If it is not on the clipboard, open {copied.kept_in}"))
        else:
            self.notify(shown(f"Sent {what} to {copied.way}, which does not confirm that it arrived"))

    def on_outside_wanted(self, message: OutsideWanted) -> None:
        """The browser gives the terminal away until the editor or the pager ends."""
        command = viewer_command(os.environ)
        if command is None:
            self.notify("Set EDITOR or PAGER to the program that should open it", severity="warning")
            return
        try:
            with self.suspend():
                failed = view_outside(command, message.content, message.name)
        except SuspendNotSupported:
            failed = "A program in the terminal can't be opened from here"
        if failed is not None:
            self.notify(shown(failed), severity="error")

    def on_prose_pane_search_wanted(self, message: ProsePane.SearchWanted) -> None:
        self.push_screen(SearchScreen(message.pane))

    def on_copy_wanted(self, message: CopyWanted) -> None:
        self.copy(message.content, message.what)
