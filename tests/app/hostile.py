"""A log as a hostile server would like it: everything that a terminal, markup or a spreadsheet might obey."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.evtx_writer import WrittenEvent, write_evtx

CLIPBOARD = "\x1b]52;c;ZXZpbA==\a"
RED = "\x1b[31m"
CLEAR = "\x1b[2J"
TITLE = "\x1b]0;owned\x1b\\"
BIDI = "\u202egnp.exe\u202c"
HIDDEN = "\u200b\u2066"
EIGHT_BIT = "\x9b31m"

HOST = f"mx[/]{CLIPBOARD}{BIDI}.example"
COMPUTER = f"EXCH[bold]{RED}"
FILE_NAME = f"[red]log{CLIPBOARD.replace('/', '')}{BIDI}.evtx"
REPLY = f"550 5.7.1 [TSS04] [/] {TITLE}{RED}\r\a=HYPERLINK(1) <script>alert(1)</script> {HIDDEN}{EIGHT_BIT}"
COMMAND = f"RCPT TO:<=cmd{CLEAR}[bold]victim@example.com>"

EVENTS = (
    ("1", "6", HOST, "rcpt", REPLY, COMMAND),
    ("1", "7", HOST, "rcpt", REPLY, COMMAND.replace("victim", "other")),
    ("1", "8", f"=1+1{RED}.example", f"x{RED}[/]", f"[/]{CLEAR} no code", f"x{RED} [/] @SUM(1)\n"),
    ("1", "9", "", "mail", f"421 {BIDI}\n\t[$primary]{CLIPBOARD}", f"MAIL FROM:<> [@click=app.quit]x[/]{RED}=1"),
    (f"{RED}[/]", "not six strings"),
)


def write_hostile_log(folder: Path) -> Path:
    """A log of a few events, each of them hostile, under a hostile name."""
    first = datetime(2026, 3, 1, 8, tzinfo=UTC)
    events = [
        WrittenEvent(strings=strings, time=first + timedelta(hours=number), computer=COMPUTER)
        for number, strings in enumerate(EVENTS)
    ]
    return write_evtx(folder / FILE_NAME, events)
