"""Each template of a chunk is parsed once, whether it can be read or not."""

from __future__ import annotations

import struct

import pytest

from smtpscope.reading.evtx.templates.chunk_templates import ChunkTemplates
from smtpscope.reading.evtx.templates.fallback_decoder import FallbackDecoder
from smtpscope.reading.evtx.templates.template_tokens import parsed_template
from smtpscope.reading.evtx.templates.template_tree import TemplateElement, UnreadableError
from support.evtx_events import chunks_of, many_events, places_of
from support.evtx_writer import evtx_bytes

LOG = evtx_bytes(many_events(60, ours_every=1))
OFFSETS = [place.offset for _, place in places_of(LOG)]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The offsets that were parsed."""
    offsets: list[int] = []

    def noted(chunk: bytes, offset: int) -> TemplateElement:
        offsets.append(offset)
        return parsed_template(chunk, offset)

    monkeypatch.setattr("smtpscope.reading.evtx.templates.chunk_templates.parsed_template", noted)
    return offsets


def test_a_sound_template_is_parsed_for_its_first_record(parsed: list[int]) -> None:
    decoder = FallbackDecoder(chunks_of(LOG)[0][1])
    for offset in OFFSETS:
        decoder.event(offset)
    assert len(parsed) == len(set(parsed)) == 2


def test_a_broken_template_is_parsed_for_its_first_record(parsed: list[int]) -> None:
    chunk = bytearray(chunks_of(LOG)[0][1])
    (definition,) = struct.unpack_from("<I", chunk, OFFSETS[0] + 34)
    chunk[definition + 28] = 0x7F
    decoder = FallbackDecoder(bytes(chunk))
    reasons = set()
    for offset in OFFSETS:
        with pytest.raises(UnreadableError) as caught:
            decoder.event(offset)
        reasons.add(str(caught.value))
    assert parsed == [definition]
    assert reasons == {"its template lacks a required element"}


def test_what_is_no_definition_is_remembered_as_well() -> None:
    templates = ChunkTemplates(bytes(65_536))
    for _ in range(2):
        with pytest.raises(UnreadableError, match="is missing"):
            templates.template(2_000)
