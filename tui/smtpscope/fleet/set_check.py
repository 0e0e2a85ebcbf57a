"""Checks that a set is whole, sweeps what killed runs have left, and rebuilds a damaged manifest."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from smtpscope.asking.set_manifest import MANIFEST, DamagedManifestError, SetManifest, SetPart, decoded_manifest
from smtpscope.errors import ExportError, LogError
from smtpscope.fleet.group_files import unnamed_tables
from smtpscope.fleet.log_job import hashed
from smtpscope.fleet.set_files import BACKUP, DRAFT, EXCHANGES, OLD_SECONDS, RECEIPTS, locked, receipt_path
from smtpscope.fleet.set_state import SetState, month_of_part


class CheckedSet(Struct, frozen=True):
    """What a check found. `mistakes` are sentences on what is wrong; `swept` files were deleted, `left` ones are not in
    the set either, but so new that a worker may still be at work. `adopted` logs were read by a run that did not end.
    """

    logs: int
    parts: int
    rows: int
    mistakes: tuple[str, ...]
    swept: tuple[str, ...]
    left: tuple[str, ...]
    rebuilt: bool
    adopted: int
    failed: tuple[tuple[str, str], ...]


def check_set(folder: Path, *, now: float | None = None) -> CheckedSet:
    """Checks the set in `folder`, and repairs what can be repaired.

    Raises LogError if it is not a set or a run is at work, ExportError if it can't be written.
    """
    try:
        if not (folder / MANIFEST).exists() and not (folder / RECEIPTS).is_dir():
            raise LogError(
                where=str(folder), what="this folder is not a set", remedy="Give the folder that fleet read wrote"
            )
        with locked(folder):
            return _checked(folder, time.time() if now is None else now)
    except OSError as error:
        raise ExportError(
            where=str(folder), what=f"the set can't be checked ({error.strerror or error})", remedy="Check permissions"
        ) from error


def _checked(folder: Path, now: float) -> CheckedSet:
    known, rebuilt = _manifest(folder)
    before = {log.key for log in known.logs}
    state = SetState(folder, known)
    adopted = sum(log.key not in before for log in state.logs) + len(state.held_back)
    if state.held_back:
        from smtpscope.fleet.compaction import exchange_changed_logs

        exchange_changed_logs(state)
    if rebuilt and state.logs and not known.logs:
        state.known = replace(state.known, zone=state.logs[-1].zone, as_of_ms=state.logs[-1].as_of_ms)
    mistakes = [f"{path.name}: the receipt is damaged, so its log will be read again" for path in state.unreadable]
    for path in state.unreadable:
        path.unlink(missing_ok=True)
    mistakes += _damaged_parts(state)
    if not mistakes and state.known.dropped_before_ms is None:
        rows, receipted = sum(part.rows for part in state.parts.values()), sum(log.rows for log in state.logs)
        if rows != receipted:
            mistakes.append(f"the parts have {rows:,} rows, and the receipts {receipted:,}")
    if rebuilt or adopted or mistakes:
        state.write()
    swept, left = _swept(state, now)
    return CheckedSet(
        len(state.logs),
        len(state.parts),
        sum(part.rows for part in state.parts.values()),
        tuple(mistakes),
        tuple(swept),
        tuple(left),
        rebuilt,
        adopted,
        tuple((log.name, log.error) for log in state.logs if log.error is not None),
    )


def _manifest(folder: Path) -> tuple[SetManifest, bool]:
    """The manifest; or, if it is damaged or gone, that of the last compaction, to which the receipts are added."""
    for name, rebuilt in ((MANIFEST, False), (BACKUP, True)):
        path = folder / name
        try:
            return decoded_manifest(path.read_bytes(), str(path)), rebuilt
        except (FileNotFoundError, DamagedManifestError):
            continue
    return SetManifest(), True


def _damaged_parts(state: SetState) -> Iterator[str]:
    """A sentence for each part that is not as it should be; the logs of a part of their own are forgotten."""
    for part in list(state.parts.values()):
        reason = _damage(state.folder, part)
        if reason is None:
            continue
        logs = [log.name for log in state.logs if part.path in log.parts]
        if month_of_part(part.path) is not None:
            yield (
                f"{part.path} {reason}: it has rows of {len(logs):,} logs. Restore it from a backup, or read the logs "
                "into a new set"
            )
            continue
        files = [file for file, read in state.files.items() if any(part.path in log.parts for log in read)]
        for file in files:
            for log in state.files.pop(file):
                for path in log.parts:
                    state.parts.pop(path, None)
            receipt_path(state.folder, hashed(file)).unlink(missing_ok=True)
        yield f"{part.path} {reason}: run fleet read again for {', '.join(logs) or 'its log'}"


def _damage(folder: Path, part: SetPart) -> str | None:
    path = folder / part.path
    parquet: Any = importlib.import_module("pyarrow.parquet")
    try:
        size = path.stat().st_size
        if size != part.size:
            return f"has {size:,} bytes instead of {part.size:,}"
        rows = parquet.read_metadata(path).num_rows
    except FileNotFoundError:
        return "is missing"
    except (OSError, ValueError) as error:
        return f"can't be read ({str(error).splitlines()[0]})"
    return None if rows == part.rows else f"has {rows:,} rows instead of {part.rows:,}"


def _swept(state: SetState, now: float) -> tuple[list[str], list[str]]:
    """What is in the set's folders and in no manifest: what was deleted, and what is too new for that."""
    swept, left = [], []
    named = set(state.parts)
    drafts = [path for path in state.folder.rglob(f".*{DRAFT}") if path.is_file()]
    parts = [
        path
        for path in (state.folder / EXCHANGES).rglob("*.parquet")
        if path.relative_to(state.folder).as_posix() not in named
    ]
    for path in (*drafts, *parts, *unnamed_tables(state.folder, state.known)):
        name = path.relative_to(state.folder).as_posix()
        with suppress(FileNotFoundError):
            if now - path.stat().st_mtime > OLD_SECONDS:
                path.unlink()
                swept.append(name)
            else:
                left.append(name)
    return swept, left
