"""Events that dumpel printed: with blanks or tabs, over several lines, among those of others."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.event_exports.blocks.dumpel import DumpelReader
from smtpscope.reading.record import EventRecord, ReadOptions
from smtpscope.reading.registry import reader_of, readers
from support.dumpel_texts import dumpel
from support.event_texts import TextEvent, block_2003, csv_line, log_line
from support.memory_source import MemorySource, problems_of, records_of
from support.related_samples import text_events

TIME = datetime(2009, 1, 26, 13, 4, 34)  # noqa: DTZ001 - in the zone of the log
EVENT = TextEvent(TIME)
OTHER = dumpel([EVENT], source="Service Control Manager")


def reader(text: str | bytes, block_size: int = 1 << 20) -> DumpelReader:
    data = text.encode() if isinstance(text, str) else text
    return DumpelReader(MemorySource(data), ReadOptions(), block_size=block_size)


def read(text: str | bytes, block_size: int = 1 << 20) -> list[EventRecord]:
    return records_of(reader(text, block_size))


@pytest.mark.parametrize("separator", [" ", "\t", ",", ";"])
@pytest.mark.parametrize("host", ["", "mx1.example.com"])
@pytest.mark.parametrize("own", [True, False])
def test_an_event_is_read_with_all_its_values(separator: str, host: str, own: bool) -> None:
    event = TextEvent(TIME, host=host, reply="550 5.1.1 User unknown, rcpt no. 5 ", connection=7)
    (record,) = read(dumpel([event], separator, separator if own else " "))
    assert record.strings == event.strings
    assert (record.event_id, record.level, record.provider, record.computer) == (
        7004,
        "error",
        "MSExchangeTransport",
        "EXCH01",
    )
    assert (record.time_ms, record.time_assumed) == (1_232_975_074_000, True)


def test_a_user_of_two_words_is_no_computer() -> None:
    (record,) = read(dumpel([EVENT]).replace("N/A", "NT AUTHORITY\\SYSTEM"))
    assert (record.computer, record.strings) == ("EXCH01", EVENT.strings)


def test_a_reply_over_several_lines_stays_one_event() -> None:
    event = TextEvent(TIME, reply="550-5.7.1 No\r\n550 5.7.1 Ask us")
    records = read(dumpel([event, EVENT]))
    assert [record.strings for record in records] == [event.strings, EVENT.strings]


def test_related_events_are_read_where_tabs_stand_between_their_strings() -> None:
    events = text_events(17)
    exchanges = [SmtpExchangeParser().parse(record) for record in read(dumpel(events, "\t", "\t"))]
    assert [exchange.event_id for exchange in exchanges if exchange is not None] == [each.event_id for each in events]


def test_events_of_others_are_counted() -> None:
    (batch,) = reader(OTHER * 3 + dumpel([EVENT]) + OTHER).batches()
    assert (len(batch.records), batch.unrelated_records, batch.problems) == (1, 4, [])


def test_a_line_without_its_numbers_is_told_and_hides_no_other() -> None:
    text = dumpel([EVENT]) + "1/26/2009 1:04:34 PM MSExchangeTransport N/A\r\n" + dumpel([EVENT])
    assert len(read(text)) == 2
    assert [problem.outcome for problem in problems_of(reader(text))] == ["skipped"]


@pytest.mark.parametrize("block_size", [64, 300, 4096])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-8-sig"])
def test_neither_blocks_nor_encoding_make_a_difference(block_size: int, codec: str) -> None:
    text = dumpel([TextEvent(TIME, connection=number) for number in range(9)]) + OTHER
    found = [record.strings for record in read(text.encode(codec), block_size)]
    assert found == [record.strings for record in read(text)]


def test_the_raw_line_is_found_at_its_place() -> None:
    log = reader(OTHER + dumpel([EVENT, EVENT]))
    line = dumpel([EVENT]).strip("\r\n")
    assert [log.raw(record.offset) for record in records_of(log)] == [line, line]


def test_only_such_lines_are_recognised() -> None:
    assert reader_of(MemorySource((OTHER + dumpel([EVENT])).encode())) is DumpelReader
    assert reader_of(MemorySource(dumpel([EVENT], "\t").encode("utf-16"))) is DumpelReader
    others = (block_2003(EVENT), csv_line(EVENT), log_line(EVENT), "", "1/26/2009 1:04:34 PM", "#Fields: date time\n")
    assert [DumpelReader.sniff(text.encode()) for text in others] == [False] * len(others)
    claims = [each.format.name for each in readers() if each.sniff(dumpel([EVENT]).encode())]
    assert claims == ["dumpel"]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.sampled_from([dumpel([EVENT]), OTHER, "1/26/2009 ", "\x1b\0", "MSExchangeTransport ", "x\n"]), max_size=8
    )
)
def test_no_mixture_raises(parts: list[str]) -> None:
    log = reader("".join(parts))
    records_of(log)
    log.information()
