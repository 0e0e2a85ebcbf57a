"""A log is known again when it has grown or was moved, and never taken for another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.workspace.workspace import Workspace
from workspace.logs import BUSY, RELAY, evtx, identity, lines, log_of, opened


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with opened(None) as workspace:
        yield workspace


def _marked(workspace: Workspace, *logs: tuple[str, bytes]) -> bool:
    return workspace.log(identity(*logs)).marks.all() == {RELAY}


def test_a_text_log_that_has_grown_is_the_same_log(workspace: Workspace) -> None:
    log_of(workspace, content=lines(0, 2)).marks.add([RELAY])
    for last in (2, 3, 50, 5000):
        assert _marked(workspace, ("/logs/a.txt", lines(0, last)))


def test_an_evtx_that_has_grown_is_the_same_log(workspace: Workspace) -> None:
    log_of(workspace, "/logs/Application.evtx", evtx(5, records=1)).marks.add([RELAY])
    assert _marked(workspace, ("/logs/Application.evtx", evtx(5, records=900)))


def test_a_log_that_was_empty_first_is_the_same_log(workspace: Workspace) -> None:
    log_of(workspace, content=b"").marks.add([RELAY])
    assert _marked(workspace, ("/logs/a.txt", lines(0, 100)))
    assert not _marked(workspace, ("/elsewhere/a.txt", lines(0, 100)))


def test_a_log_that_was_moved_is_the_same_log(workspace: Workspace) -> None:
    log_of(workspace, "/logs/a.txt", lines(0, 100)).marks.add([RELAY])
    assert _marked(workspace, ("/archive/2026/a.txt", lines(0, 100)))


def test_a_log_under_another_name_is_another_log(workspace: Workspace) -> None:
    log_of(workspace, "/logs/a.txt", lines(0, 100)).marks.add([RELAY])
    assert not _marked(workspace, ("/logs/b.txt", lines(0, 100)))


def test_a_new_log_at_the_old_place_is_another_log(workspace: Workspace) -> None:
    log_of(workspace, content=lines(0, 100)).marks.add([RELAY])
    assert not _marked(workspace, ("/logs/a.txt", lines(100, 200)))
    log_of(workspace, "/logs/b.evtx", evtx(5, records=9)).marks.add([RELAY])
    assert not _marked(workspace, ("/logs/b.evtx", evtx(6, records=9)))


def test_a_beginning_too_short_to_tell_counts_only_at_its_own_place(workspace: Workspace) -> None:
    log_of(workspace, content=b"\xef\xbb\xbfDate\n").marks.add([RELAY])
    assert not _marked(workspace, ("/elsewhere/a.txt", b"\xef\xbb\xbfDate\n"))
    assert _marked(workspace, ("/logs/a.txt", b"\xef\xbb\xbfDate\n" + lines(0, 50)))


def test_once_grown_a_log_is_told_apart_by_its_longer_beginning(workspace: Workspace) -> None:
    start = lines(0, 6)
    log_of(workspace, content=start).marks.add([RELAY])
    log_of(workspace, content=start + lines(10, 90)).marks.add([RELAY])
    assert _marked(workspace, ("/logs/a.txt", start + lines(10, 95)))
    assert not _marked(workspace, ("/logs/a.txt", start + lines(50, 90)))


def test_of_two_logs_that_fit_the_one_at_the_same_place_is_meant(workspace: Workspace) -> None:
    # Both grew from one beginning, as a copy that went its own way.
    start = lines(0, 6)
    log_of(workspace, "/one/a.txt", start).marks.add([RELAY])
    log_of(workspace, "/two/a.txt", start + lines(6, 7)).marks.add([BUSY])
    assert log_of(workspace, "/one/a.txt", start + lines(6, 7)).marks.all() == {RELAY, BUSY}


def test_looking_changes_nothing(workspace: Workspace) -> None:
    log = log_of(workspace)
    assert (log.marks.all(), log.notes.all(), log.state()) == (frozenset(), {}, None)
    with workspace._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM known_file").fetchone() == (0,)


def test_a_file_added_to_a_folder_leaves_marks_and_notes_where_they_are(workspace: Workspace) -> None:
    first, second = ("/logs/1.txt", lines(0, 100)), ("/logs/2.txt", lines(100, 200))
    workspace.log(identity(first)).marks.add([RELAY])
    workspace.log(identity(first)).notes.write(RELAY, "told them", seen="")
    both = workspace.log(identity(first, second))
    assert both.marks.all() == {RELAY}
    assert both.notes.all()[RELAY].text == "told them"
    both.marks.remove([RELAY])
    assert workspace.log(identity(first)).marks.all() == frozenset()


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=600), st.binary(max_size=600), st.integers(0, 600))
def test_a_text_is_known_again_whatever_is_added_to_it(before: bytes, added: bytes, keep: int) -> None:
    before = b"t" + before
    with opened(None) as workspace:
        log_of(workspace, content=before).marks.add([RELAY])
        assert _marked(workspace, ("/logs/a.txt", before + added))
        changed = bytes([before[0] ^ 1]) + before[1:] + added[:keep]
        assert not _marked(workspace, ("/logs/a.txt", changed))
