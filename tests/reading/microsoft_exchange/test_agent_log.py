"""What the anti-spam agents of Exchange refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError
from smtpscope.reading.microsoft_exchange.agent_log import AgentLogReader
from smtpscope.reading.microsoft_exchange.transport_log import NO_HEADER
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from support.agent_logs import FIELDS, agent_log
from support.memory_source import MemorySource, problems_of
from support.protocol_logs import NOON, header, row

HEADER = header("Agent Log", FIELDS)
BLOCKED = "550 5.7.1 Recipient not authorized; your IP has been found on a block list"


def reader(text: str | bytes) -> AgentLogReader:
    return AgentLogReader(MemorySource(text.encode() if isinstance(text, str) else text), ReadOptions())


def entry(
    reply: str = BLOCKED, *, event: str = "OnRcptCommand", recipient: str = "berta@contoso.example", fields: int = 20
) -> str:
    values = (
        NOON, "08DE1F3A00000001", "192.0.2.5:25", "203.0.113.9:46904", "203.0.113.9", "", "ann@example.org", "",
        recipient, 1, "Connection Filtering Agent", event, "RejectCommand", reply, "BlockListProvider",
        "dnsbl.example.net", "", "", "", "Incoming",
    )  # fmt: skip
    return row(*values[:fields])


def exchanges(text: str | bytes) -> list[SmtpExchangeRecord]:
    return [exchange for batch in reader(text).batches() for exchange in batch.exchanges]


def test_a_refusal_is_an_inbound_exchange() -> None:
    assert exchanges(HEADER + entry()) == [
        SmtpExchangeRecord(
            file="memory.log",
            offset=len(HEADER),
            time_ms=1_794_225_600_250,
            time_assumed=False,
            side="inbound",
            provider="Agent Log",
            computer=None,
            connector=None,
            remote_host="203.0.113.9",
            logged_verb="RCPT",
            command="",
            reply=BLOCKED,
            mailbox="berta@contoso.example",
        )
    ]


@pytest.mark.parametrize(
    ("event", "verb"),
    [("OnMailCommand", "MAIL"), ("OnEndOfData", "DATA"), ("OnEndOfHeaders", "DATA"), ("OnEhloCommand", "EHLO"),
     ("OnConnectEvent", "")],
)  # fmt: skip
def test_the_event_tells_the_command(event: str, verb: str) -> None:
    assert [each.logged_verb for each in exchanges(HEADER + entry(event=event))] == [verb]


def test_each_recipient_is_an_exchange_at_a_byte_of_its_own() -> None:
    found = exchanges(HEADER + entry(recipient="berta@contoso.example;carl@contoso.example"))
    assert [each.mailbox for each in found] == ["berta@contoso.example", "carl@contoso.example"]
    assert [each.offset - len(HEADER) for each in found] == [0, 1]


@pytest.mark.parametrize("reply", ["", "250 2.6.0 Queued", "SmtpResponse"])
def test_what_refuses_nothing_is_no_exchange(reply: str) -> None:
    assert exchanges(HEADER + entry(reply)) == []


@pytest.mark.parametrize("fields", [16, 17, 20])
def test_rows_without_their_header_are_read_and_that_is_said(fields: int) -> None:
    rows = entry(fields=fields) * 2
    assert [each.reply for each in exchanges(rows)] == [BLOCKED, BLOCKED]
    assert [problem.reason for problem in problems_of(reader(rows))] == [NO_HEADER]


def test_the_row_of_a_later_recipient_is_shown_whole() -> None:
    text = HEADER + entry() + entry(recipient="berta@contoso.example;carl@contoso.example")
    log = reader(text)
    assert log.raw(exchanges(text)[-1].offset) == text.splitlines()[-1]


def test_another_log_is_refused() -> None:
    with pytest.raises(LogError, match="no agent log of Exchange"):
        list(reader("Dear all\n").batches())


@given(st.text())
@settings(deadline=None)
def test_any_row_is_read_without_an_error(text: str) -> None:
    list(reader(HEADER + text + "\r\n" + entry()).batches())


def test_a_log_of_many_entries_is_read_in_order() -> None:
    found = exchanges(agent_log(400))
    assert len(found) > 100
    assert [each.offset for each in found] == sorted({each.offset for each in found})
