"""Inputs as people post them: each tells its refusals with the right values, whichever tool or server wrote it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.session import Analysis
from support.held_event_inputs import EVENTS
from support.held_inputs import MAIL_SERVERS
from support.held_shapes import SHAPES

INPUTS = MAIL_SERVERS | EVENTS | SHAPES
KNOWLEDGE = KnowledgeBase.load()


def value(exchange: SmtpExchange, name: str) -> Any:
    match name:
        case "side":
            return exchange.direction.value
        case "host":
            return exchange.remote_host.verbatim
        case "verb":
            return exchange.command.verb
        case "full":
            return exchange.command.full
        case "mailbox":
            return exchange.command.mailbox
        case "reply":
            return exchange.reply.verbatim.rstrip()
        case "code" | "enhanced":
            return getattr(exchange.reply, name)
        case "who":
            return KNOWLEDGE.advice(exchange).who_acts
        case "id" | "record":
            return getattr(exchange, "event_id" if name == "id" else "record_id")
        case "time":
            if exchange.time_ms is None:
                return None
            moment = datetime.fromtimestamp(exchange.time_ms / 1000, UTC)
            return f"{moment:%Y-%m-%d %H:%M:%S}" + (
                f".{exchange.time_ms % 1000:03d}" if exchange.time_ms % 1000 else ""
            )
        case _:
            return getattr(exchange, name)


@pytest.mark.parametrize("name", INPUTS)
def test_each_refusal_has_the_right_values(name: str, tmp_path: Path) -> None:
    held = INPUTS[name]
    path = tmp_path / "held.log"
    path.write_text(held.text, encoding="utf-8")
    analysis = Analysis(KNOWLEDGE)
    analysis.open([str(path)])
    analysis.read_all()
    found = [analysis.store.exchange(row) for row in range(len(analysis.store))]
    for exchange, expected in zip(found, held.rows, strict=True):
        wanted = {key: each for key, each in expected.items() if key != "cause"}
        told = {key: value(exchange, key) for key in wanted}
        if str(wanted.get("time"))[2:3] == "-":
            # The log has no year: it is taken for the newest that fits.
            told["time"] = told["time"][5:]
        assert told == wanted
        if "cause" in expected:
            assert KNOWLEDGE.match(exchange).category in expected["cause"].split()
    reasons = " ".join(problem.reason for problem in analysis.problems)
    assert [words for words in held.told if words not in reasons] == []
    assert analysis.skipped == 0
