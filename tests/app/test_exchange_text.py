"""One exchange in words, whatever kind of log it comes from."""

from __future__ import annotations

from datetime import UTC

import pytest

from smtpscope.app.widgets.texts.exchange_text import exchange_blocks, what_happened
from smtpscope.knowledge.advice import Match
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.record import EventRecord, SmtpExchangeRecord
from support.related_samples import RELATED

NO_MATCH = Match("policy", "policy", "nothing", "", "guess")


def related(event_id: int) -> SmtpExchange:
    chosen = next(each for each in RELATED if each.event_id == event_id)
    record = EventRecord("a", 0, 0, False, 1, event_id, "warning", chosen.provider, None, None, chosen.strings, None)
    exchange = SmtpExchangeParser().parse(record)
    assert exchange is not None
    return exchange


def line(guess: str | None = None) -> SmtpExchange:
    record = SmtpExchangeRecord(
        "SEND.LOG",
        0,
        0,
        False,
        "outbound",
        "SMTP Send Protocol Log",
        None,
        "Internet",
        "192.0.2.25",
        "",
        "",
        "421 Busy",
    )
    return SmtpExchangeParser().take(record)


def words(exchange: SmtpExchange) -> str:
    return repr(exchange_blocks(exchange, NO_MATCH, UTC))


@pytest.mark.parametrize(
    ("event_id", "expected"),
    [
        (4000, "Outbound mail failed: fabrikam.example."),
        (3028, "Outbound mail failed."),
        (1035, "Our server rejected a client: 203.0.113.9."),
        (1706, "mail.fabrikam.example sent us X-EXPS; our server refused it."),
        (2003, "mail.fabrikam.example refused us."),
        (4007, "We sent RCPT; 192.0.2.25 refused it."),
    ],
)
def test_what_happened_says_no_more_than_the_event(event_id: int, expected: str) -> None:
    assert what_happened(related(event_id)) == expected


def test_a_log_of_the_service_is_no_event_and_shows_its_connector() -> None:
    shown = words(line())
    assert "SMTP Send Protocol Log" in shown
    assert "no level" not in shown
    assert "Internet" in shown
    assert "No command in this log" in shown
    assert "Reply " in shown


def test_an_event_without_a_reply_says_so() -> None:
    shown = words(related(4000))
    assert "No reply; the log says" in shown
    assert "The connection was dropped by the remote host." in shown


def test_a_recipient_beside_the_command_is_shown_as_recipient() -> None:
    shown = words(related(3028))
    assert "recipient" in shown
    assert "berta@fabrikam.example" in shown


def test_a_guess_is_told() -> None:
    record = SmtpExchangeRecord(
        "ex.log",
        0,
        0,
        False,
        "outbound",
        "IIS",
        None,
        None,
        "192.0.2.25",
        "RCPT",
        "RCPT",
        "550 No",
        guess="May be another",
    )
    assert "May be another" in words(SmtpExchangeParser().take(record))
