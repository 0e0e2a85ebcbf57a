"""A Dask scheduler on loopback with two worker processes: the same rows, whoever is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from cli.processes import ROOT, environment
from smtpscope.asking.set_manifest import read_manifest
from smtpscope.errors import LogError, UsageError
from smtpscope.fleet.dask_workers import DaskWorkers, checked_address
from smtpscope.fleet.log_job import LogJob, Outcome, ReadLog, Work
from support.fleets import KILLER, RULES, read_or_die, read_set, rows_and_hash, write_logs

distributed = pytest.importorskip("distributed")


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("localhost:8786", "tcp://localhost:8786"),
        ("tcp://[::1]:8786", "tcp://[::1]:8786"),
        ("tls://head.contoso.example:8786", "tls://head.contoso.example:8786"),
        ("tcp://head.contoso.example:8786", "without TLS"),
        ("tcp://127.0.0.1.contoso.example:8786", "without TLS"),
        ("tcp://192.0.2.7:8786", "without TLS"),
        ("head.contoso.example", "not the address"),
        ("ucx://127.0.0.1:1", "not the address"),
        ("tcp://127.0.0.1:http", "not the address"),
        ("", "not the address"),
    ],
)
def test_an_address_is_safe_or_refused(address: str, safe: str) -> None:
    if "://" in safe:
        assert checked_address(address, insecure=False) == safe
        return
    with pytest.raises(UsageError, match=safe):
        checked_address(address, insecure=False)
    if safe == "without TLS":
        assert checked_address(address, insecure=True) == address


def test_a_scheduler_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtpscope.fleet.dask_workers._SECONDS_TO_CONNECT", 0.2)
    write_logs(tmp_path / "logs", 1)
    with pytest.raises(LogError, match="can't be reached"):
        read_set(tmp_path / "set", tmp_path / "logs", DaskWorkers("tcp://127.0.0.1:9", RULES))
    # Nothing to do needs no scheduler.
    read_set(tmp_path / "set", tmp_path / "logs")
    assert read_set(tmp_path / "set", tmp_path / "logs", DaskWorkers("tcp://127.0.0.1:9", RULES)).unchanged == 1


class Cluster:
    """A scheduler and two workers, as processes of this computer."""

    def __init__(self, folder: Path) -> None:
        settings = {
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
            "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "tui", ROOT / "tests", ROOT))),
        }
        self._environment = environment(**settings)
        self._folder = folder
        where = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(where))
        self._processes = [self.scheduler]
        end = time.monotonic() + 20
        while not (where.exists() and where.read_text(encoding="utf-8").strip().endswith("}")):
            assert time.monotonic() < end, "the scheduler did not start"
            time.sleep(0.05)
        self.address: str = json.loads(where.read_text(encoding="utf-8"))["address"]
        self._processes.append(
            self._start("worker", self.address, "--nthreads", "1", "--nworkers", "2", "--host", "127.0.0.1")
        )
        with distributed.Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{program}", *arguments, "--no-dashboard"],
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self) -> None:
        """Ends all processes at once: those below a nanny end with it."""
        for process in self._processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    started = Cluster(tmp_path_factory.mktemp("dask"))
    yield started
    started.end()


def read_and_name_the_process(job: LogJob) -> ReadLog:
    """Reads the log, unless it kills its worker; says before which process does it."""
    draft = Path(job.folder) / f"process-{os.getpid()}"
    draft.write_text(str(os.getpid()), encoding="ascii")
    # Renamed, as it is read while others write it.
    draft.replace(Path(job.folder) / "process")
    return read_or_die(job)


class KilledWorkers(DaskWorkers):
    """The worker that has begun last is killed after the first log."""

    def run(self, work: Work, jobs: Iterable[LogJob]) -> Iterator[Outcome]:
        for number, outcome in enumerate(super().run(work, jobs)):
            if number == 0:
                os.kill(int((Path(outcome.job.folder) / "process").read_text(encoding="ascii")), signal.SIGKILL)
            yield outcome


class KilledScheduler(DaskWorkers):
    """The scheduler is killed after the first log."""

    process: subprocess.Popen[bytes]

    def run(self, work: Work, jobs: Iterable[LogJob]) -> Iterator[Outcome]:
        for outcome in super().run(work, jobs):
            self.process.kill()
            yield outcome


@pytest.mark.dask
@pytest.mark.skipif(os.name != "posix", reason="processes are killed by a signal")
def test_workers_and_scheduler_are_killed_and_no_row_is_lost(cluster: Cluster, tmp_path: Path) -> None:
    logs, folder = tmp_path / "logs", tmp_path / "set"
    write_logs(logs, 12)
    read_set(tmp_path / "whole", logs)
    whole = rows_and_hash(tmp_path / "whole")
    other = DaskWorkers(cluster.address, msgspec.structs.replace(RULES, knowledge="of another kind"))
    with pytest.raises(LogError, match="knowledge of the worker differs"):
        read_set(folder, logs, other)
    (tmp_path / KILLER).write_text("any", encoding="utf-8")
    workers = KilledWorkers(cluster.address, RULES)
    result = read_set(folder, [str(logs), str(tmp_path / KILLER)], workers, read_and_name_the_process)
    assert workers.words.startswith("2 workers of tcp://127.0.0.1:")
    assert [Path(name).name for name, _ in result.failures] == [KILLER]
    assert "at last alone" in result.failures[0][1]
    assert rows_and_hash(folder) == whole
    # Without a scheduler the run ends, and the same command goes on.
    folder = tmp_path / "resumed"
    dying = KilledScheduler(cluster.address, RULES)
    dying.process = cluster.scheduler
    with pytest.raises(LogError, match="run the same command"):
        read_set(folder, logs, dying)
    assert 0 < len(read_manifest(str(folder)).logs) < 12
    assert read_set(folder, logs).unchanged > 0
    assert rows_and_hash(folder) == whole
