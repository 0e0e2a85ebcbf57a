"""`python -m real_terminals --into docs/terminals.md`: the table of what works in which terminal."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from real_terminals.terminal_window import TerminalWindow, virtual_display

_XTERM = ("xterm", "-fa", "Monospace", "-geometry", "120x36", "-e")
# Without an sshd: what it would start is started here.
_MOSH = (
    'connect=$(mosh-server new -i 127.0.0.1 -p 60100:60199 -- "$@" 2>/dev/null | tr -d "\\r" | grep "MOSH CONNECT"); '
    "set -- $connect; MOSH_KEY=$4 exec mosh-client 127.0.0.1 $3"
)
# foot knows Wayland only: a compositor in a window of the virtual display.
_FOOT = (
    "export XDG_RUNTIME_DIR=$HOME/run; mkdir -m 700 $HOME/run; "
    "weston --backend=x11-backend.so --use-pixman --shell=kiosk-shell.so --width=1080 --height=720 "
    "--socket=wayland-terminals --idle-time=0 & "
    "until [ -S $XDG_RUNTIME_DIR/wayland-terminals ]; do sleep 0.1; done; "
    'WAYLAND_DISPLAY=wayland-terminals exec foot "$@"'
)
_FOOT_COPY = "XDG_RUNTIME_DIR=$HOME/run WAYLAND_DISPLAY=wayland-terminals timeout 2 wl-paste --no-newline"


@dataclass(frozen=True)
class Terminal:
    """How it is opened, what else must be installed (`needs`), where copies go, and what ends it besides its window."""

    command: Sequence[str]
    needs: str = ""
    clipboard: Sequence[str] = ("xclip", "-selection", "clipboard", "-o")
    end: Sequence[str] = ()

    @property
    def installed(self) -> bool:
        return all(shutil.which(each) for each in (self.command[0], self.needs) if each)

    def window(self, display: str, folder: Path, *, over_ssh: bool) -> TerminalWindow:
        return TerminalWindow(self.command, display, folder, over_ssh=over_ssh, clipboard=self.clipboard, end=self.end)


_TMUX = ("tmux", "-L", "smtpscope-terminals", "-f", "/dev/null")
TERMINALS: dict[str, Terminal] = {
    "xterm": Terminal(_XTERM),
    "urxvt": Terminal(("urxvt", "-geometry", "120x36", "-e")),
    "kitty": Terminal(("kitty", "--config", "NONE", "-o", "remember_window_size=no")),
    "alacritty": Terminal(
        ("alacritty", "-o", "window.dimensions.columns=120", "-o", "window.dimensions.lines=36", "-e")
    ),
    "xfce4-terminal": Terminal(
        (
            "xfce4-terminal",
            "--disable-server",
            "--hide-menubar",
            "--hide-toolbar",
            "--hide-scrollbar",
            "--geometry",
            "120x36",
            "-x",
        )
    ),
    "mlterm": Terminal(("mlterm", "-g", "120x36", "-e")),
    "st": Terminal(("st", "-g", "120x36", "-e")),
    "pterm (PuTTY)": Terminal(("pterm", "-geometry", "120x36", "-e")),
    "foot": Terminal(("sh", "-c", _FOOT, "foot"), "weston", clipboard=("sh", "-c", _FOOT_COPY)),
    "tmux in xterm": Terminal(
        (*_XTERM, *_TMUX, "new-session"), "tmux", clipboard=(*_TMUX, "show-buffer"), end=(*_TMUX, "kill-server")
    ),
    "GNU screen in xterm": Terminal(
        (*_XTERM, "screen", "-c", "/dev/null", "-S", "smtpscope-terminals"),
        "screen",
        end=("screen", "-S", "smtpscope-terminals", "-X", "quit"),
    ),
    "mosh in xterm": Terminal((*_XTERM, "sh", "-c", _MOSH, "mosh"), "mosh-server"),
}
NEEDED = ("Xvfb", "xdotool", "xclip")
CHECKS = ("title", "keys", "mouse", "copy over ssh", "left clean", "shell after kill -9")
BEGIN, END = "<!-- terminals: begin -->", "<!-- terminals: end -->"


def checked(terminal: Terminal, display: str, folder: Path) -> dict[str, str]:
    """What was seen in one terminal: "ok", or what came instead."""
    found = dict.fromkeys(CHECKS, "not reached")
    window = terminal.window(display, folder / "here", over_ssh=False)
    try:
        if not _begun(window):
            return found
        found["title"] = "ok" if "smtpscope" in window.title else "not passed on"
        window.forget_clipboard()
        window.copy(b"summary of 3 incidents")
        window.press("j")
        copied = window.copy(b"summary\n\n**The sending IP address is on a named block list")
        found["keys"] = "ok" if copied else "no copy"
        # The third line of the table is below two lines of the header, the filter and the heading.
        for _ in range(2):
            window.click(20, 6)
            if window.copy(b"summary\n\n**No such mailbox"):
                found["mouse"] = "ok"
                break
        else:
            found["mouse"] = "no"
        window.press("q")
        window.until(lambda: window.note("after") is not None)
        window.type("end\n")
        window.until(lambda: window.note("typed") is not None)
        seen = {
            "exit code": window.note("code") == "0\n",
            "settings": window.note("before") == window.note("after"),
            "what is typed": window.note("typed") == "end",
        }
        wrong = [name for name, right in seen.items() if not right]
        found["left clean"] = f"no: {', '.join(wrong)}" if wrong else "ok"
    finally:
        window.close()
    found["copy over ssh"] = _over_ssh(terminal, display, folder, copied)
    found["shell after kill -9"] = _after_kill(terminal, display, folder)
    return found


def _begun(window: TerminalWindow) -> bool:
    """Whether the browser runs in the window; its title is waited for, where it comes."""
    if not window.until(lambda: window.processes()):
        return False
    window.until(lambda: "smtpscope" in window.title, seconds=8)
    return True


def _over_ssh(terminal: Terminal, display: str, folder: Path, expected: bytes) -> str:
    """Whether OSC 52 brings the same bytes as the native clipboard."""
    window = terminal.window(display, folder / "ssh", over_ssh=True)
    try:
        _begun(window)
        window.forget_clipboard()
        window.copy(b"summary of 3 incidents")
        window.press("j")
        copied = window.copy(expected[:60])
        if copied == expected:
            return "equal"
        return "refused; the file has it" if copied in (b"", b"-") else f"{len(copied):,} of {len(expected):,} bytes"
    finally:
        window.close()


def _after_kill(terminal: Terminal, display: str, folder: Path) -> str:
    """Whether words can be typed for the shell after the browser was killed."""
    window = terminal.window(display, folder / "killed", over_ssh=False)
    try:
        _begun(window)
        window.kill()
        window.until(lambda: window.note("after") is not None)
        # As a user would: blindly.
        window.press("ctrl+j")
        typed = window.note("typed")
        return "can be typed in" if window.until(lambda: window.note("typed") is not None) else f"dead ({typed!r})"
    finally:
        window.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, required=True, help="the document that has the table")
    parser.add_argument("--only", help="the name of one terminal")
    arguments = parser.parse_args()
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        parser.error(f"these are not installed: {', '.join(missing)}")
    text = arguments.into.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    # With --only the other rows stay.
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in table.splitlines() if arguments.only}
    with virtual_display() as display, tempfile.TemporaryDirectory() as folder:
        for number, (name, terminal) in enumerate(TERMINALS.items()):
            if not terminal.installed or arguments.only not in (None, name):
                continue
            place = Path(folder, str(number))
            place.mkdir()
            found = checked(terminal, display, place)
            print(name, found, flush=True)
            rows[name] = f"| {name} | {' | '.join(found[check] for check in CHECKS)} |"
    lines = [f"| Terminal | {' | '.join(CHECKS)} |", "|---" * (len(CHECKS) + 1) + "|"]
    lines += [rows[name] for name in TERMINALS if name in rows]
    arguments.into.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
