"""Which logs are read, and what is said of those that are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Smtpscope
from cli.processes import COPIED, LINES, SAMPLES


def test_patterns_and_folders_are_read_and_no_file_twice(smtpscope: Smtpscope) -> None:
    answer = json.loads(smtpscope("report", SAMPLES / "*.txt", SAMPLES, COPIED, "--format", "json").stdout)
    assert [Path(name).name for name in answer["files"]] == [
        "EXCH03-copied-events.txt",
        "EXCH01-Application.evtx",
        "EXCH02-transport.log",
    ]


def test_a_missing_file_gets_the_name_that_was_probably_meant(smtpscope: Smtpscope) -> None:
    result = smtpscope("report", SAMPLES / "EXCH03-copied-event.txt")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "there is no such file or folder" in result.stderr
    assert "Did you mean" in result.stderr
    assert "EXCH03-copied-events.txt?" in result.stderr


def test_each_kind_of_failure_has_a_sentence_of_its_own(smtpscope: Smtpscope, tmp_path: Path) -> None:
    empty = tmp_path / "empty.evtx"
    empty.touch()
    picture = tmp_path / "picture.evtx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    folder = tmp_path / "folder"
    folder.mkdir()
    sentences = set()
    for path, words in (
        (empty, "this is an empty file"),
        (picture, "it looks like a PNG image"),
        (folder, "the folder is empty"),
        (tmp_path / "*.log", "no file matches this pattern"),
    ):
        result = smtpscope("report", path)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr.startswith(f"smtpscope: {path}: ")
        assert words in result.stderr
        assert result.stderr.count("\n") == 1
        sentences.add(result.stderr)
    assert len(sentences) == 4


def test_a_file_that_may_not_be_read_is_told(
    smtpscope: Smtpscope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "secret.log"
    log.write_bytes(LINES.read_bytes())
    opened = Path.open

    # Whoever runs this as root may read everything, so rights on the disk would prove nothing.
    def refusing(self: Path, *arguments: object, **options: object) -> object:
        if self == log:
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refusing)
    result = smtpscope("report", log)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"smtpscope: {log}: no permission to read this file. ")


def test_a_bad_file_among_good_ones_is_told_and_the_rest_is_done(smtpscope: Smtpscope, tmp_path: Path) -> None:
    empty = tmp_path / "empty.evtx"
    empty.touch()
    result = smtpscope("report", empty, COPIED, tmp_path / "missing.evtx", "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["events"] == 3
    assert "empty.evtx: this is an empty file" in result.stderr
    assert "missing.evtx: there is no such file" in result.stderr


def test_when_all_files_are_bad_each_has_its_sentence(smtpscope: Smtpscope, tmp_path: Path) -> None:
    empty = tmp_path / "empty.evtx"
    empty.touch()
    result = smtpscope("events", empty, tmp_path / "missing.evtx")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("smtpscope: ") == 2
    assert "empty.evtx" in result.stderr
    assert "missing.evtx" in result.stderr


def test_a_damaged_log_is_read_as_far_as_it_goes(smtpscope: Smtpscope, tmp_path: Path) -> None:
    whole = (SAMPLES / "EXCH01-Application.evtx").read_bytes()
    log = tmp_path / "cut.evtx"
    log.write_bytes(whole[: len(whole) // 2])
    result = smtpscope("report", log, "--format", "json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["events"] > 0
    assert answer["skipped"] > 0
    assert f"{answer['skipped']:,} records skipped" in result.stderr


def test_a_log_of_which_nothing_is_left_is_called_damaged(smtpscope: Smtpscope, tmp_path: Path) -> None:
    whole = (SAMPLES / "EXCH01-Application.evtx").read_bytes()
    log = tmp_path / "hollow.evtx"
    log.write_bytes(whole[:4096] + b"\x11" * 131_072)
    told = smtpscope("events", log).stderr
    assert f"no record could be read from {log}. The log is empty or damaged" in told
    assert "diagnostic logging" not in told


def test_guidance_of_your_own_must_be_whole(smtpscope: Smtpscope, tmp_path: Path) -> None:
    (tmp_path / "entries").mkdir()
    (tmp_path / "entries" / "broken.toml").write_text("[[entry]]\nid = 5\n", encoding="utf-8")
    result = smtpscope("report", COPIED, "--knowledge", tmp_path)
    assert result.exit_code == 1
    assert "broken.toml" in result.stderr
    assert result.stdout == ""


def test_no_log_is_a_usage_error(smtpscope: Smtpscope) -> None:
    for arguments in ((), ("report",), ("--filter", "550")):
        result = smtpscope(*arguments)
        assert result.exit_code == 2
        assert "no log given" in result.stderr
        assert result.stdout == ""


def test_a_mistyped_command_is_not_taken_for_a_file(smtpscope: Smtpscope) -> None:
    result = smtpscope("reprot", COPIED)
    assert result.exit_code == 2
    assert "Did you mean report?" in result.stderr
