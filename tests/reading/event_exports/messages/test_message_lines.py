"""Text logs read line by line."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.event_exports.messages.message_lines import MessageLineReader
from smtpscope.reading.record import EventRecord, ReadOptions
from support.event_texts import TextEvent, csv_line, log_line
from support.memory_source import MemorySource, problems_of, records_of

TIME = datetime(2026, 11, 9, 6, 12, 41)  # noqa: DTZ001 - as written, without zone
EVENT = TextEvent(TIME)
SENTENCE = EVENT.sentence
OPTIONS = ReadOptions(newest=datetime(2026, 11, 24, tzinfo=UTC))


def milliseconds(time: datetime) -> int:
    return round(time.replace(tzinfo=UTC).timestamp() * 1000)


def reader(text: str | bytes, options: ReadOptions = OPTIONS, block_size: int = 1 << 20) -> MessageLineReader:
    data = text.encode() if isinstance(text, str) else text
    return MessageLineReader(MemorySource(data), options, block_size=block_size)


def only_record(text: str | bytes, options: ReadOptions = OPTIONS) -> EventRecord:
    (record,) = records_of(reader(text, options))
    return record


def test_a_line_gives_a_record_with_all_that_it_says() -> None:
    assert only_record(f"something else\n{log_line(EVENT)}") == EventRecord(
        file="memory.log",
        offset=15,
        time_ms=milliseconds(TIME),
        time_assumed=True,
        record_id=None,
        event_id=7004,
        level="error",
        provider="MSExchangeTransport",
        channel=None,
        computer="EXCH01",
        strings=None,
        message=SENTENCE,
    )


def test_a_bare_sentence_is_a_record_without_time() -> None:
    record = only_record(SENTENCE)
    assert (record.time_ms, record.time_assumed, record.level, record.computer, record.message) == (
        None,
        False,
        None,
        None,
        SENTENCE,
    )


def test_prose_before_a_sentence_names_no_computer() -> None:
    assert only_record(f"Dear colleagues at EXCH01-site: {SENTENCE}").computer is None


def test_a_written_zone_is_not_assumed() -> None:
    record = only_record(f"2026-11-09T07:12:41+01:00 EXCH01 {SENTENCE}")
    assert (record.time_ms, record.time_assumed) == (milliseconds(TIME), False)


def test_a_time_without_zone_is_in_the_zone_of_the_session() -> None:
    record = only_record(log_line(EVENT), ReadOptions(zone=ZoneInfo("Europe/Berlin")))
    assert record.time_ms == milliseconds(TIME - timedelta(hours=1))


def test_a_syslog_line_takes_the_newest_year_and_says_so() -> None:
    text = f"<11>Nov  9 06:12:41 EXCH01 MSExchangeTransport[7004]: Error {SENTENCE}\n"
    record = only_record(text)
    assert (record.time_ms, record.computer, record.event_id) == (milliseconds(TIME), "EXCH01", 7004)
    (problem,) = problems_of(reader(text * 3))
    assert problem.outcome == "noted"
    assert "year" in problem.reason


def test_lines_that_are_not_ours_are_counted() -> None:
    batches = list(reader("a\n\nb\n" + log_line(EVENT) + "c\n" + log_line(EVENT) + "d").batches())
    assert sum(batch.unrelated_records for batch in batches) == 4
    assert sum(len(batch.records) for batch in batches) == 2


def test_progress_ends_with_the_size_of_the_file_and_batches_are_bounded() -> None:
    text = log_line(EVENT) * 4_500
    batches = list(reader(text).batches())
    progress = [batch.bytes_read for batch in batches]
    assert progress == sorted(progress)
    assert progress[-1] == batches[-1].bytes_total == len(text)
    assert max(len(batch.records) for batch in batches) == 2_000


def test_an_empty_text_gives_no_records() -> None:
    assert records_of(reader("")) == []


def test_the_cell_of_a_table_is_read_with_its_doubled_quotes() -> None:
    record = only_record("Level,Date and Time,Source,Event ID,Task Category\n" + csv_line(EVENT))
    assert (record.message, record.time_ms, record.level, record.event_id, record.computer) == (
        SENTENCE,
        milliseconds(TIME),
        "error",
        7004,
        None,
    )


def test_an_empty_value_in_a_cell_stays_empty() -> None:
    event = TextEvent(TIME, host="")
    assert only_record(csv_line(event)).message == event.sentence


def test_an_empty_value_in_a_plain_line_is_no_doubled_quote() -> None:
    event = TextEvent(TIME, host="")
    assert only_record(log_line(event)).message == event.sentence


def test_a_wrapped_sentence_is_one_record() -> None:
    record = only_record(textwrap.fill(log_line(EVENT), 72) + "\n\nRegards\n")
    assert record.message is not None
    assert " ".join(record.message.split()) == " ".join(SENTENCE.split())
    assert (record.time_ms, record.event_id) == (milliseconds(TIME), 7004)


def test_a_quoted_mail_loses_its_marks() -> None:
    text = textwrap.fill(SENTENCE, 72, initial_indent="> ", subsequent_indent="> ")
    assert ">" not in (only_record(text).message or "").replace("<a@example.com>", "")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_encoding_gives_the_same_message(codec: str) -> None:
    event = TextEvent(TIME, reply="550 Empfänger unbekannt")
    data = ("größer\n" + log_line(event)).encode(codec)
    record = only_record(data)
    assert record.message == event.sentence
    assert reader(data).raw(record.offset) == log_line(event).rstrip()


def dated(first: str, *more: str) -> str:
    return "".join(f"{date} Error EXCH01 MSExchangeTransport 7004 {SENTENCE}\n" for date in (first, *more))


def test_a_day_above_twelve_anywhere_decides_the_order_for_the_whole_file() -> None:
    records = records_of(reader(dated("3/4/2026 06:12:41", "3/14/2026 06:12:41")))
    assert records[0].time_ms == milliseconds(datetime(2026, 3, 4, 6, 12, 41))  # noqa: DTZ001
    records = records_of(reader(dated("3/4/2026 6:12:41 AM", "14/3/2026 6:12:41 AM")))
    assert records[0].time_ms == milliseconds(datetime(2026, 4, 3, 6, 12, 41))  # noqa: DTZ001


def test_an_order_that_nothing_proves_is_assumed_and_noted_once() -> None:
    text = dated("3/4/2026 6:12:41 AM", "5/6/2026 6:12:41 AM")
    (problem,) = problems_of(reader(text))
    assert (problem.outcome, "month/day/year" in problem.reason) == ("noted", True)
    assert records_of(reader(text))[1].time_ms == milliseconds(datetime(2026, 5, 6, 6, 12, 41))  # noqa: DTZ001


def test_a_proven_order_is_not_noted() -> None:
    assert problems_of(reader(dated("3/14/2026 6:12:41 AM", "5/6/2026 6:12:41 AM"))) == []


def test_raw_gives_each_of_two_sentences_on_a_line() -> None:
    other = TextEvent(TIME, host="mx2.example.com").sentence
    text = f"x\nfirst {SENTENCE} second {other}\n"
    one, two = records_of(reader(text))
    assert reader(text).raw(one.offset) == f"first {SENTENCE}"
    assert reader(text).raw(two.offset).strip() == f"second {other}"


def test_raw_keeps_a_wrapped_record_as_it_is() -> None:
    wrapped = textwrap.fill(log_line(EVENT), 72)
    text = f"before\n{wrapped}\nafter\n"
    assert reader(text).raw(only_record(text).offset) == wrapped


def test_raw_of_a_place_behind_the_file_is_empty() -> None:
    assert reader("abc").raw(99) == ""


def test_the_format_is_told_by_the_sentence_and_not_by_markup() -> None:
    assert MessageLineReader.sniff(log_line(EVENT).encode())
    assert MessageLineReader.sniff(log_line(EVENT).encode("utf-16"))
    assert not MessageLineReader.sniff(b"2026-11-09 06:12:41 nothing of ours")
    assert not MessageLineReader.sniff(f"<?xml version='1.0'?><Event>{SENTENCE}".encode())
    assert not MessageLineReader.sniff(f'{{"message": "{SENTENCE}"}}'.encode())
    assert not MessageLineReader.sniff(b"")


def test_information_names_encoding_and_what_the_times_lack() -> None:
    assert reader(log_line(EVENT)).information().warnings == ("The times have no zone.",)
    assert reader(SENTENCE).information().warnings == ("The text has no times.",)
    assert reader(f"2026-11-09T06:12:41Z {SENTENCE}").information().warnings == ()
    assert reader(log_line(EVENT).encode("utf-16")).information().facts[0] == ("Encoding", "UTF-16 little-endian")


# Blanks and quotes are what makes values hard; controls and line breaks are tested apart.
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20)
EVENTS = st.builds(
    TextEvent,
    time=st.datetimes(datetime(1999, 1, 1), datetime(2050, 1, 1)).map(lambda t: t.replace(microsecond=0)),  # noqa: DTZ001
    level=st.sampled_from(["Error", "Warning", "Information"]),
    computer=st.sampled_from(["EXCH01", "exch02.example.com", "192.0.2.9"]),
    event_id=st.sampled_from([7002, 7004]),
    connection=st.integers(1, 99_999),
    host=VALUES,
    verb=st.sampled_from(["rcpt", "mail", "xexch50"]),
    reply=VALUES,
    command=VALUES,
)


@settings(max_examples=60)
@given(st.lists(EVENTS, max_size=6), st.sampled_from(["utf-8", "utf-16"]), st.integers(20, 2_000))
def test_written_lines_are_read_back_in_blocks_of_any_size(events: list[TextEvent], codec: str, size: int) -> None:
    data = "".join(f"noise\n{log_line(event)}" for event in events).encode(codec)
    records = records_of(reader(data, block_size=size))
    assert [(record.time_ms, record.level, record.computer, record.event_id, record.message) for record in records] == [
        (milliseconds(event.time), event.level.lower(), event.computer, event.event_id, event.sentence)
        for event in events
    ]
    for record, event in zip(records, events, strict=True):
        assert reader(data).raw(record.offset) == log_line(event).rstrip("\n")


@settings(max_examples=100)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(
            st.sampled_from(
                [SENTENCE[:60].encode(), SENTENCE[60:].encode(), log_line(EVENT).encode(), b"\n", b"\xff\0"]
            ),
            max_size=12,
        ).map(b"".join),
    ),
    st.integers(1, 500),
)
def test_any_bytes_are_read_without_an_exception(data: bytes, size: int) -> None:
    log = reader(data, block_size=size)
    MessageLineReader.sniff(data)
    log.information()
    places = [record.offset for record in records_of(log)]
    assert places == sorted(set(places))
    for offset in places:
        log.raw(offset)
