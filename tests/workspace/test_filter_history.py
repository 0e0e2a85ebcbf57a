"""Filters used before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.workspace.workspace import Workspace
from workspace.logs import HOSTILE, opened


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with opened(None) as workspace:
        yield workspace


def test_the_latest_filter_stands_first_in_the_next_run_too(tmp_path: Path) -> None:
    for text in ("5xx", "4xx", "5xx", "host:contoso"):
        with opened(tmp_path / "w.sqlite3") as workspace:
            workspace.history.add(text)
    with opened(tmp_path / "w.sqlite3") as workspace:
        assert workspace.history.recent() == ("host:contoso", "5xx", "4xx")
        assert workspace.history.recent(1) == ("host:contoso",)
        assert workspace.history.recent(0) == ()


def test_only_200_filters_are_kept(workspace: Workspace) -> None:
    for number in range(203):
        workspace.history.add(f"code:{number}")
    kept = workspace.history.recent(1000)
    assert len(kept) == 200
    assert (kept[0], kept[-1]) == ("code:202", "code:3")


def test_blank_and_endless_filters_are_left_out(workspace: Workspace) -> None:
    for text in ("", "  ", "x" * 10_001):
        workspace.history.add(text)
    assert workspace.history.recent() == ()


def test_blanks_around_a_filter_make_no_other_filter(workspace: Workspace) -> None:
    workspace.history.add(" 5xx")
    workspace.history.add("5xx ")
    assert workspace.history.recent() == ("5xx",)


def test_filters_can_be_forgotten(workspace: Workspace) -> None:
    for text in ("a", HOSTILE, "b"):
        workspace.history.add(text)
    assert workspace.history.recent()[1] == HOSTILE.strip()
    workspace.history.remove(HOSTILE)
    assert workspace.history.recent() == ("b", "a")
    workspace.history.clear()
    assert workspace.history.recent() == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=5), max_size=30))
def test_any_filters_are_kept_once_and_the_latest_first(texts: list[str]) -> None:
    with opened(None) as workspace:
        for text in texts:
            workspace.history.add(text)
        tidy = [text.strip() for text in reversed(texts) if text.strip()]
        assert workspace.history.recent() == tuple(dict.fromkeys(tidy))
