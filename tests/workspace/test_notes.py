"""Notes on incidents: kept as they are, and never written over unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.workspace.notes import Note
from smtpscope.workspace.workspace import Workspace, WorkspaceError
from workspace.logs import BUSY, HOSTILE, RELAY, identity, lines, log_of, opened, refuses


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with opened(None) as workspace:
        yield workspace


def test_a_note_survives_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path / "w.sqlite3") as workspace:
        assert log_of(workspace).notes.write(RELAY, HOSTILE, seen="") == Note(HOSTILE, 1)
    with opened(tmp_path / "w.sqlite3") as workspace:
        assert log_of(workspace).notes.of(RELAY) == Note(HOSTILE, 1)
        assert log_of(workspace).notes.all() == {RELAY: Note(HOSTILE, 1)}
        assert log_of(workspace).notes.of(BUSY) is None


def test_a_blank_note_is_none(workspace: Workspace) -> None:
    notes = log_of(workspace).notes
    notes.write(RELAY, "called them", seen="")
    assert notes.write(RELAY, " \n", seen="called them") is None
    assert notes.all() == {}


def test_a_note_that_did_not_change_keeps_its_time(workspace: Workspace) -> None:
    notes = log_of(workspace).notes
    first = notes.write(RELAY, "called them", seen="")
    assert notes.write(RELAY, "called them", seen="called them") == first


def test_a_note_may_be_10000_characters_long_and_no_longer(workspace: Workspace) -> None:
    notes = log_of(workspace).notes
    assert notes.write(RELAY, "x" * 10_000, seen="") is not None
    text = refuses(lambda: notes.write(BUSY, "x" * 10_001, seen=""), WorkspaceError)
    assert text == "note: it has 10,001 characters; the limit is 10,000. Shorten it"
    assert set(notes.all()) == {RELAY}


def test_what_another_instance_wrote_meanwhile_stays_and_ours_follows(workspace: Workspace) -> None:
    notes = log_of(workspace).notes
    notes.write(RELAY, "theirs", seen="")
    stands = notes.write(RELAY, "ours", seen="")
    assert stands is not None
    assert stands.text == "theirs\n\nours"
    assert notes.of(RELAY) == stands


def test_a_note_that_changed_meanwhile_is_not_removed(workspace: Workspace) -> None:
    notes = log_of(workspace).notes
    notes.write(RELAY, "seen by both", seen="")
    notes.write(RELAY, "more", seen="seen by both")
    assert notes.write(RELAY, "", seen="seen by both") == notes.of(RELAY)
    assert notes.all()[RELAY].text == "more"


def test_a_note_that_was_removed_meanwhile_comes_back_with_what_we_wrote(workspace: Workspace) -> None:
    notes = log_of(workspace).notes
    notes.write(RELAY, "old", seen="")
    notes.write(RELAY, "", seen="old")
    stands = notes.write(RELAY, "old and new", seen="old")
    assert stands is not None
    assert stands.text == "old and new"


def test_notes_that_differ_in_two_files_are_shown_one_after_the_other_and_written_as_one(workspace: Workspace) -> None:
    first, second = ("/logs/1.txt", lines(0, 100)), ("/logs/2.txt", lines(100, 200))
    workspace.log(identity(second)).notes.write(RELAY, "on Monday", seen="")
    workspace.log(identity(first)).notes.write(RELAY, "on Tuesday", seen="")
    both = workspace.log(identity(first, second)).notes
    assert both.all()[RELAY].text == "on Monday\n\non Tuesday"
    both.write(RELAY, "done", seen="on Monday\n\non Tuesday")
    assert workspace.log(identity(first)).notes.all()[RELAY].text == "done"
    assert workspace.log(identity(second)).notes.all()[RELAY].text == "done"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_note_reads_back(text: str) -> None:
    with opened(None) as workspace:
        notes = log_of(workspace).notes
        written = notes.write(RELAY, text, seen="")
        assert notes.of(RELAY) == written
        assert (written.text if written else "") == (text if text.strip() else "")


@settings(max_examples=60, deadline=None)
@given(st.text("ab", max_size=4), st.text("ab", max_size=4), st.text("ab", max_size=4))
def test_of_two_that_write_at_once_nothing_is_lost(seen: str, theirs: str, ours: str) -> None:
    with opened(None) as workspace:
        notes = log_of(workspace).notes
        notes.write(RELAY, seen, seen="")
        notes.write(RELAY, theirs, seen=seen)
        stands = notes.write(RELAY, ours, seen=seen)
        text = stands.text if stands else ""
        assert ours in text
        assert theirs == seen or theirs in text


def test_a_lone_surrogate_in_a_note_becomes_the_replacement_character(workspace: Workspace) -> None:
    stands = log_of(workspace).notes.write(RELAY, "a\udc80b", seen="")
    assert stands is not None
    assert stands.text == "a\ufffdb"
