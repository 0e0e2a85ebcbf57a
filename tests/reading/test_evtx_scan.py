"""What is told of chunks without decoding them: which are passed over, and which must be read."""

from __future__ import annotations

import struct

from smtpscope.reading.evtx_plan import Plans
from smtpscope.reading.evtx_scan import Scanner, Survey
from support.evtx_events import chunks_of, many_events, places_of
from support.evtx_writer import FIRST_RECORD, WrittenEvent, evtx_bytes

OTHER = WrittenEvent(provider="ESE", strings=("x",))
OURS = WrittenEvent(strings=("y",))


def surveys(data: bytes | bytearray, *, has_checksums: bool = True) -> list[Survey | None]:
    block = b"".join(chunk for _, chunk in chunks_of(bytes(data)))
    return Scanner(Plans(), has_checksums=has_checksums).survey(memoryview(block))


def only(data: bytes | bytearray, *, has_checksums: bool = True) -> Survey | None:
    (survey,) = surveys(data, has_checksums=has_checksums)
    return survey


def test_a_chunk_of_others_is_counted_and_nothing_in_it_is_wanted() -> None:
    survey = only(evtx_bytes([OTHER] * 7))
    assert survey is not None
    assert (survey.count, survey.wanted) == (7, [])


def test_ours_are_wanted_at_their_offsets() -> None:
    data = evtx_bytes([OTHER, OURS, OTHER, OURS])
    survey = only(data)
    assert survey is not None
    assert survey.wanted == [place.offset for _, place in places_of(data)][1::2]


def test_each_chunk_has_a_survey_of_its_own() -> None:
    data = evtx_bytes(many_events(900, ours_every=300))
    expected: dict[int, list[int]] = {}
    for at, place in places_of(data):
        expected.setdefault(at - place.offset, []).append(place.record_id)
    found = surveys(data)
    assert [survey.count for survey in found if survey] == [len(ids) for ids in expected.values()]
    wanted = [sum((number - 1) % 300 == 0 for number in ids) for ids in expected.values()]
    assert [len(survey.wanted) for survey in found if survey] == wanted
    assert len(wanted) > 2


def test_a_template_that_does_not_tell_its_provider_is_wanted_where_we_are_named() -> None:
    named = only(evtx_bytes([OTHER, WrittenEvent(provider="ESE", form="manifest"), WrittenEvent(form="manifest")]))
    assert named is not None
    assert len(named.wanted) == 2


def test_a_template_that_does_not_tell_its_provider_is_passed_over_where_nobody_names_us() -> None:
    survey = only(evtx_bytes([OTHER, WrittenEvent(provider="ESE", form="manifest")]))
    assert survey is not None
    assert (survey.count, survey.wanted) == (2, [])


def test_a_forwarded_event_of_ours_makes_the_whole_chunk_be_read() -> None:
    assert only(evtx_bytes([OTHER, WrittenEvent(provider="SmtpSvc", form="forwarded")])) is None


def test_forwarded_events_of_others_are_counted() -> None:
    survey = only(evtx_bytes([OTHER, WrittenEvent(provider="ESE", form="forwarded")]))
    assert survey is not None
    assert (survey.count, survey.wanted) == (2, [])


def test_a_chunk_whose_checksum_is_wrong_is_never_passed_over() -> None:
    data = bytearray(evtx_bytes([OTHER] * 3))
    data[-1_000 - 60_000] ^= 1
    changed = bytearray(data)
    changed[4_096 + FIRST_RECORD + 300] ^= 1
    assert only(changed) is None


def test_without_checksums_records_must_follow_each_other() -> None:
    data = bytearray(evtx_bytes([OTHER] * 3))
    assert only(data, has_checksums=False) is not None
    at, place = places_of(bytes(data))[1]
    struct.pack_into("<I", data, at + 4, place.size + 8)
    assert only(data, has_checksums=False) is None


def test_old_records_behind_the_end_of_a_chunk_are_not_counted() -> None:
    data = bytearray(evtx_bytes([OTHER, OURS, OTHER]))
    places = places_of(bytes(data))
    at, place = places[1]
    end = places[-1][0] + places[-1][1].size
    data[end : end + place.size] = data[at : at + place.size]
    survey = only(data)
    assert survey is not None
    assert (survey.count, survey.wanted) == (3, [place.offset])


def test_a_record_written_into_the_data_of_another_is_not_taken_for_one() -> None:
    data = evtx_bytes([OTHER, OURS])
    at, place = places_of(data)[1]
    ours = data[at : at + place.size]
    # All eight positions: one of them lies at a multiple of eight.
    hidden = [WrittenEvent(provider="ESE", binary=bytes(shift) + ours) for shift in range(8)]
    forged = evtx_bytes([OTHER, *hidden])
    survey = only(forged)
    assert survey is None or survey.wanted == []
