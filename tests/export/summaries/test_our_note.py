"""Our note in what leaves the program: above the guidance, in no letter, and in nothing that is masked."""

from __future__ import annotations

import csv
import io
import json

import pytest

from export.documents import HOSTILE, LEAKS, advice, document, exchange, summary
from smtpscope.export.explanation import explanation_json, explanation_text
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.export.masking.masking import Mask

WITH_NOTE = document(summary(advice=advice(our_note="Call Anna, extension 12.\n\nShe knows them.")))


@pytest.mark.parametrize("name", [name for name in SUMMARY_FORMATS if name != "postmaster"])
def test_every_format_has_it_and_the_same_first_line_as_without(name: str) -> None:
    each = SUMMARY_FORMATS[name]
    text, without = each.render(WITH_NOTE), each.render(document())
    assert "Call Anna, extension 12." in text
    assert "She knows them." in text
    assert text.splitlines()[0] == without.splitlines()[0]


@pytest.mark.parametrize("name", ["markdown", "text", "html"])
def test_it_stands_above_the_entry_which_stays_as_it_is(name: str) -> None:
    text = SUMMARY_FORMATS[name].render(WITH_NOTE)
    headline = text.index("Recipient unknown")
    meaning = text.lower().index("what it means")
    assert headline < text.lower().index("our note") < text.index("Call Anna") < meaning
    assert "There is no such mailbox at the remote side." in text


def test_the_letter_is_the_same_with_and_without_it() -> None:
    letter = SUMMARY_FORMATS["postmaster"]
    assert letter.render(WITH_NOTE) == letter.render(document())


@pytest.mark.parametrize("name", SUMMARY_FORMATS)
def test_what_is_masked_is_the_same_with_and_without_it(name: str) -> None:
    each = SUMMARY_FORMATS[name]
    assert each.render(WITH_NOTE, mask=Mask()) == each.render(document(), mask=Mask())


def test_programs_find_it_under_its_name() -> None:
    data = json.loads(SUMMARY_FORMATS["json"].render(WITH_NOTE))
    assert data["incidents"][0]["advice"]["our_note"].startswith("Call Anna")
    assert json.loads(SUMMARY_FORMATS["json"].render(document()))["incidents"][0]["advice"]["our_note"] is None
    (row,) = csv.DictReader(io.StringIO(SUMMARY_FORMATS["csv"].render(WITH_NOTE)))
    assert row["our_note"].startswith("Call Anna")


def test_an_explanation_has_it_too() -> None:
    noted = advice(our_note="Call Anna.")
    text = explanation_text(exchange(), noted)
    assert text.index("Call Anna.") < text.lower().index("what it means")
    assert json.loads(explanation_json(exchange(), noted))["our_note"] == "Call Anna."
    assert json.loads(explanation_json(exchange(), advice()))["our_note"] is None


@pytest.mark.parametrize("name", SUMMARY_FORMATS)
def test_a_note_that_was_pasted_from_a_log_is_made_harmless(name: str) -> None:
    text = SUMMARY_FORMATS[name].render(document(summary(advice=advice(our_note=HOSTILE))))
    assert not [sign for sign in LEAKS if sign in text]
    assert "<script>" not in text or name in ("text", "json", "csv")
