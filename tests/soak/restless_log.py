"""A mail log that grows without pause and is rotated, copied and truncated, replaced and deleted meanwhile."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from io import BufferedWriter
from pathlib import Path
from typing import Final

_REFUSED_EVERY: Final = 20
"""Lines for one refusal."""
_MAILBOXES: Final = 500
_TICK: Final = 0.05

Trick = Callable[[BufferedWriter], BufferedWriter]


class RestlessLog(threading.Thread):
    """Writes `rate` lines a second to `path`, and does something to the file every `pause` seconds.

    What is copied and truncated, or truncated, has to be quiet before for `still` seconds: whatever is written between
    the last look and the truncation is gone for anyone who looks. A log that was renamed or deleted is written to for
    `told_after` seconds more, until its program is told of the new one. `refused` counts the refusals of each mailbox.
    """

    def __init__(self, path: Path, *, rate: int, pause: float, still: float, told_after: float = 0.4) -> None:
        super().__init__(daemon=True)
        self._path = path
        self._rate = rate
        self._pause = pause
        self._still = still
        self._told_after = told_after
        self._number = 0
        self._ended = threading.Event()
        self.refused: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.lines = 0
        self.emptying: tuple[Trick, ...] = (self._copied_and_truncated, self._truncated)
        self.tricks: tuple[Trick, ...] = (self._renamed, *self.emptying, self._replaced, self._deleted)
        """What is done to the file, which is open for writing before and after."""

    def run(self) -> None:
        log = self._path.open("ab")
        trick, begun = 0, time.monotonic()
        owed = 0.0
        while not self._ended.wait(_TICK):
            owed += self._rate * _TICK
            self.write(log, int(owed))
            owed -= int(owed)
            if time.monotonic() - begun >= self._pause:
                log = self.tricks[trick % len(self.tricks)](log)
                trick, begun = trick + 1, time.monotonic()
        log.close()

    def end(self) -> None:
        """Stops writing."""
        self._ended.set()
        self.join()

    def write(self, log: BufferedWriter, lines: int) -> None:
        """Writes so many lines."""
        now = datetime.now(UTC)
        header = f"{now:%b} {now.day:2d} {now:%H:%M:%S} mail postfix"
        for _ in range(lines):
            self._number += 1
            mailbox = f"user{self._number // _REFUSED_EVERY % _MAILBOXES}@contoso.example"
            if self._number % _REFUSED_EVERY:
                text = f"{header}/qmgr[5]: 4ABCDEF{self._number % 1000:03}: from=<shop@example.com>, size=5, nrcpt=1\n"
            else:
                self.refused[mailbox] += 1
                text = (
                    f"{header}/smtp[4711]: 4ABCDEF{self._number % 1000:03}: to=<{mailbox}>, relay=mx[192.0.2.7]:25, "
                    "delay=1, dsn=5.1.1, status=bounced (host mx.contoso.example[192.0.2.7] said: 550 5.1.1 no "
                    "(in reply to RCPT TO command))\n"
                )
            log.write(text.encode())
        log.flush()
        self.lines += lines

    def _go_on(self, log: BufferedWriter, name: str) -> BufferedWriter:
        """Writes a little more to the file that has lost its name, then opens the new one."""
        time.sleep(self._told_after)
        self.write(log, int(self._rate * self._told_after))
        log.close()
        self.done[name] += 1
        return self._path.open("ab")

    def _renamed(self, log: BufferedWriter) -> BufferedWriter:
        self._path.replace(self._beside("1"))
        return self._go_on(log, "renamed")

    def _deleted(self, log: BufferedWriter) -> BufferedWriter:
        self._path.unlink()
        return self._go_on(log, "deleted")

    def _replaced(self, log: BufferedWriter) -> BufferedWriter:
        fresh = self._beside("new")
        fresh.write_bytes(b"")
        fresh.replace(self._path)
        return self._go_on(log, "replaced")

    def _copied_and_truncated(self, log: BufferedWriter) -> BufferedWriter:
        return self._emptied(log, "copied and truncated", lambda: shutil.copyfile(self._path, self._beside("1")))

    def _truncated(self, log: BufferedWriter) -> BufferedWriter:
        return self._emptied(log, "truncated", lambda: None)

    def _emptied(self, log: BufferedWriter, name: str, before: Callable[[], object]) -> BufferedWriter:
        self._ended.wait(self._still)
        before()
        log.close()
        os.truncate(self._path, 0)
        self.done[name] += 1
        return self._path.open("ab")

    def _beside(self, ending: str) -> Path:
        return self._path.with_name(f"{self._path.name}.{ending}")
