"""Templates are read as python-evtx reads them, and damage raises nothing but what is promised, and soon."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.evtx.templates.template_tokens import parsed_template
from smtpscope.reading.evtx.templates.template_tree import Slot, TemplateElement, UnreadableError
from support.evtx_events import chunks_of
from support.evtx_writer import EventForm, WrittenEvent, evtx_bytes
from support.python_evtx_templates import PythonEvtxTemplates

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
    theirs = PythonEvtxTemplates(chunk)
    assert [parsed_template(chunk, offset) for offset in offsets] == [theirs.template(offset) for offset in offsets]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(FORMS), st.data())
def test_a_damaged_template_is_refused_or_read_without_another_error(form: EventForm, data: st.DataObject) -> None:
    chunk = bytearray(chunk_of(form))
    offset = data.draw(st.sampled_from(definitions(bytes(chunk))))
    for _ in range(data.draw(st.integers(1, 3))):
        chunk[offset + data.draw(st.integers(20, 900))] = data.draw(st.integers(0, 255))
    with suppress(UnreadableError):
        parsed_template(bytes(chunk), offset)


@pytest.mark.parametrize("offset", [0, 65_500, 65_536, 10**9])
def test_there_is_no_template_outside_of_the_records(offset: int) -> None:
    with pytest.raises(UnreadableError):
        parsed_template(chunk_of("classic"), offset)


AT = 1_000
NAME_AT = 600


def template_of(tokens: bytes, *, attributes: bytes = b"") -> bytes:
    """A chunk with one template: an element called "Data" with these tokens in it."""
    name = struct.pack("<IHH", 0, 0, 4) + "Data".encode("utf-16-le") + b"\0\0"
    start = bytes([0x41 if attributes else 0x01]) + struct.pack("<HII", 0xFFFF, 0, NAME_AT)
    if attributes:
        start += struct.pack("<I", len(attributes)) + attributes
    body = b"\x0f\x01\x01\x00" + start + b"\x02" + tokens + b"\x04\x00"
    chunk = bytearray(65_536)
    chunk[NAME_AT : NAME_AT + len(name)] = name
    chunk[AT : AT + 24] = struct.pack("<I16sI", 0, b"g" * 16, len(body))
    chunk[AT + 24 : AT + 24 + len(body)] = body
    return bytes(chunk)


def counted(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


@pytest.mark.parametrize(
    ("tokens", "content"),
    [
        (b"\x05\x01" + counted("plain"), ("plain",)),
        (b"\x07" + counted("<kept>"), ("<kept>",)),
        (b"\x08" + struct.pack("<H", 0x26), ("&",)),
        (b"\x05\x08" + struct.pack("<I", 7002), ("7002",)),
        (b"\x05\x0d" + struct.pack("<I", 1), ("true",)),
        (b"\x05\x02" + struct.pack("<H", 3) + b"abc", ("abc",)),
        (b"\x05\x0e" + struct.pack("<H", 2) + b"\x01\xff", ("01FF",)),
        (b"\x0b" + counted("an instruction") + b"\x0e" + struct.pack("<HB", 3, 1), (Slot(3, optional=True),)),
        (b"\x0a" + struct.pack("<I", NAME_AT) + b"\x0d" + struct.pack("<HB", 3, 1), (Slot(3, optional=False),)),
        (b"\x09" + struct.pack("<I", NAME_AT), ("&Data;",)),
    ],
)
def test_every_token_of_the_specification_is_read(tokens: bytes, content: tuple[object, ...]) -> None:
    assert parsed_template(template_of(tokens), AT) == TemplateElement("Data", (), content, None)  # type: ignore[arg-type]


def test_an_attribute_may_have_several_parts() -> None:
    parts = b"\x05\x01" + counted("a") + b"\x48" + struct.pack("<H", 0x26) + b"\x0e" + struct.pack("<HB", 1, 1)
    chunk = template_of(b"", attributes=b"\x06" + struct.pack("<I", NAME_AT) + parts)
    (attribute,) = parsed_template(chunk, AT).attributes
    assert attribute == ("Data", ("a", "&", Slot(1, optional=True)))


@contextmanager
def seconds(most: float) -> Iterator[None]:
    before = time.process_time()
    yield
    assert time.process_time() - before < most


@pytest.mark.parametrize("token", [0x05, 0x08, 0x0B, 0x0E])
def test_a_template_of_nothing_but_tokens_is_given_up(token: int) -> None:
    with seconds(1), pytest.raises(UnreadableError):
        parsed_template(template_of(bytes([token, 0, 0, 0]) * 16_000), AT)


def test_a_name_as_long_as_its_chunk_is_refused() -> None:
    chunk = bytearray(template_of(b""))
    struct.pack_into("<H", chunk, NAME_AT + 6, 30_000)
    with pytest.raises(UnreadableError, match="impossibly long"):
        parsed_template(bytes(chunk), AT)
