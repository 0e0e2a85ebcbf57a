"""One connection for several threads; failures say what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from smtpscope.workspace.database import Database, WorkspaceError
from smtpscope.workspace.workspace import Workspace
from workspace.logs import opened, refuses


def _database() -> Database:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("CREATE TABLE t (x)")
    return Database(connection, "here")


def test_what_fails_in_the_middle_is_undone() -> None:
    with closing(_database()) as database:

        def write_and_fail() -> None:
            with database.writing() as connection:
                connection.execute("INSERT INTO t VALUES (1)")
                raise KeyError("stop")

        refuses(write_and_fail, KeyError)
        with database.reading() as connection:
            assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_failure_names_the_place_and_the_remedy() -> None:
    with closing(_database()) as database:

        def ask_nonsense() -> None:
            with database.reading() as connection:
                connection.execute("SELECT * FROM nowhere")

        text = refuses(ask_nonsense, WorkspaceError)
        assert text == "here: can't be used: no such table: nowhere. Check that folder's permissions and free space"


def test_a_closed_workspace_raises_in_our_words(tmp_path: Path) -> None:
    workspace = opened(tmp_path / "w.sqlite3")
    workspace.close()
    workspace.close()
    refuses(workspace.history.recent, WorkspaceError)
    refuses(lambda: workspace.history.add("5xx"), WorkspaceError)


def test_a_workspace_that_another_one_holds_says_to_try_again(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    with opened(path) as ours, opened(path) as theirs:
        ours._database._connection.execute("PRAGMA busy_timeout = 0")
        with theirs._database.writing():
            text = refuses(lambda: ours.history.add("5xx"), WorkspaceError)
            assert "Another smtpscope is busy with it: try again" in text
            assert ours.history.recent() == ()
        ours.history.add("5xx")
        assert ours.history.recent() == ("5xx",)


def test_a_disk_that_is_full_is_said_and_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w.sqlite3") as workspace:
        workspace.history.add("5xx")
        connection = workspace._database._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

        def fill() -> None:
            for number in range(200):
                workspace.history.add(f"{number} {'x' * 5000}")

        assert "full" in refuses(fill, WorkspaceError)
        assert "5xx" in workspace.history.recent()
