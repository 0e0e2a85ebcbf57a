"""What the user names, as sources."""

from __future__ import annotations

import gzip
import io
import os
import sys
import tempfile
import threading
from datetime import datetime
from pathlib import Path

import pytest

from smtpscope.errors import LogError
from smtpscope.reading.record import Source
from smtpscope.reading.sources import expanding
from smtpscope.reading.sources.expanding import StandardInput, expand
from smtpscope.reading.sources.file_source import FileSource
from smtpscope.reading.sources.packed import SpooledSource
from support.event_texts import TextEvent, log_line

LINE = log_line(TextEvent(datetime(2026, 11, 9, 6, 12, 41)))  # noqa: DTZ001


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two logs, one of them in a subfolder, an empty file and one that is no log."""
    (tmp_path / "Mail.log").write_text(LINE)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "old.txt").write_text(LINE)
    (tmp_path / "empty.log").touch()
    (tmp_path / "notes.txt").write_text("nothing")
    return tmp_path


def names(found: tuple[Source, ...], folder: Path) -> list[str]:
    return [Path(source.name).relative_to(folder).as_posix() for source in found]


def refused(argument: str | Path) -> LogError:
    with pytest.raises(LogError) as caught:
        expand([str(argument)])
    return caught.value


def content(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read()


def test_a_file_keeps_the_name_that_was_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (source,) = expand(["./Mail.log"]).sources
    assert (source.name, source.size, content(source)) == ("./Mail.log", len(LINE), LINE.encode())


def test_a_file_that_is_named_is_taken_whatever_it_holds(folder: Path) -> None:
    assert names(expand([str(folder / "notes.txt")]).sources, folder) == ["notes.txt"]


def test_a_folder_gives_its_logs_and_says_what_it_passed_over(folder: Path) -> None:
    expansion = expand([str(folder)])
    assert names(expansion.sources, folder) == ["Mail.log", "below/old.txt"]
    assert {(Path(problem.file).name, problem.outcome) for problem in expansion.problems} == {
        ("empty.log", "noted"),
        ("notes.txt", "noted"),
    }


def test_a_pattern_is_expanded_where_the_shell_did_not(folder: Path) -> None:
    assert names(expand([str(folder / "*.log")]).sources, folder) == ["Mail.log", "empty.log"]
    assert names(expand([str(folder / "**" / "*.txt")]).sources, folder) == ["below/old.txt", "notes.txt"]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mail[1].log"
    path.write_text(LINE)
    assert names(expand([str(path)]).sources, tmp_path) == ["mail[1].log"]


def test_the_same_file_twice_is_one(folder: Path) -> None:
    same = folder / "below" / ".." / "Mail.log"
    assert len(expand([str(folder / "Mail.log"), str(same), str(folder)]).sources) == 2
    assert len(expand(["-", "-"]).sources) == 1


def test_a_missing_file_suggests_the_one_beside_it(folder: Path) -> None:
    error = refused(folder / "mial.log")
    assert error.what == "there is no such file or folder"
    assert error.remedy == f"Did you mean {folder / 'Mail.log'}?"
    assert refused(folder / "nowhere" / "at all").remedy == "Check the name and the folder"


def test_each_failure_has_its_own_sentence(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    hollow = tmp_path_factory.mktemp("hollow")
    failures: list[str | Path] = [folder / "absent", folder / "*.evtx", hollow, folder / "Mail.log" / "x", "\0"]
    (folder / "useless").mkdir()
    (folder / "useless" / "a.txt").write_text("nothing")
    said = [refused(argument).what for argument in (*failures, folder / "useless")]
    assert len(set(said)) == len(said)


def test_an_empty_name_is_not_the_current_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert refused("").what == "the name is empty"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_that_leads_nowhere_is_called_that(tmp_path: Path) -> None:
    (tmp_path / "broken.evtx").symlink_to("gone.evtx")
    (tmp_path / "round.evtx").symlink_to("round.evtx")
    assert refused(tmp_path / "broken.evtx").what == "this link leads to nothing"
    assert refused(tmp_path / "round.evtx").what == "this link leads back to itself"


def test_a_file_that_may_not_be_read_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> io.BytesIO:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(LogError, match="no permission to read this file"):
        FileSource(folder / "Mail.log").open()
    with pytest.raises(LogError, match="none of the 4 files"):
        expand([str(folder)])


def test_a_file_that_vanished_is_a_log_error(folder: Path) -> None:
    source = FileSource(folder / "Mail.log")
    (folder / "Mail.log").unlink()
    with pytest.raises(LogError, match="no such file"):
        _ = source.size


def test_a_stream_is_read_once_and_can_be_opened_twice() -> None:
    opened: list[io.BytesIO] = []

    def stream() -> io.BytesIO:
        opened.append(io.BytesIO(LINE.encode()))
        return opened[-1]

    source = SpooledSource("-", stream)
    assert opened == []
    assert (source.size, content(source), content(source)) == (len(LINE), LINE.encode(), LINE.encode())
    assert len(opened) == 1


@pytest.mark.skipif(os.name == "nt", reason="files without a name are made elsewhere")
def test_the_kept_copy_is_in_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    source = SpooledSource("-", lambda: io.BytesIO(bytes(2 << 20)))
    assert source.size == 2 << 20
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_for_the_copy_is_a_log_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> io.BytesIO:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    source = SpooledSource("-", lambda: io.BytesIO(bytes(2 << 20)))
    for _ in range(2):
        with pytest.raises(LogError, match="no disk space"):
            _ = source.size


def test_a_stream_that_fails_is_a_log_error() -> None:
    def stream() -> io.BytesIO:
        raise OSError(5, "Input/output error")

    with pytest.raises(LogError, match="can't be read"):
        SpooledSource("-", stream).open()


def test_a_keyboard_is_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert StandardInput().name == "-"
    with pytest.raises(LogError, match="nothing was piped in"):
        StandardInput().open()


def test_standard_input_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "piped"
    path.write_text(LINE)
    with path.open() as piped:
        monkeypatch.setattr(sys, "stdin", piped)
        assert content(StandardInput()) == LINE.encode()


def test_standard_input_is_read_on_when_the_terminal_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, terminal = tmp_path / "piped", tmp_path / "terminal"
    path.write_text(LINE * 5_000)
    terminal.write_text("keys")
    with path.open() as piped, terminal.open() as keys:
        monkeypatch.setattr(sys, "stdin", piped)
        source = StandardInput()
        with source.open() as stream:
            assert stream.read(len(LINE)) == LINE.encode()
        os.dup2(keys.fileno(), piped.fileno())
        assert content(source) == LINE.encode() * 5_000


def test_standard_input_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "piped"
    path.write_bytes(gzip.compress(LINE.encode()))
    with path.open() as piped:
        monkeypatch.setattr(sys, "stdin", piped)
        (source,) = expand(["-", "-"]).sources
        assert (source.name, content(source)) == ("-", LINE.encode())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_named_pipe_is_kept_aside(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(LINE,), daemon=True)
    writer.start()
    (source,) = expand([str(pipe)]).sources
    assert (content(source), content(source)) == (LINE.encode(), LINE.encode())
    writer.join()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_that_nobody_writes_to_is_told_while_it_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "_SECONDS_TO_WAIT", 0.01)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    told: list[tuple[str, str]] = []

    def write(name: str, what_for: str) -> None:
        told.append((name, what_for))
        pipe.write_text(LINE)

    (source,) = expand([str(pipe)], waiting=write).sources
    assert content(source) == LINE.encode()
    assert told == [(str(pipe), "waiting for a program that writes into this pipe")]


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="only where devices are files")
def test_a_device_is_refused() -> None:
    assert "a device" in refused("/dev/null").what


def test_each_file_of_a_folder_is_counted_while_logs_are_looked_for(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.bin").write_bytes(bytes(range(256)) * 9)
    seen: list[tuple[str, int]] = []
    with pytest.raises(LogError, match="none of the 3 files in this folder is a log"):
        expand([str(tmp_path)], looking=lambda folder, files: seen.append((folder, files)))
    assert seen == [(str(tmp_path), 1), (str(tmp_path), 2), (str(tmp_path), 3)]
