"""UTF-16 of which a byte is missing or too many: what follows is read, and the place is told."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.record import EventRecord, ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.text.text_log import batches_of
from support.event_texts import TextEvent, log_line
from support.memory_source import MemorySource

TIME = datetime(2026, 3, 14, 9, 0)  # noqa: DTZ001 - as the log writes it
LINES = [log_line(TextEvent(TIME, host=f"mx{number}.contoso.example", connection=number)) for number in range(40)]
CODECS = ("utf-16-le", "utf-16-be")
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def log(codec: str) -> bytes:
    return MARKS[codec] + "".join(LINES).encode(codec)


def read(data: bytes) -> tuple[list[EventRecord], list[tuple[str, str]]]:
    source = MemorySource(data)
    batches = list(batches_of(open_log(source, ReadOptions()), source))
    problems = [problem for batch in batches for problem in batch.problems]
    return [record for batch in batches for record in batch.records], [(each.place, each.outcome) for each in problems]


def start_of(number: int) -> int:
    return 2 + 2 * sum(map(len, LINES[:number]))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("step", [0, 1])
def test_after_a_lost_byte_every_other_record_is_read(codec: str, step: int) -> None:
    whole, _ = read(log(codec))
    at = start_of(17) + 200 + step
    records, problems = read(log(codec)[:at] + log(codec)[at + 1 :])
    found = {record.message for record in records}
    assert [number for number, record in enumerate(whole) if record.message not in found] in ([], [17])
    ((place, outcome),) = problems
    assert outcome == "recovered"
    assert abs(int(place.removeprefix("byte "), 16) - at) <= 3


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("dirt", [b"x", b"\0", b"\r\n\n", b"\xff"])
def test_after_bytes_too_many_every_other_record_is_read(codec: str, dirt: bytes) -> None:
    whole, _ = read(log(codec))
    at = start_of(20) + 100
    records, problems = read(log(codec)[:at] + dirt + log(codec)[at:])
    found = {record.message for record in records}
    assert [number for number, record in enumerate(whole) if record.message not in found] in ([], [20])
    assert len(problems) == 1


@pytest.mark.parametrize("codec", CODECS)
def test_a_record_behind_the_damage_is_shown_from_its_first_character(codec: str) -> None:
    at = start_of(5) + 101
    data = log(codec)[:at] + log(codec)[at + 1 :]
    reader = open_log(MemorySource(data), ReadOptions())
    for record in [record for batch in reader.batches() for record in batch.records]:
        assert (record.message or "").splitlines()[0] in reader.raw(record.offset)


def test_each_of_several_places_is_told_once() -> None:
    data = log("utf-16-le")
    for number in (30, 20, 10):
        data = data[: start_of(number) + 50] + data[start_of(number) + 51 :]
    source = MemorySource(data)
    reader = open_log(source, ReadOptions())
    assert sum(len(batch.problems) for batch in batches_of(reader, source)) == 3
    assert sum(len(batch.problems) for batch in batches_of(reader, source)) == 0


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CODECS), st.integers(3, 2_000), st.integers(1, 5))
def test_wherever_a_byte_is_lost_the_others_are_read(codec: str, at: int, lost: int) -> None:
    records, _ = read(log(codec)[:at] + log(codec)[at + lost :])
    assert len(records) >= 37
