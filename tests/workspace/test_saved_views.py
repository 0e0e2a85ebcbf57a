"""Views under a name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.grouping.dimensions import DIMENSIONS
from smtpscope.store.grouping.groups import SORT_COLUMNS
from smtpscope.workspace.saved_views import SavedView
from smtpscope.workspace.workspace import Workspace, WorkspaceError
from workspace.logs import opened, refuses

_VIEW = SavedView("Contoso, last week", "host:contoso since:7d", "cause", "last", True)


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with opened(None) as workspace:
        yield workspace


def test_a_view_is_found_in_the_next_run(tmp_path: Path) -> None:
    with opened(tmp_path / "w.sqlite3") as workspace:
        assert workspace.views.save(_VIEW) is False
    with opened(tmp_path / "w.sqlite3") as workspace:
        assert workspace.views.all() == (_VIEW,)
        assert workspace.views.find("contoso,  LAST week ") == _VIEW
        assert workspace.views.find("contoso") is None


def test_a_view_of_the_same_name_is_replaced(workspace: Workspace) -> None:
    workspace.views.save(_VIEW)
    newer = SavedView("CONTOSO, last week", "5xx")
    assert workspace.views.save(newer) is True
    assert workspace.views.all() == (newer,)


def test_views_stand_in_the_order_of_their_names(workspace: Workspace) -> None:
    for name in ("b", "C", "a"):
        workspace.views.save(SavedView(name, ""))
    assert [view.name for view in workspace.views.all()] == ["a", "b", "C"]


def test_a_view_is_removed_by_its_name(workspace: Workspace) -> None:
    workspace.views.save(_VIEW)
    assert workspace.views.remove("contoso, LAST WEEK") is True
    assert workspace.views.remove("contoso, LAST WEEK") is False
    assert workspace.views.all() == ()


def test_a_name_is_one_line_without_blanks_around_it(workspace: Workspace) -> None:
    workspace.views.save(SavedView("  two\nlines\t", "5xx"))
    assert [view.name for view in workspace.views.all()] == ["two lines"]


def test_a_view_needs_a_name_of_at_most_100_characters(workspace: Workspace) -> None:
    text = refuses(lambda: workspace.views.save(SavedView(" \n", "5xx")), WorkspaceError)
    assert text == "saved view: it has no name. Give it a name of at most 100 characters"
    assert "101 characters" in refuses(lambda: workspace.views.save(SavedView("x" * 101, "5xx")), WorkspaceError)
    assert "10,001 characters" in refuses(lambda: workspace.views.save(SavedView("x", "x" * 10_001)), WorkspaceError)
    assert workspace.views.all() == ()


def test_words_of_a_newer_version_become_the_default(workspace: Workspace) -> None:
    workspace.views.save(_VIEW)
    with workspace._database.writing() as connection:
        connection.execute("UPDATE saved_view SET grouping = 'moon', sort = 'tide'")
    (view,) = workspace.views.all()
    assert (view.grouping, view.sort) == ("code", "attention")


@settings(max_examples=60, deadline=None)
@given(
    st.text(min_size=1, max_size=60),
    st.text(max_size=60),
    st.sampled_from(DIMENSIONS.groupings),
    st.sampled_from(SORT_COLUMNS),
    st.booleans(),
)
def test_any_view_reads_back(name: str, filter_text: str, grouping: str, sort: str, descending: bool) -> None:
    tidy = " ".join(name.split())
    view = SavedView(name, filter_text, grouping, sort, descending)  # type: ignore[arg-type]
    with opened(None) as workspace:
        if not tidy:
            refuses(lambda: workspace.views.save(view), WorkspaceError)
            return
        workspace.views.save(view)
        expected = SavedView(tidy, filter_text, grouping, sort, descending)  # type: ignore[arg-type]
        assert workspace.views.all() == (expected,)
        assert workspace.views.find(name) == expected
        assert workspace.views.remove(name)
