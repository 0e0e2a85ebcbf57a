from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.event_exports.messages.message_lines import MessageLineReader
from smtpscope.session import Analysis

_SENTENCE = (
    "This is an SMTP protocol warning log for virtual server ID 1, connection #{number}. "
    'The remote host "mx{host}.example.com", responded to the SMTP command "rcpt" with "550 5.1.1 User unknown ". '
    'The full command sent was "RCPT TO:<user{number}@example.com> ".  This may cause the connection to fail.'
)
_OTHER = "2026-03-01 08:00:00 Information EXCH01 ESE 101 The database engine stopped.\n"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log that is large enough to be kept, with 300 events of ours."""
    path = tmp_path_factory.mktemp("log") / "transport.log"
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for number in range(300):
            sentence = _SENTENCE.format(number=number, host=number % 7)
            time = f"2026-03-01 {number // 60:02}:{number % 60:02}:00"
            stream.write(f"{time} Warning EXCH01 MSExchangeTransport 7002 {sentence}\n")
            stream.write(_OTHER * 200)
    return path


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase.load()


def session_over(knowledge: KnowledgeBase, log: Path, cache: Path | None) -> Analysis:
    analysis = Analysis(knowledge, zone=UTC, cache=cache)
    analysis.open([str(log)])
    analysis.read_all()
    return analysis


def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: MessageLineReader) -> None:
        raise AssertionError("the log was read again")

    monkeypatch.setattr(MessageLineReader, "batches", fail)


def test_the_second_time_nothing_is_read_and_all_is_the_same(
    knowledge: KnowledgeBase, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = session_over(knowledge, log, None)
    first = session_over(knowledge, log, tmp_path)
    no_reading(monkeypatch)
    second = session_over(knowledge, log, tmp_path)
    assert len(second.store) == 300
    assert second.errors == []
    for analysis in (first, second):
        assert analysis.overview() == plain.overview()
        assert analysis.report(analysis.view()) == plain.report(plain.view())
        assert analysis.raw(0) == plain.raw(0)


def test_what_was_cancelled_is_not_kept(knowledge: KnowledgeBase, log: Path, tmp_path: Path) -> None:
    analysis = Analysis(knowledge, zone=UTC, cache=tmp_path)
    analysis.open([str(log)])
    batches = analysis.read()
    next(batches)
    getattr(batches, "close", lambda: None)()
    assert list(tmp_path.iterdir()) == []


def test_without_a_cache_nothing_is_written(
    knowledge: KnowledgeBase, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    session_over(knowledge, log, None)
    assert list(tmp_path.iterdir()) == []
