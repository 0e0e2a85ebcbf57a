from __future__ import annotations

from pathlib import Path

import pytest

from smtpscope.errors import LogError
from smtpscope.session import Analysis, open_analysis
from smtpscope.session.converting import exchanges
from support.converted_logs import sample


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "converted.jsonl"
    path.write_bytes(sample("jsonl")())
    return str(path)


def opened(analysis: Analysis, *names: str) -> Analysis:
    fresh = Analysis(analysis.knowledge)
    fresh.open(names)
    return fresh


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return open_analysis([])


def test_all_exchanges_pass_in_the_order_of_the_log_and_none_stays(analysis: Analysis, log: str) -> None:
    fresh = opened(analysis, log)
    places = [row.exchange.offset for row in exchanges(fresh)]
    assert len(places) == 60
    assert places == sorted(places)
    assert len(fresh.store) == 0


def test_a_filter_chooses_and_the_order_stays(analysis: Analysis, log: str) -> None:
    rows = list(exchanges(opened(analysis, log), "code:4xx"))
    assert {row.exchange.reply.code for row in rows} == {451, 452}
    assert [row.exchange.offset for row in rows] == sorted(row.exchange.offset for row in rows)


def test_with_and_without_a_filter_the_knowledge_base_says_the_same(analysis: Analysis, log: str) -> None:
    assert list(exchanges(opened(analysis, log))) == list(exchanges(opened(analysis, log), "code:4xx,5xx"))


def test_texts_are_forgotten_when_they_are_too_many(
    analysis: Analysis, log: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    again = tmp_path / "again.jsonl"
    again.write_bytes(Path(log).read_bytes())
    whole = [row._replace() for row in exchanges(opened(analysis, log, str(again)))]
    monkeypatch.setattr("smtpscope.session.converting._MOST_TEXTS", 0)
    fresh = opened(analysis, log, str(again))
    assert list(exchanges(fresh)) == whole
    assert len(fresh.store.words.replies) == 0


def test_a_log_that_cannot_be_read_at_all_is_an_error(analysis: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(LogError):
        list(exchanges(opened(analysis, str(path))))
