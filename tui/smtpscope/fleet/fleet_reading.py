"""Reads many logs into a set: what is new or has changed is given to the workers, and the manifest follows.

The receipts are the state: a run that was ended in any way is continued by the same command.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from smtpscope.asking.sql import storable
from smtpscope.errors import ExportError
from smtpscope.fleet.log_files import FoundFile
from smtpscope.fleet.log_job import LogJob, Outcome, ReadingRules, ReadLog, Spread, Work
from smtpscope.fleet.read_log import read_log
from smtpscope.fleet.set_files import locked
from smtpscope.fleet.set_state import SetState

_TRIES: Final = 3
_SECONDS_BETWEEN_MANIFESTS: Final = 30.0


class FleetProgress(Struct, frozen=True):
    """How far a run is: logs, bytes and exchanges read, of how many logs and bytes."""

    logs: int
    all_logs: int
    size: int
    all_size: int
    rows: int

    @property
    def words(self) -> str:
        """The progress as text."""
        done, total = self.size / 1e6, self.all_size / 1e6
        return f"{self.logs:,} of {self.all_logs:,} logs, {done:,.1f} of {total:,.1f} MB, {self.rows:,} exchanges"


class FleetResult(Struct, frozen=True):
    """What a run did: files read, those `unchanged` and so not read again, and why others could not be read."""

    read: int
    unchanged: int
    size: int
    rows: int
    failures: tuple[tuple[str, str], ...]


def read_into(
    folder: Path,
    files: Sequence[FoundFile],
    rules: ReadingRules,
    spread: Spread,
    *,
    any_time: bool = False,
    work: Work = read_log,
    on_progress: Callable[[FleetProgress], None] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> FleetResult:
    """Reads `files` into the set in `folder`, which is made if there is none, and returns what could not be read.

    `any_time` says that `rules.as_of_ms` is only the present, so that what was dated by another moment stays as it is.
    Raises LogError if another run is at work or the manifest is damaged, ExportError if the set can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            return _read(folder, files, rules, spread, any_time, work, on_progress, monotonic)
    except OSError as error:
        raise ExportError(
            where=str(folder),
            what=f"the set can't be written ({error.strerror or error})",
            remedy="Check free space and permissions, or choose another folder",
        ) from error


def _read(
    folder: Path,
    files: Sequence[FoundFile],
    rules: ReadingRules,
    spread: Spread,
    any_time: bool,
    work: Work,
    on_progress: Callable[[FleetProgress], None] | None,
    monotonic: Callable[[], float],
) -> FleetResult:
    state = SetState(folder)
    before = set(state.parts)
    jobs, unchanged = _jobs(state, files, rules, any_time)
    failures = {file.path: file.failure for file in files if file.failure}
    order = [storable(file.path) for file in files]
    all_size, size, rows, done = sum(job.size for job in jobs), 0, 0, 0
    written = monotonic()
    try:
        for outcome in _outcomes(spread, work, jobs):
            done += 1
            size += outcome.job.size
            if outcome.read is None:
                failures[outcome.job.path] = outcome.failure
            elif (lacking := _lacking(folder, outcome.read)) is not None:
                failures[outcome.job.path] = lacking
            else:
                state.add(outcome.read)
                rows += sum(log.rows for log in outcome.read.receipts)
                failures |= {log.name: log.error for log in outcome.read.receipts if log.error is not None}
            if on_progress is not None:
                on_progress(FleetProgress(done, len(jobs), size, all_size, rows))
            if monotonic() - written >= _SECONDS_BETWEEN_MANIFESTS:
                state.in_order_of(order)
                state.write(rules)
                written = monotonic()
    finally:
        # Also after ctrl+c: what was read so far can be asked already.
        state.in_order_of(order)
        state.write(rules)
    _settle(state, rules)
    _remove(folder, before - set(state.parts))
    return FleetResult(done, unchanged, size, rows, tuple(failures.items()))


def _jobs(state: SetState, files: Sequence[FoundFile], rules: ReadingRules, any_time: bool) -> tuple[list[LogJob], int]:
    readable = [file for file in files if not file.failure]
    jobs = [
        LogJob(
            path=file.path,
            size=file.size,
            changed_ns=file.changed_ns,
            folder=str(state.folder.absolute()),
            rules=rules,
            found=file.found,
        )
        for file in readable
        if not state.is_unchanged(storable(file.path), file.size, file.changed_ns, rules, any_time=any_time)
    ]
    # The largest first, or one worker reads on when all others have finished.
    jobs.sort(key=lambda job: -job.size)
    return jobs, len(readable) - len(jobs)


def _outcomes(spread: Spread, work: Work, jobs: Sequence[LogJob]) -> Iterator[Outcome]:
    """One outcome for each of `jobs`; what the machine could not do is tried again."""
    for attempt in range(1, _TRIES + 1):
        again: list[LogJob] = []
        for outcome in spread.run(work, jobs):
            if outcome.worth_another_try and attempt < _TRIES:
                again.append(outcome.job)
            else:
                yield outcome
        jobs = again
        if not jobs:
            return


def _lacking(folder: Path, read: ReadLog) -> str | None:
    """Why the parts of `read` are not in the set, None if they are: a worker may see another folder of that name."""
    for part in read.parts:
        try:
            size = (folder / part.path).stat().st_size
        except OSError:
            size = -1
        if size != part.size:
            return f"the part {part.path} did not come to the set; do all workers write to the same folder?"
    return None


def _settle(state: SetState, rules: ReadingRules) -> None:
    """Takes in changed logs whose old rows are in parts with those of others."""
    if not state.held_back:
        return
    from smtpscope.fleet.compaction import exchange_changed_logs

    exchange_changed_logs(state)
    state.write(rules)


def _remove(folder: Path, parts: set[str]) -> None:
    """Removes parts that no manifest names any more."""
    for part in parts:
        with suppress(OSError):
            (folder / part).unlink()
