"""Every question about a set has the answer that the same rows have in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.set_columns import KEYS
from smtpscope.asking.set_facets import FACETS, facets
from smtpscope.asking.set_incidents import incident, incident_keys
from smtpscope.asking.set_rows import SetRows
from smtpscope.asking.set_times import activity, timeline
from smtpscope.asking.tree.set_tree import SetTree
from smtpscope.errors import LogError
from smtpscope.session.filtering import rows_that_match
from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.grouping import facets as in_store
from smtpscope.store.grouping import incidents as incidents_in_store
from smtpscope.store.grouping import time_bins
from smtpscope.store.grouping.dimensions import DIMENSIONS
from smtpscope.store.grouping.group_sorting import SORT_COLUMNS
from smtpscope.store.grouping.groups import GroupTree
from support.sets import all_kinds, row_of, set_of

Both = tuple[EventStore, ExchangeSet, dict[int, int]]
FILTERS = ("", "550", "-host:contoso", "dir:out since:5d", "nothing-has-this", "host:192.0.2.0/24 who:us,them")
ZONES = (UTC, timezone(timedelta(hours=-3, minutes=-30)))


@pytest.fixture(scope="module", params=(False, True), ids=("rows", "group tables"))
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    store = all_kinds(700, seed=5)
    asked = set_of(store, tmp_path_factory.mktemp("set"), with_group_tables=request.param)
    yield store, asked, row_of(store, asked)
    asked.close()


def test_every_dimension_and_facet_is_answered() -> None:
    assert set(KEYS) == set(DIMENSIONS.names)
    assert {facet.name for facet in FIELDS.facets} == FACETS


def test_nothing_is_written_where_the_user_is(both: Both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = both[0]
    (tmp_path / "set").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    asked = set_of(store, tmp_path / "set", memory="40MB", threads=1)
    ((spill,),) = asked.tuples("SELECT current_setting('temp_directory')")
    assert Path(spill).is_dir()
    # More than the limit, so some of it is on the disk.
    asked.run("CREATE TABLE large AS SELECT range AS number, md5(range::VARCHAR) AS text FROM range(600000)")
    assert asked.tuples("SELECT count(DISTINCT text) FROM large") == [(600_000,)]
    asked.close()
    assert list((tmp_path / "here").iterdir()) == []
    assert not Path(spill).exists()


def test_a_part_that_is_gone_is_said(both: Both, tmp_path: Path) -> None:
    asked = set_of(both[0], tmp_path)
    for part in tmp_path.glob("part*.parquet"):
        part.unlink()
    with pytest.raises(LogError, match="Open the set again"):
        asked.tuples("SELECT count(DISTINCT reply) FROM part_rows")
    asked.close()


@pytest.mark.parametrize("kept", [False, True], ids=["rows", "group tables"])
def test_a_question_that_was_interrupted_can_be_asked_again(
    both: Both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    asked = set_of(both[0], tmp_path, with_group_tables=kept)
    run, interrupted = asked.run, list[str]()

    def interrupting(statement: str, values: Iterable[object] = ()) -> None:
        table = next((name for name in ("ranks_host", "states_of_incidents") if f"TABLE {name}" in statement), "")
        if table and table not in interrupted:
            interrupted.append(table)
            raise asked.error("INTERRUPT Error: Interrupted!")
        run(statement, values)

    monkeypatch.setattr(asked, "run", interrupting)
    with pytest.raises(asked.error):
        asked.ranks("host")
    assert asked.tuples(f"SELECT count(*) > 0 FROM {asked.ranks('host')}") == [(True,)]
    with pytest.raises(asked.error):
        asked.in_state("over")
    over = asked.in_state("over")
    assert asked.tuples(f"SELECT count(*) > 0 FROM part_rows WHERE {over.text}", over.values) == [(True,)]
    assert interrupted == ["ranks_host", "states_of_incidents"]
    asked.close()


GROUPED = (
    ("code", ""),
    ("host", "-host:contoso"),
    ("cause", "550"),
    ("recipient", "dir:out since:5d"),
    ("server", ""),
    ("connector", "host:192.0.2.0/24 who:us,them"),
    ("cause,server", "-host:contoso"),
    ("code", "nothing-has-this"),
)


@pytest.mark.parametrize(("grouping", "text"), GROUPED)
def test_groups(both: Both, grouping: str, text: str) -> None:
    store, asked, row = both
    tree = GroupTree(store, rows_that_match(store, text, UTC, twice=False), grouping)
    same = SetTree(asked, asked.asked(text, UTC), grouping)
    assert (len(same), same.span) == (len(tree), tree.span)
    for level, (one, other) in enumerate(zip(tree.levels, same.levels, strict=True)):
        for name in ("count", "start", "end", "untimed", "first_ms", "last_ms", "parent", "first_child", "end_child"):
            assert getattr(other, name).tolist() == getattr(one, name).tolist(), name
        assert same.states(level).tolist() == tree.states(level).tolist()
        for index in range(len(one)):
            if index % 7 == 0:
                assert same.group(level, index) == tree.group(level, index)
                assert same.sparkline(level, index, 9) == tree.sparkline(level, index, 9)
                assert [row[number] for number in same.rows(level, index).tolist()] == tree.rows(level, index).tolist()
        same.prepare(level)
        for index in range(len(one)):
            assert same.group(level, index) == tree.group(level, index)
            assert same.sparkline(level, index) == tree.sparkline(level, index)
    for column in SORT_COLUMNS:
        for descending in (False, True):
            orders = zip(same.sorted_by(column, descending), tree.sorted_by(column, descending), strict=True)
            assert all(np.array_equal(one, other) for one, other in orders), column
    assert [row[number] for number in same.order.tolist()] == tree.order.tolist()


@pytest.mark.parametrize("text", FILTERS)
def test_facets_and_times(both: Both, text: str) -> None:
    store, asked, _ = both
    rows, same = rows_that_match(store, text, UTC, twice=False), asked.asked(text, UTC)
    for facet in FIELDS.facets:
        assert facets(asked, same, facet.name) == in_store.facets(store, rows, facet.name), facet.name
        assert facets(asked, same, facet.name, 3) == in_store.facets(store, rows, facet.name)[:3]
    for zone in ZONES:
        for step in (None, "minute", "hour", "day", "week", "month"):
            assert timeline(asked, same, zone, step=step)[0] == time_bins.timeline(store, rows, zone, step=step)
    for bins in (0, 1, 7, 60):
        assert activity(asked, bins) == time_bins.activity(store, bins)


@pytest.mark.parametrize("text", FILTERS)
def test_incidents_and_their_samples(both: Both, text: str) -> None:
    store, asked, row = both
    rows, same = rows_that_match(store, text, UTC, twice=False), asked.asked(text, UTC)
    expected = incidents_in_store.incidents(store, rows, ZONES[1])
    keys = incident_keys(asked, same)
    assert len(keys) == len(expected)
    assert incident_keys(asked, same, 2) == keys[:2]
    reader = SetRows(asked)
    for place in range(0, len(keys), max(1, len(keys) // 6)):
        found = incident(asked, same, keys[place], ZONES[1])
        numbers = np.array([row[number] for number in found.rows.tolist()], np.int64)
        assert numbers.tolist() == expected[place].rows.tolist()
        one = replace(found, rows=expected[place].rows, sample_row=row[found.sample_row])
        assert one == expected[place]
        sample = store.exchange(expected[place].sample_row)
        read = reader.exchange(found.sample_row)
        assert (read.time_ms, read.offset, read.file) == (sample.time_ms, sample.offset, sample.file)
        assert read.reply.verbatim == sample.reply.verbatim
