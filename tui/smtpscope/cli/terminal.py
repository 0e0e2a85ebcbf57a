"""The terminal: whether the browser can run in it, its width, and the source of keys."""

from __future__ import annotations

import os
import sys
from typing import Final

from smtpscope.cli.streams import Target

_WIDTH: Final = 80


def in_web_page() -> bool:
    """Whether textual-serve started us for a page: it names its driver, and our streams are connected to the page."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith("WebDriver")


def browser_hindrance() -> str | None:
    """Why the browser can't run here, None if it can."""
    if in_web_page():
        return None
    if sys.stdout is None or not sys.stdout.isatty():
        return "Standard output is not a terminal"
    if os.environ.get("TERM") == "dumb":
        return "This terminal (TERM=dumb) can't draw"
    if sys.__stdin__ is None or sys.__stderr__ is None:
        return "Standard input or standard error is closed"
    return None


def text_width(target: Target) -> int:
    """The width of output lines in cells: the terminal's, else 80."""
    if not target.to_terminal:
        return _WIDTH
    import shutil

    return shutil.get_terminal_size((_WIDTH, 24)).columns


def take_terminal() -> bool:
    """Connects input and output to the terminal if they are a pipe. False if there is no terminal.

    Standard input may have been a log, and Textual draws on standard error.
    """
    if in_web_page():
        return True
    if not _is_terminal(0):
        try:
            terminal = os.open("CONIN$" if sys.platform == "win32" else "/dev/tty", os.O_RDWR)
        except OSError:
            return False
        if terminal != 0:
            os.dup2(terminal, 0)
            os.close(terminal)
    if not _is_terminal(2):
        os.dup2(1, 2)
    return True


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False
