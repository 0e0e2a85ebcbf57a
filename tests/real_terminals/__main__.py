"""`python -m real_terminals --into docs/terminals.md`: the table of what works in which terminal."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from real_terminals.terminal_window import TerminalWindow, virtual_display

TERMINALS: dict[str, Sequence[str]] = {
    "xterm": ("xterm", "-fa", "Monospace", "-geometry", "120x36", "-e"),
    "urxvt": ("urxvt", "-geometry", "120x36", "-e"),
    "kitty": ("kitty", "--config", "NONE", "-o", "remember_window_size=no"),
    "alacritty": ("alacritty", "-e"),
    "xfce4-terminal": (
        "xfce4-terminal",
        "--disable-server",
        "--hide-menubar",
        "--hide-toolbar",
        "--hide-scrollbar",
        "--geometry",
        "120x36",
        "-x",
    ),
    "mlterm": ("mlterm", "-g", "120x36", "-e"),
    "st": ("st", "-g", "120x36", "-e"),
}
NEEDED = ("Xvfb", "xdotool", "xclip")
CHECKS = ("title", "keys", "mouse", "copy over ssh", "left clean", "shell after kill -9")
BEGIN, END = "<!-- terminals: begin -->", "<!-- terminals: end -->"


def checked(command: Sequence[str], display: str, folder: Path) -> dict[str, str]:
    """What was seen in one terminal: "ok", or what came instead."""
    found = dict.fromkeys(CHECKS, "not reached")
    window = TerminalWindow(command, display, folder / "here", over_ssh=False)
    try:
        if not window.until(lambda: "smtpscope" in window.title):
            return found | {"title": f"none ({window.title})"}
        found["title"] = "ok"
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
    found["copy over ssh"] = _over_ssh(command, display, folder, copied)
    found["shell after kill -9"] = _after_kill(command, display, folder)
    return found


def _over_ssh(command: Sequence[str], display: str, folder: Path, expected: bytes) -> str:
    """Whether OSC 52 brings the same bytes as the native clipboard."""
    window = TerminalWindow(command, display, folder / "ssh", over_ssh=True)
    try:
        window.until(lambda: "smtpscope" in window.title)
        window.forget_clipboard()
        window.copy(b"summary of 3 incidents")
        window.press("j")
        copied = window.copy(expected[:60])
        if copied == expected:
            return "equal"
        return "refused; the file has it" if copied in (b"", b"-") else f"{len(copied):,} of {len(expected):,} bytes"
    finally:
        window.close()


def _after_kill(command: Sequence[str], display: str, folder: Path) -> str:
    """Whether words can be typed for the shell after the browser was killed."""
    window = TerminalWindow(command, display, folder / "killed", over_ssh=False)
    try:
        window.until(lambda: "smtpscope" in window.title)
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
    rows = []
    with virtual_display() as display, tempfile.TemporaryDirectory() as folder:
        for name, command in TERMINALS.items():
            if shutil.which(command[0]) is None or arguments.only not in (None, name):
                continue
            place = Path(folder, name)
            place.mkdir()
            found = checked(command, display, place)
            print(name, found, flush=True)
            rows.append(f"| {name} | {' | '.join(found[check] for check in CHECKS)} |")
    table = [f"| Terminal | {' | '.join(CHECKS)} |", "|---" * (len(CHECKS) + 1) + "|", *rows]
    text = arguments.into.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    arguments.into.write_text(f"{before}{BEGIN}\n" + "\n".join(table) + f"\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
