"""Logs of a small fleet, a spread without processes, and what a set holds as one number."""

from __future__ import annotations

import hashlib
import importlib
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.set_manifest import SetManifest, read_manifest
from smtpscope.fleet.fleet_reading import FleetResult, read_into
from smtpscope.fleet.log_files import log_files
from smtpscope.fleet.log_job import LogJob, Outcome, ReadingRules, ReadLog, Spread, Work
from smtpscope.fleet.read_log import read_log
from smtpscope.fleet.reading_rules import reading_rules
from smtpscope.fleet.trying import tried
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes
from support.mail_logs import postfix_parts, sample
from support.protocol_logs import protocol_log

AS_OF_MS: Final = 1_796_083_200_000
"""2026-12-01, after all of the logs."""
RULES: Final = reading_rules("UTC", AS_OF_MS, ())
KILLER: Final = "kills-its-worker.log"


class InThisProcess:
    """Does all the work in this process; `words` is all that a user sees of it."""

    words = "this process"

    def run(self, work: Work, jobs: Iterable[LogJob]) -> Iterator[Outcome]:
        for job in jobs:
            yield Outcome(job, *tried(work, job))


def write_logs(folder: Path, number: int = 6, size: int = 20_000) -> None:
    """Logs of `number` servers, each in a folder of its own: Postfix, Exchange's Send protocol, .evtx."""
    for server in range(number):
        place = folder / f"srv{server:02}"
        place.mkdir(parents=True)
        if server % 3 == 0:
            (place / "mail.log").write_bytes(sample(postfix_parts(server), size))
        elif server % 3 == 1:
            (place / "SEND.LOG").write_text(protocol_log("Send", sessions=size // 2_000, seed=server), encoding="utf-8")
        else:
            (place / "Application.evtx").write_bytes(evtx_bytes(many_events(20 + server, ours_every=2)))


def read_set(
    folder: Path,
    logs: Path | list[str],
    spread: Spread | None = None,
    work: Work = read_log,
    rules: ReadingRules = RULES,
) -> FleetResult:
    """Reads `logs` into the set in `folder`."""
    named = [str(logs)] if isinstance(logs, Path) else logs
    return read_into(folder, log_files(named, folder), rules, spread or InThisProcess(), work=work)


def rows_and_hash(folder: Path) -> tuple[int, str]:
    """The number of rows that the manifest of a set names, and a hash over all that is in them but their order."""
    parquet: Any = importlib.import_module("pyarrow.parquet")
    rows = []
    for part in read_manifest(str(folder)).parts:
        table = parquet.read_table(folder / part.path)
        assert table.num_rows == part.rows
        rows += [repr(sorted(row.items())) for row in table.to_pylist()]
    return len(rows), hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def asked(folder: Path) -> ExchangeSet:
    """The set in `folder`, to be asked."""
    return ExchangeSet.of_manifest(str(folder), read_manifest(str(folder)))


def names_of(manifest: SetManifest) -> list[str]:
    """The names of the logs of a set, without their folders."""
    return [Path(log.name).name for log in manifest.logs]


def read_or_die(job: LogJob) -> ReadLog:
    """Reads the log, unless it is the one that kills its worker."""
    if Path(job.path).name == KILLER:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_log(job)
