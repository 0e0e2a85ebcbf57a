"""When a batch is due, and what it says of the progress."""

from __future__ import annotations

from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.messages.message_lines import MessageLineReader
from smtpscope.reading.log_span import LogSpan
from smtpscope.reading.record import ReadOptions
from support.memory_source import MemorySource, records_of

(RECORD,) = records_of(
    MessageLineReader(MemorySource(b"This is an SMTP protocol log for virtual server ID 1"), ReadOptions())
)


def test_two_thousand_records_make_a_batch_due() -> None:
    batching = Batching(10, monotonic=lambda: 0.0)
    due = []
    for _ in range(2_000):
        batching.records.append(RECORD)
        due.append(batching.due)
    assert due.index(True) == 1_999
    assert len(batching.take(5).records) == 2_000
    assert batching.records == []


def test_a_quarter_of_a_second_makes_a_batch_due() -> None:
    ticks = iter([0.0, 0.24, 0.25, 0.25, 0.25])
    batching = Batching(10, monotonic=lambda: next(ticks))
    assert [batching.due, batching.due] == [False, True]
    batching.take(1)
    assert not batching.due


def test_progress_never_goes_back_nor_beyond_the_end() -> None:
    batching = Batching(10)
    assert [batching.take(offset).bytes_read for offset in (4, 2, 99)] == [4, 4, 10]


def test_a_span_goes_out_with_the_batch_it_was_noted_for() -> None:
    batching = Batching(10)
    batching.extend_log_span(LogSpan(5, 7))
    batching.extend_log_span(None)
    batching.extend_log_span(LogSpan(6, 9))
    assert [batching.take(offset).span for offset in (4, 8)] == [LogSpan(5, 9), None]
