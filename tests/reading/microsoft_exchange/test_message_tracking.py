"""Message tracking logs of Exchange 2007 and later, from the first byte to the last."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import Problem
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.microsoft_exchange.message_tracking import MessageTrackingReader
from smtpscope.reading.record import Batch, ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log
from support.every_format import without_header
from support.memory_source import MemorySource, problems_of
from support.tracking_logs import COLUMNS, header, row, sample, status, tracking_log, tracking_rows

NAMES = COLUMNS["15.02.1544.004"]
GOLDEN = b"""#Software: Microsoft Exchange Server
#Version: 15.02.1544.004
#Log-type: Message Tracking Log
#Date: 2026-11-09T06:12:40.000Z
#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,\
internal-message-id,message-id,recipient-address,recipient-status,message-subject,sender-address
2026-11-09T06:12:41.123Z,192.0.2.10,EXCH01,,,,,STOREDRIVER,RECEIVE,77,<a@example.com>,\
anna@contoso.example;ben@contoso.example,To;Cc,Offer 550,orders@example.com
2026-11-09T06:12:43.000Z,192.0.2.10,EXCH01,198.51.100.25,mx1.contoso.example,,To Internet,SMTP,FAIL,77,<a@example.com>,\
anna@contoso.example;ben@contoso.example,\
"[{LED=550 5.1.1 <anna@contoso.example>: no ""Anna"", sorry};{MSG=};{FQDN=mx1.contoso.example};\
{IP=198.51.100.25};{LRT=11/9/2026 6:12:42 AM}];\
[{LED=452 4.2.2 Mailbox full; try later};{MSG=};{FQDN=mx1.contoso.example};\
{IP=198.51.100.25};{LRT=11/9/2026 6:12:42 AM}]",Offer 550,orders@example.com
2026-11-09T06:12:44.500Z,,EXCH01,,,,,ROUTING,FAIL,78,<b@example.com>,\
nobody@example.com,550 5.1.1 RESOLVER.ADR.RecipNotFound; not found,Hello,info@contoso.example
"""


def read(data: bytes, options: ReadOptions | None = None) -> list[Batch]:
    return list(open_log(MemorySource(data, "MSGTRK.LOG"), options or ReadOptions()).batches())


def exchanges(data: bytes) -> list[SmtpExchangeRecord]:
    return [exchange for batch in read(data) for exchange in batch.exchanges]


def problems(data: bytes) -> list[Problem]:
    return [problem for batch in read(data) for problem in batch.problems]


def others(data: bytes) -> int:
    return sum(batch.unrelated_records for batch in read(data))


def test_the_refusals_of_a_log_come_with_their_recipients() -> None:
    told = [
        (
            each.offset,
            each.time_ms,
            each.side,
            each.computer,
            each.connector,
            each.remote_host,
            each.reply,
            each.mailbox,
        )
        for each in exchanges(GOLDEN)
    ]
    assert told == [
        (
            GOLDEN.index(b"2026-11-09T06:12:43"),
            1_794_204_763_000,
            "outbound",
            "EXCH01",
            "To Internet",
            "mx1.contoso.example",
            '550 5.1.1 <anna@contoso.example>: no "Anna", sorry',
            "anna@contoso.example",
        ),
        (
            GOLDEN.index(b"ben@", GOLDEN.index(b"FAIL")),
            1_794_204_763_000,
            "outbound",
            "EXCH01",
            "To Internet",
            "mx1.contoso.example",
            "452 4.2.2 Mailbox full; try later",
            "ben@contoso.example",
        ),
        (
            GOLDEN.index(b"2026-11-09T06:12:44"),
            1_794_204_764_500,
            "inbound",
            "EXCH01",
            None,
            "",
            "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
            "nobody@example.com",
        ),
    ]
    assert others(GOLDEN) == 1
    assert problems(GOLDEN) == []


def test_an_exchange_names_its_recipient_beside_the_command() -> None:
    exchange = SmtpExchangeParser().take(exchanges(GOLDEN)[0])
    assert (exchange.command.recipient, exchange.command.full) == ("anna@contoso.example", "")
    assert (exchange.reply.code, exchange.reply.enhanced) == (550, "5.1.1")


@pytest.mark.parametrize("version", COLUMNS)
def test_each_version_tells_the_same_refusals(version: str) -> None:
    rows = tracking_rows(200)
    found = exchanges(tracking_log(rows, version).encode())
    newest = exchanges(tracking_log(rows).encode())
    assert len(found) > 20
    assert [(each.time_ms, each.reply, each.mailbox, each.side) for each in found] == [
        (each.time_ms, each.reply, each.mailbox, each.side) for each in newest
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_the_encoding_makes_no_difference(encoding: str) -> None:
    text = tracking_log(tracking_rows(120))
    found, plain = exchanges(text.encode(encoding)), exchanges(text.encode())
    assert any("ö" in str(each.mailbox) for each in plain)
    assert [(each.reply, each.mailbox) for each in found] == [(each.reply, each.mailbox) for each in plain]
    raw = open_log(MemorySource(text.encode(encoding)), ReadOptions()).raw(found[-1].offset)
    assert str(found[-1].mailbox) in raw
    assert raw in text


def test_every_row_is_counted_once() -> None:
    rows = tracking_rows(200)
    data = tracking_log(rows).encode()
    reader = open_log(MemorySource(data), ReadOptions())
    refused = {reader.raw(each.offset) for each in exchanges(data)}
    assert others(data) + len(refused) == 200


@pytest.mark.parametrize("block_size", [700, 4_096])
def test_blocks_of_any_size_give_the_same(block_size: int) -> None:
    data = sample("15.02.1544.004", 60)
    reader = MessageTrackingReader(MemorySource(data, "MSGTRK.LOG"), ReadOptions(), block_size=block_size)
    batches = list(reader.batches())
    assert [each for batch in batches for each in batch.exchanges] == exchanges(data)
    assert sum(batch.unrelated_records for batch in batches) == others(data)


def test_a_reply_of_several_lines_is_one_row() -> None:
    reply = "550-5.7.26 Your mail was blocked.\r\n550 5.7.26 See https://mail.example"
    rows = [
        {"date-time": "2026-11-09T06:12:41.123Z", "event-id": "FAIL", "source": "SMTP", "recipient-status": text}
        for text in (status(reply), "550 5.1.1 no")
    ]
    data = tracking_log(rows).encode()
    assert [each.reply for each in exchanges(data)] == [reply, "550 5.1.1 no"]
    assert others(data) == 0
    for block_size in (300, 610, 700):
        reader = MessageTrackingReader(MemorySource(data), ReadOptions(), block_size=block_size)
        assert [each.reply for batch in reader.batches() for each in batch.exchanges] == [reply, "550 5.1.1 no"]


def test_the_columns_can_change_within_a_log() -> None:
    refused = {"date-time": "2026-11-09T06:12:41.123Z", "event-id": "FAIL", "recipient-status": "550 5.1.1 no"}
    text = "".join(header(names, version) + row(names, refused) for version, names in COLUMNS.items())
    assert [each.reply for each in exchanges(text.encode())] == ["550 5.1.1 no"] * 4


def test_a_line_that_cannot_be_read_costs_no_other() -> None:
    lines = GOLDEN.splitlines(keepends=True)
    damaged = b"".join([*lines[:6], b"2026-11-09T06:12:42.000Z,cut\n", b"\x00\x1b[31m550 rubbish\n", *lines[6:]])
    assert [each.reply for each in exchanges(damaged)] == [each.reply for each in exchanges(GOLDEN)]
    assert [(each.place, each.reason, each.outcome) for each in problems(damaged)] == [
        ("line 7", "2 fields, header has 15", "skipped"),
        ("line 8", "1 field, header has 15", "skipped"),
    ]
    assert others(damaged) == 3


def test_a_row_with_a_comma_too_many_is_read_and_told() -> None:
    data = GOLDEN.replace(b"not found,Hello", b"not found,Hello, you")
    assert len(exchanges(data)) == 3
    assert [(each.place, each.reason, each.outcome) for each in problems(data)] == [
        ("line 8", "16 fields, header has 15; read as far as they match", "noted")
    ]


def test_a_log_that_is_cut_within_a_row_says_so() -> None:
    data = GOLDEN[: GOLDEN.index(b"RESOLVER")]
    assert len(exchanges(data)) == 2
    assert [each.reason for each in problems(data)] == ["13 fields, header has 15"]


def test_a_log_without_rows_has_no_exchanges() -> None:
    assert exchanges(header(NAMES).encode()) == []
    assert others(header(NAMES).encode()) == 0


def test_rows_whose_header_was_cut_off_are_read_by_their_number_of_columns() -> None:
    data = tracking_log(tracking_rows(120)).encode()
    rows = data[data.index(b"\n2026") + 1 :]
    found = [
        each for batch in open_log(MemorySource(rows), ReadOptions(), "tracking").batches() for each in batch.exchanges
    ]
    assert [each.reply for each in found] == [each.reply for each in exchanges(data)]
    reader = open_log(MemorySource(b"no table\n"), ReadOptions(), "tracking")
    assert [each.reason for batch in reader.batches() for each in batch.problems] == [
        "1 field, and no header line names them"
    ]
    assert "missing" in reader.information().warnings[0]


def test_a_row_of_many_recipients_is_read_and_found_again() -> None:
    recipients = ";".join(f"user{number:04}@contoso.example" for number in range(3_000))
    values = {
        "date-time": "2026-11-09T06:12:41.123Z",
        "event-id": "FAIL",
        "source": "SMTP",
        "recipient-address": recipients,
        "recipient-status": "550 5.1.1 no",
    }
    data = tracking_log([values, *tracking_rows(20)]).encode()
    found = exchanges(data)
    assert [each.mailbox for each in found[:3_000:1_000]] == recipients.split(";")[::1_000]
    reader = open_log(MemorySource(data), ReadOptions())
    assert reader.raw(found[2_999].offset) == reader.raw(found[0].offset) == row(NAMES, values).strip()


def test_a_growing_log_gives_each_row_once_and_whole() -> None:
    data = sample("15.02.1544.004", 60)
    source = MemorySource(b"")
    source.data = data[:20_000]
    reader = MessageTrackingReader(source, ReadOptions(growing=True))
    found = [each for batch in reader.batches() for each in batch.exchanges]
    for end in (20_300, 20_300, 25_001, len(data)):
        source.data = data[:end]
        found += [each for batch in reader.read_new() for each in batch.exchanges]
    assert [(each.offset, each.reply, each.mailbox) for each in found] == [
        (each.offset, each.reply, each.mailbox) for each in exchanges(data)
    ]
    source.data = GOLDEN
    assert sum(len(batch.exchanges) for batch in reader.read_new()) == 3


def test_what_the_log_says_of_itself_is_shown() -> None:
    information = open_log(MemorySource(GOLDEN), ReadOptions()).information()
    assert information.facts == (
        ("Encoding", "UTF-8 or Windows-1252"),
        ("Version", "15.02.1544.004"),
        ("Begun", "2026-11-09T06:12:40.000Z"),
        ("Columns", "15"),
    )
    assert information.warnings == ()


def test_hostile_values_stay_what_they_are() -> None:
    values = {
        "date-time": "2026-11-09T06:12:41.123Z",
        "event-id": "FAIL",
        "recipient-address": "\x1b]52;c;eA==\x07@contoso.example",
        "recipient-status": "550 5.1.1 \x1b[2J\u202e" + "x" * 200_000,
    }
    found = exchanges(tracking_log([values]).encode())
    assert [each.mailbox for each in found] == ["\x1b]52", "c", "eA==\x07@contoso.example"]
    assert found[0].reply.startswith("550 5.1.1 \x1b[2J\u202ex")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=6), st.booleans())
def test_any_bytes_are_read(lines: list[bytes], growing: bool) -> None:
    data = b"\n".join([GOLDEN[:400], *lines, GOLDEN])
    batches = read(data, ReadOptions(growing=growing))
    # Bytes may open quotes before the header, and may name other columns, but never hide the rows behind the header.
    assert sum(len(batch.exchanges) for batch in batches) >= 3


@pytest.mark.parametrize("version", COLUMNS)
def test_rows_without_their_header_are_recognised_and_read_by_the_number_of_their_fields(version: str) -> None:
    rows = without_header(sample(version))
    assert MessageTrackingReader.sniff(rows)
    reader = MessageTrackingReader(MemorySource(rows), ReadOptions())
    whole = MessageTrackingReader(MemorySource(sample(version)), ReadOptions())
    found, known = (
        [(each.reply, each.mailbox, each.remote_host) for batch in log.batches() for each in batch.exchanges]
        for log in (reader, whole)
    )
    assert found == known
    assert any("no line names the columns (#Fields)" in problem.reason for problem in problems_of(reader))


def test_rows_of_another_table_are_no_tracking_log() -> None:
    other = b"2026-11-09T06:12:41.123Z" + b",a" * 30 + b"\r\n"
    assert not MessageTrackingReader.sniff(other)
