"""The browser shows of a set what it shows of the logs that the set was made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from app.driving import Browsing, browsing
from smtpscope.app.screens.counts import CountsScreen
from smtpscope.app.screens.timeline_screen import TimelineScreen
from smtpscope.app.widgets.counted_list import CountedList
from smtpscope.app.widgets.timeline_list import TimelineList
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from smtpscope.session.browsing.browsed import Browsed
from smtpscope.session.sets.browsed_set import BrowsedSet
from smtpscope.session.sets.set_analysis import SetAnalysis
from smtpscope.workspace.workspace import Workspace
from support.sets import write_set

OpenLogs = Callable[..., Analysis]
OpenSet = Callable[..., BrowsedSet]
SIZE = (160, 44)


@pytest.fixture(scope="module")
def folders(
    knowledge: KnowledgeBase, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[bool, Path]:
    """A set of the sample logs with group tables, and one without."""
    analysis = Analysis(knowledge, zone=UTC)
    analysis.open([str(sample_folder)])
    analysis.read_all()
    made = {kept: tmp_path_factory.mktemp("sets") / f"set{kept}" for kept in (False, True)}
    for kept, folder in made.items():
        write_set(analysis.store, folder, unrelated=analysis.unrelated_records, with_group_tables=kept)
    return made


@pytest.fixture
def open_set(knowledge: KnowledgeBase, folders: dict[bool, Path]) -> Iterator[OpenSet]:
    opened: list[SetAnalysis] = []

    def opening(workspace: Workspace | None = None) -> BrowsedSet:
        opened.append(SetAnalysis(knowledge, str(folders[True]), zone=UTC))
        return BrowsedSet(opened[-1], workspace)

    yield opening
    for each in opened:
        each.close()


Scenario = Callable[[Browsing], object]


async def seen(browsed: Browsed, keys: tuple[str, ...], look: Scenario) -> object:
    """What `look` finds after `keys`."""
    async with browsing(browsed, size=SIZE) as driven:
        await driven.press(*keys)
        await driven.settled()
        return look(driven)


def table(driven: Browsing) -> list[tuple[object, ...]]:
    """The lines on the screen but for their keys, which are numbers of this run, and their activity."""
    return [
        (each.name, each.cause, each.who, each.count, each.first, each.last, each.state, each.opened)
        for each in driven.lines[: driven.browse.table.page]
    ]


def panes(driven: Browsing) -> tuple[str, str]:
    return driven.facts, driven.guidance


def counted(driven: Browsing) -> object:
    assert isinstance(driven.screen, CountsScreen)
    return driven.screen.query_one(CountedList).counted


def timeline(driven: Browsing) -> object:
    assert isinstance(driven.screen, TimelineScreen)
    bins = driven.screen.query_one(TimelineList)
    return [(each.start_ms, each.count) for each in bins.bins], [line for line in driven.drawn if "episode" in line]


SCENARIOS: tuple[tuple[str, tuple[str, ...], Scenario], ...] = (
    ("the groups", (), table),
    ("by host", ("s", "s"), table),
    ("events of a group", ("j", "enter"), table),
    ("the first incident", ("j",), panes),
    ("a row of several incidents", (), panes),
    ("an event", ("j", "enter", "j"), panes),
    ("one code", ("5", "5", "0"), table),
    ("a filter by word", ("slash", *"mailbox", "enter"), table),
    ("nothing found", ("slash", *"zzzzz", "enter"), panes),
    ("counts", ("j", "c", "tab"), counted),
    ("counts of all", ("c", "right", "right"), counted),
    ("timeline", ("j", "i"), timeline),
    ("timeline of all by host", ("i", "a", "o"), timeline),
    ("next event", ("j", "right_square_bracket", "right_square_bracket"), panes),
)


_WITHOUT_TABLES = ((), ("i", "a", "o"), ("5", "5", "0"))


@pytest.mark.parametrize(("keys", "look"), [each[1:] for each in SCENARIOS], ids=[each[0] for each in SCENARIOS])
async def test_the_same_on_the_screen(
    open_analysis: OpenLogs,
    knowledge: KnowledgeBase,
    folders: dict[bool, Path],
    sample_folder: Path,
    keys: tuple[str, ...],
    look: Scenario,
) -> None:
    expected = await seen(open_analysis(sample_folder), keys, look)
    # What is kept answers most questions; those about few rows are the same without.
    for kept in (True, False) if keys in _WITHOUT_TABLES else (True,):
        opened = SetAnalysis(knowledge, str(folders[kept]), zone=UTC)
        assert await seen(BrowsedSet(opened, None), keys, look) == expected
        opened.close()


async def test_lines_further_down_are_filled_when_they_are_drawn(
    open_analysis: OpenLogs, open_set: OpenSet, sample_folder: Path
) -> None:
    logs = open_analysis(sample_folder)
    keys = ("j", "enter", "G")

    def last(driven: Browsing) -> object:
        line = driven.line
        return line.name, line.cause, line.state, [text for text in driven.drawn if "loading" in text]

    found = await seen(open_set(), keys, last)
    assert found == await seen(logs, keys, last)


async def test_marks_and_notes_are_those_of_the_set(open_set: OpenSet, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "kept" / "workspace.sqlite3") as workspace:
        async with browsing(open_set(workspace), size=SIZE) as driven:
            await driven.press("j", "space", "k", "a")
            await driven.paste("ours since Monday")
            await driven.press("f2")
            assert "ours since Monday" in driven.facts
        again = open_set(workspace)
        (key,) = again.marks
        async with browsing(again, size=SIZE) as driven:
            marked = [line.name for line in driven.lines if line.marked]
            assert marked
            assert any(key.host_key in name for name in marked)
            await driven.keep_filter("marked:yes")
            assert 0 < driven.view.count < driven.view.total


@pytest.mark.parametrize(("key", "said"), [("d", "sessions"), ("F", "follow"), ("C", "smtpscope compare")])
async def test_what_a_set_lacks_is_said(open_set: OpenSet, key: str, said: str) -> None:
    async with browsing(open_set(), size=SIZE) as driven:
        await driven.press("j", "enter", "j", key)
        assert any(said in notice for notice in driven.notices), driven.notices


async def test_a_completion_and_a_summary(open_set: OpenSet) -> None:
    async with browsing(open_set(), size=SIZE) as driven:
        await driven.begin_filter("host:mail")
        assert any("mail.fabrikam.example" in line for line in driven.drawn)
        await driven.press("escape", "j", "Y")
        (copied,) = driven.clipboard.copied
        assert "mail.fabrikam.example" in copied or "What it means" in copied


async def test_a_newer_filter_interrupts_the_one_that_is_asked(open_set: OpenSet) -> None:
    async with browsing(open_set(), size=SIZE) as driven:
        driven.browse.filters.set("rcpt:a")
        driven.browse.filters.set("550")
        await driven.settled()
        assert driven.filter_text == "550"
        assert driven.view.count
