"""Parts of single logs as few large files, a month each, in which an event that is in several logs counts once.

Nothing in force is touched until the manifest is exchanged; the parts that it no longer names are deleted afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from smtpscope.asking.set_manifest import LogReceipt, SetPart, encoded_manifest
from smtpscope.errors import ExportError, LogError
from smtpscope.fleet.group_files import sweep_tables, with_group_tables
from smtpscope.fleet.month_rows import UNDATED, MonthRows, month_bounds
from smtpscope.fleet.set_files import BACKUP, locked, write_whole
from smtpscope.fleet.set_state import SetState, month_of_part

MEMORY: Final = "1GB"


class CompactedSet(Struct, frozen=True):
    """What a compaction did: files and bytes before and after, rows, and how many of them are duplicates.

    `unkept` is why the group tables could not be written, "" if they were.
    """

    files_before: int
    files: int
    size_before: int
    size: int
    rows: int
    duplicates: int
    unkept: str = ""


def compact(
    folder: Path,
    *,
    memory: str = MEMORY,
    drop_before: str = "",
    on_month: Callable[[str], None] | None = None,
) -> CompactedSet:
    """Compacts the set in `folder` with at most `memory` for the engine; `on_month` hears of each month.

    Months before `drop_before` ("2026-01") are left out for good. Raises LogError, and ExportError if a file can't be
    written: then the set is as it was.
    """
    try:
        with locked(folder):
            state = SetState(folder)
            before = len(state.parts), sum(part.size for part in state.parts.values())
            without = _taken_in(state)
            loose = [part for part in state.parts.values() if month_of_part(part.path) is None]
            merger = _Merger(state, without)
            with MonthRows(memory) as rows:
                months = rows.months_in([folder / part.path for part in loose])
                months |= {month for month in map(month_of_part, state.parts) if month and _drops(month, drop_before)}
                for month in sorted(months | merger.months_without):
                    if on_month is not None:
                        on_month(month)
                    if _drops(month, drop_before):
                        merger.drop(month)
                    else:
                        merger.merge(rows, month, loose)
            if drop_before:
                start = month_bounds(drop_before)[0]
                state.known = replace(state.known, dropped_before_ms=max(state.known.dropped_before_ms or start, start))
            merger.finish([part.path for part in loose])
            unkept = _keep_groups(state, memory)
            size = sum(part.size for part in state.parts.values())
            count = sum(part.rows for part in state.parts.values())
            return CompactedSet(*before[:1], len(state.parts), before[1], size, count, merger.duplicates, unkept)
    except OSError as error:
        raise ExportError(
            where=str(folder),
            what=f"the set can't be compacted ({error.strerror or error}) and is as it was",
            remedy="Check free space: twice the size of the largest month is needed",
        ) from error


def exchange_changed_logs(state: SetState, *, memory: str = MEMORY) -> None:
    """Writes the months that have rows of changed logs without these, and takes in what was read of them since."""
    without = _taken_in(state)
    merger = _Merger(state, without)
    with MonthRows(memory) as rows:
        for month in sorted(merger.months_without):
            merger.merge(rows, month, [])
    merger.finish([])


def _keep_groups(state: SetState, memory: str) -> str:
    """Writes the group tables of the set as it is now; returns why that failed. The set is whole without them."""
    folder = state.folder
    try:
        state.known = with_group_tables(folder, state.manifest(), memory)
        write_whole(folder / BACKUP, encoded_manifest(state.known))
        state.write()
    except (OSError, LogError) as error:
        return error.what if isinstance(error, LogError) else error.strerror or str(error)
    finally:
        sweep_tables(folder, state.known)
    return ""


def _drops(month: str, drop_before: str) -> bool:
    return month != UNDATED and month < drop_before


def _taken_in(state: SetState) -> dict[str, tuple[str, ...]]:
    """Puts what was held back in force, and returns the names of the logs whose old rows must go, with their parts."""
    without: dict[str, tuple[str, ...]] = {}
    for file, read in state.held_back.items():
        for log in state.files.get(file, ()):
            without[log.name] = log.parts
            for path in log.parts:
                if month_of_part(path) is None:
                    state.parts.pop(path, None)
        state.files[file] = read.receipts
        state.parts |= {part.path: part for part in read.parts}
    state.held_back = {}
    return without


class _Merger:
    """Merges the parts of a month, month by month, and then exchanges all of them at once."""

    def __init__(self, state: SetState, without: dict[str, tuple[str, ...]]) -> None:
        self.duplicates = 0
        self.months_without = {month for parts in without.values() for path in parts if (month := month_of_part(path))}
        self._state = state
        self._without = without
        self._replaced: set[str] = set()
        self._dropped = False
        self._new: list[SetPart] = []
        self._parts_of: dict[str, list[str]] = {}

    def _of_month(self, month: str) -> list[SetPart]:
        return [part for part in self._state.parts.values() if month_of_part(part.path) == month]

    def drop(self, month: str) -> None:
        """Leaves out the month for good."""
        self._dropped = True
        self._replaced |= {part.path for part in self._of_month(month)}

    def merge(self, rows: MonthRows, month: str, loose: Iterable[SetPart]) -> None:
        """Writes the rows of `month`, those in the parts `loose` of single logs among them."""
        folder, before = self._state.folder, self._of_month(month)
        self._replaced |= {part.path for part in before}
        rows.open(
            month,
            merged=[folder / part.path for part in before],
            loose=[folder / part.path for part in loose if _may_have(part, month)],
            without=self._without,
            logs=[log.name for log in self._state.logs],
        )
        for part, logs in rows.written(folder):
            self._new.append(part)
            for log in logs:
                self._parts_of.setdefault(log, []).append(part.path)
        self.duplicates += rows.duplicates

    def finish(self, loose: Collection[str]) -> None:
        """Exchanges the manifest, and deletes what it no longer names. Raises ExportError."""
        state = self._state
        gone = self._replaced.union(loose)
        read, written = sum(state.parts[path].rows for path in gone), sum(part.rows for part in self._new)
        if not self._without and not self._dropped and read != written:
            raise OSError(f"{written} of {read} rows were written")
        for path in gone:
            state.parts.pop(path, None)
        state.parts |= {part.path: part for part in self._new}
        state.files = {file: tuple(self._moved(log, gone) for log in logs) for file, logs in state.files.items()}
        # From here on the receipts alone no longer say where the rows are.
        write_whole(state.folder / BACKUP, encoded_manifest(state.manifest()))
        state.write()
        for path in gone - set(state.parts):
            with suppress(OSError):
                (state.folder / path).unlink()

    def _moved(self, log: LogReceipt, gone: Collection[str]) -> LogReceipt:
        kept = [path for path in log.parts if path not in gone]
        new = [path for path in self._parts_of.get(log.name, ()) if path not in kept]
        return replace(log, parts=(*kept, *new))


def _may_have(part: SetPart, month: str) -> bool:
    """Whether `part` can have rows of `month`."""
    if month == UNDATED:
        return True
    start, end = month_bounds(month)
    return part.first_ms is not None and part.last_ms is not None and part.first_ms < end and part.last_ms >= start
