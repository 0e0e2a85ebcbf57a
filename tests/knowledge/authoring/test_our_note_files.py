"""Our notes in a folder: written, changed, removed, and never over what somebody else wrote meanwhile."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.inspection import examined
from smtpscope.knowledge.authoring.our_note_files import LONGEST_NOTE, our_note_in, write_our_note
from smtpscope.knowledge.files.knowledge_files import read_our_notes
from smtpscope.knowledge.our_notes import OurNote

ABOUT = OurNote(
    text="Call Anna.",
    remote_hosts=("mx1.fabrikam.example",),
    code=550,
    category="blocked",
    direction="outbound",
    reply='550 5.7.1 "refused" \\ by our policy',
    written=date(2026, 11, 30),
)


def with_text(text: str) -> OurNote:
    return msgspec.structs.replace(ABOUT, text=text)


def test_a_note_is_written_read_changed_and_removed(tmp_path: Path) -> None:
    assert our_note_in(tmp_path, ABOUT) == ""
    assert write_our_note(tmp_path, ABOUT, seen="") == "Call Anna."
    ((path, note),) = read_our_notes(tmp_path)
    assert msgspec.structs.replace(note, text=note.text.strip()) == ABOUT
    assert "fabrikam" in path.name
    assert not examined(tmp_path).mistakes
    assert write_our_note(tmp_path, with_text("Call Bob."), seen="Call Anna.") == "Call Bob."
    assert our_note_in(tmp_path, ABOUT) == "Call Bob."
    assert write_our_note(tmp_path, with_text(" \n"), seen="Call Bob.") == ""
    assert not list(read_our_notes(tmp_path))
    assert not list((tmp_path / "our-notes").iterdir())


def test_notes_on_different_refusals_stand_beside_each_other(tmp_path: Path) -> None:
    other = msgspec.structs.replace(ABOUT, direction="inbound", text="Wait.")
    write_our_note(tmp_path, ABOUT, seen="")
    write_our_note(tmp_path, other, seen="")
    assert our_note_in(tmp_path, ABOUT) == "Call Anna."
    assert our_note_in(tmp_path, other) == "Wait."


def test_what_another_one_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    write_our_note(tmp_path, ABOUT, seen="")
    assert write_our_note(tmp_path, with_text("Call Bob."), seen="") == "Call Anna.\n\nCall Bob."
    assert write_our_note(tmp_path, with_text(""), seen="Call Bob.") == "Call Anna.\n\nCall Bob."


def test_a_file_with_several_notes_keeps_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "our-notes"
    folder.mkdir()
    (folder / "all.toml").write_text('[[note]]\ntext = "one"\n\n[[note]]\ntext = "two"\ncode = 554\n', encoding="utf-8")
    write_our_note(tmp_path, OurNote("changed", code=554), seen="two")
    assert [note.text.strip() for _, note in read_our_notes(tmp_path)] == ["one", "changed"]
    write_our_note(tmp_path, OurNote("", code=554), seen="changed")
    assert [note.text.strip() for _, note in read_our_notes(tmp_path)] == ["one"]


def test_a_note_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="10,000"):
        write_our_note(tmp_path, with_text("x" * (LONGEST_NOTE + 1)), seen="")
    assert not list(read_our_notes(tmp_path))


@given(text=st.text(max_size=200), reply=st.text(max_size=80), host=st.text(max_size=40))
def test_whatever_is_typed_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, text: str, reply: str, host: str
) -> None:
    folder = tmp_path_factory.mktemp("own")
    note = OurNote(text, remote_hosts=(host,), reply=reply)
    stands = write_our_note(folder, note, seen="")
    assert stands == "\n".join(text.splitlines()).strip()
    assert our_note_in(folder, note) == stands
