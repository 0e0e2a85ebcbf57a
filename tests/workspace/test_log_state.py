"""Where one stood in a log."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.grouping.dimensions import DIMENSIONS
from smtpscope.store.grouping.groups import SORT_COLUMNS
from smtpscope.workspace.log_state import LogState, Position
from workspace.logs import ANY_TEXT, evtx, identity, lines, log_of, opened

_STATE = LogState(
    position=Position((("code", "550"), ("host_key", "mx.contoso.example")), ("/logs/a.txt", 17)),
    filter_text="code:550 -host:fabrikam",
    grouping="cause",
    sort="count",
    descending=True,
    layout="beside",
)


def test_the_state_survives_a_restart_and_the_growth_of_the_log(tmp_path: Path) -> None:
    with opened(tmp_path / "w.sqlite3") as workspace:
        log_of(workspace, "/logs/a.evtx", evtx(1, records=2)).save_state(_STATE)
    with opened(tmp_path / "w.sqlite3") as workspace:
        assert log_of(workspace, "/logs/a.evtx", evtx(1, records=500)).state() == _STATE


def test_the_last_state_stays() -> None:
    with opened(None) as workspace:
        log_of(workspace).save_state(LogState(filter_text="4xx"))
        log_of(workspace).save_state(_STATE)
        assert log_of(workspace).state() == _STATE


def test_files_together_have_a_state_of_their_own() -> None:
    first, second = ("/logs/1.txt", lines(0, 100)), ("/logs/2.txt", lines(100, 200))
    with opened(None) as workspace:
        workspace.log(identity(first)).save_state(_STATE)
        assert workspace.log(identity(second)).state() is None
        assert workspace.log(identity(first, second)).state() is None
        workspace.log(identity(first, second)).save_state(LogState(filter_text="4xx"))
        assert workspace.log(identity(second, first)).state() == LogState(filter_text="4xx")
        assert workspace.log(identity(first)).state() == _STATE


def test_two_copies_of_one_log_have_a_state_too() -> None:
    copies = ("/one/a.txt", lines(0, 100)), ("/two/a.txt", lines(0, 100))
    with opened(None) as workspace:
        workspace.log(identity(*copies)).save_state(_STATE)
        assert workspace.log(identity(*copies)).state() == _STATE


def test_no_log_has_no_state() -> None:
    with opened(None) as workspace:
        empty = workspace.log(identity())
        empty.save_state(_STATE)
        assert empty.state() is None


def test_the_command_line_goes_before_what_was_remembered() -> None:
    assert _STATE.under() == _STATE
    shown = _STATE.under(filter_text="", grouping="host", sort="first", layout="below")
    assert (shown.filter_text, shown.grouping, shown.sort, shown.layout) == ("", "host", "first", "below")
    assert shown.descending is False
    assert shown.position == _STATE.position


def test_only_the_latest_500_states_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtpscope.workspace.log_state._MOST_STATES", 3)
    with opened(None) as workspace:
        logs = [log_of(workspace, f"/logs/{number}.txt") for number in range(5)]
        for log in logs:
            log.save_state(_STATE)
        logs[2].save_state(_STATE)
        assert [log.state() is not None for log in logs] == [False, False, True, True, True]


def test_files_are_forgotten_only_where_nobody_wrote_anything_on_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtpscope.workspace.known_files._MOST_FILES", 2)
    from workspace.logs import BUSY, RELAY

    with opened(None) as workspace:
        logs = [log_of(workspace, f"/logs/{number}.txt") for number in range(6)]
        logs[0].marks.add([RELAY])
        logs[1].notes.write(BUSY, "wait", seen="")
        for log in logs:
            log.save_state(_STATE)
        assert logs[0].marks.all() == {RELAY}
        assert set(logs[1].notes.all()) == {BUSY}
        with workspace._database.reading() as connection:
            assert connection.execute("SELECT count(*) FROM known_file").fetchone() == (4,)


@pytest.mark.parametrize(
    "stored", ["", "{}", "[]", "null", '{"groups": 1}', '{"groups": [], "event": "x"}', "[" * 9999]
)
def test_a_position_that_can_not_be_understood_is_the_top(stored: str) -> None:
    with opened(None) as workspace:
        log_of(workspace).save_state(_STATE)
        with workspace._database.writing() as connection:
            connection.execute("UPDATE log_state SET position = ?, grouping = 'moon', sort = 'tide'", (stored,))
        state = log_of(workspace).state()
        assert state is not None
        assert (state.position, state.grouping, state.sort) == (Position(), "code", "attention")
        assert state.filter_text == _STATE.filter_text


_POSITIONS = st.builds(
    Position,
    st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=2).map(tuple),
    st.none() | st.tuples(ANY_TEXT, st.integers(0, 2**62)),
)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        LogState,
        _POSITIONS,
        st.text(max_size=50),
        st.sampled_from(DIMENSIONS.groupings),
        st.sampled_from(SORT_COLUMNS),
        st.booleans(),
        st.text(max_size=10),
    )
)
def test_any_state_reads_back(state: LogState) -> None:
    with opened(None) as workspace:
        log_of(workspace).save_state(state)
        assert log_of(workspace).state() == state
