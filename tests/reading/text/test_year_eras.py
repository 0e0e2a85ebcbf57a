"""Logs without years that go over more than one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.record import ReadOptions
from support.mail_lines import exchanges_of
from support.memory_source import MemorySource, problems_of

NEWEST = datetime(2026, 11, 30, 12, tzinfo=UTC)
OPTIONS = ReadOptions(newest=NEWEST)


def log(first: datetime, days: int, lines_a_day: int = 20) -> tuple[bytes, list[datetime]]:
    """A refusal at the beginning of each day, and other lines."""
    written, moments = [], []
    for day in range(days):
        for number in range(lines_a_day):
            moment = first + timedelta(days=day, minutes=number)
            stamp = f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S} mail postfix"
            if number:
                written.append(f"{stamp}/qmgr[5]: 4ABCDEF012: from=<s@example.net>, size=5, nrcpt=1 (queue active)\n")
                continue
            moments.append(moment)
            written.append(
                f"{stamp}/smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 5.7.1 <u@d.example.com>: Relay "
                "access denied; from=<s@example.net> to=<u@d.example.com> proto=ESMTP helo=<c>\n"
            )
    return "".join(written).encode(), moments


def times_of(reader: PostfixLogReader) -> list[datetime]:
    return [datetime.fromtimestamp((each.time_ms or 0) / 1000, UTC) for each in exchanges_of(reader)]


@pytest.mark.parametrize(
    ("first", "days"),
    [
        (datetime(2026, 11, 1, 6, tzinfo=UTC), 29),
        (datetime(2025, 12, 20, 6, tzinfo=UTC), 340),
        (datetime(2025, 11, 20, 6, tzinfo=UTC), 375),
        (datetime(2025, 3, 1, 6, tzinfo=UTC), 600),
        (datetime(2024, 2, 1, 6, tzinfo=UTC), 1_000),
        (datetime(2023, 12, 1, 6, tzinfo=UTC), 60),
    ],
)
def test_each_line_has_the_year_that_its_place_in_the_log_proves(first: datetime, days: int) -> None:
    data, moments = log(first, days)
    newest = moments[-1] + timedelta(days=20)
    assert times_of(PostfixLogReader(MemorySource(data), ReadOptions(newest=newest))) == moments


def test_the_span_of_the_log_has_the_true_years_too() -> None:
    data, moments = log(datetime(2025, 11, 20, 6, tzinfo=UTC), 375)
    spans = [batch.span for batch in PostfixLogReader(MemorySource(data), OPTIONS).batches() if batch.span]
    assert min(span.first_ms for span in spans) == moments[0].timestamp() * 1000


def test_it_is_said_once_that_the_log_goes_over_a_year() -> None:
    data, _ = log(datetime(2025, 11, 20, 6, tzinfo=UTC), 375)
    reasons = [each.reason for each in problems_of(PostfixLogReader(MemorySource(data), OPTIONS))]
    assert [reason for reason in reasons if "more than one year" in reason] == [
        "The log covers more than one year: a new year starts where its times go back"
    ]


def test_a_session_of_the_first_year_keeps_its_year() -> None:
    data, moments = log(datetime(2025, 11, 20, 6, tzinfo=UTC), 375)
    reader = PostfixLogReader(MemorySource(data), OPTIONS)
    first = exchanges_of(reader)[0]
    session = reader.smtp_session(first.offset)
    assert session is not None
    assert session.lines[-1].time_ms is not None
    assert {datetime.fromtimestamp((line.time_ms or 0) / 1000, UTC).year for line in session.lines[:1]} == {2025}
    assert moments[0].year == 2025
