"""Lists and tables of the Exchange Management Shell, in any subset of properties and wrapped at any width."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError
from smtpscope.reading.microsoft_exchange.shell.shell_text import ShellTextReader
from smtpscope.reading.microsoft_exchange.transport_replies import MAYBE_OURS
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from support import exchange_shell
from support.memory_source import MemorySource, problems_of

SENT: exchange_shell.Object = {
    "Timestamp": "11/19/2026 5:12:00 AM",
    "ClientIp": "192.0.2.5",
    "ClientHostname": "EXCH01",
    "ServerIp": "203.0.113.7",
    "ServerHostname": "mx.example.org",
    "ConnectorId": "Internet",
    "Source": "SMTP",
    "EventId": "FAIL",
    "Recipients": ("bob@example.org",),
    "RecipientStatus": ("550 5.1.1 User unknown",),
}
TURNED_AWAY: exchange_shell.Object = {
    "Timestamp": "11/19/2026 5:13:00 AM",
    "ClientIp": "203.0.113.9",
    "ServerIp": "192.0.2.5",
    "ServerHostname": "EXCH01",
    "ConnectorId": r"EXCH01\Default EXCH01",
    "Source": "SMTP",
    "EventId": "FAIL",
    "Recipients": ("berta@contoso.example", "carl@contoso.example"),
    "RecipientStatus": ("550 5.7.1 Sender ID (PRA) Not Permitted",),
}
MS = 1_795_065_120_000


def reader(text: str | bytes) -> ShellTextReader:
    return ShellTextReader(MemorySource(text.encode() if isinstance(text, str) else text), ReadOptions())


def exchanges(text: str | bytes) -> list[SmtpExchangeRecord]:
    return [exchange for batch in reader(text).batches() for exchange in batch.exchanges]


def replies(text: str) -> list[str]:
    return [exchange.reply for exchange in exchanges(text)]


def queue(error: str, **more: str) -> str:
    return exchange_shell.format_list({"Identity": r"EXCH01\12", **more, "LastError": error}, 400)


def test_an_entry_of_a_tracking_log_is_an_exchange() -> None:
    assert exchanges(exchange_shell.format_list(SENT)) == [
        SmtpExchangeRecord(
            file="memory.log",
            offset=0,
            time_ms=MS,
            time_assumed=True,
            side="outbound",
            provider="Message Tracking Log",
            computer="EXCH01",
            connector="Internet",
            remote_host="mx.example.org",
            logged_verb="",
            command="",
            reply="550 5.1.1 User unknown",
            mailbox="bob@example.org",
        )
    ]


def test_what_our_server_turned_away_is_inbound_once_for_each_recipient() -> None:
    found = exchanges(exchange_shell.format_list(TURNED_AWAY))
    assert [(each.side, each.remote_host, each.mailbox, each.computer) for each in found] == [
        ("inbound", "203.0.113.9", "berta@contoso.example", "EXCH01"),
        ("inbound", "203.0.113.9", "carl@contoso.example", "EXCH01"),
    ]


@pytest.mark.parametrize("width", range(44, 200, 7))
def test_a_list_that_was_wrapped_at_any_width_says_the_same(width: int) -> None:
    entries = [exchange_shell.tracked(number, random.Random(number)) for number in range(9)]
    wide, narrow = ("".join(exchange_shell.format_list(each, size) for each in entries) for size in (2_000, width))
    assert replies(narrow) == replies(wide)
    assert [each.remote_host for each in exchanges(narrow)] == [each.remote_host for each in exchanges(wide)]


def test_lines_that_lost_their_indentation_still_go_on() -> None:
    text = "\n".join(
        line.strip() for line in exchange_shell.format_list(exchange_shell.tracked(0, random.Random(3)), 90).split("\n")
    )
    assert replies(text) == replies(exchange_shell.format_list(exchange_shell.tracked(0, random.Random(3)), 900))


def test_a_pasted_list_with_a_blank_line_behind_each_line_is_read() -> None:
    text = exchange_shell.format_list(SENT).replace("\r\n", "\r\n\r\n")
    assert replies(text) == ["550 5.1.1 User unknown"]


def test_the_replies_of_several_recipients_go_with_them() -> None:
    status = ("550 5.1.1 User unknown, sorry", "250 2.1.5 Recipient OK", "452 4.2.2 Mailbox full")
    entry = {**SENT, "Recipients": ("a@example.org", "b@example.org", "c@example.org"), "RecipientStatus": status}
    assert [(each.mailbox, each.reply) for each in exchanges(exchange_shell.format_list(entry, 900))] == [
        ("a@example.org", "550 5.1.1 User unknown, sorry"),
        ("c@example.org", "452 4.2.2 Mailbox full"),
    ]


def test_quotes_around_a_status_are_not_of_the_reply() -> None:
    entry = {
        **SENT,
        "Source": "ROUTING",
        "ConnectorId": "",
        "RecipientStatus": "{'550 5.1.1 RESOLVER.ADR.X; not found'}",
    }
    assert [(each.side, each.reply) for each in exchanges(exchange_shell.format_list(entry))] == [
        ("inbound", "550 5.1.1 RESOLVER.ADR.X; not found")
    ]


def test_a_list_that_powershell_cut_is_told() -> None:
    entry = {**SENT, "Recipients": "{bob@example.org, carl@example.org, dora@example.org, emil@example.org...}"}
    found = exchanges(exchange_shell.format_list(entry))
    assert [each.mailbox for each in found] == [f"{name}@example.org" for name in ("bob", "carl", "dora", "emil")]
    assert any(
        "$FormatEnumerationLimit" in problem.reason
        for problem in problems_of(reader(exchange_shell.format_list(entry)))
    )


def test_the_last_attempt_is_the_time_where_no_other_is_printed() -> None:
    status = exchange_shell.status("550 5.1.1 No", "mx.example.org", "203.0.113.7", exchange_shell._BEGIN)
    text = exchange_shell.format_list({"Recipients": ("bob@example.org",), "RecipientStatus": (status,)})
    assert [each.time_ms for each in exchanges(text)] == [MS]


def test_a_subset_without_the_columns_that_tell_the_side_is_marked() -> None:
    text = exchange_shell.format_list({name: SENT[name] for name in ("Timestamp", "Recipients", "RecipientStatus")})
    (found,) = exchanges(text)
    assert found.side == "outbound"
    assert found.guess is not None
    assert "lacks the columns that show who refused" in found.guess


@pytest.mark.parametrize(
    ("error", "reply", "host"),
    [
        ("421 4.7.0 Try again later", "421 4.7.0 Try again later", "example.org"),
        ('451 4.4.0 Primary target IP address responded with: "421 4.7.0 [TSS04] Messages from 192.0.2.5 deferred." '
         "Attempted failover to alternate host, but that did not succeed.",
         "421 4.7.0 [TSS04] Messages from 192.0.2.5 deferred.", "example.org"),
        ("[{LRT=11/19/2026 5:12:00 AM};{LED=450 4.7.0 Proxy session setup failed on Frontend with '451 4.4.0 Primary "
         'target IP address responded with: "550 5.7.1 Service "mail" refused." Attempted failover to alternate host, '
         "but that did not succeed. The last endpoint attempted was 203.0.113.7:25'};{FQDN=EXCH02.contoso.example};"
         "{IP=192.0.2.6}]", '550 5.7.1 Service "mail" refused.', "203.0.113.7"),
        ("[{LRT=};{LED=421 4.4.1 No};{FQDN=mx.example.org};{IP=203.0.113.7}]", "421 4.4.1 No", "mx.example.org"),
        ("[{LED=451 4.4.0 Error. The last endpoint attempted was [2001:db8::7]:25};{FQDN=};{IP=}]",
         "451 4.4.0 Error. The last endpoint attempted was [2001:db8::7]:25", "2001:db8::7"),
        ("550 5.1.351 Remote server returned unknown recipient -> 550 5.1.1 No", "550 5.1.1 No", "example.org"),
    ],
    ids=["plain", "2010", "proxied", "2013", "IPv6", "Online"],
)  # fmt: skip
def test_the_last_error_of_a_queue_has_the_remote_servers_own_reply(error: str, reply: str, host: str) -> None:
    (found,) = exchanges(queue(error, NextHopDomain="example.org", DeliveryType="DnsConnectorDelivery"))
    assert (found.side, found.reply, found.remote_host) == ("outbound", reply, host)
    assert (found.computer, found.connector) == ("EXCH01", "example.org (DnsConnectorDelivery)")


def test_what_our_own_transport_says_of_a_queue_is_marked() -> None:
    (found,) = exchanges(queue("451 4.4.0 DNS query failed. The error was: DNS query failed with error ErrorRetry"))
    assert found.guess == MAYBE_OURS


def test_a_queue_that_waits_without_a_reply_is_told() -> None:
    text = queue("421 4.4.1 No") + queue("A matching connector cannot be found to route the external recipient")
    assert replies(text) == ["421 4.4.1 No"]
    assert any("without a reply of the other side" in problem.reason for problem in problems_of(reader(text)))


def test_a_queue_without_a_time_is_told() -> None:
    assert any("no time of the refusal" in problem.reason for problem in problems_of(reader(queue("421 4.4.1 No"))))


def test_a_last_error_from_queue_viewer_is_read_with_and_without_its_label() -> None:
    error = '451 4.4.0 Primary target IP address responded with: "451 5.7.3 Cannot achieve authentication." Attempted'
    for text in (f"Last Error: {error} failover to alternate host.", f"{error} failover to alternate host.\n"):
        assert replies(text) == ["451 5.7.3 Cannot achieve authentication."]


def test_each_recipient_of_a_waiting_message_has_its_last_error() -> None:
    message = {
        "Identity": r"EXCH01\12\9876543210",
        "FromAddress": "ann@contoso.example",
        "LastError": "452 4.2.2 Over quota",
        "Recipients": "{bob@example.org;2;2;452 4.2.2 Over quota;0;, carl@example.org;2;2;452 4.2.2 Over quota;0;}",
    }
    assert [each.mailbox for each in exchanges(exchange_shell.format_list(message))] == [
        "bob@example.org",
        "carl@example.org",
    ]


@pytest.mark.parametrize("width", [30, 44, 60, 200])
def test_a_table_that_was_wrapped_says_the_same_as_a_list(width: int) -> None:
    queues = [exchange_shell.queue(number, random.Random(number)) for number in range(9)]
    table = exchange_shell.format_table(queues, ("Identity", "NextHopDomain", "MessageCount", "LastError"), width)
    assert replies(table) == replies("".join(exchange_shell.format_list(each) for each in queues))


def test_an_entry_of_the_agent_log_is_inbound() -> None:
    text = exchange_shell.format_list(
        {
            "Timestamp": "11/19/2026 5:12:00 AM",
            "IPAddress": "203.0.113.9",
            "Recipients": ("berta@contoso.example",),
            "Event": "OnRcptCommand",
            "Action": "RejectCommand",
            "SmtpResponse": "550 5.7.1 On a block list",
        }
    )
    (found,) = exchanges(text)
    assert (found.side, found.remote_host, found.logged_verb, found.mailbox) == (
        "inbound", "203.0.113.9", "RCPT", "berta@contoso.example",
    )  # fmt: skip


def test_the_detail_of_a_message_trace_is_read_in_utc() -> None:
    detail = exchange_shell.status("450 4.7.1 Later", "mx.example.org", "203.0.113.7", exchange_shell._BEGIN)
    text = exchange_shell.format_list(
        {"Date": "11/19/2026 5:12:00 AM", "Event": "Defer", "Action": "", "Detail": f"Reason: {detail}. Proxy: x"}
    )
    (found,) = exchanges(text)
    assert (found.time_ms, found.time_assumed, found.remote_host, found.reply) == (
        MS, False, "mx.example.org", "450 4.7.1 Later",
    )  # fmt: skip


def test_a_list_of_windows_events_is_another_reader_s() -> None:
    text = (
        "Index : 1\nEntryType : Error\nInstanceId : 7002\nSource : MSExchangeTransport\nEventID : 7002\nMessage : x\n"
    )
    assert not ShellTextReader.sniff(text.encode())


@given(st.text())
@settings(deadline=None)
def test_any_value_is_read_without_an_error(text: str) -> None:
    with suppress(LogError):
        list(reader(f"Identity : A\\1\r\nLastError : {text}\r\n\r\nRecipientStatus : {{{text}\r\n").batches())


@pytest.mark.parametrize("left", ["T", "Timest", "\x01 Source", "amp : 11/19"])
def test_what_is_left_of_an_object_does_not_join_its_neighbours(left: str) -> None:
    text = f"{exchange_shell.format_list(SENT)}\n{left}\n{queue('451 4.7.0 Try later')}"
    assert replies(text) == ["550 5.1.1 User unknown", "451 4.7.0 Try later"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize("end", [30, 60, 400])
def test_an_object_in_a_line_that_lost_its_end_is_an_object(codec: str, end: int) -> None:
    lost = exchange_shell.format_list(SENT)[:end].rstrip()
    text = f"{exchange_shell.format_list(SENT)}\n{lost}{exchange_shell.format_list(TURNED_AWAY)}"
    found = exchanges(text.encode(codec))
    assert [each.reply for each in found if each.side == "inbound"] == ["550 5.7.1 Sender ID (PRA) Not Permitted"] * 2
    assert all("Not Permitted" in reader(text.encode(codec)).raw(each.offset) for each in found[-2:])
