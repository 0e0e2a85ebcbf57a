"""`--since` and `--until`: what is outside is left out, logs of other days are not read, and the report says so."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.log_span import AskedSpan
from smtpscope.session import Analysis
from smtpscope.session.parallel import spread
from support.event_texts import TextEvent, log_line
from support.protocol_logs import NOON, receive_log, receive_row

DAY = datetime(2026, 11, 9, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Protocol logs of five days, of which the fourth goes back to the second; and a log of events."""
    refused = receive_log(receive_row("<", "RCPT TO:<a@example.net>"), receive_row(">", "550 5.1.1 no"))
    for number in range(5):
        text = refused.replace(NOON[:10], f"{DAY + timedelta(days=number):%Y-%m-%d}")
        if number == 3:
            text += text.replace("2026-11-12", "2026-11-10").partition("\n2026-")[2].join(("2026-", ""))
        (tmp_path / f"RECV{number}.LOG").write_text(text, newline="")
    written = "".join(log_line(TextEvent(datetime(2026, 11, day, 12))) + "\n" for day in (9, 10, 12))  # noqa: DTZ001
    (tmp_path / "events.log").write_text(written)
    return tmp_path


def milliseconds(days: int) -> int:
    return round((DAY + timedelta(days=days)).timestamp() * 1000)


def analysed(folder: Path, asked: AskedSpan | None, jobs: int = 1) -> Analysis:
    analysis = Analysis(KnowledgeBase.load(), zone=UTC, asked=asked, jobs=jobs)
    analysis.open([str(folder)])
    analysis.read_all()
    return analysis


def test_what_is_outside_is_left_out_and_the_report_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = analysed(folder, None).store.columns.time_ms
    since, until = milliseconds(1), milliseconds(2)
    expected = sorted(each for each in everything.tolist() if since <= each < until)
    assert len(expected) == 3
    monkeypatch.setattr(spread, "_LEAST_SECONDS", 0.0)
    for jobs in (1, 2):
        analysis = analysed(folder, AskedSpan(since, until), jobs)
        assert sorted(analysis.store.columns.time_ms.tolist()) == expected
        notes = [(Path(each.file).name, each.reason) for each in analysis.noted if "2026-11-10" in each.reason]
        period = "from 2026-11-10 00:00:00 to 2026-11-11 00:00:00"
        assert notes == [
            ("RECV0.LOG", f"No record {period}: not read, like 2 other logs"),
            ("all logs", f"3 refusals are not {period}, and left out"),
        ]


def test_an_open_span_and_one_in_which_nothing_is(folder: Path) -> None:
    everything = analysed(folder, None).store.columns.time_ms
    since = analysed(folder, AskedSpan(milliseconds(3), None)).store.columns.time_ms
    assert sorted(since.tolist()) == sorted(each for each in everything.tolist() if each >= milliseconds(3))
    nothing = analysed(folder, AskedSpan(round(time.time() * 1000) + 10**10, None))
    assert len(nothing.store) == 0
    assert any(": not read" in each.reason for each in nothing.noted)
