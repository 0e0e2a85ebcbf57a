"""How the program ends, and what it leaves on its two streams."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.processes import COPIED, LINES, PROGRAM, SAMPLES, SECONDS, environment, hear_ctrl_c, run
from smtpscope.cli import program
from smtpscope.cli.commands import cli

REPORT_INSTEAD = b"smtpscope: Standard output is not a terminal: printing the report instead of opening the browser."


def test_standard_input_is_a_log_called_minus() -> None:
    piped = run("events", "-", stdin=LINES.read_bytes())
    assert piped.returncode == 0
    assert piped.stderr == b""
    lines = piped.stdout.splitlines()
    assert {json.loads(line)["file"] for line in lines} == {"-"}
    assert len(lines) == LINES.read_bytes().count(b"This is an SMTP protocol")


def test_without_a_terminal_the_report_is_printed_and_nothing_is_asked() -> None:
    result = run("-", stdin=COPIED.read_bytes())
    assert result.returncode == 0
    assert result.stderr.splitlines() == [REPORT_INSTEAD]
    assert b"mail.fabrikam.example" in result.stdout


def test_no_argument_and_no_terminal_is_a_usage_error() -> None:
    result = run()
    assert result.returncode == 2
    assert result.stdout == b""
    assert result.stderr.startswith(b"smtpscope: command line: no log given.")


def test_a_file_that_is_missing_ends_with_1_and_one_line() -> None:
    result = run("no-such-file.evtx")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(b"smtpscope: no-such-file.evtx: there is no such file or folder.")
    assert b"Traceback" not in result.stderr


def test_a_reader_that_has_enough_ends_it_quietly() -> None:
    with subprocess.Popen(
        [*PROGRAM, "events", str(SAMPLES)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        # More than fits into a pipe is still to come.
        assert process.stdout.readline().startswith(b'{"record_id":')
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(SECONDS) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_with_130_and_no_traceback() -> None:
    with subprocess.Popen(
        [*PROGRAM, "explain", "--format", "jsonl", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        preexec_fn=hear_ctrl_c,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b'{"reply": "550 5.1.1 User unknown"}\n')
        process.stdin.flush()
        # The answer comes before the next question, and then the program waits for it.
        assert json.loads(process.stdout.readline())["category"] == "recipient-unknown"
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 130
        assert process.stderr.read().strip() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize(("number", "code"), [("SIGTERM", 143), ("SIGKILL", -9)])
def test_a_program_that_is_ended_leaves_no_copy_of_a_piped_log(number: str, code: int, tmp_path: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "report", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(TMPDIR=str(tmp_path)),
    ) as process:
        assert process.stdin is not None
        # More than a pipe holds, so that the program has begun to keep it when all is written.
        process.stdin.write(b"no event of ours\n" * 200_000)
        process.stdin.flush()
        process.send_signal(getattr(signal, number))
        assert process.wait(SECONDS) == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_told_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [*PROGRAM, "report", str(COPIED)],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=SECONDS,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr == (
        b"smtpscope: standard output: can't be written (No space left on device). "
        b"Check free space, or write elsewhere with -o.\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Unix closes the stream")
def test_a_closed_output_is_told_in_one_line() -> None:
    result = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *PROGRAM, "report", str(COPIED)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
        timeout=SECONDS,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == b"smtpscope: standard output: it is closed. Give a file with -o.\n"


def _end(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> object:
    """The exit code when a command ends with `error`."""

    def command(**options: object) -> None:
        raise error

    monkeypatch.setattr(cli, "main", command)
    with pytest.raises(SystemExit) as end:
        program.main()
    return end.value.code


def test_a_defect_ends_with_one_line_that_quotes_nothing_of_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SMTPSCOPE_DEBUG", raising=False)
    assert _end(monkeypatch, ValueError("\x1b]52;c;aGk=\x07 secret@example.com")) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("smtpscope: this is a bug in smtpscope: ValueError in cli/program.py, line ")
    assert told.err.count("\n") == 1
    assert "SMTPSCOPE_DEBUG=1" in told.err
    assert "secret" not in told.err


def test_a_defect_keeps_its_traceback_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def command(**options: object) -> None:
        raise ValueError("broken")

    monkeypatch.setenv("SMTPSCOPE_DEBUG", "1")
    monkeypatch.setattr(cli, "main", command)
    with pytest.raises(ValueError, match="broken"):
        program.main()


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _end(monkeypatch, KeyboardInterrupt()) == 130


def test_what_the_tests_start_hears_ctrl_c_even_in_the_background() -> None:
    """A shell starts a job in the background with SIGINT ignored, and whatever is started by it inherits that."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(
            [*PROGRAM, "report", "-"],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            preexec_fn=hear_ctrl_c,
        )
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.returncode in (130, -signal.SIGINT)
