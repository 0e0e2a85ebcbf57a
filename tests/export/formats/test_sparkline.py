"""Sparklines and bars."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.export.formats.sparkline import day_bar, shortened, sparkline

COUNTS = st.lists(st.integers(0, 1_000_000), max_size=60)


def test_heights_follow_the_counts() -> None:
    assert sparkline((0, 1, 4, 8)) == " ▁▄█"


def test_a_single_event_beside_a_thousand_is_seen() -> None:
    assert sparkline((1, 1000, 0)) == "▁█ "


def test_nothing_at_all_is_blank_of_the_same_length() -> None:
    assert sparkline((0, 0, 0)) == "   "
    assert sparkline(()) == ""


@settings(max_examples=60)
@given(COUNTS)
def test_ascii_has_the_same_length_and_is_ascii(counts: list[int]) -> None:
    line = sparkline(counts, ascii_only=True)
    assert line.isascii()
    assert len(line) == len(counts) == len(sparkline(counts))


@settings(max_examples=60)
@given(COUNTS, st.integers(1, 40))
def test_shortening_keeps_the_sum(counts: list[int], length: int) -> None:
    bins = shortened(counts, length)
    assert sum(bins) == sum(counts)
    assert len(bins) == min(length, len(counts))


def test_a_bar_is_never_empty_for_an_event_and_never_longer_than_its_length() -> None:
    assert day_bar(1, 10_000) == "█"
    assert day_bar(0, 5) == ""
    assert day_bar(5, 5, length=10, ascii_only=True) == "#" * 10
