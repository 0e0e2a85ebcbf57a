"""Plain text of 72 columns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.documents import advice, document, hostile_document, inbound_summary, incident, summary
from smtpscope.export.formats.text import WIDTH, render
from smtpscope.export.formats.text_columns import cell_width
from smtpscope.export.summaries.summary import SummaryDocument
from smtpscope.knowledge.entry import SourceReference


@pytest.mark.parametrize(
    "made", [document(), document(summary(), inbound_summary()), hostile_document(), hostile_document("邮件" * 300)]
)
def test_no_line_is_wider_than_72_cells(made: SummaryDocument) -> None:
    assert max(cell_width(line) for line in render(made).splitlines()) <= WIDTH


@settings(max_examples=40)
@given(st.text(max_size=120))
def test_any_text_fits_and_raises_nothing(text: str) -> None:
    assert max(cell_width(line) for line in render(hostile_document(text)).split("\n")) <= WIDTH


def test_the_address_of_a_source_is_never_broken() -> None:
    address = "https://learn.microsoft.com/en-us/previous-versions/office/exchange-server-2010/aa998043(v=exchg.141)"
    text = render(document(summary(advice=advice(sources=(SourceReference("Microsoft: retries", address),)))))
    assert f"- Microsoft: retries:\n  {address}\n" in text


def test_text_of_the_log_is_quoted_so_that_its_blanks_are_seen() -> None:
    assert '"RCPT TO:<bob@fabrikam.example> "' in render(document())


def test_more_than_fifty_recipients_end_with_the_number_of_the_others() -> None:
    recipients = tuple((f"user{index}@fabrikam.example", 1) for index in range(120))
    text = render(document(summary(incident=incident(recipients=recipients))))
    assert "user49@" in text
    assert "user50@" not in text
    assert "- and 70 more (70 events)" in text


def test_the_raw_record_keeps_its_indentation() -> None:
    assert "\n      indented\n" in render(document(summary(sample_raw="first\n  indented\nlast")))


def test_a_guidance_without_lists_leaves_their_titles_out() -> None:
    text = render(document(summary(advice=advice(checks=(), actions=(), avoid=(), over_when="", ignore_when=""))))
    for title in ("What to check", "What to do", "What not to do", "Fixed when", "Ignore when"):
        assert title not in text
