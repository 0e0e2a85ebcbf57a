"""Events copied from Event Viewer."""

from __future__ import annotations

import textwrap
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.event_exports.blocks import event_blocks
from smtpscope.reading.event_exports.blocks.block_text import labels_of
from smtpscope.reading.event_exports.blocks.event_blocks import EventBlockReader
from smtpscope.reading.explaining import EventSources
from smtpscope.reading.record import EventRecord, ReadOptions
from support.changed import replace
from support.event_texts import TextEvent, block_2003, block_2008
from support.memory_source import MemorySource, problems_of, records_of

TIME = datetime(2009, 1, 26, 13, 4, 34)  # noqa: DTZ001 - as written, without zone
EVENT = TextEvent(TIME)


def milliseconds(when: datetime) -> int:
    return round(when.replace(tzinfo=UTC).timestamp() * 1000)


EXPECTED = EventRecord(
    file="memory.log",
    offset=0,
    time_ms=milliseconds(TIME),
    time_assumed=True,
    record_id=None,
    event_id=7004,
    level="error",
    provider="MSExchangeTransport",
    channel=None,
    computer="EXCH01",
    strings=None,
    message=EVENT.sentence,
    binary=b"\x05\x00\x07\x80",
)


def reader(text: str | bytes, options: ReadOptions | None = None, block_size: int = 1 << 20) -> EventBlockReader:
    data = text.encode() if isinstance(text, str) else text
    return EventBlockReader(MemorySource(data), options or ReadOptions(), block_size=block_size)


def only_record(text: str | bytes, options: ReadOptions | None = None) -> EventRecord:
    (record,) = records_of(reader(text, options))
    return record


def test_a_block_of_windows_2003_is_read() -> None:
    assert only_record(block_2003(EVENT)) == EXPECTED


def test_a_block_with_windows_line_ends_is_the_same() -> None:
    assert only_record(block_2003(EVENT).replace("\n", "\r\n")) == EXPECTED


def test_a_block_of_windows_2008_names_its_log() -> None:
    record = only_record(block_2008(EVENT))
    assert record.channel == "Application"
    assert (record.time_ms, record.level, record.provider, record.computer, record.event_id, record.message) == (
        EXPECTED.time_ms,
        "error",
        "MSExchangeTransport",
        "EXCH01",
        7004,
        EVENT.sentence,
    )


def test_the_copied_xml_gives_strings_record_id_and_the_time_in_utc() -> None:
    event = TextEvent(TIME, host="", reply="550 <x> & ")
    record = only_record(block_2008(event, record_id=667364), ReadOptions(zone=ZoneInfo("Asia/Tokyo")))
    assert (record.strings, record.record_id) == (event.strings, 667364)
    assert (record.time_ms, record.time_assumed) == (milliseconds(TIME), False)
    assert record.message == event.sentence


def test_a_quoted_block_loses_the_marks_of_the_mail() -> None:
    quoted = "".join(f"> {line}\n" for line in block_2003(EVENT).splitlines())
    assert only_record(f"On Monday you wrote:\n{quoted}") == record_at(EXPECTED, 21)


def record_at(record: EventRecord, offset: int) -> EventRecord:
    return replace(record, offset=offset)


MERGED = (
    "Event Type: Error Event Source: MSExchangeTransport Event Category: SMTP Protocol Event ID: 7004 "
    "Date: 1/26/2009 Time: 1:04:34 PM User: N/A Computer: EXCH01 Description: "
)


def test_labels_that_a_mail_program_put_on_one_line_are_told_apart() -> None:
    assert only_record(MERGED + EVENT.sentence) == replace(EXPECTED, binary=None)
    assert labels_of("User: N/A Computer: EXCH01") == {"user": "N/A", "computer": "EXCH01"}


def test_a_wrapped_block_is_one_record_and_prose_behind_it_is_left_out() -> None:
    text = textwrap.fill(MERGED + EVENT.sentence, 72)
    record = only_record(f"{text}\nHas anybody seen this?\n")
    assert " ".join((record.message or "").split()) == " ".join(EVENT.sentence.split())
    assert (record.time_ms, record.computer, record.event_id) == (EXPECTED.time_ms, "EXCH01", 7004)


def test_labels_without_description_are_followed_by_the_text() -> None:
    text = f"Event ID: 7004\nSource: MSExchangeTransport\nType: Error\n{EVENT.sentence}\n"
    record = only_record(text)
    assert (record.event_id, record.level, record.message) == (7004, "error", EVENT.sentence)


def test_blocks_and_bare_sentences_stand_among_prose() -> None:
    other = TextEvent(TIME + timedelta(days=1), host="mx2.example.com")
    third = TextEvent(TIME, host="mx3.example.com")
    text = f"Hello,\n\n{block_2003(EVENT)}\nand\n{block_2008(other)}\nand also: {third.sentence}\nBye\n"
    assert [record.message for record in records_of(reader(text))] == [
        EVENT.sentence,
        other.sentence,
        third.sentence,
    ]


def test_blocks_of_other_sources_are_counted() -> None:
    text = block_2003(EVENT, source="Userenv") + block_2003(EVENT) + block_2003(EVENT, source="W3SVC")
    batches = list(reader(text).batches())
    assert sum(batch.unrelated_records for batch in batches) == 2
    assert sum(len(batch.records) for batch in batches) == 1


def test_a_description_that_windows_could_not_find_is_kept_whole() -> None:
    lost = "The description for Event ID 7004 from source MSExchangeTransport cannot be found.\n\n1\n43\n\nrcpt"
    text = block_2003(EVENT).replace(EVENT.sentence, lost)
    assert only_record(text).message == lost


def test_a_32_bit_event_id_is_cut_to_its_number() -> None:
    assert only_record(block_2003(EVENT).replace("\t7004", "\t3221494620")).event_id == 7004


def test_a_line_break_inside_the_last_quotes_stays() -> None:
    event = TextEvent(TIME, command="X-EXPS\n")
    assert only_record(block_2003(event)).message == event.sentence


def test_an_order_of_day_and_month_that_nothing_proves_is_noted() -> None:
    text = block_2003(TextEvent(TIME.replace(day=3)))
    (problem,) = problems_of(reader(text))
    assert problem.outcome == "noted"
    assert problems_of(reader(text + block_2003(EVENT))) == []


def test_raw_gives_the_block_with_footer_and_data_and_nothing_more() -> None:
    text = f"Hello,\n\n{block_2003(EVENT)}\nBye\n"
    assert reader(text).raw(only_record(text).offset) == block_2003(EVENT).rstrip("\n")
    text = f"Hello,\n\n{block_2008(EVENT, record_id=5)}Bye\n"
    assert reader(text).raw(only_record(text).offset) == block_2008(EVENT, record_id=5).rstrip("\n")


def test_raw_gives_a_sentence_that_stands_outside_a_block() -> None:
    text = f"{block_2003(EVENT)}\n2009-01-26 13:04:34 {EVENT.sentence}\nBye\n"
    assert reader(text).raw(records_of(reader(text))[1].offset) == f"2009-01-26 13:04:34 {EVENT.sentence}"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_encoding_gives_the_same_message(codec: str) -> None:
    event = TextEvent(TIME, reply="550 Empfänger unbekannt")
    assert only_record(block_2003(event).replace("\x80", "€").encode(codec)).message == event.sentence


def test_the_format_is_told_by_its_labels() -> None:
    assert EventBlockReader.sniff(block_2003(EVENT).encode())
    assert EventBlockReader.sniff(block_2008(EVENT).encode("utf-16"))
    assert EventBlockReader.sniff(MERGED.encode())
    assert not EventBlockReader.sniff(b"Event ID: 7004 alone")
    assert not EventBlockReader.sniff(b"Level,Date and Time,Source,Event ID,Task Category\n")
    assert not EventBlockReader.sniff(EVENT.sentence.encode())
    assert not EventBlockReader.sniff(b"")


@pytest.mark.parametrize(
    "piece",
    [
        "Event ID:",
        "Event ID: 7004\n",
        "Source: x\nEvent ID: 7004\n",
        "Source: MSExchangeTransport\nEvent ID: 1\nDescription:\nEvent Xml:\n<EventData>",
        "Source: a Event ID: 7004 Description: ",
        "\nData:\n0000: 00",
        "Log  Name",
        "Event " * 20,
    ],
)
def test_hostile_repetition_takes_no_more_than_linear_time(piece: str) -> None:
    data = piece * (200_000 // len(piece))
    begin = time.process_time()
    for _ in reader(data).batches():
        pass
    # Quadratic work on that many characters takes minutes.
    assert time.process_time() - begin < 5


VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20)
EVENTS = st.builds(
    TextEvent,
    time=st.datetimes(datetime(1999, 1, 1), datetime(2050, 1, 1)).map(  # noqa: DTZ001
        lambda when: when.replace(microsecond=0, day=max(when.day, 13))
    ),
    level=st.sampled_from(["Error", "Warning", "Information"]),
    computer=st.sampled_from(["EXCH01", "exch02.example.com"]),
    event_id=st.sampled_from([7002, 7004]),
    connection=st.integers(1, 99_999),
    host=VALUES,
    reply=VALUES,
    command=VALUES,
)
RENDERINGS = st.sampled_from([block_2003, block_2008, lambda event: block_2008(event, record_id=event.connection)])


@settings(max_examples=60)
@given(st.lists(st.tuples(EVENTS, RENDERINGS), max_size=5), st.integers(50, 3_000))
def test_written_blocks_are_read_back_in_pieces_of_any_size(written: list[tuple[TextEvent, object]], size: int) -> None:
    texts = [render(event) for event, render in written if callable(render)]
    data = "prose\n\n".join(texts)
    records = records_of(reader(data, block_size=size))
    assert [(record.time_ms, record.level, record.computer, record.event_id, record.message) for record in records] == [
        (milliseconds(event.time), event.level.lower(), event.computer, event.event_id, event.sentence)
        for event, _ in written
    ]
    for record, text, (event, _) in zip(records, texts, written, strict=True):
        assert record.strings in (None, event.strings)
        if record.record_id is not None or text.endswith(("   \n", "Event>\n")):
            assert reader(data).raw(record.offset) == text.rstrip("\n")


PIECES = [*block_2003(EVENT).splitlines(keepends=True), *block_2008(EVENT, record_id=1).splitlines(keepends=True)]


@settings(max_examples=100)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([piece.encode() for piece in PIECES]), max_size=25).map(b"".join),
    ),
    st.integers(1, 600),
)
def test_any_bytes_are_read_without_an_exception(data: bytes, size: int) -> None:
    log = reader(data, block_size=size)
    EventBlockReader.sniff(data)
    log.information()
    places = [record.offset for record in records_of(log)]
    assert places == sorted(set(places))
    for offset in places:
        log.raw(offset)


_SOURCES = EventSources({"ESE": {474: ()}, "MSExchangeTransport": {15004: ()}})
_BLOCKS = [
    form(EVENT).replace("7004", number).replace("MSExchangeTransport", source)
    for source, number in [("ESE", each) for each in ("474", "428", "66010", "x")]
    + [("Disk", "7"), ("SMTPSVC", "7004")]
    for form in (block_2003, block_2008)
]


@given(st.lists(st.tuples(st.sampled_from(_BLOCKS), st.booleans()), max_size=6))
def test_blocks_of_numbers_that_nobody_wants_are_passed_over_unread(blocks: list[tuple[str, bool]]) -> None:
    text = "".join(each if quotes else each.replace("This is an SMTP protocol", "Some") for each, quotes in blocks)

    def read(*, known: bool) -> list[tuple[object, ...]]:
        log = EventBlockReader(MemorySource(text.encode(), "blocks.txt"), ReadOptions(explaining=_SOURCES))
        with pytest.MonkeyPatch.context() as patch:
            if not known:
                patch.setattr(event_blocks, "_surely_foreign", lambda *_: False)
            return [(each.records, each.explaining, each.unrelated_records, each.problems) for each in log.batches()]

    assert read(known=True) == read(known=False)
