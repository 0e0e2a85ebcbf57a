"""Events that hold no reply of a server: which guidance each gets, and who has to act."""

from __future__ import annotations

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.record import EventRecord
from support.related_samples import RELATED

EXPECTED = {
    2002: ("connection-lost-before-a-reply", "us"),
    2003: ("auth-failed", "us"),
    2017: ("send-connector-login-failed", "us"),
    1012: ("client-login-failed", "us"),
    1021: ("too-many-connections-exchange", "us"),
    1035: ("client-login-failed", "us"),
    3028: ("recipient-unknown", "sender"),
    756: ("recipient-unknown", "sender"),
    4000: ("connection-lost-before-a-reply", "us"),
    4001: ("recipient-unknown", "sender"),
    4006: ("connection-lost-before-a-reply", "us"),
    4007: ("recipient-unknown", "sender"),
    1709: ("client-did-not-authenticate", "us"),
    1706: ("xexps-auth-failed", "us"),
}


def exchange(event_id: int, strings: tuple[str, ...], provider: str, binary: bytes | None = None) -> SmtpExchange:
    record = EventRecord(
        "a.evtx", 0, 0, False, 1, event_id, "warning", provider, None, None, strings, None, binary=binary
    )
    found = SmtpExchangeParser().parse(record)
    assert found is not None
    return found


@pytest.mark.parametrize("event_id", EXPECTED)
def test_an_event_leads_to_its_entry(knowledge: KnowledgeBase, event_id: int) -> None:
    related = next(each for each in RELATED if each.event_id == event_id)
    advice = knowledge.advice(exchange(event_id, related.strings, related.provider))
    assert (advice.match.entry_id, advice.who_acts) == EXPECTED[event_id]


@pytest.mark.parametrize(
    ("data", "entry"),
    [
        (b"XEXCH50 1020 2", "smtp-filter-stops-exchange-verb"),
        (b"X-LINK2STATE LAST CHUNK={00000030}", "smtp-filter-stops-exchange-verb"),
        (b"FOO", "protocol"),
    ],
)
def test_the_command_in_the_data_decides_what_the_smtp_filter_stopped(
    knowledge: KnowledgeBase, data: bytes, entry: str
) -> None:
    assert knowledge.match(exchange(20031, (), "SmtpEvt", data)).entry_id == entry


@pytest.mark.parametrize(
    ("status", "category"),
    [
        ("5.1.1", "recipient-unknown"),
        ("5.2.3", "too-large"),
        ("5.4.4", "recipient-domain"),
        ("5.4.6", "loop"),
        ("4.3.1", "resources"),
        ("4.4.7", "unavailable"),
    ],
)
def test_the_status_code_of_a_report_decides(knowledge: KnowledgeBase, status: str, category: str) -> None:
    strings = (status, "rfc822;berta@fabrikam.example", "<1@contoso.example>")
    assert knowledge.match(exchange(3028, strings, "MSExchangeTransport")).category == category
