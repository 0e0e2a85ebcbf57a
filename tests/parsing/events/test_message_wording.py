"""What an event id tells by itself."""

from __future__ import annotations

import pytest

from smtpscope.parsing.events.message_wording import event_number, wording_of
from smtpscope.parsing.smtp_exchange import Direction


@pytest.mark.parametrize(
    ("written", "number"),
    [(2147752794, 7002), (3221494620, 7004), (-1073472676, 7004), (3221494626, 7010), (7002, 7002)],
)
def test_the_id_is_the_low_half_of_the_number_in_the_record(written: int, number: int) -> None:
    assert event_number(written) == number
    assert wording_of(written) == wording_of(number)


@pytest.mark.parametrize("event_id", [None, 7009, 0, -1])
def test_an_id_that_is_not_ours_tells_nothing(event_id: int | None) -> None:
    wording = wording_of(event_id)
    assert (wording.direction, wording.level, wording.certainty) == (Direction.UNKNOWN, None, None)
