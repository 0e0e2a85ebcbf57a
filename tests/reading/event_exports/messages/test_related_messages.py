"""Where the sentences of the events beside 7002, 7004 and 7010 stand in any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.related_event_forms import FORMS
from smtpscope.reading.event_exports.messages.event_messages import holds_message, scan
from smtpscope.reading.event_exports.messages.message_lines import MessageLineReader
from smtpscope.reading.event_exports.messages.related_messages import RELATED_EVENT_IDS, TELLING_WORDS, related_places
from smtpscope.reading.record import EventRecord, ReadOptions
from smtpscope.reading.registry import open_log, reader_of
from support.event_texts import TextEvent, log_line
from support.memory_source import MemorySource, records_of
from support.related_samples import RELATED, RelatedSample, text_events


def read(text: str, block_size: int = 1 << 20) -> list[EventRecord]:
    return records_of(MessageLineReader(MemorySource(text.encode()), ReadOptions(), block_size=block_size))


def test_the_events_are_those_that_the_parser_knows() -> None:
    assert frozenset().union(*(form.ids for form in FORMS)) == RELATED_EVENT_IDS


@pytest.mark.parametrize("related", RELATED, ids=lambda related: related.event_id)
def test_each_sentence_is_found_where_it_stands(related: RelatedSample) -> None:
    text = f"2026-11-02 08:00:00 {related.event_id} {related.sentence}\nsomething else\n"
    (found,) = scan(text, final=True).sentences
    assert text[found.opening : found.closing] == related.sentence
    assert (found.start, found.related) == (0, True)
    assert any(words.casefold() in related.sentence.casefold() for words in TELLING_WORDS)


def test_a_line_without_telling_words_is_no_sentence() -> None:
    text = "Send connector Internet has initiated a new session to mx1.example.com.\nThe SMTP client left.\n"
    assert scan(text, final=True).sentences == []
    assert not holds_message(text)


def test_the_number_before_the_sentence_is_the_event_id() -> None:
    lines = "".join(map(log_line, text_events(17)))
    assert [record.event_id for record in read(lines)] == [event.event_id for event in text_events(17)]


def test_a_year_in_front_of_a_protocol_event_is_not_taken_for_a_related_event() -> None:
    event = TextEvent(text_events(1)[0].time)
    assert [record.event_id for record in read(f"log of 2003 {event.sentence}\n")] == [None]


def test_a_reply_that_quotes_a_related_event_stays_one_sentence() -> None:
    event = TextEvent(text_events(1)[0].time, reply="550 Message delivery to the host failed, as said ")
    (record,) = read(log_line(event))
    assert record.message == event.sentence


@pytest.mark.parametrize("block_size", [64, 100, 257, 4096])
def test_the_size_of_the_blocks_makes_no_difference(block_size: int) -> None:
    events = [*text_events(17), *(TextEvent(text_events(1)[0].time, connection=number) for number in range(3))]
    lines = "noise\n".join(map(log_line, events))
    assert read(lines, block_size) == read(lines)


def test_a_sentence_far_behind_the_beginning_is_found() -> None:
    data = (b"nothing to see here\n" * 5_000) + log_line(text_events(1)[0]).encode()
    assert reader_of(MemorySource(data)) is MessageLineReader
    assert len(records_of(open_log(MemorySource(data), ReadOptions()))) == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.sampled_from([each.sentence for each in RELATED]), st.text(max_size=20)), max_size=6))
def test_places_are_in_order_and_within_the_text(parts: list[str]) -> None:
    text = "\n".join(parts)
    places = related_places(text)
    assert [offset.opening for offset in places] == sorted({offset.opening for offset in places})
    assert all(offset.identified == 0 or offset.opening < offset.identified <= len(text) for offset in places)


@pytest.mark.parametrize("part", ["Send connector ", "Message delivery to the ", "failed ", "The SMTP client EXPS is "])
def test_hostile_repetition_takes_linear_time(part: str) -> None:
    def seconds(count: int) -> float:
        text = part * count
        start = time.process_time()
        scan(text, final=True)
        return time.process_time() - start

    assert seconds(40_000) < 12 * seconds(10_000) + 0.2
