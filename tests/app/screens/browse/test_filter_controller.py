"""The filter controller alone: history, digits, terms from the selected row."""

from __future__ import annotations

import pytest

from app.fakes import Surroundings
from smtpscope.app.screens.browse.filter_controller import FilterController
from smtpscope.session import Analysis


@pytest.fixture
def around(analysis: Analysis) -> Surroundings:
    return Surroundings(analysis)


@pytest.fixture
def filters(around: Surroundings) -> FilterController:
    return FilterController(
        around.state, around.page, around.selection, around.history, around.queries, around.line, around.views
    )


def test_undo_and_redo_go_through_the_filters_that_were_applied(
    around: Surroundings, filters: FilterController
) -> None:
    for text in ("code:550", "code:550 host:contoso"):
        filters.set(text)
    around.history.undo()
    assert (around.state.filter_text, around.line.text) == ("code:550", "code:550")
    around.history.undo()
    assert around.state.filter_text == ""
    around.history.undo()
    assert around.state.filter_text == ""
    around.history.redo()
    around.history.redo()
    assert around.state.filter_text == "code:550 host:contoso"


def test_a_new_filter_ends_what_could_be_redone(around: Surroundings, filters: FilterController) -> None:
    filters.set("code:550")
    around.history.undo()
    filters.set("code:421")
    around.history.redo()
    assert around.state.filter_text == "code:421"


def test_three_digits_filter_by_a_reply_code_and_the_cursor_goes_to_it(
    around: Surroundings, filters: FilterController
) -> None:
    for digit in "55":
        filters.add_digit(digit)
    assert (around.line.pending_code, around.state.filter_text) == ("55", "")
    filters.add_digit("0")
    assert (around.line.pending_code, around.state.filter_text) == ("", "code:550")
    assert around.views.wanted[-1] == ("code", ("code", 550))


def test_a_digit_that_begins_no_reply_code_is_answered(around: Surroundings, filters: FilterController) -> None:
    filters.add_digit("9")
    assert around.page.said == ["Reply codes start with 2, 3, 4 or 5"]
    assert not filters.give_up_digits()


def test_what_was_typed_is_one_step_back(around: Surroundings, filters: FilterController) -> None:
    filters.set("code:550")
    filters.edit()
    for text in ("code:550 h", "code:550 ho", "code:550 host:contoso"):
        filters.typed(text, text, len(text))
    filters.keep("code:550 host:contoso")
    around.history.undo()
    assert around.state.filter_text == "code:550"


def test_only_this_and_hide_this_name_the_line_under_the_cursor(
    around: Surroundings, filters: FilterController
) -> None:
    entry = around.selection.entry
    assert entry is not None
    assert around.state.view is not None
    code = around.state.view.tree.group(entry.level, entry.index).code
    filters.only_this()
    assert around.state.filter_text == f"code:{code}"
    filters.clear()
    filters.hide_this()
    assert around.state.filter_text == f"-code:{code}"
