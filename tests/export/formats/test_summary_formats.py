"""All formats: golden files, and one hostile document through each of them.

A golden file shows a whole document as it is written. After a change that is meant, look at the difference of
`SMTPSCOPE_GOLDEN=write python -m pytest tests/export/test_formats.py`, which writes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.documents import (
    HOSTILE,
    LEAKS,
    document,
    explaining,
    hostile_document,
    hostile_report,
    inbound_summary,
    report,
    summary,
)
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.export.masking.masking import Mask
from smtpscope.export.report.report_formats import REPORT_FORMATS
from support.changed import replace

GOLDEN = Path(__file__).parent / "golden"


def same_as_golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("SMTPSCOPE_GOLDEN") == "write":
        path.write_bytes(text.encode("utf-8"))
    assert text == path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("name", SUMMARY_FORMATS)
def test_a_summary_of_one_incident_is_as_in_its_golden_file(name: str) -> None:
    each = SUMMARY_FORMATS[name]
    same_as_golden(f"summary-{name}{each.suffix}", each.render(document()))


@pytest.mark.parametrize("name", ["markdown", "html", "text"])
def test_a_summary_of_two_incidents_is_as_in_its_golden_file(name: str) -> None:
    each = SUMMARY_FORMATS[name]
    same_as_golden(f"two-{name}{each.suffix}", each.render(document(summary(), inbound_summary())))


@pytest.mark.parametrize("name", SUMMARY_FORMATS)
def test_a_summary_with_events_that_explain_it_is_as_in_its_golden_file(name: str) -> None:
    each = SUMMARY_FORMATS[name]
    explained = replace(inbound_summary(), explanations=(explaining(), explaining(count=1, lead_ms=0)))
    same_as_golden(f"explained-{name}{each.suffix}", each.render(document(explained)))


def test_a_masked_summary_is_as_in_its_golden_file() -> None:
    same_as_golden("masked-text.txt", SUMMARY_FORMATS["text"].render(document(), mask=Mask()))


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_a_report_is_as_in_its_golden_file(name: str) -> None:
    each = REPORT_FORMATS[name]
    same_as_golden(f"report-{name}{each.suffix}", each.render(report(), width=80))


HOSTILE_OUTPUTS = {
    **{
        f"summary {name} masked={mask is not None}": each.render(hostile_document(), mask=mask)
        for name, each in SUMMARY_FORMATS.items()
        for mask in (None, Mask())
    },
    **{
        f"report {name} ascii={ascii_only}": each.render(hostile_report(), ascii_only=ascii_only)
        for name, each in REPORT_FORMATS.items()
        for ascii_only in (False, True)
    },
}


@pytest.mark.parametrize("output", HOSTILE_OUTPUTS.values(), ids=HOSTILE_OUTPUTS)
def test_no_format_passes_on_what_a_terminal_or_a_reader_would_obey(output: str) -> None:
    assert not [leak for leak in LEAKS if leak in output]
    assert not [sign for sign in output.replace("\r\n", "\n") if ord(sign) < 0x20 and sign != "\n"]
    output.encode("utf-8")


def test_the_hostile_text_holds_what_it_should() -> None:
    for sign in (*LEAKS, "\r", "\n", "`", "|", "<script>", "[/]", "[TSS04]", "=HYPERLINK("):
        assert sign in HOSTILE


@settings(max_examples=25)
@given(st.text(max_size=40))
@pytest.mark.parametrize("name", SUMMARY_FORMATS)
def test_no_text_raises_in_any_format(name: str, text: str) -> None:
    SUMMARY_FORMATS[name].render(hostile_document(text)).encode("utf-8")


@pytest.mark.parametrize("name", [*SUMMARY_FORMATS])
def test_a_document_ends_with_one_line_end_and_its_name_is_its_key(name: str) -> None:
    text = SUMMARY_FORMATS[name].render(document())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert SUMMARY_FORMATS[name].name == name


def test_no_trailing_blanks_stand_in_plain_text() -> None:
    for name in ("text", "postmaster"):
        assert all(line == line.rstrip() for line in SUMMARY_FORMATS[name].render(document()).split("\n"))
