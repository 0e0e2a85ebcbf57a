"""Events that explain an incident, in what leaves the program: in every format but the letter, computers masked."""

from __future__ import annotations

import csv
import io
import json

import pytest

from export.documents import document, explaining, inbound_summary
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.export.masking.masking import Mask
from smtpscope.export.masking.public_text import bundled_kinds
from smtpscope.export.summaries.beside import how_many_after, how_often_before
from smtpscope.store.grouping.explanations import Explanation
from support.changed import replace

PLAIN = document(inbound_summary())
EXPLAINED = document(replace(inbound_summary(), explanations=(explaining(),)))


@pytest.mark.parametrize(
    ("count", "lead_ms", "words"),
    [
        (1, 180_000, "once, 3 min before a refusal"),
        (12, 180_000, "12 times, usually 3 min before a refusal"),
        (1, 0, "once, in the same second as a refusal"),
        (1_200, 999, "1,200 times, usually in the same second as a refusal"),
    ],
)
def test_how_often_and_how_long_before(count: int, lead_ms: int, words: str) -> None:
    assert how_often_before(explaining(count=count, lead_ms=lead_ms)) == words


@pytest.mark.parametrize(
    ("refusals", "count", "words"),
    [
        (1, 1, "the refusal came within 1 h after it"),
        (30, 36, "30 of 36 refusals came within 1 h after it"),
        (2, 2, "both refusals came within 1 h after it"),
        (2_000, 2_000, "all 2,000 refusals came within 1 h after it"),
    ],
)
def test_how_many_refusals_it_explains(refusals: int, count: int, words: str) -> None:
    assert how_many_after(explaining(refusals=refusals), count) == words


@pytest.mark.parametrize("name", [name for name in SUMMARY_FORMATS if name != "postmaster"])
def test_every_format_has_it_and_the_same_first_line_as_without(name: str) -> None:
    each = SUMMARY_FORMATS[name]
    text, without = each.render(EXPLAINED), each.render(PLAIN)
    assert "15006" in text
    assert "15006" not in without
    assert text.splitlines()[0] == without.splitlines()[0]


def test_the_letter_says_nothing_of_it() -> None:
    letter = SUMMARY_FORMATS["postmaster"]
    assert letter.render(EXPLAINED) == letter.render(PLAIN)


@pytest.mark.parametrize("name", ["markdown", "html", "text", "json"])
def test_a_masked_one_names_no_computer(name: str) -> None:
    each = SUMMARY_FORMATS[name]
    assert "MAIL01.fabrikam.example" in each.render(EXPLAINED)
    masked = each.render(EXPLAINED, mask=Mask())
    assert "15006" in masked
    assert "MAIL01" not in masked


def test_programs_find_it_under_its_names() -> None:
    (incident,) = json.loads(SUMMARY_FORMATS["json"].render(EXPLAINED))["incidents"]
    (event,) = incident["explaining_events"]
    assert (event["id"], event["event_id"], event["count"], event["lead_ms"]) == (
        "back-pressure-disk",
        15006,
        12,
        180_000,
    )
    assert event["time_assumed"] is True
    assert event["source"]["url"].startswith("https://")
    assert json.loads(SUMMARY_FORMATS["json"].render(PLAIN))["incidents"][0]["explaining_events"] == []
    (row,) = csv.DictReader(io.StringIO(SUMMARY_FORMATS["csv"].render(EXPLAINED)))
    assert row["explaining_events"].startswith("15006 MSExchangeTransport, back pressure, disk full: 12 times")


def test_the_words_of_ones_own_table_are_masked_and_those_of_ours_stay() -> None:
    def masked(explanation: Explanation) -> str:
        document_of = document(replace(inbound_summary(), explanations=(explanation,)))
        return " ".join(SUMMARY_FORMATS["text"].render(document_of, mask=Mask()).split())

    (ours,) = (kind for kind in bundled_kinds() if kind.id == "back-pressure-disk")
    theirs = replace(ours, means="Kowalczyk fills the disk.", advice=("Call kowalczyk@contoso.example.",))
    assert all(line in masked(explaining(kind=ours)) for line in ours.advice)
    assert "owalczyk" not in masked(explaining(kind=theirs))
    assert "contoso" not in masked(explaining(kind=theirs))
