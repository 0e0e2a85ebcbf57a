"""A file in which no event was understood is looked through for our sentences before "none" is said."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from support.event_texts import TextEvent

EVENT = TextEvent(datetime(2026, 11, 9, 6, 12, 41), reply='550 5.1.1 "no" such user')  # noqa: DTZ001
HTML = EVENT.sentence.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
UNKNOWN = {
    "unknown.json": json.dumps({"rows": {"a": {"b": ["x", EVENT.sentence]}}}),
    "page.html": f"<!doctype html><html><body><p>{HTML}</p></body></html>",
    "other.csv": 'when,Source,Message,Id\n1,SomeAgent,"' + EVENT.sentence.replace('"', '""') + '",3\n',
    "far.html": "<html>" + "<p>nothing</p>\n" * 6_000 + f"<p>{HTML}</p></html>",
}


def read(folder: Path, name: str, text: str) -> Analysis:
    (folder / name).write_text(text, encoding="utf-8")
    analysis = Analysis(KnowledgeBase.load())
    analysis.open([str(folder / name)])
    analysis.read_all()
    return analysis


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_sentence_in_an_unknown_form_is_found_marked_and_told(tmp_path: Path, name: str) -> None:
    analysis = read(tmp_path, name, UNKNOWN[name])
    (exchange,) = [analysis.store.exchange(row) for row in range(len(analysis.store))]
    assert (exchange.remote_host.verbatim, exchange.command.full) == (EVENT.host, EVENT.command)
    assert exchange.reply.code == 550
    assert exchange.guess is not None
    assert "found by its words alone" in exchange.guess
    assert [problem.outcome for problem in analysis.problems] == ["recovered"]


def test_an_object_that_names_our_source_and_nothing_else_is_told_with_its_place(tmp_path: Path) -> None:
    analysis = read(tmp_path, "a.json", '{"event_id": 1}\n{"event_id": 2, "who": "MSExchangeTransport"}\n')
    assert len(analysis.store) == 0
    (problem,) = analysis.problems
    assert (problem.place, problem.outcome) == ("line 2", "skipped")
