"""The quick way to join the time of a record and the stamp in its line gives what the slow one gives."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.wrappers import inner_header
from smtpscope.reading.wrappers.inner_header import Labels, labelled

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BEHIND = ("mail postfix/smtp[1]: x", "mx exim: y", "utc mail x: y", "cet m x: y", "a.m. x: y", "2026 m", "+0100 m", "M")


@settings(max_examples=300)
@given(
    st.tuples(st.integers(1, 12), st.integers(1, 31), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)),
    st.integers(-2, 2),
    st.sampled_from(["", ".5", ".123456789"]),
    st.sampled_from(["Z", "+00:00", "+02:00", ""]),
    st.sampled_from(BEHIND),
)
def test_both_ways_give_the_same(
    stamp: tuple[int, int, int, int, int], minutes: int, fraction: str, zone: str, behind: str
) -> None:
    month, day, hour, minute, second = stamp
    time = f"2026-{month:02d}-{day:02d}T{hour:02d}:{(minute + minutes) % 60:02d}:{second:02d}{fraction}{zone}"
    line = f"{MONTHS[month - 1]} {day:2d} {hour:02d}:{minute:02d}:{second:02d} {behind}"
    quick = labelled(line, Labels(time=time))
    with patch.object(inner_header, "_usual", lambda *_: None):
        assert labelled(line, Labels(time=time)) == quick
