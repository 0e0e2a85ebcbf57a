"""Templates are read the same with and without python-evtx, and damage raises nothing but what is promised."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.evtx.templates.template_parser import TemplateReader
from smtpscope.reading.evtx.templates.template_tokens import quick_template
from smtpscope.reading.evtx.templates.template_tree import UnreadableError
from support.evtx_events import chunks_of
from support.evtx_writer import EventForm, WrittenEvent, evtx_bytes

FORMS: tuple[EventForm, ...] = ("classic", "manifest")


def chunk_of(form: EventForm) -> bytes:
    events = [WrittenEvent(form=form, strings=("1", "2")), WrittenEvent(provider="ESE", form=form, strings=("x",))]
    return chunks_of(evtx_bytes(events))[0][1]


def definitions(chunk: bytes) -> list[int]:
    """Where the templates of a chunk are defined, by the table in its header."""
    found = []
    for slot in range(384, 512, 4):
        offset = int.from_bytes(chunk[slot : slot + 4], "little")
        while offset:
            found.append(offset)
            offset = int.from_bytes(chunk[offset : offset + 4], "little")
    return found


@pytest.mark.parametrize("form", FORMS)
def test_both_ways_find_the_same_tree(form: EventForm) -> None:
    chunk = chunk_of(form)
    offsets = definitions(chunk)
    assert len(offsets) >= 3
    assert [quick_template(chunk, offset) for offset in offsets] == [
        TemplateReader(chunk).template(offset) for offset in offsets
    ]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(FORMS), st.data())
def test_a_damaged_template_is_refused_or_read_without_another_error(form: EventForm, data: st.DataObject) -> None:
    chunk = bytearray(chunk_of(form))
    offset = data.draw(st.sampled_from(definitions(bytes(chunk))))
    for _ in range(data.draw(st.integers(1, 3))):
        chunk[offset + data.draw(st.integers(20, 900))] = data.draw(st.integers(0, 255))
    with suppress(UnreadableError):
        quick_template(bytes(chunk), offset)


@pytest.mark.parametrize("offset", [0, 65_500, 65_536, 10**9])
def test_there_is_no_template_outside_of_the_records(offset: int) -> None:
    with pytest.raises(UnreadableError):
        quick_template(chunk_of("classic"), offset)
