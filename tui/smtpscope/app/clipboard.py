"""Copies text to the clipboard by the best available method, and reports which, since not all are reliable.

tmux silently drops OSC 52 by default, so inside tmux its own buffer is loaded; on a local machine a native program is
used; OSC 52 is the last resort, and then the text is also saved to a private file. A long text goes into the file
alone: mosh cuts the sequence at 16,379 characters, which empties the clipboard, and urxvt types the rest on the screen.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import platformdirs
from msgspec import Struct

from smtpscope.configuration.settings import ClipboardWay

_TIMEOUT_SECONDS = 3.0
MOST_BYTES_OF_OSC_52 = 12_000
"""As many as are safe in all terminals: 16,000 characters in base64."""


class Copied(Struct, frozen=True):
    """`way` is for display. `certain` is False if there is no confirmation; then the text is also in the file
    `kept_in`. A text that is too long for the terminal is only there: `way` is "".
    """

    way: str
    certain: bool
    kept_in: Path | None = None


class Clipboard(Protocol):
    """A destination for copied text; may block for seconds, so call it from a worker thread."""

    def copy(self, text: str) -> Copied: ...


class Program(Protocol):
    """Runs a program with bytes on its standard input; True if it exited with 0."""

    def __call__(self, command: Sequence[str], standard_input: bytes) -> bool: ...


def run_program(command: Sequence[str], standard_input: bytes) -> bool:
    try:
        finished = subprocess.run(
            list(command),
            input=standard_input,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return finished.returncode == 0


class _Way(Struct, frozen=True):
    name: str
    command: tuple[str, ...]
    encoding: str = "utf-8"


def _native_ways(environment: Mapping[str, str], platform: str) -> list[_Way]:
    if platform == "win32":
        return [_Way("the Windows clipboard", ("clip.exe",), "utf-16-le")]
    # Over ssh the native clipboard is the remote machine's, which is of no use.
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return []
    if platform == "darwin":
        return [_Way("the macOS clipboard", ("pbcopy",))]
    ways = []
    if environment.get("WSL_DISTRO_NAME"):
        ways.append(_Way("the Windows clipboard", ("clip.exe",), "utf-16-le"))
    if environment.get("WAYLAND_DISPLAY"):
        ways.append(_Way("the Wayland clipboard", ("wl-copy",)))
    if environment.get("DISPLAY"):
        ways.append(_Way("the X11 clipboard", ("xclip", "-selection", "clipboard")))
        ways.append(_Way("the X11 clipboard", ("xsel", "--clipboard", "--input")))
    return ways


class SystemClipboard:
    """The clipboard of the terminal we run in.

    `write_to_terminal` takes a control sequence; `folder` keeps the text when no certain way exists. `way` is the
    user's setting.
    """

    def __init__(
        self,
        write_to_terminal: Callable[[str], None],
        *,
        environment: Mapping[str, str] | None = None,
        platform: str = sys.platform,
        program: Program = run_program,
        find: Callable[[str], str | None] = shutil.which,
        folder: Path | None = None,
        way: ClipboardWay = "auto",
    ) -> None:
        self._write_to_terminal = write_to_terminal
        self._environment = os.environ if environment is None else environment
        self._platform = platform
        self._program = program
        self._find = find
        self._folder = folder
        self._way = way

    def copy(self, text: str) -> Copied:
        """Copies `text`, which is already harmless. Never raises: failures are in the result."""
        if self._way == "off":
            return Copied("nowhere: copying is turned off", certain=True)
        data = text.encode("utf-8", "replace")
        for way in self._ways():
            if self._find(way.command[0]) and self._program(way.command, text.encode(way.encoding, "replace")):
                if way.command[0] == "tmux" and len(data) <= MOST_BYTES_OF_OSC_52:
                    # tmux itself names no selection, which some terminals need; this way is closed by default in some
                    # versions, and does no harm there.
                    self._write_to_terminal(f"\x1bPtmux;\x1b{_osc_52(data)}\x1b\\")
                return Copied(way.name, certain=True)
        if len(data) > MOST_BYTES_OF_OSC_52:
            return Copied("", certain=False, kept_in=self._keep(data))
        self._write_to_terminal(_osc_52(data))
        return Copied("the terminal (OSC 52)", certain=False, kept_in=self._keep(data))

    def _ways(self) -> list[_Way]:
        """The methods to try, most reliable first; the settings may allow only one."""
        ways: list[_Way] = []
        if self._way == "tmux" or (self._way == "auto" and self._environment.get("TMUX")):
            buffer = "the tmux buffer (paste with prefix ])"
            ways.append(_Way(buffer, ("tmux", "load-buffer", "-w", "-")))
            # Before tmux 3.2.
            ways.append(_Way(buffer, ("tmux", "load-buffer", "-")))
        if self._way in ("auto", "native"):
            ways.extend(_native_ways(self._environment, self._platform))
        return ways

    def _keep(self, data: bytes) -> Path | None:
        folder = self._folder or Path(platformdirs.user_cache_dir("smtpscope", appauthor=False))
        path = folder / "copied.md"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # A file of before may be readable by others.
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
        except OSError:
            return None
        return path


class PageClipboard:
    """The clipboard of the person viewing the page: the page's own script puts there what it gets as OSC 52."""

    def __init__(self, write_to_terminal: Callable[[str], None]) -> None:
        self._write_to_terminal = write_to_terminal

    def copy(self, text: str) -> Copied:
        self._write_to_terminal(_osc_52(text.encode("utf-8", "replace")))
        return Copied("your web browser's clipboard", certain=False)


def _osc_52(data: bytes) -> str:
    return f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\a"
