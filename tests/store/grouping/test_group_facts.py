"""All groups worked out together say the same as each by itself."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.store.event_store import EventStore
from smtpscope.store.grouping.dimensions import DIMENSIONS
from smtpscope.store.grouping.groups import Grouping, GroupTree
from store.events import exchange, store_of, three_weeks, unparsed

_EXCHANGES = st.builds(
    exchange,
    time=st.one_of(st.none(), st.integers(0, 10**10)),
    host=st.sampled_from(["", "mx1.example", "MX1.example", "mx1.example.", "192.0.2.1"]),
    said=st.sampled_from(["550 5.1.1 unknown", "450 greylisted", "no code", "504 authenticate"]),
    sent=st.sampled_from(["RCPT TO:<a@b.example>", "RCPT TO:<a@B.example>", "RCPT TO:<c@d.example>", "MAIL FROM:<>"]),
    server=st.sampled_from([None, "EXCH01", "EXCH02"]),
    direction=st.sampled_from([Direction.OUTBOUND, Direction.INBOUND]),
)


def assert_same(store: EventStore, grouping: Grouping) -> None:
    together, alone = (GroupTree(store, None, grouping, UTC) for _ in range(2))
    for level, groups in enumerate(together.levels):
        together.prepare(level)
        for index in range(len(groups)):
            assert together.group(level, index) == alone.group(level, index)
            assert together.sparkline(level, index) == alone.sparkline(level, index)


@pytest.mark.parametrize("grouping", DIMENSIONS.groupings)
def test_three_weeks_say_the_same(grouping: Grouping) -> None:
    assert_same(store_of(*three_weeks()), grouping)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_EXCHANGES, st.builds(unparsed)), max_size=14), st.sampled_from(DIMENSIONS.groupings))
def test_any_events_say_the_same(events: list[SmtpExchange], grouping: Grouping) -> None:
    assert_same(store_of(*events), grouping)
