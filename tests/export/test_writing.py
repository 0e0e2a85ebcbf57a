"""Writing a document, and what it should be called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.documents import HOSTILE, document, hostile_document, inbound_summary, incident, summary
from smtpscope.errors import ExportError
from smtpscope.export.masking.masking import Mask
from smtpscope.export.writing import suggested_name, write_document
from smtpscope.store.grouping.incident import IncidentKey
from support.changed import replace


def test_a_document_is_written_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    assert write_document(path, "ä\nb\r\n") == 6
    assert path.read_bytes() == b"\xc3\xa4\nb\r\n"
    assert list(tmp_path.iterdir()) == [path]


def test_pieces_are_written_one_after_the_other(tmp_path: Path) -> None:
    write_document(tmp_path / "a", (piece for piece in ("1\n", "2\n")))
    assert (tmp_path / "a").read_text(encoding="utf-8") == "1\n2\n"


def test_another_file_is_never_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(ExportError) as caught:
        write_document(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert "already exists" in caught.value.what
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == [path]


def test_asked_to_overwrite_it_does(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("old", encoding="utf-8")
    write_document(path, "new", overwrite=True)
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ExportError):
        write_document(path, "new")
    assert not (tmp_path / "elsewhere").exists()


def test_a_failure_in_the_middle_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("old", encoding="utf-8")

    def pieces() -> object:
        yield "half"
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError):
        write_document(path, pieces(), overwrite=True)  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.md"

    def pieces() -> object:
        path.write_text("theirs", encoding="utf-8")
        yield "ours"

    with pytest.raises(ExportError):
        write_document(path, pieces())  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == "theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_export_left_is_removed_once_it_is_old(tmp_path: Path) -> None:
    old, new = ".smtpscope-4711-0123abcd.tmp", ".smtpscope-4712-0123abcd.tmp"
    others = (".smtpscope-4711-0123abcd.tmp.md", "smtpscope-4711-0123abcd.tmp", ".smtpscope-notes.tmp")
    for name in (old, new, *others):
        (tmp_path / name).write_text("half")
        if name != new:
            os.utime(tmp_path / name, (0, 0))
    write_document(tmp_path / "a.md", "text")
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(["a.md", new, *others])


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ExportError) as caught:
        write_document(tmp_path / "new" / "a.md", "x")
    assert "does not exist" in caught.value.what
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ExportError) as caught:
        write_document(tmp_path, "x", overwrite=True)
    assert "folder" in caught.value.what


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_a_name_that_the_system_refuses_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError):
        write_document(tmp_path / name, "x")
    assert list(tmp_path.iterdir()) == []


def test_a_lone_surrogate_does_not_stop_the_writing(tmp_path: Path) -> None:
    write_document(tmp_path / "a", "\ud800")
    assert (tmp_path / "a").read_bytes() == b"\\ud800"


def test_the_name_has_code_host_and_day() -> None:
    assert suggested_name(document(), ".md") == "550-mail.fabrikam.example-2026-11-18.md"


def test_several_incidents_are_counted_in_the_name() -> None:
    assert suggested_name(document(summary(), inbound_summary()), ".html") == "smtp-incidents-2-2026-11-18.html"


def test_what_is_unknown_has_a_word_in_the_name() -> None:
    nameless = incident(key=replace(incident().key, host_key="", code=None), last_ms=None)
    assert suggested_name(document(summary(incident=nameless)), ".md") == "no-code-unknown-host.md"


def test_a_masked_document_has_a_masked_name() -> None:
    assert suggested_name(Mask().document(document()), ".md") == "550-host1.invalid-2026-11-18.md"


@settings(max_examples=60)
@given(st.text(max_size=300))
def test_any_host_gives_a_safe_name_that_ends_with_the_day(host: str) -> None:
    key = IncidentKey(incident().key.direction, host, 550, "policy")
    name = suggested_name(document(summary(incident=incident(key=key))), ".md")
    assert name.endswith("2026-11-18.md")
    assert name.isascii()
    assert len(name) <= 90
    assert not set(name) & set('/\\:*?"<>|\0 ')


def test_hostile_text_gives_a_plain_name() -> None:
    assert suggested_name(hostile_document(HOSTILE), ".md") == "smtp-incidents-2-2026-11-18.md"
