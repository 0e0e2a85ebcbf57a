"""Sentences in what its own format can't read."""

from __future__ import annotations

from datetime import UTC, datetime

from smtpscope.reading.event_exports.messages.orphan_messages import OrphanMessages
from smtpscope.reading.record import EventRecord, ReadOptions
from smtpscope.reading.text.encodings import TextBlock, TextEncoding
from smtpscope.reading.text.file_times import FileTimes
from support.event_texts import TextEvent

EVENT = TextEvent(datetime(2026, 11, 9, 6, 12, 41))  # noqa: DTZ001


def read(text: str, begin: int = 0) -> list[EventRecord]:
    block = TextBlock(text.encode(), start=1_000, encoding=TextEncoding("utf-8", 0, ""), final=True)
    return OrphanMessages("x.csv", FileTimes("x.csv", ReadOptions(), tuple)).records(block, begin, len(block.text))


def test_a_sentence_in_a_broken_row_is_a_record_with_what_stands_before_it() -> None:
    text = f'previous row\n"2026-11-09 06:12:41","MSExchangeTransport","7004","{EVENT.sentence}","more'
    (record,) = read(text, text.index('"'))
    assert (record.offset, record.event_id, record.provider) == (1_000 + text.index('"'), 7004, "MSExchangeTransport")
    assert record.time_ms == round(EVENT.time.replace(tzinfo=UTC).timestamp() * 1000)
    assert (record.message or "").startswith(EVENT.sentence[:60])


def test_without_a_sentence_there_is_no_record() -> None:
    assert read("2026-11-09 06:12:41,MSExchangeTransport,7004,nothing of ours") == []
