"""Packed and piped logs on the command line."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from threading import Timer

import pytest

from cli.conftest import Smtpscope
from cli.processes import LINES, PROGRAM, SECONDS, environment, run
from smtpscope.cli.log_arguments import Patience
from smtpscope.session.view_values import Progress
from support.packed_logs import PACKED, zipped


def test_a_packed_log_gives_the_same_lines_as_the_log_itself(smtpscope: Smtpscope, tmp_path: Path) -> None:
    packed, archive = tmp_path / "mail.log.1.gz", tmp_path / "logs.zip"
    packed.write_bytes(PACKED["gzip"](LINES.read_bytes()))
    archive.write_bytes(zipped({"inner/mail.log": LINES.read_bytes()}))
    expected = [json.loads(line) for line in smtpscope("events", LINES).stdout.splitlines()]
    for path, name in ((packed, str(packed)), (archive, f"{archive}/inner/mail.log")):
        result = smtpscope("events", path)
        assert (result.exit_code, result.stderr) == (0, "")
        found = [json.loads(line) for line in result.stdout.splitlines()]
        assert found == [{**event, "file": name} for event in expected]


def test_what_is_piped_in_may_be_packed(smtpscope: Smtpscope) -> None:
    expected = smtpscope("events", LINES).stdout.count("\n")
    result = run("events", "-", stdin=zipped({"a.log": LINES.read_bytes()}))
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.count(b"\n") == expected
    assert json.loads(result.stdout.splitlines()[0])["file"] == "standard input/a.log"


def test_the_archive_itself_is_not_written_over(smtpscope: Smtpscope, tmp_path: Path) -> None:
    archive = tmp_path / "logs.zip"
    content = zipped({"a.log": LINES.read_bytes()})
    archive.write_bytes(content)
    result = smtpscope("report", archive, "-o", archive, "--overwrite")
    assert result.exit_code == 1
    assert "this is one of the logs" in result.stderr
    assert archive.read_bytes() == content


@pytest.mark.skipif(not Path("/dev/zero").is_char_device(), reason="only where devices are files")
def test_an_input_without_an_end_that_is_no_log_is_refused_at_once(tmp_path: Path) -> None:
    with Path("/dev/zero").open("rb") as zeros:
        result = subprocess.run(
            [*PROGRAM, "events", "-"],
            stdin=zeros,
            capture_output=True,
            timeout=SECONDS,
            env=environment(TMPDIR=str(tmp_path)),
            check=False,
        )
    assert result.returncode == 1
    assert b"it looks like a file of zeros" in result.stderr
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_a_reading_that_takes_long_is_told_to_a_person(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter((0.0, 1.0, 6.0, 6.0, 7.0))
    patience = Patience(lambda: next(seconds))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    for read in (1_000_000, 2_000_000, 3_000_000):
        patience.show(Progress("-", read, None))
    assert capsys.readouterr().err == "smtpscope: reading standard input: 2.0 MB so far (ctrl+c stops)\n"


def test_a_long_search_in_a_folder_is_shown_to_a_person(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter((0.0, 1.0, 3.0, 3.0, 7.0))
    patience = Patience(lambda: next(seconds), first=2.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    for files in (900, 1800, 2700):
        patience.look("/mail", files)
    assert capsys.readouterr().err == "smtpscope: looking for logs in /mail: 1,800 files so far (ctrl+c stops)\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_named_pipe_without_a_writer_is_told_after_a_second(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.log"
    os.mkfifo(pipe)
    with subprocess.Popen(
        [*PROGRAM, "events", str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stderr is not None
        limit = Timer(SECONDS, process.kill)
        limit.start()
        assert (
            process.stderr.readline()
            == f"smtpscope: {pipe}: waiting for a program that writes into this pipe\n".encode()
        )
        pipe.write_bytes(LINES.read_bytes())
        output, _ = process.communicate(timeout=SECONDS)
        limit.cancel()
    assert process.returncode == 0
    assert output.count(b"\n") == run("events", LINES).stdout.count(b"\n")
