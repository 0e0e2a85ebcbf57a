"""Refusals in the SMTP protocol logs of Exchange."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError, Problem
from smtpscope.reading.microsoft_exchange.protocol_log import ProtocolLogReader
from smtpscope.reading.microsoft_exchange.transport_log import NO_HEADER
from smtpscope.reading.record import Batch, ReadOptions, SmtpExchangeRecord
from support.every_format import without_header
from support.memory_source import MemorySource, problems_of
from support.protocol_logs import (
    FIELDS,
    NOON,
    SESSION,
    Kind,
    Turn,
    header,
    protocol_log,
    receive_log,
    receive_row,
    session_rows,
)

NOON_MS = 1_794_225_600_250


def reader(text: str | bytes, *, growing: bool = False, block_size: int = 1 << 20) -> ProtocolLogReader:
    data = text.encode() if isinstance(text, str) else text
    return ProtocolLogReader(MemorySource(data), ReadOptions(growing=growing), block_size=block_size)


def exchanges(batches: list[Batch]) -> list[SmtpExchangeRecord]:
    return [exchange for batch in batches for exchange in batch.exchanges]


def read(text: str | bytes, *, block_size: int = 1 << 20) -> list[SmtpExchangeRecord]:
    return exchanges(list(reader(text, block_size=block_size).batches()))


def problems(text: str | bytes) -> list[Problem]:
    return [problem for batch in reader(text).batches() for problem in batch.problems]


def test_rows_are_believed_when_their_header_says_otherwise() -> None:
    true, lie = "SMTP Send Protocol Log", "SMTP Receive Protocol Log"
    log = protocol_log("Send", sessions=6)
    found = read(log.replace(true, lie))
    assert len(found) == len(read(log)) > 2
    assert {(exchange.side, exchange.provider) for exchange in found} == {("outbound", true)}
    reason = f'the header says "{lie}", but the rows are those of a Send log: read as such'
    assert problems(log.replace(true, lie)) == [Problem("memory.log", "line 6", reason, "noted", 1)]
    assert problems(log) == problems(protocol_log("Receive", sessions=6)) == []


def test_a_client_that_talks_like_a_server_turns_nothing_round() -> None:
    rows = [receive_row("+", ""), receive_row(">", "220 mx ESMTP")]
    for _ in range(30):
        rows += [receive_row("<", "220 a,<,220 b,<,220 c"), receive_row(">", "500 5.3.3 Unrecognized command")]
    found = read(receive_log(*rows))
    assert {exchange.side for exchange in found} == {"inbound"}
    assert len(found) == 30


def test_a_log_without_the_numbers_of_its_rows_is_read() -> None:
    rows = ("s,+,", "s,<,220 mx ESMTP", "s,>,RCPT TO:<a@example.net>", "s,<,550 5.1.1 no")
    text = header("SMTP Send Protocol Log", "date-time,session-id,event,data") + "".join(
        f"{NOON},{row}\r\n" for row in rows
    )
    (found,) = read(text)
    assert (found.command, found.reply, found.guess) == ("RCPT TO:<a@example.net>", "550 5.1.1 no", None)
    assert ["connector-id" in problem.reason for problem in problems(text)] == [True, False]


def test_connections_that_nobody_answered_are_told_and_no_exchanges() -> None:
    timed_out = "Failed to connect. Winsock error code: 10060, Win32 error code: 10060, for 198.51.100.7:25"
    turns: list[Turn] = [("+", "", ""), ("*", "", "attempting to connect"), ("*", "", timed_out), ("-", "", "Local")]
    old: list[Turn] = [("*", "attempting to connect to 198.51.100.7:25 failed", ""), ("*", "", "sending message")]
    rows = [row for number, one in enumerate((turns, old)) for row in session_rows("Send", number, "198.51.100.7", one)]
    (batch,) = reader(header("SMTP Send Protocol Log", FIELDS) + "".join(rows)).batches()
    assert (len(batch.exchanges), batch.unrelated_records) == (0, 6)
    assert [(problem.place, problem.outcome, problem.records) for problem in batch.problems] == [
        ("whole file", "noted", 2)
    ]
    assert batch.problems[0].reason.startswith("2 connections failed without a reply of the other side (")


def test_tls_negotiations_that_failed_are_reported_with_the_names_of_their_errors() -> None:
    said = ("with error UnknownCredentials", "with error UnknownCredentials", "with error InvalidToken", "")
    rows = [
        row
        for number, words in enumerate(said)
        for row in session_rows("Send", number, "198.51.100.7", [("*", "", f"TLS negotiation failed {words}".strip())])
    ]
    data = header("SMTP Send Protocol Log", FIELDS) + "".join(rows)
    for tables in (True, False):
        (batch,) = ProtocolLogReader(MemorySource(data.encode()), ReadOptions(), tables=tables).batches()
        (problem,) = batch.problems
        assert (problem.outcome, problem.records, len(batch.exchanges)) == ("noted", 4, 0)
        assert problem.reason.endswith(
            "TLS negotiation failed in 4 of them (UnknownCredentials 2, InvalidToken 1; "
            "see `smtpscope kb show exchange-tls-error`)"
        )


def test_what_a_client_is_refused_is_inbound() -> None:
    text = receive_log(
        receive_row("<", "RCPT TO:<berta@example.net>", sequence=0), receive_row(">", "550 5.7.1 Unable to relay")
    )
    assert read(text) == [
        SmtpExchangeRecord(
            file="memory.log",
            offset=text.index("\n" + NOON, text.index("RCPT")) + 1,
            time_ms=NOON_MS,
            time_assumed=False,
            side="inbound",
            provider="SMTP Receive Protocol Log",
            computer="EXCH01",
            connector=r"EXCH01\Default Frontend EXCH01",
            remote_host="203.0.113.25",
            logged_verb="RCPT",
            command="RCPT TO:<berta@example.net>",
            reply="550 5.7.1 Unable to relay",
        )
    ]
    assert datetime.fromtimestamp(NOON_MS / 1000, UTC).isoformat().startswith("2026-11-09T12:00:00.25")


def test_what_we_are_refused_is_outbound_and_our_server_has_only_an_address() -> None:
    turns: list[Turn] = [("+", "", ""), ("server", "220 mx", ""), ("client", "EHLO a.example", ""),
                         ("server", "550 5.7.1 No", "")]  # fmt: skip
    text = header("SMTP Send Protocol Log", FIELDS) + "".join(session_rows("Send", 1, "[2001:db8::25]", turns))
    (found,) = read(text.encode("utf-8-sig"))
    assert (found.side, found.provider, found.computer, found.connector, found.remote_host, found.command) == (
        "outbound",
        "SMTP Send Protocol Log",
        "192.0.2.10",
        "Internet über Smarthost",
        "2001:db8::25",
        "EHLO a.example",
    )


def test_sessions_that_run_at_the_same_time_are_kept_apart() -> None:
    other = "08DE1F3A00000002"
    found = read(
        receive_log(
            receive_row("<", "RCPT TO:<a@example.net>", sequence=0),
            receive_row("<", "VRFY b", session=other, sequence=0),
            receive_row(">", "550 no a"),
            receive_row(">", "252 perhaps", session=other),
            receive_row("<", "RCPT TO:<c@example.net>", session=other),
            receive_row("<", "HELP"),
            receive_row(">", "450 no c", session=other),
            receive_row(">", "502 no help"),
        )
    )
    assert [(exchange.command, exchange.reply) for exchange in found] == [
        ("RCPT TO:<a@example.net>", "550 no a"),
        ("RCPT TO:<c@example.net>", "450 no c"),
        ("HELP", "502 no help"),
    ]


def test_information_of_the_log_is_no_exchange() -> None:
    text = receive_log(
        receive_row("*", "Tarpit for '0.00:00:05' due to '550 5.7.1 Unable to relay'"),
        receive_row("*", "", context="550 5.7.1 Unable to relay"),
        receive_row("-", "421 4.4.1 Connection timed out"),
    )
    (batch,) = reader(text).batches()
    assert (list(batch.exchanges), batch.unrelated_records) == ([], 3)


def test_each_row_counts_once() -> None:
    text = protocol_log("Send")
    batches = list(reader(text).batches())
    rows = sum(1 for each in text.splitlines() if not each.startswith("#"))
    assert sum(batch.unrelated_records for batch in batches) + len(exchanges(batches)) == rows
    assert batches[-1].bytes_read == batches[-1].bytes_total


def test_rows_of_one_reply_are_one_exchange_at_its_first_row() -> None:
    other = "08DE1F3A00000002"
    text = receive_log(
        receive_row("<", "RCPT TO:<a@example.net>", sequence=0),
        receive_row(">", "550-5.7.1 first"),
        receive_row("<", "HELP", session=other, sequence=0),
        receive_row(">", "502 5.5.1 no help", session=other),
        receive_row("*", "news"),
        receive_row(">", "550 5.7.1 second"),
    )
    found = read(text)
    assert [exchange.reply for exchange in found] == ["550-5.7.1 first\n550 5.7.1 second", "502 5.5.1 no help"]
    assert [text.encode()[exchange.offset :].decode().split(",")[7].split("\r")[0] for exchange in found] == [
        "550-5.7.1 first",
        "502 5.5.1 no help",
    ]
    assert reader(text).raw(found[0].offset).count("\n") == 2


def test_a_reply_that_never_ends_holds_up_no_others() -> None:
    refusals = receive_row("<", "HELP", session="B") + receive_row(">", "502 no", session="B")
    text = receive_log(receive_row("<", "NOOP"), receive_row(">", "550-first"), *[refusals] * 2_100)
    batches = list(reader(text).batches())
    assert len(batches[0].exchanges) == 1_900
    assert len(exchanges(batches)) == 2_101


def test_logs_that_were_put_together_are_told_apart() -> None:
    refused = [("client", "HELP", ""), ("server", "502 no", "")]
    text = "".join(
        "\ufeff" + header(f"SMTP {kind} Protocol Log", FIELDS) + "".join(session_rows(kind, 1, "192.0.2.7", refused))
        for kind in ("Send", "Receive")
    )
    assert [(exchange.side, exchange.command) for exchange in read(text)] == [("outbound", "HELP"), ("inbound", "HELP")]


def test_fields_in_another_order_are_read_and_found_again() -> None:
    fields = "event,data,date-time,Session-Id,sequence-number,remote-endpoint"
    text = receive_log(receive_row("<", "NOOP"), receive_row(">", "500 no")) + (
        f"#Fields: {fields}\r\n"
        f"<,HELP,{NOON},{SESSION}2,0,203.0.113.9:25\r\n"
        f">,502 5.5.1 no,{NOON},{SESSION}2,1,203.0.113.9:25\r\n"
    )
    log = reader(text)
    found = exchanges(list(log.batches()))[-1]
    assert (found.remote_host, found.time_ms, found.command, found.computer, found.connector) == (
        "203.0.113.9",
        NOON_MS,
        "HELP",
        None,
        None,
    )
    assert log.raw(found.offset).startswith("<,HELP")
    smtp_session = log.smtp_session(found.offset)
    assert smtp_session is not None
    assert [said.text for said in smtp_session.lines] == ["HELP", "502 5.5.1 no"]


@pytest.mark.parametrize("kind", ["Send", "Receive"])
def test_a_log_without_its_header_is_told_by_the_commands_in_it(kind: Kind) -> None:
    text = protocol_log(kind)
    whole, rows = read(text), text.partition("context\r\n")[2]
    assert ProtocolLogReader.sniff(rows.encode())
    assert [(exchange.side, exchange.command, exchange.reply) for exchange in read(rows)] == [
        (exchange.side, exchange.command, exchange.reply) for exchange in whole
    ]
    assert reader(rows).information().warnings


def test_a_broken_row_is_told_and_hides_no_other() -> None:
    text = receive_log(receive_row("<", "HELP"), "2026-11-09T12:00:00.250Z,half\r\n", receive_row(">", "502 no"))
    assert [exchange.command for exchange in read(text)] == ["HELP"]
    assert problems(text) == [Problem("memory.log", "line 7", "2 fields, the header has 9", "skipped", 1)]


def test_a_time_that_is_none_is_told_and_the_exchange_is_kept() -> None:
    text = receive_log(receive_row("<", "HELP"), receive_row(">", "502 no").replace(NOON, "yesterday"))
    assert [exchange.time_ms for exchange in read(text)] == [None]
    assert [problem.reason for problem in problems(text)] == ["the time of the row can't be read"]


def test_hostile_values_come_out_as_they_are() -> None:
    command, reply = "RCPT TO:<\x1b]52;c;eA==\x07@example.net>", '550 "[/] =1+1, <b> ' + "x" * 100_000
    (found,) = read(receive_log(receive_row("<", command), receive_row(">", reply)))
    assert (found.command, found.reply) == (command, reply)


def test_a_log_with_its_header_alone_has_no_exchanges() -> None:
    (batch,) = reader(receive_log()).batches()
    assert (list(batch.exchanges), batch.unrelated_records, batch.problems) == ([], 0, [])


def test_another_file_is_refused() -> None:
    with pytest.raises(LogError, match="no SMTP protocol log of Exchange"):
        list(reader("#Log-type: Message Tracking Log\r\n").batches())


def test_encodings_and_block_sizes_do_not_matter() -> None:
    text = protocol_log("Send", sessions=12)
    expected = [(exchange.command, exchange.reply, exchange.connector) for exchange in read(text)]
    assert len(expected) > 3
    for data in (text.encode("utf-8-sig"), text.encode("cp1252"), text.encode("utf-16"), text.encode("utf-16-be")):
        for block_size in (300, 1 << 20):
            found = read(data, block_size=block_size)
            assert [(exchange.command, exchange.reply, exchange.connector) for exchange in found] == expected


def test_a_growing_log_gives_nothing_twice_and_loses_nothing() -> None:
    text = protocol_log("Receive", sessions=9, share=1.0)
    data = text.encode()
    source = MemorySource(b"")
    log = ProtocolLogReader(source, ReadOptions(growing=True))
    found: list[Batch] = []
    for end in range(0, len(data) + 700, 700):
        source.data = data[:end]
        found += log.read_new() if end else log.batches()
    whole = list(reader(data).batches())
    assert exchanges(found) == exchanges(whole)
    assert sum(batch.unrelated_records for batch in found) == sum(batch.unrelated_records for batch in whole)
    assert not list(log.read_new())


def test_a_growing_log_that_was_begun_anew_is_read_as_a_whole() -> None:
    source = MemorySource(receive_log(receive_row("<", "HELP"), receive_row(">", "502 no")).encode() * 2)
    log = ProtocolLogReader(source, ReadOptions(growing=True))
    assert len(exchanges(list(log.batches()))) == 2
    source.data = receive_log(receive_row("<", "NOOP"), receive_row(">", "500 no")).encode()
    assert [exchange.command for exchange in exchanges(list(log.read_new()))] == ["NOOP"]


def test_the_information_is_that_of_the_header() -> None:
    information = reader(receive_log()).information()
    assert information.format_name == "Exchange SMTP protocol log (SmtpSend, SmtpReceive)"
    assert information.facts == (
        ("Encoding", "UTF-8 or Windows-1252"),
        ("Kind", "SMTP Receive Protocol Log"),
        ("Written by", "Microsoft Exchange Server"),
        ("Version", "15.0.0.0"),
        ("Begun", "2026-11-09T05:00:00.000Z"),
    )
    assert information.warnings == ()


PIECES = st.sampled_from(
    [
        receive_row("<", "DATA"),
        receive_row(">", "354 go"),
        receive_row(">", "550-a"),
        receive_row(">", "450 b"),
        "#Fields: data,event\r\n",
        "#Fields: event,data,session-id,sequence-number,date-time\r\n",
        *('"', "\r\n", "\0", NOON, ",,,,,,", "\x1b[2J", "#"),
    ]
)


@settings(max_examples=30)
@given(st.lists(PIECES | st.text(max_size=8), max_size=25), st.sampled_from(["utf-8", "utf-16"]))
def test_any_log_is_read_to_its_end(pieces: list[str], encoding: str) -> None:
    data = receive_log(*pieces).encode(encoding, errors="replace")
    log = reader(data, block_size=200)
    found = exchanges(list(log.batches()))
    places = [exchange.offset for exchange in found]
    assert places == sorted(set(places))
    for exchange in found[:3]:
        assert exchange.reply[:3] in log.raw(exchange.offset)
        assert log.smtp_session(exchange.offset) is not None


def test_rows_without_their_header_are_read_and_that_is_said() -> None:
    rows = without_header(protocol_log("Receive").encode())
    log = ProtocolLogReader(MemorySource(rows), ReadOptions())
    assert [problem.reason for problem in problems_of(log)].count(NO_HEADER) == 1
