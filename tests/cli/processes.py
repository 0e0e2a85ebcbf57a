"""smtpscope as a process of its own, as a shell starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples"
LINES = SAMPLES / "EXCH02-transport.log"
COPIED = SAMPLES / "EXCH03-copied-events.txt"
PROGRAM = (sys.executable, "-m", "smtpscope")
SECONDS = 60
"""After which a process that hangs is ended, and its test fails."""


def hear_ctrl_c() -> None:
    """Before a program starts: ctrl+c ends it, also where the tests run in the background and ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def environment(**changes: str) -> dict[str, str]:
    """Ours without what changes what is printed, and with the package on the path."""
    left_out = {"COLUMNS", "LINES", "NO_COLOR", "SMTPSCOPE_DEBUG", "PYTHONIOENCODING"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "PYTHONPATH": str(ROOT / "tui"), "TZ": "UTC", **changes}


def run(*arguments: str | Path, stdin: bytes = b"", **changes: str) -> subprocess.CompletedProcess[bytes]:
    """Runs `smtpscope` with `arguments` to its end, all three streams being pipes."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=SECONDS,
        env=environment(**changes),
        check=False,
    )
