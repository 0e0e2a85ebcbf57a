"""Textual's driver for a page, with what a page needs beyond it: it begins in focus, and ends with its server."""

from __future__ import annotations

from contextlib import suppress

from textual import events, messages
from textual.drivers.web_driver import WebDriver


class PageWebDriver(WebDriver):
    """Named in the environment by the server, and made by Textual."""

    def start_application_mode(self) -> None:
        super().start_application_mode()
        # Textual begins without focus, after whatever the page says of it until then.
        self._app.call_later(self._app.post_message, events.AppFocus())

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            # The end of input: a server that was killed can't ask us to quit.
            self._app.post_message(messages.ExitApp())

    def write(self, data: str) -> None:
        with suppress(BrokenPipeError):
            super().write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        with suppress(BrokenPipeError):
            super().write_meta(data)
