"""A log that is passed over unread has no record in the span that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading import passing_over
from smtpscope.reading.log_span import AskedSpan
from smtpscope.reading.passing_over import is_outside
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from support.memory_source import MemorySource
from support.protocol_logs import FIELDS, header

START = datetime(2026, 11, 9, tzinfo=UTC)
HEAD = header("SMTP Send Protocol Log", FIELDS)
ZONES: tuple[tzinfo, ...] = (
    UTC,
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/St_Johns"),
    ZoneInfo("Australia/Lord_Howe"),
)
# What is not a row of the usual form, with times of its own or without one.
ODD = (
    "",
    "#Date: 2026-11-09T00:00:00.000Z\r\n",
    "2026-11-12 05:00:00,x\r\n",
    "11/12/2026 05:00,x\r\n",
    "half a row\r\n",
    HEAD,
)
HOURS = st.integers(-40, 24 * 12)


def row(time: datetime, number: int, event: str, data: str) -> str:
    session = f"{0x08DE1F3A00000000 + number:016X}"
    return f"{time:%Y-%m-%dT%H:%M:%S}.250Z,Out,{session},1,a:1,192.0.2.1:25,{event},{data},\r\n"


def refused(time: datetime, number: int, form: str) -> str:
    if form == "protocol":
        return row(time, number, ">", "RCPT TO:<a@example.net>") + row(time, number, "<", "550 5.1.1 no")
    if form == "exim":
        said = "** a@example.net R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.1]: SMTP error from remote mail"
        said = f"{said} server after RCPT TO:<a@example.net>: 550 no"
        return f"{time:%Y-%m-%d %H:%M:%S} 1qAbCd-00000{number:01X}-AB {said}\n"
    refusal = "status=bounced (host mx.example.net[192.0.2.1] said: 550 5.1.1 no (in reply to RCPT TO command))"
    line = f"mx postfix/smtp[1]: {number:09X}: to=<a@example.net>, relay=mx.example.net[192.0.2.1]:25, dsn=5.1.1, "
    return f"{_syslog(time) if form == 'syslog' else time.isoformat()} {line}{refusal}\n"


def _syslog(time: datetime) -> str:
    return f"{time:%b} {time.day:2} {time:%H:%M:%S}"


def times_of(text: str, zone: tzinfo) -> tuple[str, list[int | None]]:
    options = ReadOptions(zone, newest=START + timedelta(days=20))
    reader = open_log(MemorySource(text.encode()), options)
    batches = list(reader.batches())
    return reader.format.name, [each.time_ms for batch in batches for each in batch.exchanges]


@pytest.mark.parametrize("form", ["protocol", "syslog", "exim", "iso"])
@settings(max_examples=60)
@given(
    hours=st.lists(HOURS, min_size=1, max_size=8),
    odd=st.sampled_from(ODD),
    place=st.integers(0, 8),
    span=st.tuples(st.none() | HOURS, st.none() | HOURS),
    zone=st.sampled_from(ZONES),
    shift=st.integers(0, 3_599),
)
def test_no_record_in_the_span_is_lost(
    form: str,
    hours: list[int],
    odd: str,
    place: int,
    span: tuple[int | None, int | None],
    zone: tzinfo,
    shift: int,
) -> None:
    lines = [refused(START + timedelta(hours=hour, seconds=shift), number, form) for number, hour in enumerate(hours)]
    lines.insert(place, odd)
    text = (HEAD if form == "protocol" else "") + "".join(lines)
    name, found = times_of(text, zone)
    ends = [None if hour is None else round((START + timedelta(hours=hour)).timestamp() * 1000) for hour in span]
    since, until = ends
    if is_outside(MemorySource(text.encode()), name, AskedSpan(since, until), zone):
        assert None not in found
        assert not [
            time
            for time in found
            if time is not None and (since is None or time >= since) and (until is None or time < until)
        ]


@pytest.mark.parametrize("form", ["protocol", "syslog", "exim"])
def test_a_log_of_other_days_is_passed_over(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing_over, "_FIRST_PIECE", 100)
    monkeypatch.setattr(passing_over, "_PIECE", 300)
    lines = [refused(START + timedelta(hours=hour), hour, form) for hour in range(15)]
    text = (HEAD if form == "protocol" else "") + "".join(lines)
    name = times_of(text, UTC)[0]

    def outside(since: int, until: int, data: str = text) -> bool:
        ends = [round((START + timedelta(hours=hour)).timestamp() * 1000) for hour in (since, until)]
        return is_outside(MemorySource(data.encode()), name, AskedSpan(*ends), UTC)

    assert outside(-30, -4)
    assert outside(40, 64)
    assert not outside(-30, 1)
    assert not outside(14, 64)
    jumped = text + refused(START + timedelta(hours=50), 99, form) + lines[-1]
    assert not outside(40, 64, jumped)
    assert not outside(40, 64, text + "no time at all\n")
    assert not is_outside(MemorySource(text.encode("utf-16")), name, AskedSpan(0, 1), UTC)
