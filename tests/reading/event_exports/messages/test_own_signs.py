"""Signs that are looked for once in a text of many events are those of each event looked at alone."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.event_exports.messages.own_signs import TextSigns, lines, may_be_ours
from smtpscope.reading.explaining import EventSources

SOURCES = EventSources({"ESE": {428: ()}, "Service Control Manager": {7036: ()}, "disk": {11: ()}})

_PARTS = st.sampled_from([
    '"ESE"', "'Disk'", ">service control manager<", '"ese backup"', "428", "7,036", "3221225900", "12345", "SMTPSVC",
    '"MSExchangeTransport"', "log for virtual server", "\u0130", "{", "}", " ", "x",
])  # fmt: skip
_EVENTS = st.lists(st.lists(_PARTS, max_size=6).map("".join), max_size=6)


@given(_EVENTS)
def test_each_event_in_a_text_has_the_signs_that_it_has_alone(events: list[str]) -> None:
    text = "\n".join(events)
    signs = TextSigns(text, SOURCES)
    begins = accumulate((len(each) + 1 for each in events), initial=0)
    for event, begin in zip(events, begins, strict=False):
        assert signs.ours(begin, begin + len(event)) == may_be_ours(event)
        assert signs.others(begin, begin + len(event)) == SOURCES.may_be_in(event)


@given(_EVENTS)
def test_the_lines_with_signs_are_those_that_have_one_alone(events: list[str]) -> None:
    text = "\n".join(events)
    found = [(text[line.begin : line.end], line.ours) for line in lines(text, SOURCES)]
    expected = [(each, may_be_ours(each)) for each in events if may_be_ours(each) or SOURCES.may_be_in(each)]
    assert found == expected
