"""The report for a terminal."""

from __future__ import annotations

from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.documents import hostile_report, report, row
from smtpscope.errors import Problem
from smtpscope.export.formats.text_columns import cell_width
from smtpscope.export.report.report import Report
from smtpscope.export.report.report_text import render_text
from smtpscope.harmless import shown
from support.changed import replace


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("made", [report(), hostile_report(), report(row(host="邮件." * 30, count=123_456_789))])
def test_it_fits_the_terminal(width: int, made: Report) -> None:
    assert max(cell_width(line) for line in render_text(made, width=width).splitlines()) <= width


def test_a_row_names_code_host_count_and_last_time() -> None:
    line = next(line for line in render_text(report()).splitlines() if line.startswith("550 5.1.1"))
    assert line.split()[:6] == ["550", "5.1.1", "mail.fabrikam.example", "1,204", "2026-11-18", "22:47"]


def test_below_it_stand_cause_direction_who_acts_and_recipients() -> None:
    text = " ".join(render_text(report()).split())
    assert (
        "Recipient unknown · outbound · action: the sender · 12 recipients · since 2026-11-16 20:47 · ongoing" in text
    )


def test_members_are_indented_below_their_group() -> None:
    lines = render_text(report()).splitlines()
    assert any(line.startswith("  550 5.1.1") for line in lines)


@settings(max_examples=60)
@given(
    st.text(alphabet="abcdefghij.-", min_size=1, max_size=253),
    st.text(alphabet="0123456789.x ", min_size=1, max_size=40),
    st.integers(40, 160),
)
def test_host_and_code_are_never_cut(host: str, code: str, width: int) -> None:
    text = render_text(report(row(host=host, code=code, spark=())), width=width)
    head, _, *body = text.split("\n\n", 1)[1].splitlines()
    host_start, count_start = head.index("Host"), head.index("Count")
    lines = list(takewhile(lambda line: not line.strip().startswith("Recipient unknown"), body))
    assert squeezed("".join(line[:host_start] for line in lines)) == squeezed(code)
    assert squeezed("".join(line[host_start:count_start] for line in lines)) == squeezed(host)


def test_a_narrow_terminal_moves_the_last_time_below_the_row() -> None:
    text = render_text(report(row()), width=40)
    assert "last 2026-11-18 22:47" in " ".join(text.split())
    assert "Activity" not in text


def test_a_wide_terminal_has_room_for_more_bars() -> None:
    busy = report(row(spark=tuple(range(1, 33))))
    wide = next(line for line in render_text(busy, width=160).splitlines() if line.startswith("550"))
    narrow = next(line for line in render_text(busy, width=80).splitlines() if line.startswith("550"))
    assert wide.count("█") + sum(wide.count(bar) for bar in "▁▂▃▄▅▆▇") == 32
    assert cell_width(narrow) <= 80


def test_ascii_draws_no_other_sign() -> None:
    assert render_text(report(), ascii_only=True).isascii()


def test_the_heading_tells_what_was_read() -> None:
    text = render_text(report())
    assert "1,241 SMTP refusals, 594,063 other records, 2 skipped" in text
    assert "outbound 1,204, inbound 1" in text
    assert "code:5*" in text
    assert "1,205 of 1,241 SMTP refusals" in text


def test_no_row_and_no_time_are_told_in_words() -> None:
    empty = replace(report(), rows=(), first_ms=None, last_ms=None, filter_text="")
    text = render_text(empty)
    assert "None of 1,241 SMTP refusals matches the filter." in text
    assert "no times (Europe/Berlin)" in text
    assert "Filter" not in text


def test_rows_left_out_and_problems_beyond_ten_are_counted() -> None:
    problem = Problem("/logs/Old.evt", "byte 0x1000", "a record is cut off", "skipped")
    text = render_text(report(problems=(problem,) * 13, rows_left_out=40))
    assert "And 40 more rows." in text
    assert "  and 3 more" in text


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    text = render_text(hostile_report("550 \x1b[31m[/] x\u202e"), width=200)
    assert shown("550 \x1b[31m[/] x\u202e") in text
    assert "\x1b" not in text


def test_a_log_without_events_tells_how_to_get_them() -> None:
    nothing = report(events=0, events_in_view=0, unrelated_records=17, first_ms=None, last_ms=None, problems=())
    nothing = replace(nothing, rows=())
    text = render_text(nothing)
    assert "0 SMTP refusals, 17 other records" in text
    assert "No SMTP protocol events (MSExchangeTransport 7002, 7004, 7010) found." in " ".join(text.split())
    assert "category SMTP Protocol, is set to Medium or higher" in text
    assert "Span:" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_log_without_one_record_is_not_blamed_on_diagnostic_logging() -> None:
    nothing = replace(report(), rows=(), events=0, events_in_view=0, unrelated_records=0, first_ms=None, last_ms=None)
    text = render_text(nothing)
    assert "No record could be read." in text
    assert "The log is empty or damaged" in text
    assert "Medium" not in text


def test_a_member_that_repeats_its_group_is_told_once() -> None:
    group = replace(report().rows[0], depth=0, code="453", host="mx.example.com", count=27)
    text = render_text(replace(report(), rows=(group, replace(group, depth=1))))
    assert text.count("mx.example.com") == 1


def test_the_only_member_is_told_when_its_group_has_another_name() -> None:
    group = replace(report().rows[0], depth=0, code="453", host="info@example.com", count=27)
    text = render_text(replace(report(), rows=(group, replace(group, depth=1, host="mx.example.com"))))
    assert "mx.example.com" in text
