"""What is no file is written into and never replaced; what is one keeps its mode, its owner and the links to it."""

from __future__ import annotations

import os
import socket
import stat
import sys
import threading
from pathlib import Path

import pytest

from smtpscope.errors import ExportError
from smtpscope.export.writing import write_document, write_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
TEXT = "550 5.7.1 no\n" * 20_000


def received(descriptor: int) -> bytes:
    data = b""
    while piece := os.read(descriptor, 65_536):
        data += piece
    os.close(descriptor)
    return data


def read_in_thread(read: list[bytes], fifo: Path) -> threading.Thread:
    thread = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    thread.start()
    return thread


@pytest.mark.parametrize("through_link", [False, True], ids=["itself", "a link to it"])
def test_a_fifo_is_written_into_without_a_question(tmp_path: Path, through_link: bool) -> None:
    fifo, target, read = tmp_path / "fifo", tmp_path / "link", list[bytes]()
    os.mkfifo(fifo)
    target.symlink_to(fifo)
    thread = read_in_thread(read, fifo)
    written = write_document(target if through_link else fifo, TEXT)
    thread.join(10)
    assert read == [TEXT.encode()]
    assert written == len(TEXT)
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["fifo", "link"]


def test_a_terminal_is_written_into_even_where_overwriting_was_asked_for(tmp_path: Path) -> None:
    leader, follower = os.openpty()
    link = tmp_path / "terminal"
    link.symlink_to(os.ttyname(follower))
    write_document(link, "550 no", overwrite=True)
    assert os.read(leader, 100) == b"550 no"
    assert link.is_symlink()
    os.close(leader)
    os.close(follower)


def test_a_socket_is_written_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The path of a socket must be short.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind("socket")
        listening.listen()
        (tmp_path / "link").symlink_to("socket")
        assert write_document(Path("link"), "550 no") == 6
        connection, _ = listening.accept()
        with connection:
            assert connection.recv(100) == b"550 no"
    assert stat.S_ISSOCK(Path("socket").stat().st_mode)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open descriptors have no names here")
def test_an_open_descriptor_is_written_into_whatever_it_leads_to(tmp_path: Path) -> None:
    target = tmp_path / "redirected"
    target.write_text("before\n")
    with target.open("ab") as stream:
        link = tmp_path / "link"
        link.symlink_to(f"/proc/self/fd/{stream.fileno()}")
        inode = target.stat().st_ino
        write_document(link, "550 no\n")
        assert target.read_text() == "before\n550 no\n"
        assert target.stat().st_ino == inode
        assert link.is_symlink()


def test_of_a_link_to_a_file_the_file_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    file, link = tmp_path / "there" / "summary.md", tmp_path / "latest.md"
    file.write_text("old")
    link.symlink_to("there/summary.md")
    with pytest.raises(ExportError, match="already exists"):
        write_document(link, "new")
    assert file.read_text() == "old"
    write_document(link, "new", overwrite=True)
    assert file.read_text() == "new"
    assert link.is_symlink()
    assert [each.name for each in file.parent.iterdir()] == ["summary.md"]


def test_a_link_that_leads_nowhere_is_followed_when_overwriting_was_asked_for(tmp_path: Path) -> None:
    link = tmp_path / "latest.md"
    link.symlink_to(tmp_path / "summary.md")
    with pytest.raises(ExportError, match="already exists"):
        write_document(link, "new")
    write_document(link, "new", overwrite=True)
    assert (tmp_path / "summary.md").read_text() == "new"
    assert link.is_symlink()


def test_mode_and_group_of_a_file_stay(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("old")
    file.chmod(0o640)
    before = file.stat()
    write_document(file, "new", overwrite=True)
    after = file.stat()
    assert file.read_text() == "new"
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_a_writer_that_asks_how_far_it_is_is_answered_on_a_fifo_too(tmp_path: Path) -> None:
    fifo, read, told = tmp_path / "fifo", list[bytes](), list[int]()
    os.mkfifo(fifo)
    thread = read_in_thread(read, fifo)

    def write(stream: object) -> None:
        for piece in (b"abc", b"de"):
            stream.write(piece)  # type: ignore[attr-defined]
            told.append(stream.tell())  # type: ignore[attr-defined]

    assert write_file(fifo, write) == 5
    thread.join(10)
    assert (read, told) == ([b"abcde"], [3, 5])
