"""Opening the workspace works in every case, and says in one warning what is not kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtpscope.workspace.opening import OpenedDatabase, open_database
from smtpscope.workspace.schema import MIGRATIONS
from smtpscope.workspace.workspace import Workspace
from workspace.logs import RELAY, log_of, opened


def _filled(path: Path) -> None:
    with opened(path) as workspace:
        assert workspace.kept
        workspace.history.add("5xx")
        log_of(workspace).marks.add([RELAY])


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "w.sqlite3"
    with opened(path) as workspace:
        assert (workspace.kept, workspace.warning) == (True, None)
    assert path.is_file()


def test_without_a_path_nothing_is_kept_and_nobody_is_warned() -> None:
    with opened(None) as workspace:
        assert (workspace.kept, workspace.warning) == (False, None)
        workspace.history.add("5xx")
        assert workspace.history.recent() == ("5xx",)


def test_a_writer_does_not_wait_for_readers(tmp_path: Path) -> None:
    with opened(tmp_path / "w.sqlite3") as workspace, workspace._database.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("path", ["file/w.sqlite3", "folder", "nul\0/w.sqlite3", "\udc80/" + "x" * 300])
def test_where_nothing_can_be_kept_all_works_and_one_warning_says_so(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with opened(tmp_path / path) as workspace:
        assert not workspace.kept
        assert workspace.warning is not None
        assert workspace.warning.where == str(tmp_path / path)
        assert "so this run's views, marks, notes and filters are not saved" in workspace.warning.what
        assert workspace.warning.remedy
        workspace.history.add("5xx")
        log_of(workspace).marks.add([RELAY])
        assert workspace.history.recent() == ("5xx",)
        assert log_of(workspace).marks.all() == {RELAY}


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file may only be read, as on a disk without space or rights; the rights of a file don't stop root."""
    connect = sqlite3.connect

    def connect_to_read(name: str, **options: Any) -> Any:
        if name == ":memory:" or options.get("uri"):
            return connect(name, **options)
        return connect(f"{Path(name).as_uri()}?mode=ro", **{**options, "uri": True})

    monkeypatch.setattr("smtpscope.workspace.opening.sqlite3.connect", connect_to_read)


def test_what_can_only_be_read_is_shown_and_stays_as_it_is(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = tmp_path / "w.sqlite3"
    _filled(path)
    before = path.read_bytes()
    request.getfixturevalue("read_only")
    with opened(path) as workspace:
        assert not workspace.kept
        assert workspace.warning is not None
        assert "readonly" in workspace.warning.what
        assert workspace.history.recent() == ("5xx",)
        workspace.history.add("4xx")
        assert workspace.history.recent() == ("4xx", "5xx")
        assert log_of(workspace).marks.all() == {RELAY}
    assert path.read_bytes() == before


def _damaged_page(content: bytes) -> bytes:
    """Every page after the first overwritten."""
    return content[:4096] + b"\xff" * (len(content) - 4096)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"this is no database at all, but a text of some length" * 100,
        lambda content: content[:5000],
        _damaged_page,
    ],
    ids=["text", "cut", "pages"],
)
def test_a_damaged_file_is_moved_aside_and_a_new_one_begun(tmp_path: Path, damage: Any) -> None:
    path = tmp_path / "w.sqlite3"
    _filled(path)
    broken = damage(path.read_bytes())
    path.write_bytes(broken)
    with opened(path) as workspace:
        assert workspace.kept
        assert workspace.warning is not None
        assert workspace.warning.what == "it was damaged and moved to w.damaged-1.sqlite3; a new one was created"
        assert workspace.history.recent() == ()
        workspace.history.add("4xx")
    assert (tmp_path / "w.damaged-1.sqlite3").read_bytes() == broken
    with opened(path) as workspace:
        assert workspace.warning is None
        assert workspace.history.recent() == ("4xx",)


def test_a_second_damaged_file_does_not_replace_the_first(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    for number in (1, 2):
        path.write_bytes(b"no database, " * 100 + bytes([number]))
        opened(path).close()
    assert (tmp_path / "w.damaged-1.sqlite3").read_bytes()[-1] == 1
    assert (tmp_path / "w.damaged-2.sqlite3").read_bytes()[-1] == 2


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with opened(path) as workspace:
        assert not workspace.kept
        assert workspace.warning is not None
        assert workspace.warning.what.startswith("it was written by a newer smtpscope, so ")
        workspace.history.add("5xx")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (99,)
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    assert len(path.read_bytes()) == len(before)


def _columns(result: OpenedDatabase) -> list[str]:
    with closing(result.database), result.database.reading() as connection:
        return [row[1] for row in connection.execute("PRAGMA table_info(used_filter)")]


_NEXT = (*MIGRATIONS, "ALTER TABLE used_filter ADD COLUMN colour TEXT;\nUPDATE used_filter SET colour = 'red; green';")


def test_an_older_file_is_led_to_the_next_version_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    _filled(path)
    assert "colour" in _columns(open_database(path, migrations=_NEXT))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(_NEXT),)
        assert connection.execute("SELECT filter_text, colour FROM used_filter").fetchall() == [("5xx", "red; green")]


def test_a_step_that_fails_leaves_the_old_version_whole(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    _filled(path)
    # Works on every file but one that holds this filter.
    failed = open_database(path, migrations=(*_NEXT, "INSERT INTO used_filter (filter_text, turn) VALUES ('5xx', 9);"))
    with closing(failed.database):
        assert not failed.kept
        assert failed.warning is not None
        assert "UNIQUE constraint failed" in failed.warning.what
    with opened(path) as workspace:
        assert workspace.kept
        assert workspace.history.recent() == ("5xx",)


def test_the_released_schema_is_not_changed() -> None:
    names = [line.split()[2] for line in MIGRATIONS[0].splitlines() if line.startswith("CREATE TABLE")]
    assert names == ["known_file", "mark", "note", "log_state", "saved_view", "used_filter"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_in_the_file_give_a_workspace(tmp_path: Path, content: bytes, like_ours: bool) -> None:
    path = tmp_path / "w.sqlite3"
    for old in tmp_path.iterdir():
        old.unlink()
    path.write_bytes((b"SQLite format 3\0" if like_ours else b"") + content)
    with Workspace.open(path) as workspace:
        workspace.history.add("5xx")
        assert workspace.history.recent() == ("5xx",)
