"""`host:path` is read over ssh: what the client is asked for, what it hands out, and how it fails."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from smtpscope.errors import LogError
from smtpscope.reading.sources import expanding
from smtpscope.reading.sources.expanding import expand
from smtpscope.reading.sources.over_ssh import remote_file

if sys.platform == "win32":
    pytest.skip("the stand-in for ssh is a shell script", allow_module_level=True)

# Takes the place of ssh: notes its arguments, and runs the command in a shell here, as sshd does.
STAND_IN = """#!/bin/sh
printf '%s\\n' "$@" > "$(dirname "$0")/arguments"
while [ "$1" != -- ]; do shift; done
[ "$2" = down.contoso.example ] && { echo "connect to host $2 port 22: Connection refused" >&2; exit 255; }
while [ "$2" = slow.contoso.example ] && [ ! -e "$(dirname "$0")/go" ]; do sleep 0.01; done
exec sh -c "$3"
"""


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the stand-in, alone on the path but for the system's own programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "ssh"
    program.write_text(STAND_IN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def test_the_log_is_streamed_and_its_name_is_not_interpreted(ssh: Path, tmp_path: Path) -> None:
    log = tmp_path / "it's $(a) log; x.log"
    log.write_bytes(b"Nov 16 09:30:00 mx postfix/smtp[1]: \x00\xff\r\n" * 5_000)
    (source,) = expand([f"postmaster@mx1.contoso.example:{log}"]).sources
    with source.open() as stream:
        assert stream.read() == log.read_bytes()
    arguments = (ssh / "arguments").read_text().splitlines()
    assert arguments[:5] == ["-T", "-e", "none", "--", "postmaster@mx1.contoso.example"]


def read(argument: str) -> bytes:
    (source,) = expand([argument]).sources
    with source.open() as stream:
        return stream.read()


def test_a_machine_that_takes_its_time_is_named(ssh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "_SECONDS_TO_WAIT", 0.01)
    log = tmp_path / "mail.log"
    log.write_text("Nov 16 09:30:00 mx postfix/smtp[1]: connect\n")
    told: list[tuple[str, str]] = []

    def let_it_go(name: str, what_for: str) -> None:
        told.append((name, what_for))
        (ssh / "go").touch()

    argument = f"slow.contoso.example:{log}"
    (source,) = expand([argument], waiting=let_it_go).sources
    with source.open() as stream:
        assert stream.read() == log.read_bytes()
    assert told == [(argument, "waiting for ssh slow.contoso.example")]


def test_failures_say_what_ssh_said(ssh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for argument, words in (
        ("down.contoso.example:/var/log/mail.log", "ssh failed: connect to host down.contoso.example port 22"),
        (f"mx1:{tmp_path}/missing.log", "can't be read there: cat:"),
    ):
        with pytest.raises(LogError) as raised:
            read(argument)
        assert words in raised.value.what
        assert raised.value.remedy.startswith("Try: ssh ")
    shutil.rmtree(ssh)
    monkeypatch.setenv("PATH", str(ssh))
    with pytest.raises(LogError) as raised:
        read("mx1:/var/log/mail.log")
    assert "no ssh" in raised.value.what


def test_what_names_a_file_on_another_machine() -> None:
    for argument, parts in (
        ("mx1:/var/log/mail.log", ("mx1", "/var/log/mail.log")),
        ("root@mx1.contoso.example:mail.log", ("root@mx1.contoso.example", "mail.log")),
        (r"C:\Logs\a.evtx", None),
        ("C:a.evtx", None),
        ("./a:b", None),
        ("logs/mx1:a", None),
        ("-oProxyCommand=x:y", None),
        ("-x@mx1:y", None),
        ("mx1:", None),
        ("a.evtx", None),
    ):
        assert remote_file(argument) == parts, argument


def test_a_file_here_with_a_colon_in_its_name_comes_first(
    ssh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mx1:mail.log").write_bytes(b"here")
    (source,) = expand(["mx1:mail.log"]).sources
    with source.open() as stream:
        assert stream.read() == b"here"
    assert not (ssh / "arguments").exists()


def test_a_pattern_on_another_machine_is_refused_with_the_way_to_its_names() -> None:
    with pytest.raises(LogError, match="a pattern is not expanded on another machine") as raised:
        expand(["mx1.contoso.example:/var/log/mail*"])
    assert raised.value.remedy == "Name each log there: ssh mx1.contoso.example ls lists them"
