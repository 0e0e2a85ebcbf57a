"""Many logs become a set: whole or not at all, once each, whatever ends the run."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from smtpscope.asking.set_manifest import read_manifest
from smtpscope.asking.tree.set_tree import SetTree
from smtpscope.errors import LogError
from smtpscope.fleet import read_log as read_log_module
from smtpscope.fleet.log_files import log_files
from smtpscope.fleet.log_job import LogJob, Outcome, ReadLog, Work
from smtpscope.fleet.process_workers import ProcessWorkers
from smtpscope.fleet.read_log import read_log
from smtpscope.fleet.set_files import LOCK
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session.analysis import Analysis
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes
from support.fleets import (
    KILLER,
    RULES,
    InThisProcess,
    asked,
    names_of,
    read_or_die,
    read_set,
    rows_and_hash,
    write_logs,
)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet") / "logs"
    write_logs(folder)
    return folder


@pytest.fixture(scope="module")
def whole(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The set of all logs, read in one process."""
    folder = tmp_path_factory.mktemp("whole") / "set"
    assert read_set(folder, logs).failures == ()
    return folder


def test_a_set_has_the_groups_that_its_logs_have_in_memory(logs: Path, whole: Path) -> None:
    analysis = Analysis(KnowledgeBase.load(), zone=UTC)
    # Logs without a year are dated by the moment that dated them in the set.
    analysis.loader._logs._options = msgspec.structs.replace(
        analysis.loader._logs._options, newest=datetime.fromtimestamp(RULES.as_of_ms / 1000, UTC)
    )
    analysis.open([str(logs)])
    analysis.read_all()
    asking = asked(whole)
    # What is in several of the logs counts once only when the set was compacted.
    analysis.count_duplicates = asking.count_duplicates = True
    manifest = read_manifest(str(whole))
    assert manifest.span == (analysis.store.log_start_ms, analysis.store.log_end_ms)
    assert [log.name for log in manifest.logs] == list(analysis.files)
    assert sum(log.unrelated for log in manifest.logs) == analysis.unrelated_records
    for grouping in ("code", "host", "cause,server", "recipient"):
        tree, same = analysis.view(grouping=grouping).tree, SetTree(asking, asking.asked("", UTC), grouping)
        assert len(same) == len(tree) > 1
        for level, groups in enumerate(tree.levels):
            assert [same.group(level, index) for index in range(len(groups))] == [
                tree.group(level, index) for index in range(len(groups))
            ]
    asking.close()


class Interrupted(InThisProcess):
    """ctrl+c after some logs."""

    def run(self, work: Work, jobs: Iterable[LogJob]) -> Iterator[Outcome]:
        for number, outcome in enumerate(super().run(work, jobs)):
            if number == 2:
                raise KeyboardInterrupt
            yield outcome


def test_an_interrupted_run_is_continued_and_only_changes_are_read_again(
    logs: Path, whole: Path, tmp_path: Path
) -> None:
    folder, copies = tmp_path / "set", logs
    with pytest.raises(KeyboardInterrupt):
        read_set(folder, copies, Interrupted())
    # The third log was read, and its receipt is there.
    assert len(read_manifest(str(folder)).logs) == 2
    result = read_set(folder, copies)
    assert (result.read, result.unchanged) == (3, 3)
    assert rows_and_hash(folder) == rows_and_hash(whole)
    assert [log.name for log in read_manifest(str(folder)).logs] == [log.name for log in read_manifest(str(whole)).logs]
    assert read_set(folder, copies).read == 0


def test_a_log_that_has_changed_replaces_what_was_read_of_it(tmp_path: Path) -> None:
    write_logs(tmp_path / "logs", 3)
    folder, log = tmp_path / "set", tmp_path / "logs" / "srv02" / "Application.evtx"
    read_set(folder, tmp_path / "logs")
    before = rows_and_hash(folder)[0]
    log.write_bytes(evtx_bytes(many_events(60, ours_every=2)))
    assert read_set(folder, tmp_path / "logs").read == 1
    assert rows_and_hash(folder)[0] == before - 11 + 30
    named = {part.path for part in read_manifest(str(folder)).parts}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")} == named
    assert not list(folder.rglob("*.draft"))
    assert not (folder / LOCK).exists()


def test_a_log_that_can_no_longer_be_read_keeps_what_was_read_of_it(tmp_path: Path) -> None:
    write_logs(tmp_path / "logs", 3)
    folder, log = tmp_path / "set", tmp_path / "logs" / "srv02" / "Application.evtx"
    read_set(folder, tmp_path / "logs")
    before = rows_and_hash(folder)
    log.write_bytes(b"")
    assert [Path(name).name for name, _ in read_set(folder, [str(log)]).failures] == ["Application.evtx"]
    assert rows_and_hash(folder) == before
    # It is tried again, whatever the receipt on the disk says.
    log.write_bytes(evtx_bytes(many_events(60, ours_every=2)))
    assert read_set(folder, tmp_path / "logs").read == 1
    assert rows_and_hash(folder)[0] == before[0] - 11 + 30


def test_a_long_log_has_several_parts(logs: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_log_module, "MOST_ROWS", 4)
    read_set(tmp_path / "set", logs)
    manifest = read_manifest(str(tmp_path / "set"))
    assert len(manifest.parts) > 12
    assert max(part.rows for part in manifest.parts) == 4
    assert rows_and_hash(tmp_path / "set") == rows_and_hash(whole)


def test_what_is_wrong_with_a_log_is_in_its_receipt_and_the_others_are_read(tmp_path: Path) -> None:
    folder, place = tmp_path / "set", tmp_path / "logs"
    write_logs(place, 3)
    bad = tmp_path / "bad"
    bad.mkdir()
    for name, content in (("empty.log", b""), ("noise.bin", bytes(range(256)) * 50), ("false.parquet", b"PAR1" * 9)):
        (bad / name).write_bytes(content)
    with zipfile.ZipFile(bad / "two.zip", "w") as archive:
        archive.write(place / "srv00" / "mail.log", "first.log")
        archive.write(place / "srv01" / "SEND.LOG", "SEND.LOG")
    named = [str(place), str(bad / "empty.log"), str(bad / "noise.bin"), str(bad / "false.parquet")]
    result = read_set(folder, [*named, str(bad / "gone.log"), str(bad / "two.zip")])
    assert {Path(name).name for name, _ in result.failures} == {"empty.log", "noise.bin", "false.parquet", "gone.log"}
    manifest = read_manifest(str(folder))
    failed = {Path(log.name).name: log.error for log in manifest.logs if log.error is not None}
    assert set(failed) == {"empty.log", "noise.bin", "false.parquet"}
    assert names_of(manifest)[-2:] == ["first.log", "SEND.LOG"]
    rows = {log.name: log.rows for log in manifest.logs}
    assert rows[str(bad / "two.zip" / "first.log")] == rows[str(place / "srv00" / "mail.log")] > 0
    # In a folder, what is not a log is only noted; but what can't be read is not forgotten.
    again = read_set(tmp_path / "other", bad)
    assert [Path(name).name for name, _ in again.failures] == ["false.parquet"]
    noted = {Path(log.name).name: log.problems for log in read_manifest(str(tmp_path / "other")).logs}
    assert "Not a supported log" in noted["noise.bin"][0]


def test_a_machine_that_fails_is_tried_twice_more_and_then_listed(logs: Path, whole: Path, tmp_path: Path) -> None:
    tries: dict[str, int] = {}

    def full(job: LogJob) -> ReadLog:
        tries[job.path] = tries.get(job.path, 0) + 1
        if job.path.endswith("mail.log") and (tries[job.path] < 3 or "srv03" in job.path):
            raise OSError(errno.ENOSPC, "No space left on device")
        return read_log(job)

    result = read_set(tmp_path / "set", logs, work=full)
    assert [(Path(name).parent.name, reason) for name, reason in result.failures] == [
        ("srv03", "the machine can't write its part (No space left on device)")
    ]
    assert max(tries.values()) == 3
    assert read_set(tmp_path / "set", logs).read == 1
    assert rows_and_hash(tmp_path / "set") == rows_and_hash(whole)


def test_a_full_disk_leaves_neither_part_nor_draft(logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "set").mkdir()
    file = log_files([str(logs / "srv00" / "mail.log")], tmp_path)[0]
    job = LogJob(path=file.path, size=1, changed_ns=1, folder=str(tmp_path / "set"), rules=RULES)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        read_log(job)
    assert [path for path in (tmp_path / "set").rglob("*") if path.is_file()] == []


def test_a_part_that_is_not_in_the_set_is_a_failure(logs: Path, tmp_path: Path) -> None:
    def elsewhere(job: LogJob) -> ReadLog:
        return read_log(msgspec.structs.replace(job, folder=str(tmp_path / "elsewhere")))

    (tmp_path / "elsewhere").mkdir()
    result = read_set(tmp_path / "set", logs, work=elsewhere)
    assert len(result.failures) == 6
    assert "same folder" in result.failures[0][1]
    assert read_manifest(str(tmp_path / "set")).parts == ()


def test_one_run_at_a_time_changes_a_set(logs: Path, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / LOCK).write_text("mail01.contoso.example 4711 2026-11-30T10:00:00Z\n", encoding="utf-8")
    with pytest.raises(LogError, match="process 4711 on mail01") as error:
        read_set(folder, logs)
    assert "delete" in error.value.remedy
    if os.name != "posix":
        return
    # That of a process of this machine that is gone is no obstacle.
    process = subprocess.Popen([sys.executable, "-V"], stdout=subprocess.DEVNULL)
    process.wait()
    (folder / LOCK).write_text(f"{socket.gethostname()} {process.pid} 2026-11-30T10:00:00Z\n", encoding="utf-8")
    assert read_set(folder, logs).read == 6


def test_an_event_has_the_same_identity_in_every_log(tmp_path: Path) -> None:
    events = evtx_bytes(many_events(30, ours_every=1))
    for name in ("a.evtx", "copy.evtx"):
        (tmp_path / name).write_bytes(events)
    read_set(tmp_path / "set", [str(tmp_path / "a.evtx"), str(tmp_path / "copy.evtx")])
    asking = asked(tmp_path / "set")
    counts = asking.tuples("SELECT count(*) FROM parts GROUP BY identity")
    assert counts == [(2,)] * 30
    asking.close()


class KilledWhileItWorks(ProcessWorkers):
    """Each of its first processes is killed while it has a log."""

    def run(self, work: Work, jobs: Iterable[LogJob]) -> Iterator[Outcome]:
        for number, outcome in enumerate(super().run(work, jobs)):
            if number < 2:
                os.kill(self.processes[-1], signal.SIGKILL)
            yield outcome


@pytest.mark.skipif(os.name != "posix", reason="processes are killed by a signal")
def test_processes_that_die_lose_nothing_and_a_log_that_kills_them_is_given_up_alone(
    logs: Path, whole: Path, tmp_path: Path
) -> None:
    (tmp_path / KILLER).write_text("any", encoding="utf-8")
    folder = tmp_path / "set"
    result = read_set(folder, [str(logs), str(tmp_path / KILLER)], KilledWhileItWorks(2), read_or_die)
    assert result.failures == ((str(tmp_path / KILLER), "reading it ended its process twice, the second time alone"),)
    assert rows_and_hash(folder) == rows_and_hash(whole)


def test_a_run_that_is_ended_leaves_no_process(tmp_path: Path) -> None:
    missing = [
        LogJob(path=str(tmp_path / f"{number}.log"), size=1, changed_ns=1, folder=str(tmp_path / "set"), rules=RULES)
        for number in range(6)
    ]
    workers = ProcessWorkers(2)
    outcomes = workers.run(read_log, missing)
    next(outcomes)
    assert len(workers.processes) == 2
    outcomes.close()  # type: ignore[attr-defined]
    assert workers.processes == []
    assert multiprocessing.active_children() == []
