"""Two instances at once lose nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest

from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.grouping.incident import IncidentKey
from smtpscope.workspace.log_state import LogState
from smtpscope.workspace.saved_views import SavedView
from smtpscope.workspace.workspace import Workspace
from workspace.logs import RELAY, log_of, opened

_EACH = 12


def _key(writer: int, number: int) -> IncidentKey:
    return IncidentKey(Direction.OUTBOUND, f"mx{number}.example", 500 + writer, "spam")


def _work(workspace: Workspace, writer: int) -> None:
    """What a user does, all on the same log."""
    log = log_of(workspace)
    for number in range(_EACH):
        log.marks.add([_key(writer, number)])
        workspace.history.add(f"code:{writer} {number}")
        workspace.views.save(SavedView(f"{writer}-{number}", "5xx"))
        log.notes.write(RELAY, f"<{writer}-{number}>", seen="")
        log.save_state(LogState(filter_text=str(writer)))


def _check(path: Path, writers: int) -> None:
    every = [(writer, number) for writer in range(writers) for number in range(_EACH)]
    with opened(path) as workspace:
        assert workspace.warning is None
        log = log_of(workspace)
        assert log.marks.all() == {_key(*each) for each in every}
        assert set(workspace.history.recent()) == {f"code:{writer} {number}" for writer, number in every}
        assert {view.name for view in workspace.views.all()} == {f"{writer}-{number}" for writer, number in every}
        text = log.notes.all()[RELAY].text
        assert all(text.count(f"<{writer}-{number}>") == 1 for writer, number in every)
        with workspace._database.reading() as connection:
            assert connection.execute("SELECT count(*) FROM known_file").fetchone() == (1,)


def _at_once(*tasks: Callable[[], None]) -> None:
    """Runs the tasks in threads that begin together; raises what one of them raised."""
    barrier = Barrier(len(tasks))

    def run(task: Callable[[], None]) -> None:
        barrier.wait(timeout=30)
        task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        for future in [pool.submit(run, task) for task in tasks]:
            future.result(timeout=60)


def test_two_connections_in_two_threads_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"

    def instance(writer: int) -> None:
        # Opened at the same moment too, so that both want to make the tables.
        with opened(path) as workspace:
            assert workspace.kept
            _work(workspace, writer)

    _at_once(lambda: instance(0), lambda: instance(1))
    _check(path, 2)


def test_one_connection_in_three_threads_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    with opened(path) as workspace:
        _at_once(*(lambda writer=writer: _work(workspace, writer) for writer in range(3)))
    _check(path, 3)


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from workspace.test_two_instances import instance\n"
        "instance(*sys.argv[1:])\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    processes = [subprocess.Popen([*command, str(writer)], stderr=subprocess.PIPE) for writer in (0, 1)]
    outcomes = [(process.communicate(timeout=60)[1], process.returncode) for process in processes]
    assert outcomes == [(b"", 0), (b"", 0)]
    _check(path, 2)


def instance(path: str, writer: str) -> None:
    """One of the two processes."""
    with opened(Path(path)) as workspace:
        assert workspace.kept
        _work(workspace, int(writer))


def test_two_that_find_the_same_damage_make_one_new_file(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    path.write_bytes(b"no database, " * 500)

    def instance(writer: int) -> None:
        with opened(path) as workspace:
            assert workspace.kept
            workspace.history.add(f"code:{writer}")

    _at_once(*(lambda writer=writer: instance(writer) for writer in range(4)))
    with opened(path) as workspace:
        assert set(workspace.history.recent()) == {f"code:{writer}" for writer in range(4)}
    assert [each.name for each in tmp_path.glob("*damaged*")] == ["w.damaged-1.sqlite3"]


def test_one_that_comes_while_the_damaged_file_is_moved_waits_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.sqlite3"
    path.write_bytes(b"no database, " * 500)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).write_bytes(b"no journal, " * 500)
    moved, done = Event(), Event()
    rename = Path.rename

    def slow_rename(self: Path, target: Path) -> Path:
        moved_to = rename(self, target)
        moved.set()
        time.sleep(0.15)
        return moved_to

    monkeypatch.setattr(Path, "rename", slow_rename)

    def first() -> None:
        with opened(path) as workspace:
            workspace.history.add("code:1")
        done.set()

    def second() -> None:
        assert moved.wait(timeout=30)
        with opened(path) as workspace:
            assert workspace.kept
            workspace.history.add("code:2")
            assert done.wait(timeout=30)

    _at_once(first, second)
    with opened(path) as workspace:
        assert set(workspace.history.recent()) == {"code:1", "code:2"}
    assert len(list(tmp_path.glob("*damaged-1.sqlite3"))) == 1
    assert not list(tmp_path.glob("*damaged-2*"))


def test_marks_taken_and_set_at_once_are_both_done(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    with opened(path) as ours, opened(path) as theirs:
        log_of(ours).marks.add([_key(0, 1), _key(0, 2)])
        assert log_of(theirs).marks.all() == {_key(0, 1), _key(0, 2)}
        log_of(ours).marks.remove([_key(0, 1)])
        log_of(theirs).marks.add([_key(1, 3)])
        assert log_of(ours).marks.all() == log_of(theirs).marks.all() == {_key(0, 2), _key(1, 3)}
