"""`smtpscope fleet` as it is typed: what it says, and its exit codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from cli.conftest import Smtpscope
from cli.conftest import smtpscope as smtpscope
from smtpscope.asking.set_manifest import read_manifest
from smtpscope.cli.fleet import fleet_command
from smtpscope.fleet.log_job import LogJob, Outcome, Work
from support.fleets import InThisProcess, write_logs


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_command, "_spread", lambda *_, **__: InThisProcess())


def test_a_run_says_what_it_did_and_lists_what_it_could_not_read(smtpscope: Smtpscope, tmp_path: Path) -> None:
    write_logs(tmp_path / "logs", 3)
    done = smtpscope("fleet", "read", tmp_path / "logs", "-o", tmp_path / "set", "--timezone", "Europe/Berlin")
    assert done.exit_code == 0
    assert "read 3 logs" in done.stderr
    assert read_manifest(str(tmp_path / "set")).zone == "Europe/Berlin"
    # The zone is that of the set from now on, and what is unchanged is not read again.
    bad = tmp_path / "bad \x1b[31m.parquet"
    bad.write_bytes(b"PAR1" * 9)
    done = smtpscope("fleet", "read", tmp_path / "logs", bad, tmp_path / "gone.log", "-o", tmp_path / "set")
    assert done.exit_code == 1
    assert "read 1 log, 0.0 MB, 0 exchanges, 3 unchanged" in done.stderr
    assert "2 logs could not be read:" in done.stderr
    assert "gone.log: can't be opened (No such file or directory)" in done.stderr
    assert "\x1b" not in done.stderr
    assert read_manifest(str(tmp_path / "set")).zone == "Europe/Berlin"
    listed = smtpscope("fleet", "check", tmp_path / "set", "--list-failed")
    assert listed.exit_code == 0
    assert ".parquet: " in listed.stdout
    assert "1 not read or only in part" in smtpscope("fleet", "status", tmp_path / "set").stdout
    done = smtpscope("fleet", "compact", tmp_path / "set")
    assert "files before: 3 " in done.stderr
    next((tmp_path / "set" / "exchanges").rglob("*.parquet")).unlink()
    broken = smtpscope("fleet", "check", tmp_path / "set")
    assert broken.exit_code == 1
    assert "is missing" in broken.stdout


def test_ctrl_c_says_how_to_continue(smtpscope: Smtpscope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(InThisProcess):
        def run(self, work: Work, jobs: Iterable[LogJob]) -> Iterator[Outcome]:
            yield next(iter(super().run(work, jobs)))
            raise KeyboardInterrupt

    write_logs(tmp_path / "logs", 3)
    monkeypatch.setattr(fleet_command, "_spread", lambda *_, **__: Interrupted())
    done = smtpscope("fleet", "read", tmp_path / "logs", "-o", tmp_path / "set")
    assert done.exit_code == 1
    assert "run the same command again" in done.stderr
    assert len(read_manifest(str(tmp_path / "set")).logs) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("-o", "set", "--as-of", "yesterday"), 2, "--as-of: yesterday is not a time"),
        (("-o", "set", "--timezone", "Mars"), 2, '--timezone: there is no time zone "Mars"'),
        (("-o", "set", "-"), 2, "standard input can't be read into a set"),
        (("-o", "set"), 1, "there is no file in it"),
        ((), 2, "--output is missing"),
    ],
)
def test_what_makes_no_sense_is_refused(
    smtpscope: Smtpscope,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").mkdir()
    done = smtpscope("fleet", "read", "logs", *arguments)
    assert done.exit_code == code
    assert words.casefold() in done.stderr.casefold()
    assert not (tmp_path / "set").exists()


def test_the_workers_of_a_scheduler_are_not_started_from_here(
    smtpscope: Smtpscope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    write_logs(tmp_path / "logs", 1)
    command = ("fleet", "read", tmp_path / "logs", "-o", tmp_path / "set", "--scheduler")
    both = smtpscope(*command, "tcp://127.0.0.1:8786", "--workers", "2")
    assert (both.exit_code, "--workers" in both.stderr) == (2, True)
    assert smtpscope(*command, "tcp://192.0.2.7:8786").exit_code == 2
