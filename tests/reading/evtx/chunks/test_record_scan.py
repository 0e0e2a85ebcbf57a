"""What is told of chunks without decoding them: which are passed over, and which must be read."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from smtpscope.reading.evtx.chunks.chunk_buffer import Buffer
from smtpscope.reading.evtx.chunks.record_scan import Scanner
from smtpscope.reading.evtx.templates.template_layout import Plans
from support.evtx_events import chunks_of, many_events, places_of
from support.evtx_writer import CHUNK_SIZE, FIRST_RECORD, WrittenEvent, evtx_bytes

OTHER = WrittenEvent(provider="ESE", strings=("x",))
OURS = WrittenEvent(strings=("y",))


@dataclass(frozen=True)
class Found:
    """Of one chunk that is not read in the thorough way: its records, and the offsets of ours."""

    count: int
    wanted: list[int]


def surveys(data: bytes | bytearray, *, has_checksums: bool = True) -> list[Found | None]:
    """One for each chunk, None for one that must be read in the thorough way."""
    chunks = chunks_of(bytes(data))
    survey = Scanner(Plans(), has_checksums=has_checksums).survey(
        Buffer.of(b"".join(chunk for _, chunk in chunks)), len(chunks)
    )
    offsets: list[list[int]] = [[] for _ in chunks]
    for number, start in zip(survey.rows.chunk.tolist(), survey.rows.start.tolist(), strict=True):
        offsets[number].append(start - number * CHUNK_SIZE)
    return [
        None if thorough else Found(count, wanted)
        for thorough, count, wanted in zip(survey.thorough.tolist(), survey.count.tolist(), offsets, strict=True)
    ]


def only(data: bytes | bytearray, *, has_checksums: bool = True) -> Found | None:
    (found,) = surveys(data, has_checksums=has_checksums)
    return found


def test_a_chunk_of_others_is_counted_and_nothing_in_it_is_wanted() -> None:
    assert only(evtx_bytes([OTHER] * 7)) == Found(7, [])


def test_ours_are_wanted_at_their_offsets() -> None:
    data = evtx_bytes([OTHER, OURS, OTHER, OURS])
    assert only(data) == Found(4, [offset.offset for _, offset in places_of(data)][1::2])


def test_each_chunk_has_a_survey_of_its_own() -> None:
    data = evtx_bytes(many_events(900, ours_every=300))
    expected: dict[int, list[int]] = {}
    for at, offset in places_of(data):
        expected.setdefault(at - offset.offset, []).append(offset.record_id)
    found = [survey for survey in surveys(data) if survey]
    assert [survey.count for survey in found] == [len(ids) for ids in expected.values()]
    wanted = [sum((number - 1) % 300 == 0 for number in ids) for ids in expected.values()]
    assert [len(survey.wanted) for survey in found] == wanted
    assert len(wanted) > 2


def test_of_a_template_that_does_not_tell_its_provider_those_records_are_wanted_that_name_us() -> None:
    data = evtx_bytes([OTHER, WrittenEvent(provider="ESE", form="manifest"), WrittenEvent(form="manifest")])
    assert only(data) == Found(3, [places_of(data)[2][1].offset])


def test_capitals_do_not_matter_where_the_provider_is_a_value() -> None:
    names = ["SMTPSVC", "smtpsvc", "MSEXCHANGETRANSPORT", "SmtpEvt", "\u017fmtpsvc"]
    data = evtx_bytes([WrittenEvent(provider=name, form="manifest") for name in names])
    assert only(data) == Found(5, [offset.offset for _, offset in places_of(data)])


def test_longer_and_shorter_names_than_ours_are_not_wanted_for_their_length() -> None:
    data = evtx_bytes([WrittenEvent(provider=name, form="manifest") for name in ("", "S", "Service Control Manager")])
    assert only(data) == Found(3, [])


def test_a_forwarded_event_of_ours_makes_the_whole_chunk_be_read() -> None:
    assert only(evtx_bytes([OTHER, WrittenEvent(provider="SmtpSvc", form="forwarded")])) is None


def test_forwarded_events_of_others_are_counted() -> None:
    assert only(evtx_bytes([OTHER, WrittenEvent(provider="ESE", form="forwarded")])) == Found(2, [])


def test_a_chunk_with_ours_whose_checksum_is_wrong_is_read_in_the_thorough_way() -> None:
    changed = bytearray(evtx_bytes([OTHER, OURS] * 3))
    changed[places_of(bytes(changed))[3][0] + 150] ^= 1
    assert only(changed) is None


def test_a_template_is_not_learnt_from_a_chunk_whose_checksum_is_wrong() -> None:
    changed = bytearray(evtx_bytes([OURS] * 3))
    at = bytes(changed).index("MSExchangeTransport".encode("utf-16-le"))
    changed[at] ^= 1
    assert only(changed) is None


def test_a_record_that_points_to_another_template_than_it_names_is_not_believed() -> None:
    data = bytearray(evtx_bytes([OTHER, OURS, OURS, OTHER]))
    first, second = (places_of(bytes(data))[number][0] for number in (0, 2))
    start = data[first + 34 : first + 38]
    data[second + 34 : second + 38] = start
    assert only(data) is None


def test_without_checksums_records_must_follow_each_other() -> None:
    data = bytearray(evtx_bytes([OTHER] * 3))
    assert only(data, has_checksums=False) is not None
    at, offset = places_of(bytes(data))[1]
    struct.pack_into("<I", data, at + 4, offset.size + 8)
    assert only(data, has_checksums=False) is None


def test_a_chunk_of_others_that_is_damaged_where_it_tells_how_it_is_built_is_not_passed_over() -> None:
    data = bytearray(evtx_bytes([OTHER] * 3))
    at, _ = places_of(bytes(data))[1]
    for byte in (0, 4, 24, 28, 30, 34):
        changed = bytearray(data)
        changed[at + byte] ^= 0x10
        assert only(changed) is None, byte
    assert only(data) == Found(3, [])
    assert data[4_096 + FIRST_RECORD : 4_096 + FIRST_RECORD + 2] == b"**"


def test_old_records_behind_the_end_of_a_chunk_are_not_counted() -> None:
    data = bytearray(evtx_bytes([OTHER, OURS, OTHER]))
    places = places_of(bytes(data))
    at, offset = places[1]
    end = places[-1][0] + places[-1][1].size
    data[end : end + offset.size] = data[at : at + offset.size]
    assert only(data) == Found(3, [offset.offset])


def test_a_record_written_into_the_data_of_another_is_not_taken_for_one() -> None:
    data = evtx_bytes([OTHER, OURS])
    at, offset = places_of(data)[1]
    ours = data[at : at + offset.size]
    # All eight positions: one of them lies at a multiple of eight.
    hidden = [WrittenEvent(provider="ESE", binary=bytes(shift) + ours) for shift in range(8)]
    forged = evtx_bytes([OTHER, *hidden])
    found = only(forged)
    assert found is None or found.wanted == []
