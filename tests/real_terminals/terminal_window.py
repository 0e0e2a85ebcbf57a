"""A terminal in a virtual display, with the browser in it."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLUMNS, LINES = 120, 36
_SECONDS = 20.0
_PAUSE = 0.1
_TRIES = 5

# Notes the settings of the terminal before and after, how the browser ended, and what is then typed for the shell.
# st and alacritty set HOME for what they start: the browser would begin where the user's own one ended. VTE is not
# done with its settings when it starts a program.
_INSIDE = """cd {root}
export HOME={notes} XDG_CONFIG_HOME={notes}/config XDG_DATA_HOME={notes}/data XDG_CACHE_HOME={notes}/cache
sleep 1
stty -g > {notes}/before
{environment} {python} -m smtpscope data/samples 2> {notes}/errors
echo $? > {notes}/code
stty -g > {notes}/after
read -r words
printf %s "$words" > {notes}/typed
"""


@contextmanager
def virtual_display() -> Iterator[str]:
    """The name of a display of its own."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-r"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    manager = None
    try:
        with os.fdopen(reading) as stream:
            display = f":{stream.readline().strip()}"
            # Without a window manager kitty never has the focus, and takes no clicks.
            if shutil.which("openbox"):
                environment = {**os.environ, "DISPLAY": display}
                manager = subprocess.Popen(
                    ["openbox"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                # A window that is opened before is never mapped, and st waits for that.
                end = time.monotonic() + _SECONDS
                while time.monotonic() < end:
                    asked = subprocess.run(
                        ["xdotool", "get_desktop"], env=environment, capture_output=True, check=False
                    )
                    if asked.returncode == 0:
                        break
                    time.sleep(_PAUSE)
            yield display
    finally:
        if manager is not None:
            manager.terminate()
            manager.wait()
        server.terminate()
        server.wait()


class TerminalWindow:
    """`command` opens the terminal and takes the program as its last words; `clipboard` prints what was copied, and
    `end` ends what would outlive the window.
    """

    def __init__(
        self,
        command: Sequence[str],
        display: str,
        folder: Path,
        *,
        over_ssh: bool,
        clipboard: Sequence[str] = ("xclip", "-selection", "clipboard", "-o"),
        end: Sequence[str] = (),
    ) -> None:
        self.notes = folder
        self._clipboard = clipboard
        self._end = end
        folder.mkdir()
        self._environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in ("TMUX", "COLORTERM", "TERM", "COLUMNS")
            },
            "DISPLAY": display,
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            # A mosh server whose window is gone ends by itself.
            "MOSH_SERVER_NETWORK_TMOUT": "30",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "PYTHONPATH": str(ROOT / "tui"),
        }
        inside = folder / "inside.sh"
        inside.write_text(
            _INSIDE.format(
                root=shlex.quote(str(ROOT)),
                notes=shlex.quote(str(folder)),
                python=shlex.quote(sys.executable),
                environment="env -u DISPLAY SSH_TTY=/dev/pts/0" if over_ssh else "",
            )
        )
        self._process = subprocess.Popen(
            [*command, "sh", str(inside)],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            words, env=self._environment, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        return done.stdout

    def until(self, holds: Callable[[], object], *, seconds: float = _SECONDS) -> bool:
        """Waits for `holds`; False if it does not come."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return True
            time.sleep(_PAUSE)
        return False

    @property
    def title(self) -> str:
        return self._run("xdotool", "search", "--onlyvisible", "--name", ".", "getwindowname", "%@").strip()

    @property
    def clipboard(self) -> bytes:
        done = subprocess.run(
            self._clipboard,
            env=self._environment,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        return done.stdout

    def forget_clipboard(self) -> None:
        subprocess.run(
            ["xclip", "-selection", "clipboard"], input=b"-", env=self._environment, timeout=_SECONDS, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def press(self, *keys: str) -> None:
        for key in keys:
            self._run("xdotool", "key", "--clearmodifiers", key)
            time.sleep(3 * _PAUSE)

    def copy(self, words: bytes) -> bytes:
        """What is on the clipboard after Y, which is pressed again while the browser is still reading."""
        for _ in range(_TRIES):
            self.press("shift+y")
            end = time.monotonic() + 2
            while time.monotonic() < end:
                if words in self.clipboard:
                    return self.clipboard
                time.sleep(_PAUSE)
        return b""

    def type(self, words: str) -> None:
        self._run("xdotool", "type", "--delay", "30", words)

    def click(self, column: int, line: int) -> None:
        """On a cell, counted from 0; a terminal has hardly any border."""
        # A compositor's window has no name.
        found = self._run("xdotool", "search", "--onlyvisible", "--name", ".").split()
        window = found[-1] if found else self._run("xdotool", "getactivewindow").strip()
        size = dict(
            part.split("=")
            for part in self._run("xdotool", "getwindowgeometry", "--shell", window).split()
            if "=" in part
        )
        columns, lines = self._size
        x = int((column + 0.5) * int(size["WIDTH"]) / columns)
        y = int((line + 0.5) * int(size["HEIGHT"]) / lines)
        self._run("xdotool", "mousemove", "--window", window, str(x), str(y))
        # kitty takes a click for where it last saw the pointer.
        time.sleep(3 * _PAUSE)
        self._run("xdotool", "mousedown", "1")
        time.sleep(_PAUSE)
        self._run("xdotool", "mouseup", "1")
        time.sleep(5 * _PAUSE)

    @property
    def _size(self) -> tuple[int, int]:
        """Columns and lines of the terminal, as its driver knows them."""
        for process in self.processes():
            try:
                with Path(f"/proc/{process}/fd/0").open() as stream:
                    size = os.get_terminal_size(stream.fileno())
                return size.columns, size.lines
            except OSError:
                continue
        return COLUMNS, LINES

    def processes(self) -> list[int]:
        """The browser's processes in this terminal."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                ours = entry.name.isdigit() and b"smtpscope\0data/samples" in (entry / "cmdline").read_bytes()
                if ours and f"HOME={self.notes}".encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def kill(self) -> None:
        """Ends the browser so that it can't tidy up."""
        for process in self.processes():
            os.kill(process, signal.SIGKILL)

    def note(self, name: str) -> str | None:
        path = self.notes / name
        return path.read_text() if path.exists() else None

    def close(self) -> None:
        self.kill()
        if self._end:
            subprocess.run(self._end, env=self._environment, capture_output=True, timeout=_SECONDS, check=False)
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
