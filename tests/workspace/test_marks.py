"""Marks on incidents."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.grouping.incident import IncidentKey
from workspace.logs import BUSY, KEYS, NAMELESS, RELAY, lines, log_of, opened


def test_marks_survive_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path / "w.sqlite3") as workspace:
        log_of(workspace).marks.add([RELAY, NAMELESS])
        log_of(workspace).marks.add([RELAY, BUSY])
        log_of(workspace).marks.remove([BUSY])
    with opened(tmp_path / "w.sqlite3") as workspace:
        assert log_of(workspace).marks.all() == {RELAY, NAMELESS}


def test_marks_of_one_log_are_not_those_of_another() -> None:
    with opened(None) as workspace:
        log_of(workspace, "/logs/a.txt").marks.add([RELAY])
        other = log_of(workspace, "/logs/b.txt", lines(500, 600))
        other.marks.remove([RELAY])
        assert other.marks.all() == frozenset()
        assert log_of(workspace, "/logs/a.txt").marks.all() == {RELAY}


def test_no_log_has_no_marks() -> None:
    with opened(None) as workspace:
        empty = workspace.log(log_of(workspace).identity.__class__(()))
        empty.marks.add([RELAY])
        assert empty.marks.all() == frozenset()


@settings(max_examples=60, deadline=None)
@given(st.sets(KEYS, max_size=5), st.sets(KEYS, max_size=5))
def test_any_incidents_are_marked_and_unmarked(added: set[IncidentKey], removed: set[IncidentKey]) -> None:
    with opened(None) as workspace:
        marks = log_of(workspace).marks
        marks.add(added)
        assert marks.all() == added
        marks.remove(removed)
        assert marks.all() == added - removed


def test_a_direction_of_a_newer_version_is_passed_over() -> None:
    with opened(None) as workspace:
        log_of(workspace).marks.add([RELAY, BUSY])
        with workspace._database.writing() as connection:
            connection.execute("UPDATE mark SET direction = 'sideways' WHERE code = 421")
        assert log_of(workspace).marks.all() == {RELAY}
