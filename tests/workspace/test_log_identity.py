"""Which log is which."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.workspace.log_identity import FileIdentity, LogIdentity, lasting_head
from workspace.logs import BrokenLog, MemoryLog, evtx, identity, lines


def test_an_evtx_has_the_same_head_after_it_has_grown() -> None:
    assert evtx(7, records=3) != evtx(7, records=2000)[: len(evtx(7, records=3))]
    assert lasting_head(evtx(7, records=3)) == lasting_head(evtx(7, records=2000)[:8192])
    assert lasting_head(evtx(7, records=3)) != lasting_head(evtx(8, records=3))


def test_an_evtx_without_a_record_has_no_head() -> None:
    assert lasting_head(evtx(7, records=0)) == b""
    assert lasting_head(b"ElfFile\0") == b""


def test_a_legacy_log_has_the_same_head_after_it_has_grown() -> None:
    record = b"\xa0\0\0\0LfLe" + bytes(range(40))
    before = b"\x30\0\0\0LfLe" + b"\1" * 40 + record
    after = b"\x30\0\0\0LfLe" + b"\2" * 40 + record + record
    assert lasting_head(before) == lasting_head(after) != b""


def test_a_legacy_log_that_has_wrapped_inside_a_record_has_no_head() -> None:
    assert lasting_head(b"\x30\0\0\0LfLe" + b"\1" * 40 + b"rest of a record that was written over") == b""


def test_text_is_known_by_its_first_4096_bytes() -> None:
    assert lasting_head(lines(0, 500)) == lines(0, 500)[:4096]


def test_files_stand_in_a_fixed_order_and_once() -> None:
    a, b = ("/logs/a.txt", b"1"), ("/logs/b.txt", b"2")
    assert identity(a, b) == identity(b, a, b)
    assert identity(a) != identity(b)


def test_the_first_bytes_come_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(lines(0, 100))
    (file,) = LogIdentity.of([MemoryLog(str(path), lines(0, 100))]).files
    assert file == FileIdentity("a.txt", str(path.resolve()), lines(0, 100)[:4096])


def test_a_file_that_can_not_be_read_is_known_by_its_path() -> None:
    (file,) = LogIdentity.of([BrokenLog("/logs/a.txt")]).files
    assert file.head == b""
    assert file.name == "a.txt"


@pytest.mark.parametrize("name", ["", "-", "a\0b", "\udc80", "x" * 5000])
def test_no_name_is_too_odd(name: str) -> None:
    assert len(LogIdentity.of([MemoryLog(name, b"x")]).files) == 1


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([b"", b"ElfFile\0", b"\x30\0\0\0LfLe", evtx(1, records=1)[:4608]]), st.binary(max_size=64))
def test_any_beginning_has_a_head(start: bytes, rest: bytes) -> None:
    assert len(lasting_head(start + rest)) <= 4096
