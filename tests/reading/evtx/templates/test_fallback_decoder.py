"""The second reader: one record at a time, whatever is wrong with the others."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.evtx.templates.fallback_decoder import FallbackDecoder
from smtpscope.reading.evtx.templates.template_tree import UnreadableError
from smtpscope.reading.windows_event.event_element import EventElement, insertion_strings, xml_text
from support.evtx_events import SIX_STRINGS, chunks_of
from support.evtx_writer import CHUNK_SIZE, EventForm, WrittenEvent, evtx_bytes

_NESTED = b"\x0f\x01\x01\x00\x0c\x01"
_FORMS: list[EventForm] = ["classic", "forwarded", "manifest"]


def chunk_with(*written: WrittenEvent) -> bytes:
    return chunks_of(evtx_bytes(written))[0][1]


@pytest.mark.parametrize("form", _FORMS)
def test_strings_keep_their_place_in_every_form(form: EventForm) -> None:
    strings = ("", *SIX_STRINGS, "Ā\u0a00\U0001f600", "\ud800", "")
    event = FallbackDecoder(chunk_with(WrittenEvent(strings=strings, form=form))).event(512)
    assert insertion_strings(event) == ("", *SIX_STRINGS, "Ā\u0a00\U0001f600", "\ufffd", "")


def test_a_value_that_a_record_does_not_have_leaves_its_element_out() -> None:
    event = FallbackDecoder(chunk_with(WrittenEvent(strings=()))).event(512)
    data = event.child("EventData")
    assert data is not None
    assert list(data.elements()) == []


def test_names_and_templates_are_found_when_the_header_of_the_chunk_is_gone() -> None:
    chunk = chunk_with(WrittenEvent(strings=("a",)), WrittenEvent(strings=("b",)))
    (size,) = struct.unpack_from("<I", chunk, 516)
    assert insertion_strings(FallbackDecoder(bytes(512) + chunk[512:]).event(512 + size)) == ("b",)


def test_a_record_without_its_template_is_refused_with_a_reason() -> None:
    chunk = bytearray(chunk_with(WrittenEvent(strings=("a",))))
    struct.pack_into("<I", chunk, 512 + 34, 60_000)
    with pytest.raises(UnreadableError, match="its template is missing"):
        FallbackDecoder(bytes(chunk)).event(512)


def test_a_template_outside_of_the_chunk_is_refused_with_a_reason() -> None:
    chunk = bytearray(chunk_with(WrittenEvent(strings=("a",))))
    struct.pack_into("<I", chunk, 512 + 34, 0xFFFF_FFF0)
    with pytest.raises(UnreadableError, match="outside the chunk"):
        FallbackDecoder(bytes(chunk)).event(512)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(_FORMS), st.lists(st.tuples(st.integers(512, 2_400), st.integers(0, 255)), max_size=6))
def test_changed_bytes_give_an_event_or_a_reason(form: EventForm, changes: list[tuple[int, int]]) -> None:
    chunk = bytearray(chunk_with(WrittenEvent(strings=SIX_STRINGS, form=form)))
    for at, value in changes:
        chunk[at] = value
    try:
        event = FallbackDecoder(bytes(chunk)).event(512)
    except UnreadableError:
        return
    assert event.name == "Event"


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300), st.integers(-8, CHUNK_SIZE + 8))
def test_any_bytes_at_any_offset_give_an_event_or_a_reason(body: bytes, offset: int) -> None:
    chunk = (bytes(512) + body * 20).ljust(CHUNK_SIZE, b"\0")[:CHUNK_SIZE]
    with pytest.raises(UnreadableError):
        FallbackDecoder(chunk).event(offset)


def test_values_that_double_at_each_level_are_refused() -> None:
    first, second = WrittenEvent(strings=("a",)), WrittenEvent(strings=("x" * 2_000,))
    chunk = bytearray(chunk_with(first, second))
    (size,) = struct.unpack_from("<I", chunk, 516)
    at = chunk.find(_NESTED, 512 + size + 38)
    instance = bytes(chunk[at : at + 14])
    # EventData holds value 0 and value 2. Both are the next fragment: the first takes no room, so they begin together.
    level = instance + struct.pack("<I", 3) + struct.pack("<HBx", 0, 0x21) + bytes(4) + struct.pack("<HBx", 1, 0x21)
    chain = level * 40 + instance + bytes(4)
    chunk[at : at + len(chain)] = chain
    with pytest.raises(UnreadableError, match="impossible number of elements"):
        FallbackDecoder(bytes(chunk)).event(512 + size)


def test_a_name_that_is_used_thousands_of_times_is_refused_and_other_records_are_read() -> None:
    chunk = bytearray(chunk_with(WrittenEvent(strings=("a",))))
    name_at, offset = 60_000, 10_000
    chunk[name_at : name_at + 8] = struct.pack("<IHH", 0, 0, 2_000)
    opening = b"\x01" + struct.pack("<II", 0, name_at)
    body = opening + b"\x02" + (opening + b"\x03") * 3_000
    chunk[offset + 24 : offset + 24 + len(body)] = body
    decoder = FallbackDecoder(bytes(chunk))
    with pytest.raises(UnreadableError, match="impossible number of elements"):
        decoder.event(offset)
    assert insertion_strings(decoder.event(512)) == ("a",)


def test_xml_escapes_what_would_be_markup() -> None:
    element = EventElement("A", (("b", '<"&'),), ("x < y & z",))
    assert xml_text(element) == '<A b="&lt;&quot;&amp;">x &lt; y &amp; z</A>'
