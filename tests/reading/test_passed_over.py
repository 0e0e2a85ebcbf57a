"""Records of other sources are passed over without being read: what is found is the same as when each one is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from typing import NamedTuple
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import Problem
from smtpscope.reading.event_exports.blocks import block_text
from smtpscope.reading.event_exports.blocks.dumpel import DumpelReader
from smtpscope.reading.event_exports.blocks.event_blocks import EventBlockReader
from smtpscope.reading.event_exports.tables.event_csv import EventCsvReader
from smtpscope.reading.event_exports.tables.row_filters import ForeignRows
from smtpscope.reading.explaining import EventSources, ExplainingEvent
from smtpscope.reading.record import EventRecord, LogReader, ReadOptions
from smtpscope.reading.text.date_order_evidence import DateOrderEvidence
from smtpscope.reading.text.table_rows import LONGEST
from support.dumpel_texts import dumpel
from support.event_tables import event_viewer_2003, event_viewer_2008, get_event_log, get_win_event
from support.event_texts import TextEvent, block_2003, block_2008
from support.memory_source import MemorySource
from support.related_samples import text_events

# No date but the last tells whether day or month comes first.
TIMES = [datetime(2009, 3, day, 13, 4, 34) for day in (1, 2, 5, 11, 26)]  # noqa: DTZ001 - in the zone of the log
OUR_SOURCE = "MSExchangeTransport"
SOURCES = [
    OUR_SOURCE,
    "SceCli",
    "msexchangetransport",
    "Resource Manager",
    "",
    "Überwacher",
    '"SMTP',
    "ſmtpsvc",
    "MSExch",
    "ESE",
    "ese ",
]
WANTED = EventSources({"ESE": {7004: (), 474: ()}, OUR_SOURCE: {15004: ()}})
REPLIES = ["550 5.1.1 unknown ", 'a "b", c', "line\r\nline\n", "Event ID: 7\nSource: SceCli\n", "seit 13.1.2009", ""]
# What breaks a record, or joins two.
DAMAGE = [
    "\n",
    "\r",
    "\r\n",
    '"',
    ",",
    "\t",
    "\0",
    ",,,,,,\r\n",
    "> ",
    "Event ID:",
    "Description:",
    "Source: a\n",
    "٢",
    "x",
]
RELATED = text_events(20)
Written = Callable[[TextEvent], str]


class Found(NamedTuple):
    """All that a reader found in a file."""

    records: list[EventRecord]
    unrelated_records: int
    explaining: list[ExplainingEvent]
    problems: list[Problem]


def found_by(reader: LogReader) -> Found:
    batches = list(reader.batches())
    return Found(
        [record for batch in batches for record in batch.records],
        sum(batch.unrelated_records for batch in batches),
        [event for batch in batches for event in batch.explaining],
        [problem for batch in batches for problem in batch.problems],
    )


def found_by_reading_all(reader: LogReader) -> Found:
    with ExitStack() as stack:
        stack.enter_context(patch.object(ForeignRows, "until", lambda _, text, begin: begin))
        stack.enter_context(patch.object(DateOrderEvidence, "following", lambda _, begin: begin))
        stack.enter_context(patch.object(block_text, "_usual_header", lambda *_: None))
        return found_by(reader)


@st.composite
def texts(draw: st.DrawFn, write: Written) -> str:
    """Records of several sources, some with their end or beginning cut off, and something between them."""
    parts = []
    for _ in range(draw(st.integers(0, 12))):
        event = TextEvent(draw(st.sampled_from(TIMES[:4] if draw(st.integers(0, 7)) else TIMES)))
        event = event if draw(st.booleans()) else draw(st.sampled_from(RELATED))
        if draw(st.booleans()):
            event = TextEvent(event.time, reply=draw(st.sampled_from(REPLIES)))
        text = write(event).replace(OUR_SOURCE, draw(st.sampled_from(SOURCES)))
        text = text.replace(str(event.event_id), draw(st.sampled_from(["474", "428", "66010", "-1", "x", "7004"])), 1)
        if draw(st.booleans()):
            text = text.replace(event.sentence, draw(st.sampled_from(REPLIES)))
        if not draw(st.integers(0, 3)):
            cut = draw(st.integers(0, len(text)))
            text = text[:cut] + draw(st.sampled_from(DAMAGE)) + text[cut + draw(st.integers(0, 3)) :]
        parts.append(text)
    return "".join(parts)


def row_of(form: Callable[[Iterable[TextEvent]], str]) -> Written:
    head = form([])
    return lambda event: form([event]).removeprefix(head)


TABLES: dict[str, Callable[[Iterable[TextEvent]], str]] = {
    "Event Viewer 2003": event_viewer_2003,
    "Event Viewer 2003, tabs": lambda events: event_viewer_2003(events, delimiter="\t"),
    "Event Viewer 2008": event_viewer_2008,
    "Get-WinEvent": get_win_event,
    "Get-EventLog": get_event_log,
}


def assert_same(kind: type[LogReader], data: bytes, block_size: int) -> None:
    def reader() -> LogReader:
        return kind(MemorySource(data), ReadOptions(explaining=WANTED), block_size=block_size)  # type: ignore[call-arg]

    assert found_by(reader()) == found_by_reading_all(reader())


ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-8-sig"])
BLOCK_SIZES = st.sampled_from([256, 1_000, 1 << 20])


@pytest.mark.parametrize("form", TABLES)
@settings(max_examples=40)
@given(data=st.data(), encoding=ENCODINGS, block_size=BLOCK_SIZES)
def test_a_table_gives_the_same(form: str, data: st.DataObject, encoding: str, block_size: int) -> None:
    write = TABLES[form]
    # The first rows say what the columns are; the header again is what exports have that were put together.
    rows = write([TextEvent(TIMES[0])]) + data.draw(texts(row_of(write)))
    again = write([]) + data.draw(texts(row_of(write)))
    assert_same(EventCsvReader, (rows + again).encode(encoding), block_size)


@pytest.mark.parametrize("form", [block_2003, block_2008])
@settings(max_examples=60)
@given(data=st.data(), encoding=ENCODINGS, block_size=BLOCK_SIZES)
def test_blocks_give_the_same(form: Written, data: st.DataObject, encoding: str, block_size: int) -> None:
    assert_same(EventBlockReader, data.draw(texts(form)).encode(encoding), block_size)


@pytest.mark.parametrize("separator", ["\t", " "])
@settings(max_examples=40)
@given(data=st.data(), encoding=ENCODINGS, block_size=BLOCK_SIZES)
def test_what_dumpel_printed_gives_the_same(
    separator: str, data: st.DataObject, encoding: str, block_size: int
) -> None:
    text = data.draw(texts(lambda event: dumpel([event], separator, separator)))
    assert_same(DumpelReader, text.encode(encoding), block_size)


@pytest.mark.parametrize(
    "text", ["13/1/2009", "1/13/2009", "31.12.09", "2-30-1999", "x25/12/2009x", "\u0661\u0663/1/2009"]
)
def test_a_date_that_proves_its_order_has_a_place(text: str) -> None:
    proofs = DateOrderEvidence(f"1/2/2009 {text} 192.0.2.1")
    assert 9 <= proofs.following(0) < 9 + len(text)


@pytest.mark.parametrize(
    "text", ["1/2/2009", "2009-12-31", "192.0.2.25", "12/12/12", "32/1/2009", "15:16:17", "f\xc3\xbcr"]
)
def test_a_date_that_proves_nothing_has_none(text: str) -> None:
    assert DateOrderEvidence(text).following(0) == len(text)


def test_label_lines_above_a_usual_header_belong_to_it() -> None:
    block = block_2008(TextEvent(TIMES[0])).replace(OUR_SOURCE, "SceCli").replace("SMTP protocol", "protocol")
    assert_same(EventBlockReader, f"{block}Computer: EXCH02\nSource: {OUR_SOURCE}\n{block}{block}".encode(), 1 << 20)


def test_what_is_wrong_behind_rows_that_were_passed_over_is_told_again() -> None:
    row = row_of(get_win_event)(TextEvent(TIMES[0]))
    other = row.replace(OUR_SOURCE, "SceCli")
    # A field that is too long breaks its row, and takes no other line with it.
    text = get_win_event([]) + row + f"a,{'b' * (LONGEST + 1)}\r\n" + other * 3 + "a,b\r\n" + other
    found = found_by(EventCsvReader(MemorySource(text.encode()), ReadOptions()))
    assert found == found_by_reading_all(EventCsvReader(MemorySource(text.encode()), ReadOptions()))
    assert [problem.place for problem in found.problems if problem.outcome == "skipped"] == ["line 4", "line 8"]


def test_rows_before_a_header_at_the_end_are_counted() -> None:
    head, row = get_win_event([], type_line=False), row_of(get_win_event)(TextEvent(TIMES[0]))
    text = head + row + row.replace(OUR_SOURCE, "SceCli") * 3 + head
    assert found_by(EventCsvReader(MemorySource(text.encode()), ReadOptions())).unrelated_records == 3


def test_a_table_of_other_sources_alone_shows_how_far_it_was_read() -> None:
    row = row_of(get_win_event)(TextEvent(TIMES[0])).replace(OUR_SOURCE, "SceCli")
    data = (get_win_event([]) + row * 3_000).encode()
    with patch("smtpscope.reading.batching._SECONDS", 0):
        batches = list(EventCsvReader(MemorySource(data), ReadOptions(), block_size=50_000).batches())
    assert len(batches) > 10
    assert sum(batch.unrelated_records for batch in batches) == 3_000
    assert [batch.bytes_read for batch in batches] == sorted(batch.bytes_read for batch in batches)
