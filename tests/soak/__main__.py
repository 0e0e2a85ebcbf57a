"""Follows a restless log in the browser: `python -m soak --minutes 10`, with tests/ on the path.

Prints what was written, lost and read twice, and how memory grew. The exit code is 1 if an event was lost or came
twice, or memory grew by more than what the events take.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

from smtpscope.app.application import Browser
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from soak.restless_log import RestlessLog

_KEYS: Final = ("down", "up", "pagedown", "pageup", "home", "end", "right", "left", "tab", "f5")
_KEY_EVERY: Final = 0.25
_PAGE: Final = 4_096
_MOST_GROWTH: Final = 48 << 20
"""Bytes after the first fifth: 50,000 events in columns and their texts take some."""
_LAST_LOOKS: Final = 6.0


def memory_now() -> int:
    """Bytes of this process; what it had at most where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


async def follow(path: Path, minutes: float, rate: int) -> bool:
    """Whether all went well."""
    log = RestlessLog(path, rate=rate, pause=8.0, still=3.0)
    path.write_bytes(b"")
    log.start()
    while log.lines < rate:
        await asyncio.sleep(0.1)
    analysis = Analysis(KnowledgeBase.load(), growing=True)
    analysis.open([str(path)])
    app = Browser(analysis, following=True)
    chance = random.Random(7002)
    until = time.monotonic() + 60 * minutes
    first, begun, pressed = 0, time.monotonic(), 0
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        while time.monotonic() < until:
            await pilot.press(chance.choice(_KEYS))
            pressed += 1
            await asyncio.sleep(_KEY_EVERY)
            if not first and time.monotonic() - begun > 12 * minutes:
                first = memory_now()
        log.end()
        last = memory_now()
        await asyncio.sleep(_LAST_LOOKS)
        found = Counter(analysis.store.exchange(row).command.recipient or "" for row in range(len(analysis.store)))
    lost, twice = log.refused - found, found - log.refused
    tricks = ", ".join(f"{name} {count} times" for name, count in sorted(log.done.items()))
    print(f"{log.lines:,} lines with {log.refused.total():,} refusals in {minutes:g} minutes; {tricks}; {pressed} keys")
    print(f"lost: {lost.total()}; twice: {twice.total()}")
    print(f"memory after a fifth: {first >> 20} MB; at the end: {last >> 20} MB")
    return not lost and not twice and last - first <= _MOST_GROWTH


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--minutes", type=float, default=10.0)
    arguments.add_argument("--rate", type=int, default=2_000, help="lines a second")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return 0 if asyncio.run(follow(Path(folder) / "mail.log", given.minutes, given.rate)) else 1


if __name__ == "__main__":
    sys.exit(main())
