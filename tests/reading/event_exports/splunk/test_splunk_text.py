"""Splunk's raw text exports: whole, damaged, cut off, hostile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.event_exports.splunk.splunk_text import _ANCHOR, SplunkTextReader, _scan, _start, _usual_start
from smtpscope.reading.record import ReadOptions
from support.changed import replace
from support.event_texts import TextEvent, block_2003, log_line
from support.memory_source import MemorySource, problems_of, records_of
from support.splunk_exports import raw, raw_by_wmi, raw_export

TIME = datetime(2026, 2, 3, 13, 4, 34)  # noqa: DTZ001 - in the zone of the server
EVENTS = [
    TextEvent(TIME + timedelta(minutes=number), connection=number, reply=f"550 5.1.1 User {number} unknown ")
    for number in range(1, 6)
]
MILLISECONDS = round(TIME.replace(tzinfo=UTC).timestamp() * 1000)
PIECES = (
    *("LogName=Application\n", "SourceName=MSExchangeTransport\n", "EventCode=7004\n", "Message=", "\n", " "),
    *("02/03/2026 01:04:34 PM\n", "Type=Error\n", EVENTS[0].sentence, "\x1b", "\0", "é"),
)


def reader(text: str | bytes, block_size: int = 1 << 20) -> SplunkTextReader:
    data = text.encode() if isinstance(text, str) else text
    return SplunkTextReader(MemorySource(data, "export.txt"), ReadOptions(), block_size=block_size)


def connections(text: str | bytes, block_size: int = 1 << 20) -> list[int | None]:
    parser = SmtpExchangeParser()
    records = records_of(reader(text, block_size))
    return [exchange.connection for record in records if (exchange := parser.parse(record)) is not None]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("between", ["\n", "\r\n\r\n"])
def test_each_event_is_read_in_every_encoding(codec: str, between: str) -> None:
    data = raw_export(EVENTS, between=between).encode(codec)
    assert SplunkTextReader.sniff(data)
    assert connections(data) == [1, 2, 3, 4, 5]
    assert problems_of(reader(data)) == []
    assert records_of(reader(data))[0].time_ms == MILLISECONDS + 60_000


def test_the_exchange_of_a_real_looking_export() -> None:
    text = (
        "11/24/2026 01:45:02 PM\nLogName=Application\nSourceName=MSExchangeTransport\nEventCode=7002\nEventType=3\n"
        "Type=Warning\nComputerName=EXCH01.contoso.example\nTaskCategory=SMTP Protocol\nOpCode=None\nRecordNumber=123\n"
        "Keywords=Classic\nMessage=This is an SMTP protocol warning log for virtual server ID 1, connection #9. The "
        'remote host "192.0.2.7", responded to the SMTP command "rcpt" with "450 4.7.1 Try later  ". The full command '
        'sent was "RCPT TO:<a@example.com>  ".  This may cause the connection to fail.\n'
    )
    (record,) = records_of(reader(text))
    exchange = SmtpExchangeParser().parse(record)
    assert exchange is not None
    assert (exchange.time_ms, exchange.time_assumed) == (1_795_527_902_000, True)
    assert (exchange.event_id, exchange.level, exchange.record_id) == (7002, "warning", 123)
    assert (exchange.computer, exchange.channel) == ("EXCH01.contoso.example", "Application")
    assert (exchange.remote_host.verbatim, exchange.reply.code) == ("192.0.2.7", 450)
    assert exchange.command.mailbox == "a@example.com"


@pytest.mark.parametrize("block_size", [64, 300, 1_000])
def test_an_event_across_two_blocks_is_read_once(block_size: int) -> None:
    assert connections(raw_export(EVENTS), block_size) == [1, 2, 3, 4, 5]
    assert connections(raw_export(EVENTS, raw_by_wmi).encode("utf-16"), block_size) == [1, 2, 3, 4, 5]


def test_each_place_gives_its_event_as_it_stands_there() -> None:
    source = reader("\ufeff" + raw_export(EVENTS, between="\n\n"))
    records = records_of(source)
    assert [source.raw(record.offset) for record in records] == [raw(event) for event in EVENTS]


def test_events_of_other_sources_are_counted() -> None:
    text = raw(EVENTS[0], source="MSExchangeIS") + "\n" + raw_export(EVENTS) + raw(EVENTS[0], source="ESE")
    (batch,) = reader(text).batches()
    assert (len(batch.records), batch.unrelated_records) == (5, 2)


def test_names_within_a_message_begin_no_event() -> None:
    hostile = replace(EVENTS[0], reply="550 no\nEventCode=7004\nSourceName=x\n\nEventCode=1 LogName=y ")
    (first, second) = records_of(reader(raw_export([hostile, EVENTS[1]])))
    assert first.message == hostile.sentence
    assert second.message == EVENTS[1].sentence


def test_an_event_that_lost_its_date_is_read_without_a_time() -> None:
    (record,) = records_of(reader(raw(EVENTS[0]).partition("\n")[2]))
    assert (record.time_ms, record.event_id) == (None, 7004)


def test_a_sentence_before_the_first_event_is_not_lost() -> None:
    assert connections(log_line(EVENTS[4]) + raw_export(EVENTS)) == [5, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("part", [0.3, 0.62, 0.999])
def test_a_file_that_is_cut_off_gives_what_is_whole(part: float) -> None:
    text = raw_export(EVENTS)
    found = connections(text[: int(len(text) * part)])
    assert found[: int(5 * part)] == list(range(1, int(5 * part) + 1))


def test_what_has_another_shape_is_not_claimed() -> None:
    for text in (
        "",
        log_line(EVENTS[0]),
        block_2003(EVENTS[0]),
        "EventCode=7004\n",
        '"02/03/2026 01:04:34 PM\nLogName=A',
    ):
        assert not SplunkTextReader.sniff(text.encode())


def test_the_missing_zone_is_a_warning() -> None:
    information = reader(raw_export(EVENTS)).information()
    assert information.warnings == ("The times have no zone.",)
    assert information.format_name == SplunkTextReader.format.title


def test_hostile_values_stay_in_their_message() -> None:
    hostile = replace(EVENTS[0], reply="550 \x1b[2J\0" + "x" * 70_000)
    records = records_of(reader(raw_export([hostile, EVENTS[1]]).encode() + b"\xff\xfe\xc3("))
    assert [record.event_id for record in records] == [7004, 7004]
    assert "\x1b[2J" in (records[0].message or "")


@settings(max_examples=40)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_order_of_lines_is_read_without_an_exception(text: str) -> None:
    whole = [(record.offset, record.message) for record in records_of(reader(text))]
    assert len(set(whole)) == len(whole)
    for offset, _ in whole:
        assert isinstance(reader(text).raw(offset), str)


_BEGINNINGS = st.sampled_from([
    "02/03/2026 01:04:34 PM\n", "20260203010434.000000\n", " 02/03/2026 01:04:34\n", "LogName=Application\n", "x",
    "LogName=Application 02/03/2026 01:04:34 PM\n", "SourceName=MSExchangeTransport\n", "SourceName=ESE\r\n", "\n", " ",
    "SourceName=x LogName=y\n", "EventCode=7004\n", "EventCode=7004\r\n", "EventCode=7", "Type=Error\n",
    "Message=hello\n", "LogName=App\nSourceName=SMTPSVC\nEventCode=7002\n",
    "02/03/2026 01:04:34 PM\nLogName=App\nSourceName=SMTPSVC\nEventCode=7002\n",
])  # fmt: skip


@given(st.lists(_BEGINNINGS, max_size=14))
def test_usual_beginnings_are_those_that_any_beginning_is(pieces: list[str]) -> None:
    text, done = "".join(pieces), 0
    for anchor in _ANCHOR.finditer(text):
        expected = _start(text, done, anchor.start())
        start, told = _usual_start(text, done, anchor.start())
        if told is not None:
            assert start == expected
            assert text[anchor.start() :].startswith(f"EventCode={told[1]}")
        done = done if expected is None else anchor.end()


def test_nearly_all_events_begin_as_usual() -> None:
    text = raw_export(EVENTS)
    assert len(_scan(text, final=True).told) == len(EVENTS)
