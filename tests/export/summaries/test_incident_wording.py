"""Facts in words."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.documents import BERLIN, HOUR_MS, LAST_MS, exchange, incident
from smtpscope.export.summaries.incident_wording import (
    Calendar,
    code_words,
    counted,
    raw_lines,
    sample_level,
    time_words,
    times,
    utc_text,
    verb_words,
    when_log_ends,
    who_acts_words,
)
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.activity import State


def test_a_time_has_its_offset_and_its_zone() -> None:
    assert Calendar(BERLIN, "Europe/Berlin").full(LAST_MS) == "2026-11-18 22:47:03 +01:00 (Europe/Berlin)"
    assert time_words(LAST_MS, UTC) == "2026-11-18 21:47:03 +00:00"


def test_an_assumed_zone_is_marked() -> None:
    assert Calendar(BERLIN, "Europe/Berlin").full(LAST_MS, assumed=True).endswith("(Europe/Berlin, zone assumed)")


def test_utc_has_milliseconds_and_a_z() -> None:
    assert utc_text(LAST_MS) == "2026-11-18T21:47:03.000Z"
    assert utc_text(LAST_MS + 7) == "2026-11-18T21:47:03.007Z"
    assert utc_text(None) is None


@settings(max_examples=60)
@given(st.integers(-(2**63), 2**63))
def test_no_time_that_a_record_can_hold_raises(time_ms: int) -> None:
    assert time_words(time_ms, BERLIN)
    utc_text(time_ms)


def test_once_and_many_times() -> None:
    assert (times(1), times(1204)) == ("once", "1,204 times")
    assert (counted(1, "day", "days"), counted(0, "day", "days")) == ("1 day", "0 days")


def test_the_code_takes_the_enhanced_code_only_where_all_agree() -> None:
    assert code_words(incident()) == "550 5.1.1"
    assert code_words(incident(enhanced_codes=(("5.1.1", 2), ("5.7.1", 1)))) == "550"
    assert code_words(incident(enhanced_codes=(("", 12),))) == "550"


def test_verbs_beyond_two_are_counted() -> None:
    assert verb_words(incident(verbs=(("MAIL", 2), ("RCPT", 1)))) == "MAIL and RCPT"
    assert verb_words(incident(verbs=(("MAIL", 2), ("RCPT", 1), ("EHLO", 1)))) == "MAIL and 2 others"
    assert verb_words(incident(verbs=(("", 3),))) == ""


@pytest.mark.parametrize(
    ("state", "quiet_ms", "words"),
    [
        ("ongoing", 0, "ongoing (log ends 11-18 22:48)"),
        ("quiet", 30 * HOUR_MS, "quiet for 30 h (log ends 11-18 22:48)"),
        ("over", 72 * HOUR_MS, "over for 3 days (log ends 11-18 22:48)"),
        ("over", None, "over (log ends 11-18 22:48)"),
        (None, None, "no times, so it is unknown whether this is over"),
    ],
)
def test_the_state_is_told_against_the_end_of_the_log(state: State | None, quiet_ms: int | None, words: str) -> None:
    assert when_log_ends(incident(state=state, quiet_ms=quiet_ms), BERLIN) == words


def test_they_are_the_clients_side_when_our_server_refused() -> None:
    assert who_acts_words("them", Direction.INBOUND) == "the other side (the client)"
    assert who_acts_words("them", Direction.OUTBOUND) == "the other side (the remote host)"


def test_a_level_that_the_text_contradicts_says_both() -> None:
    assert sample_level(exchange(level="warning")) == "warning (its text says error)"
    assert sample_level(exchange(text_level=None)) == "error"
    assert sample_level(exchange(level=None, text_level=None)) == "not in the log"


def test_raw_lines_turn_tabs_into_blanks_and_show_controls() -> None:
    assert raw_lines("a\tb\r\nc\x1b\r\n") == ["a       b", "c\\x1b"]
