"""`--since` and `--until` on the command line."""

from __future__ import annotations

import pytest

from smtpscope.cli.log_arguments import _asked_span
from smtpscope.cli.options import Query
from smtpscope.errors import UsageError
from smtpscope.store.times import zone_named

UTC_DAY = 86_400_000


def asked(since: str | None, until: str | None, zone: str = "UTC") -> tuple[int | None, int | None] | None:
    span = _asked_span(Query((), "", None, (), since=since, until=until), zone_named(zone))
    return None if span is None else (span.since_ms, span.until_ms)


def test_a_day_counts_from_its_beginning_to_its_end_in_the_zone() -> None:
    assert asked(None, None) is None
    start = 1_794_182_400_000
    assert asked("2026-11-09", "2026-11-10") == (start, start + 2 * UTC_DAY)
    assert asked("2026-11-09", None, "Europe/Berlin") == (start - 3_600_000, None)
    assert asked(None, "2026-11-09T13:00") == (None, start + 13 * 3_600_000 + 60_000)


def test_what_is_no_time_or_ends_before_it_begins_says_so() -> None:
    for since, until, where in (
        ("soon", None, "--since"),
        (None, "32", "--until"),
        ("2026-11-10", "2026-11-09", "--until"),
    ):
        with pytest.raises(UsageError) as caught:
            asked(since, until)
        assert caught.value.where == where
