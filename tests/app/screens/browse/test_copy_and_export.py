"""What leaves the browser, with a clipboard of the test's own."""

from __future__ import annotations

from collections.abc import Callable

from app.fakes import Surroundings
from smtpscope.app.query_queue import StoreQuery
from smtpscope.app.screens.browse.copy_and_export import CopyAndExport
from smtpscope.app.screens.export_screen import ExportScreen
from smtpscope.session import Analysis


def answered_at_once(_: str, query: StoreQuery) -> None:
    query.answer(query.ask())


def part(
    around: Surroundings, submit: Callable[[str, StoreQuery], None] = answered_at_once
) -> tuple[CopyAndExport, list[tuple[str, str]]]:
    copied: list[tuple[str, str]] = []
    copy = CopyAndExport(
        around.state,
        around.page,
        around.selection,
        around.history,
        around.table,
        lambda text, what: copied.append((text, what)),
        submit,
    )
    return copy, copied


def test_the_summary_under_the_cursor_is_copied_as_markdown(analysis: Analysis) -> None:
    around = Surroundings(analysis)
    copy, copied = part(around)
    copy.copy_summary()
    [(text, what)] = copied
    assert text.startswith("# ")
    assert what.startswith("the summary")


def test_a_summary_is_written_beside_the_screen_for_the_row_of_that_time(analysis: Analysis) -> None:
    around = Surroundings(analysis)
    waiting: list[StoreQuery] = []
    copy, copied = part(around, lambda _, query: waiting.append(query))
    around.table.cursor = 1
    copy.copy_summary()
    around.table.cursor = 2
    copy.copy_summary()
    assert copied == []
    for query in waiting:
        query.answer(query.ask())
    (first, _), (second, _) = copied
    assert first.startswith("# SMTP refusals: summary")
    assert first != second


def test_a_mark_moves_on_and_says_how_many_there_are(analysis: Analysis) -> None:
    around = Surroundings(analysis)
    copy, _ = part(around)
    copy.mark()
    assert around.table.cursor == 1
    assert len(analysis.marks) > 0
    assert around.page.said == [f"Marked; {len(analysis.marks)} marked in all, press e to export"]


def test_where_nothing_is_in_view_nothing_is_exported(analysis: Analysis) -> None:
    around = Surroundings(analysis)
    copy, copied = part(around)
    copy.export()
    assert isinstance(around.page.opened[0][0], ExportScreen)
    around.state.filter_text = "host:nobody.invalid"
    around.views.refresh()
    copy.export()
    copy.copy_event()
    assert around.page.said == ["Nothing to export", "Nothing to copy"]
    assert copied == []
