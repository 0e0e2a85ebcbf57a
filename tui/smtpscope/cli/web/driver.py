"""Textual's driver for a page, with two additions: it starts focused, and ends with its server."""

from __future__ import annotations

from contextlib import suppress

from textual import events, messages
from textual.drivers.web_driver import WebDriver


class PageWebDriver(WebDriver):
    """Named in the environment by the server, and created by Textual."""

    def start_application_mode(self) -> None:
        super().start_application_mode()
        # Textual starts without focus and ignores focus events until then.
        self._app.call_later(self._app.post_message, events.AppFocus())

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            # End of input: a killed server can't ask us to quit.
            self._app.post_message(messages.ExitApp())

    def write(self, data: str) -> None:
        with suppress(BrokenPipeError):
            super().write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        with suppress(BrokenPipeError):
            super().write_meta(data)
