"""What was asked, when, and what came of it: a file with one JSON object a line, for the administrator to look at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

_LONGEST_FILE: Final = 2_000_000
_LINES_LEFT: Final = 2_000


class JournalEntry(msgspec.Struct, frozen=True):
    """One check: `sent` is everything that left this computer for it, in order; `asked` who answered.

    `outcome` is "cancelled" for a check that was stopped.
    """

    time_ms: int
    check: str
    subject: str
    sent: tuple[str, ...]
    asked: tuple[str, ...]
    outcome: str
    finding: str


class Journal:
    """The journal in the file `path`; None keeps it for this run only. Writing never fails a check: see `failure`."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._entries: list[JournalEntry] = []
        self.failure: str | None = None

    def add(self, entry: JournalEntry) -> None:
        """Appends one entry."""
        self._entries.append(entry)
        if self._path is None:
            return
        line = json.dumps(
            {
                "time_ms": entry.time_ms,
                "check": entry.check,
                "subject": entry.subject,
                "sent": entry.sent,
                "asked": entry.asked,
                "outcome": entry.outcome,
                "finding": entry.finding,
            }
        )
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._shorten(self._path)
            with self._path.open("a", encoding="utf-8", newline="\n") as stream:
                stream.write(f"{line}\n")
        except OSError as error:
            self.failure = f"{self._path}: {error.strerror or error}"

    def entries(self) -> tuple[JournalEntry, ...]:
        """All entries, oldest first; a line that is not one is left out."""
        if self._path is None:
            return tuple(self._entries)
        found: list[JournalEntry] = []
        with suppress(OSError):
            found = list(_read(self._path))
        return tuple(found)

    @staticmethod
    def _shorten(path: Path) -> None:
        """Keeps the last lines of a file that has grown long."""
        if path.is_file() and path.stat().st_size > _LONGEST_FILE:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)[-_LINES_LEFT:]
            shorter = path.with_name(f"{path.name}.new")
            shorter.write_text("".join(lines), encoding="utf-8", newline="\n")
            shorter.replace(path)


def _read(path: Path) -> Iterator[JournalEntry]:
    with path.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                row = json.loads(line)
                yield JournalEntry(
                    int(row["time_ms"]),
                    str(row["check"]),
                    str(row["subject"]),
                    tuple(map(str, row["sent"])),
                    tuple(map(str, row["asked"])),
                    str(row["outcome"]),
                    str(row["finding"]),
                )
            except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
                continue
