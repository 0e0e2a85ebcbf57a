"""What changed between two sides, and how it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.documents import BERLIN, HOSTILE, LAST_MS, LEAKS
from smtpscope.export.comparison.comparison import ComparedIncident, ComparedSide, Comparison, change_of
from smtpscope.export.comparison.comparison_formats import COMPARISON_FORMATS, headline, rendered
from smtpscope.export.masking.masking import Mask
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.grouping.incident import IncidentKey
from support.changed import replace

DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("before", "after", "times_as_long", "change"),
    [
        (0, 1, 1.0, "new"),
        (0, 500, 0.1, "new"),
        (40, 0, 1.0, "gone"),
        (40, 0, 0.05, "same"),  # two were to be expected, so none is chance
        (2, 0, 1.0, "same"),
        (100, 200, 1.0, "more"),
        (100, 200, 2.0, "same"),
        (1, 3, 1.0, "same"),
        (200, 100, 1.0, "fewer"),
        (3, 1, 1.0, "same"),
        (1000, 1001, 1.0, "same"),
    ],
)
def test_a_change_is_told_from_chance(before: int, after: int, times_as_long: float, change: str) -> None:
    assert change_of(before, after, times_as_long)[0] == change


@given(st.integers(1, 100_000), st.floats(0.01, 100))
def test_the_same_rate_is_no_change(count: int, times_as_long: float) -> None:
    assert change_of(count, round(count * times_as_long), times_as_long)[0] in ("same", "gone")[: 1 + (count < 50)]


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_what_is_more_one_way_is_never_more_the_other_way(before: int, after: int) -> None:
    there, back = change_of(before, after, 1.0)[0], change_of(after, before, 1.0)[0]
    assert there != back or there not in ("more", "fewer")


def compared(**changes: object) -> ComparedIncident:
    base = ComparedIncident(
        key=IncidentKey(Direction.OUTBOUND, "mail.fabrikam.example", 550, "blocked"),
        host="mail.fabrikam.example",
        cause="Block list or reputation",
        who_acts="us",
        change="new",
        before=0,
        after=12,
        ratio=None,
        first_ms=LAST_MS - DAY_MS,
        last_ms=LAST_MS,
        state="ongoing",
        quiet_ms=0,
    )
    return replace(base, **changes)


def comparison(*incidents: ComparedIncident, **changes: object) -> Comparison:
    base = Comparison(
        before=ComparedSide(
            "before 11-17 00:00", ("/logs/a.evtx",), LAST_MS - 9 * DAY_MS, LAST_MS - 2 * DAY_MS, 40, True
        ),
        after=ComparedSide("since 11-17 00:00", ("/logs/a.evtx",), LAST_MS - 2 * DAY_MS, LAST_MS, 12, True),
        incidents=incidents,
        filter_text="code:5xx host:fabrikam",
        zone=BERLIN,
        zone_name="Europe/Berlin",
    )
    return replace(base, **changes)


GONE = compared(change="gone", before=9, after=0, who_acts="nobody", state="over")
MORE = compared(change="more", before=10, after=80, ratio=8.0, who_acts="them")


def test_the_headline_counts_what_changed() -> None:
    assert headline(comparison()) == "Nothing is new."
    assert headline(comparison(compared())) == "1 incident is new, for us to fix."
    assert headline(comparison(compared(who_acts="them"))) == "1 incident is new."
    assert headline(comparison(compared(), compared(who_acts="nobody"), GONE, MORE)) == (
        "2 incidents are new, 1 of them for us to fix; 1 is gone; 1 has more events."
    )


def test_each_incident_says_who_acts_and_how_the_count_changed() -> None:
    text = " ".join(rendered(comparison(compared(), GONE, MORE), "text").split())
    assert '550 "mail.fabrikam.example": Block list or reputation. Action: us. Outbound, 12 events,' in text
    assert "9 before, none now" in text
    assert "10 before, 80 now (8.0 times the rate)" in text


def test_json_has_the_same_incidents() -> None:
    answer = json.loads(rendered(comparison(compared(), GONE), "json"))
    assert answer["schema"] == "smtpscope/comparison/1"
    assert answer["new_for_us"] == 1
    assert [(each["change"], each["before"], each["after"]) for each in answer["incidents"]] == [
        ("new", 0, 12),
        ("gone", 9, 0),
    ]


def test_without_a_match_it_says_so() -> None:
    assert "No event matches on either side." in rendered(comparison(), "text")


@pytest.mark.parametrize("name", COMPARISON_FORMATS)
def test_hostile_text_is_harmless_in_every_format(name: str) -> None:
    hostile = compared(host=HOSTILE, key=IncidentKey(Direction.OUTBOUND, HOSTILE, 550, "blocked"))
    side = ComparedSide(HOSTILE, (HOSTILE,), None, None, 1)
    text = rendered(comparison(hostile, before=side, after=side, filter_text=HOSTILE), name)
    assert [sign for sign in LEAKS if sign in text] == []
    if name == "html":
        assert "<script>" not in text


@pytest.mark.parametrize("name", COMPARISON_FORMATS)
def test_a_masked_comparison_names_nobody(name: str) -> None:
    logs = ComparedSide("/logs/fabrikam.evtx", ("/logs/fabrikam.evtx",), None, None, 1)
    text = rendered(comparison(compared(), before=logs, after=logs), name, Mask())
    assert "fabrikam" not in text
    assert "host1.invalid" in text
