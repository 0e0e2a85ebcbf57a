"""The short way for usual events gives the records that the long way gives, or leaves them to it."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.event_exports.fields.named_record import named_record
from smtpscope.reading.event_exports.fields.usual_record import usual_record
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.text.dates import find_time
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.windows_event.shaped_fields import ShapedFields, shaped_fields
from support.event_json_texts import flat_winlogbeat, get_win_event, nxlog, old_winlogbeat, winlogbeat
from support.event_texts import TextEvent

TIME = datetime(2009, 1, 26, 13, 4, 34)  # noqa: DTZ001 - as written
EVENT = TextEvent(TIME, host="mx.example.com", reply="550 5.1.1 no ", command="RCPT TO:<a@example.com> ")
FORMS = (winlogbeat, flat_winlogbeat, old_winlogbeat, nxlog, get_win_event)
TEXTS = (
    "", " ", "-", "None", "null", "7002", " 7004 ", "1,043", "-5", "99999999999", "0x1b5a", "2147490650", "error",
    "Warning", "4", "App", "Application", "MSExchangeTransport", "smtpsvc ", "ESE", "2026-11-03T10:00:00Z",
    "2026-11-03 10:59:59.12Z", "2026-11-03T10:00:60Z", "2026-02-30T10:00:00Z", "2026-11-03T24:00:00Z",
    "1969-12-31T23:00:00.5Z", "2026-11-03T10:00:00", "2026-11-03T10:00:00.1234567+02:00", "11/03/2026 10:00:00",
    "{1, 0}", '"quoted"', "a\r\nb\n", "<Event/>",
    'This is an SMTP protocol log for virtual server ID 1, connection #6. The remote host "", responded to the SMTP '
    'command "x" with "504 no ". The full command sent was "x ".  This will probably cause the connection to fail.',
)  # fmt: skip
LEAVES = st.sampled_from(TEXTS) | st.none() | st.sampled_from((0, 1, 7002, -1, 2, True, 0.5, 10**11))
TIMES = FileTimes("events", ReadOptions(UTC), list)


def leaves(event: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(event, dict):
        return [place for name, inner in event.items() for place in leaves(inner, (*path, name))]
    return [path]


def changed(event: dict[str, Any], places: list[tuple[int, Any]]) -> dict[str, Any]:
    event = deepcopy(event)
    paths = leaves(event)
    for number, value in places:
        inner: Any = event
        *above, last = paths[number % len(paths)]
        for name in above:
            inner = inner[name]
        inner[last] = value
    return event


def usual(event: dict[str, Any]) -> Any:
    shaped_fields(event)
    fields = shaped_fields(event)
    if not isinstance(fields, ShapedFields):
        return None
    return usual_record(fields, file="events", offset=7, times=TIMES)


@given(
    st.sampled_from(FORMS),
    st.lists(st.tuples(st.integers(0, 40), LEAVES), max_size=3),
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(TEXTS)), max_size=2),
)
def test_the_short_way_gives_the_record_of_the_long_way(
    form: Any, first: list[tuple[int, Any]], second: list[tuple[int, Any]]
) -> None:
    event = changed(form(EVENT), first)
    for each in (event, changed(event, second), event):
        record = usual(each)
        if record is not None:
            assert record == named_record(each, file="events", offset=7, times=TIMES)


def test_events_of_common_programs_with_a_message_and_a_zone_are_usual() -> None:
    assert [usual(form(EVENT)) is not None for form in FORMS] == [True, False, True, False, False]


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)),  # noqa: DTZ001 - written as UTC
    st.integers(0, 9),
    st.sampled_from(["T", " "]),
    st.sampled_from([UTC, timezone(timedelta(hours=-3))]),
)
def test_a_time_in_utc_is_the_moment_that_finding_it_gives(time: datetime, digits: int, gap: str, zone: Any) -> None:
    times = FileTimes("events", ReadOptions(zone), list)
    fraction = f".{time.microsecond:06}000"[: digits + 1] if digits else ""
    text = time.isoformat(gap, "seconds") + fraction + "Z"
    for _ in range(2):
        found, written = times.of_utc(text), find_time(text)
        assert found is None or (written is not None and found == times.milliseconds(written))
        assert found is not None or time.year < 1971
