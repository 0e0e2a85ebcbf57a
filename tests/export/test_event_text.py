"""One event as labelled lines: the sentence only where the log had it."""

from __future__ import annotations

from datetime import UTC

import pytest

from smtpscope.export.event_text import event_text
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.record import EventRecord, SmtpExchangeRecord
from support.related_samples import RELATED, RelatedSample


def related_exchange(related: RelatedSample) -> SmtpExchange:
    record = EventRecord(
        "a.evtx",
        0,
        0,
        False,
        7,
        related.event_id,
        "warning",
        related.provider,
        "Application",
        "EXCH01",
        related.strings,
        None,
    )
    exchange = SmtpExchangeParser().parse(record)
    assert exchange is not None
    return exchange


def by_id(event_id: int) -> str:
    return event_text(related_exchange(next(each for each in RELATED if each.event_id == event_id)), UTC)


@pytest.mark.parametrize("related", RELATED, ids=lambda related: related.event_id)
def test_no_related_event_gets_the_sentence_of_another_event(related: RelatedSample) -> None:
    text = event_text(related_exchange(related), UTC)
    assert "SMTP protocol" not in text
    assert "virtual server" not in text
    assert f"Event ID:  {related.event_id}" in text


def test_an_event_with_connector_and_reply_shows_both() -> None:
    assert by_id(2004) == (
        "Event Type:  Warning\nEvent Source:  MSExchangeTransport\nEvent ID:  2004\n"
        "Date and time:  1970-01-01 00:00:00 (UTC)\nComputer:  EXCH01\nRecord:  7\nFile:  a.evtx\n"
        "Direction:  outbound: we sent, the remote host refused\nConnector:  Internet\nRemote host:  not named\n"
        "Command:  not named\nReply:  550 5.7.1 Message refused by policy."
    )


def test_an_event_without_reply_shows_its_reason_and_recipient() -> None:
    assert by_id(3028).endswith(
        "Remote host:  not named\nCommand:  not named\nRecipient:  berta@fabrikam.example\n"
        "Reason:  A non-delivery report with a status code of 5.1.1 was generated."
    )


def test_a_line_of_a_protocol_log_is_no_event() -> None:
    record = SmtpExchangeRecord(
        "SEND.LOG",
        90,
        0,
        False,
        "outbound",
        "SMTP Send Protocol Log",
        "EXCH01",
        "Internet",
        "192.0.2.25",
        "RCPT",
        "RCPT TO:<berta@fabrikam.example>",
        "550 5.1.1 User unknown",
        guess="Two replies may answer it.",
    )
    assert event_text(SmtpExchangeParser().take(record), UTC) == (
        "Source:  SMTP Send Protocol Log\nDate and time:  1970-01-01 00:00:00 (UTC)\nComputer:  EXCH01\n"
        "File:  SEND.LOG\nDirection:  outbound: we sent, the remote host refused\nConnector:  Internet\n"
        "Remote host:  192.0.2.25\nCommand:  RCPT TO:<berta@fabrikam.example>\nReply:  550 5.1.1 User unknown\n"
        "Note:  Two replies may answer it."
    )


def test_the_six_values_still_give_their_sentence() -> None:
    strings = ("1", "6", "mx1.example.com", "rcpt", "550 5.1.1 User unknown ", "RCPT TO:<a@example.com> ")
    record = EventRecord("a.evtx", 0, 0, False, 7, 7004, "error", "MSExchangeTransport", None, None, strings, None)
    exchange = SmtpExchangeParser().parse(record)
    assert exchange is not None
    assert event_text(exchange, UTC).endswith(
        "Description:\nThis is an SMTP protocol error log for virtual server ID 1, connection #6. The remote host "
        '"mx1.example.com", responded to the SMTP command "rcpt" with "550 5.1.1 User unknown ". The full command sent '
        'was "RCPT TO:<a@example.com> ".  This will probably cause the connection to fail.'
    )
