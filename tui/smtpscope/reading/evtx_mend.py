"""A damaged chunk -> a copy that the fast decoder can read through, so that one broken place does not cost the rest."""

from __future__ import annotations

import struct
from typing import Final

from smtpscope.reading.evtx_layout import CHUNK_MAGIC, RECORD_MAGIC, SMALLEST_RECORD
from smtpscope.reading.evtx_walk import Walk

BRIDGE_ID: Final = 0xFFFF_FFFF_FFFF_FFFF
"""The record number of the empty records that are laid over stretches without a record header."""

_HEADER_SIZE_FIELD: Final = 128


def mended(chunk: bytes, found: Walk, end: int) -> bytes:
    """`chunk` with a header that points to `end`, sizes that lead from record to record, and gaps bridged.

    What a bridge covers is refused by the decoder, or read as a record without content under BRIDGE_ID; the bytes
    behind its header stay, since later records may use a name or a template that is defined there.
    """
    copy = bytearray(chunk)
    copy[:8] = CHUNK_MAGIC
    last = found.places[-1].offset if found.places else 0
    struct.pack_into("<III", copy, 40, _HEADER_SIZE_FIELD, last, end)
    for place in found.places:
        if place.state == "broken":
            struct.pack_into("<I", copy, place.offset + 4, place.size)
    for start, stop in found.gaps:
        if stop - start >= SMALLEST_RECORD and stop < end:
            struct.pack_into("<4sIQQ", copy, start, RECORD_MAGIC, stop - start, BRIDGE_ID, 0)
    return bytes(copy)
