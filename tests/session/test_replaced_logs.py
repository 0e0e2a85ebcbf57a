"""A log that was replaced under its name is never quoted as proof of what was read before."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpscope.errors import LogError
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.session import Analysis, open_analysis
from support.every_format import SERVICE_LOGS
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes


def opened(path: Path) -> Analysis:
    analysis = open_analysis([str(path)])
    analysis.read_all()
    return analysis


def test_the_record_of_a_replaced_log_is_told_and_not_quoted(tmp_path: Path) -> None:
    log = tmp_path / "SEND.LOG"
    log.write_bytes(SERVICE_LOGS["SMTP Send protocol log"][1]())
    analysis = opened(log)
    reply = analysis.store.exchange(3).reply.verbatim
    assert reply[:20] in analysis.raw(3)
    log.write_bytes(SERVICE_LOGS["SMTP Receive protocol log"][1]())
    assert "replaced or restarted since it was read" in analysis.raw(3)
    with pytest.raises(LogError, match="replaced or restarted"):
        analysis.smtp_session(3)


def test_a_log_that_has_grown_is_the_same(tmp_path: Path) -> None:
    log = tmp_path / "maillog"
    whole = SERVICE_LOGS["Postfix"][1]()
    log.write_bytes(whole[: len(whole) // 2])
    analysis = opened(log)
    log.write_bytes(whole)
    assert "can't be read again" not in analysis.raw(0)


def test_an_evtx_whose_header_was_written_again_is_the_same(tmp_path: Path) -> None:
    log = tmp_path / "a.evtx"
    log.write_bytes(evtx_bytes(many_events(3, ours_every=1)))
    analysis = opened(log)
    log.write_bytes(evtx_bytes(many_events(60, ours_every=1)))
    assert "can't be read again" not in analysis.raw(0)


def test_a_reader_that_fails_takes_nothing_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "SEND.LOG"
    log.write_bytes(SERVICE_LOGS["SMTP Send protocol log"][1]())
    analysis = opened(log)

    def failing(exchange: SmtpExchange) -> str:
        raise KeyError("event")

    monkeypatch.setattr(analysis.loader, "raw", failing)
    text = analysis.raw(0)
    assert "a bug in smtpscope (KeyError" in text
    assert analysis.event_text(0) in text
