"""Times without a zone are taken for another zone: the wall-clock time stays, the moment moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.assumed_times import how_assumed, moved, zone_words
from smtpscope.store.column_set import NO_TIME
from smtpscope.store.times import format_time

BERLIN = ZoneInfo("Europe/Berlin")


def ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]


def test_the_wall_clock_time_stays_in_summer_and_in_winter() -> None:
    times = np.array([ms(2026, 1, 15, 12), ms(2026, 7, 15, 12), NO_TIME], np.int64)
    result = moved(times, UTC, BERLIN)
    assert result.tolist() == [ms(2026, 1, 15, 11), ms(2026, 7, 15, 10), NO_TIME]


@given(
    st.integers(0, 2**41),
    st.sampled_from([timezone(timedelta(hours=h, minutes=m)) for h, m in ((-11, 0), (5, 45), (14, 0))]),
)
@settings(max_examples=50)
def test_there_and_back_again(time_ms: int, zone: timezone) -> None:
    times = np.array([time_ms], np.int64)
    there = moved(times, UTC, zone)
    if there[0] >= 0:
        assert format_time(int(there[0]), zone) == format_time(time_ms, UTC)
        assert moved(there, zone, UTC).tolist() == [time_ms]


def test_the_words_say_whether_all_times_or_some_are_in_an_assumed_zone() -> None:
    assert [zone_words("UTC", how_assumed(without, 5)) for without in (0, 3, 5)] == [
        "UTC",
        "UTC, zone partly assumed",
        "UTC, zone assumed",
    ]
