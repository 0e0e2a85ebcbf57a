"""Our notes: which exchanges they are for, and that they take nothing from the entry that fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.own_files import note_in
from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.inspection import examined
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.our_notes import OurNote, OurNotes
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.session import Explainer
from support.changed import replace

BLOCKED = "550 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.spamhaus.org"


def exchange(reply: str = BLOCKED, host: str = "mx1.fabrikam.example", direction: str = "outbound") -> SmtpExchange:
    return Explainer.load().explain(reply, "RCPT", direction, host)[0]


@pytest.mark.parametrize(
    ("note", "fits"),
    [
        (OurNote("x"), True),
        (OurNote("x", remote_hosts=("MX1.Fabrikam.example.",), code=550), True),
        (OurNote("x", remote_hosts=(".fabrikam.example",)), True),
        (OurNote("x", remote_hosts=("mx2.fabrikam.example",)), False),
        (OurNote("x", remote_hosts=("",)), False),
        (OurNote("x", code=554), False),
        (OurNote("x", category="blocked"), True),
        (OurNote("x", category="policy"), False),
        (OurNote("x", category="policy", reply=BLOCKED), True),
        (OurNote("x", category="policy", reply=BLOCKED.replace("550", "554")), False),
        (OurNote("x", direction="outbound"), True),
        (OurNote("x", direction="inbound"), False),
    ],
)
def test_a_note_is_for_the_refusals_that_it_names(note: OurNote, fits: bool) -> None:
    assert OurNotes([note]).text(exchange(), "blocked") == ("x" if fits else "")


def test_a_note_for_unnamed_hosts_is_for_none_that_has_a_name() -> None:
    notes = OurNotes([OurNote("x", remote_hosts=("",))])
    assert notes.text(exchange(host=""), "blocked") == "x"
    assert notes.text(exchange(), "blocked") == ""


def test_several_notes_stand_one_below_the_other_and_each_once() -> None:
    notes = OurNotes([OurNote("first\n"), OurNote("second"), OurNote("first")])
    assert notes.text(exchange(), "blocked") == "first\n\nsecond"


def test_an_event_that_was_not_understood_has_the_notes_on_both_directions_alone() -> None:
    unknown = replace(exchange(), direction=Direction.UNKNOWN)
    assert OurNotes([OurNote("x", direction="inbound")]).text(unknown, "blocked") == ""
    assert OurNotes([OurNote("x")]).text(unknown, "blocked") == "x"


def test_a_note_leaves_the_entry_as_it_is(tmp_path: Path) -> None:
    note_in(tmp_path, '[[note]]\ntext = "Call Anna."\nremote_hosts = [".fabrikam.example"]\n', area="our-notes")
    base = KnowledgeBase.load(tmp_path)
    plain = KnowledgeBase.load().advice(exchange())
    advice = base.advice(exchange())
    assert advice.our_note == "Call Anna."
    assert replace(advice, our_note="") == plain
    assert base.advice(exchange(host="mx.contoso.example")).our_note == ""


def test_notes_are_renewed_and_stay_when_a_file_is_broken(tmp_path: Path) -> None:
    base = KnowledgeBase.load()
    note_in(tmp_path, '[[note]]\ntext = "Call Anna."\n', area="our-notes")
    base.renew_our_notes(tmp_path)
    assert base.advice(exchange()).our_note == "Call Anna."
    note_in(tmp_path, "[[note]]\ntext = 5\n", area="our-notes")
    with pytest.raises(KnowledgeError):
        base.renew_our_notes(tmp_path)
    assert base.advice(exchange()).our_note == "Call Anna."


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('text = "x"\ncategory = "polcy"', "Did you mean policy?"),
        ('text = " "', "is empty"),
        ('text = "x"\nremote_hosts = ["."]', "names no host"),
        ('text = "x"\ndirection = "out"', "direction"),
        ('text = "x"\nhost = "mx"', "there is no field 'host'"),
    ],
)
def test_a_note_with_a_mistake_is_told(tmp_path: Path, written: str, told: str) -> None:
    note_in(tmp_path, f"[[note]]\n{written}\n", area="our-notes")
    (mistake,) = examined(tmp_path).mistakes
    assert told in f"{mistake.where}: {mistake.what}. {mistake.remedy}"
    with pytest.raises(KnowledgeError):
        KnowledgeBase.load(tmp_path)
