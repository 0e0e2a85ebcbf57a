"""Results of live checks in summaries: in every format, harmless, and masked."""

from __future__ import annotations

import csv
import io
import json

import pytest

from export.documents import HOSTILE, LEAKS, document
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.export.masking.masking import Mask
from smtpscope.probes.live_check import LiveCheck, LiveResult, LiveTarget
from support.changed import replace

RESULT = LiveResult(
    check=LiveCheck("block-list", LiveTarget("192.0.2.25", zone="zen.spamhaus.org"), ()),
    finding="not-listed",
    sentence="192.0.2.25 is not listed on zen.spamhaus.org now.",
    evidence=("A 25.2.0.192.zen.spamhaus.org: no such name (NXDOMAIN)",),
    asked=("198.51.100.53",),
    time_ms=1_774_180_800_000,
    conclusion="192.0.2.25 is not listed on zen.spamhaus.org now; it was refused until 03-22 17:39.",
)
SERVER = LiveResult(
    check=LiveCheck("smtp", LiveTarget("mx1.kowalski-gmbh.example"), ()),
    finding="greets",
    sentence="mx1.kowalski-gmbh.example answers: 220 Kowalski GmbH. It offers SIZE.",
    evidence=("< 220 Kowalski GmbH",),
    asked=("mx1.kowalski-gmbh.example [203.0.113.9] port 25",),
    time_ms=1_774_180_800_000,
    connected=True,
)
READABLE = ("markdown", "html", "text", "json", "csv")


def rendered(form: str, *results: LiveResult, mask: Mask | None = None) -> str:
    made = document()
    incidents = (replace(made.incidents[0], live=results), *made.incidents[1:])
    return SUMMARY_FORMATS[form].render(replace(made, incidents=incidents), mask=mask)


@pytest.mark.parametrize("form", READABLE)
def test_a_result_is_in_the_ticket_with_who_was_asked_and_when(form: str) -> None:
    text = " ".join(rendered(form, RESULT, SERVER).split())
    for words in ("it was refused until 03-22 17:39", "198.51.100.53"):
        assert words in text
    # A row of a spreadsheet has no room for raw answers.
    assert ("NXDOMAIN" in text) == (form != "csv")
    if form != "json":
        assert "2026-03-22 13:00:00" in text
        assert "Holds for this computer only" in text


def test_without_a_result_a_ticket_has_no_such_section() -> None:
    assert "Checked now" not in rendered("markdown")
    (row, *_) = csv.DictReader(io.StringIO(rendered("csv")))
    assert row["live_checks"] == ""
    assert json.loads(rendered("json"))["incidents"][0]["live_checks"] == []


@pytest.mark.parametrize("form", SUMMARY_FORMATS)
def test_an_answer_is_hostile_text_as_any_other(form: str) -> None:
    hostile = replace(RESULT, sentence=HOSTILE, conclusion=HOSTILE, evidence=(HOSTILE,), asked=(HOSTILE,))
    text = rendered(form, hostile)
    assert [character for character in LEAKS if character in text] == []
    if form == "csv":
        (row, *_) = csv.DictReader(io.StringIO(text))
        assert row["live_checks"].startswith("not there: ")
    if form == "html":
        assert "<script>" not in text
    if form == "markdown":
        assert "![x](https" not in text.replace("`", "") or "`" in text


@pytest.mark.parametrize("form", READABLE)
@pytest.mark.parametrize("strict", [False, True])
def test_a_masked_ticket_masks_results_too(form: str, strict: bool) -> None:
    text = rendered(form, RESULT, SERVER, mask=Mask(strict=strict))
    for name in ("192.0.2.25", "25.2.0.192", "198.51.100.53", "203.0.113.9", "kowalski", "Kowalski"):
        assert name not in text
    if strict:
        assert "SIZE" not in text


def test_the_letter_to_the_other_side_has_no_results() -> None:
    assert "198.51.100.53" not in rendered("postmaster", RESULT)
