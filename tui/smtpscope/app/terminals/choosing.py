"""Which driver the browser uses for the terminal it runs in."""

from __future__ import annotations

import os
import sys
from typing import Protocol, runtime_checkable

from textual.driver import Driver


@runtime_checkable
class OwnDriver(Protocol):
    """What our own drivers can do."""

    def forget(self) -> None:
        """What is on the screen is unknown, so the next frame is sent as a whole."""
        ...

    def set_title(self, title: str) -> None:
        """The title of the terminal's window; `title` is harmless."""
        ...


def driver_class() -> type[Driver] | None:
    """Our driver; None where Textual's is used: on Windows, and where the environment names one."""
    if sys.platform == "win32" or os.environ.get("TEXTUAL_DRIVER"):
        return None
    from smtpscope.app.terminals.posix_driver import PosixDriver

    return PosixDriver
