"""Replies that are quoted in the connectivity logs of Exchange."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError
from smtpscope.reading.microsoft_exchange.connectivity_log import ConnectivityLogReader
from smtpscope.reading.microsoft_exchange.transport_log import NO_HEADER
from smtpscope.reading.microsoft_exchange.transport_replies import MAYBE_OURS
from smtpscope.reading.record import Batch, ReadOptions, SmtpExchangeRecord
from support.memory_source import MemorySource
from support.protocol_logs import CONNECTIVITY_FIELDS, connectivity_log, header, row

NOON = "2026-11-09T12:00:00.250Z"
HEADER = header("Transport Connectivity Log", CONNECTIVITY_FIELDS)


def reader(text: str | bytes, *, growing: bool = False) -> ConnectivityLogReader:
    data = text.encode() if isinstance(text, str) else text
    return ConnectivityLogReader(MemorySource(data), ReadOptions(growing=growing))


def line(description: str, *, session: str = "08DE1F3B00000001", sign: str = ">", source: str = "SMTP") -> str:
    return row(NOON, session, source, "fabrikam.example", sign, description)


def exchanges(batches: list[Batch]) -> list[SmtpExchangeRecord]:
    return [exchange for batch in batches for exchange in batch.exchanges]


def replies(*descriptions: str) -> list[str]:
    text = HEADER + "".join(map(line, descriptions))
    return [exchange.reply for exchange in exchanges(list(reader(text).batches()))]


def test_a_quoted_reply_is_an_outbound_exchange_without_command() -> None:
    text = HEADER + line("432-4.3.2 STOREDRV; mailbox server is too busy", source="MapiDelivery")
    assert exchanges(list(reader(text).batches())) == [
        SmtpExchangeRecord(
            file="memory.log",
            offset=len(HEADER),
            time_ms=1_794_225_600_250,
            time_assumed=False,
            side="outbound",
            provider="Transport Connectivity Log",
            computer=None,
            connector="MapiDelivery",
            remote_host="fabrikam.example",
            logged_verb="",
            command="",
            reply="432-4.3.2 STOREDRV; mailbox server is too busy",
            guess=MAYBE_OURS,
        )
    ]


def test_what_the_other_side_said_is_told_from_states_of_our_own_transport() -> None:
    text = HEADER + line("(421 4.4.2 Connection dropped due to SocketError)") + line("550 5.7.1 Unable to relay")
    assert [exchange.guess for exchange in exchanges(list(reader(text).batches()))] == [MAYBE_OURS, None]


@pytest.mark.parametrize(
    ("description", "reply"),
    [
        ("550 5.7.1 Unable to relay", "550 5.7.1 Unable to relay"),
        ("421", "421"),
        ("Messages: 0 Bytes: 0 (421 4.4.2 Connection dropped (reset))", "421 4.4.2 Connection dropped (reset)"),
        ("encountered a transient failure with status 451 4.4.0 Timeout", "451 4.4.0 Timeout"),
        ("The remote server responded with: 554 Go away", "554 Go away"),
        ('451 4.4.0 Primary target IP address responded with: "421 4.4.1 No"',
         '451 4.4.0 Primary target IP address responded with: "421 4.4.1 No"'),
    ],
)  # fmt: skip
def test_a_reply_is_found_where_it_is_quoted(description: str, reply: str) -> None:
    assert replies(description) == [reply]


@pytest.mark.parametrize(
    "description",
    [
        "Messages: 451 Bytes: 550 Recipients: 421",
        "DnsConnectorDelivery 0b1c;QueueLength=TQ=451;AN=451;. ",
        "Failed connection to 203.0.113.25:25 (TimedOut:0000274C)[TargetHost:mx:25|MarkedUnhealthy|FailureCount:421]",
        "Connection to mx.example.net has succeeded with status 250 2.0.0 OK",
        "Established connection to 192.0.2.55",
        "service started; MaxConcurrentSubmissions=500; MaxSmtpOutConnections=450",
        "",
    ],
)
def test_other_numbers_are_no_replies(description: str) -> None:
    assert replies(description) == []


def test_the_host_of_a_failed_connection_is_its_address() -> None:
    text = HEADER + line("Failed connection to [2001:db8::25]:25, 421 4.4.2 Connection dropped")
    (found,) = exchanges(list(reader(text).batches()))
    assert (found.remote_host, found.reply) == ("2001:db8::25", "421 4.4.2 Connection dropped")


def test_each_row_counts_once_and_sessions_can_be_seen_again() -> None:
    text = connectivity_log()
    log = reader(text.encode("utf-8-sig"))
    batches = list(log.batches())
    found = exchanges(batches)
    assert len(found) == 23
    assert sum(batch.unrelated_records for batch in batches) + len(found) == text.count("\r\n") - 5
    smtp_session = log.smtp_session(found[0].offset)
    assert smtp_session is not None
    assert [said.sign for said in smtp_session.lines] == ["connected", "information", "information"]
    assert smtp_session.facts[1:] == (("source", "SMTP"), ("destination", "mx.example.org"))
    assert log.raw(found[0].offset) == text.encode()[found[0].offset - 3 :].decode().partition("\r\n")[0]


def test_connections_that_nobody_answered_are_counted() -> None:
    text = HEADER + "".join(
        map(
            line,
            (
                "Failed connection to 203.0.113.25:25 (TimedOut:0000274C)",
                "Failed connection to 203.0.113.25:25, 421 4.4.2 Connection dropped",
                "DNS server returned ErrorRetry reported by 192.0.2.53. Failed connection to nobody",
                "Messages: 3 Bytes: 9000",
            ),
        )
    )
    assert reader(text).information().facts[-1] == ("Connections that failed without a reply", "2")
    (batch,) = reader(text).batches()
    assert (len(batch.exchanges), batch.unrelated_records) == (1, 3)
    assert [(problem.place, problem.records) for problem in batch.problems] == [("whole file", 2)]
    assert batch.problems[0].reason.startswith("2 connections failed without a reply of the other side (")


def test_a_growing_log_gives_nothing_twice() -> None:
    data = connectivity_log(sessions=9).encode()
    source = MemorySource(b"")
    log = ConnectivityLogReader(source, ReadOptions(growing=True))
    found = list(log.batches())
    for end in range(500, len(data) + 500, 500):
        source.data = data[:end]
        found += log.read_new()
    assert exchanges(found) == exchanges(list(reader(data).batches()))


def test_a_broken_row_is_told_and_hides_no_other() -> None:
    text = HEADER + f"{NOON},1,SMTP\r\n" + line("550 5.7.1 no").replace(NOON, "?")
    (batch,) = reader(text).batches()
    assert [exchange.time_ms for exchange in batch.exchanges] == [None]
    assert [(problem.place, problem.reason) for problem in batch.problems] == [
        ("line 6", "3 fields, the header has 6"),
        ("line 7", "the time of the row can't be read"),
    ]


def test_another_file_is_refused() -> None:
    with pytest.raises(LogError, match="no connectivity log of Exchange"):
        list(reader("#Log-type: SMTP Send Protocol Log\r\n").batches())


@settings(max_examples=25)
@given(st.lists(st.sampled_from([line("550 5.7.1 no"), line("x"), '"', "\0", ",", "\r\n"]) | st.text(max_size=9)))
def test_any_log_is_read_to_its_end(pieces: list[str]) -> None:
    log = reader(HEADER + "".join(pieces))
    for exchange in exchanges(list(log.batches())):
        assert exchange.reply[:3] in log.raw(exchange.offset)
        assert log.smtp_session(exchange.offset) is None or exchange.offset >= len(HEADER)


def test_rows_without_their_header_are_read_and_that_is_said() -> None:
    rows = line("550 5.7.1 Unable to relay")
    assert [exchange.reply for exchange in exchanges(list(reader(rows).batches()))] == ["550 5.7.1 Unable to relay"]
    assert [problem.reason for batch in reader(rows).batches() for problem in batch.problems] == [NO_HEADER]
