"""What only a look at all events shows."""

from __future__ import annotations

from pathlib import Path

from smtpscope.session import open_analysis
from support.event_tables import get_win_event
from support.event_texts import TextEvent
from support.related_samples import text_events

EVENTS: list[TextEvent] = text_events(5)


def noted(path: Path, text: str) -> list[tuple[str, int | None]]:
    path.write_text(text, encoding="utf-8")
    analysis = open_analysis([str(path)])
    analysis.read_all()
    return [(problem.reason, problem.records) for problem in analysis.noted if "no time" in problem.reason]


def test_events_without_a_time_are_counted(tmp_path: Path) -> None:
    table = get_win_event(EVENTS)
    assert noted(tmp_path / "a.csv", table) == []
    ((reason, count),) = noted(tmp_path / "b.csv", table.replace("TimeCreated", "When", 1))
    assert reason == "5 events have no time that can be read, so no period and no timeline has them"
    assert count == 5


def test_a_log_that_says_it_itself_says_it_once(tmp_path: Path) -> None:
    transcript = "<-- 220 mx ESMTP\n--> RCPT TO:<a@example.com>\n<-- 550 5.1.1 no\n"
    assert len(noted(tmp_path / "swaks.txt", transcript)) == 1
