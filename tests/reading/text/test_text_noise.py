"""What is no text is counted once, whatever reads it, and told with the place where it begins."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.test_formats_together import FORMS, some_events
from smtpscope.errors import Problem
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.text.text_log import batches_of
from smtpscope.reading.text.text_noise import TextNoise
from support.memory_source import MemorySource


def told(*pieces: bytes) -> list[tuple[str, str]]:
    noise = TextNoise("a.log")
    start = 0
    for piece in pieces:
        noise.look(piece, start)
        start += len(piece)
    return [(problem.place, problem.reason.partition(" no text")[0]) for problem in noise.take()]


def test_controls_are_counted_from_the_first_on() -> None:
    assert told(b"plain\r\n\ttext \x1b[1m\n", b"odd \x07 and \x01\n") == [("from byte 0x16", "2 bytes are")]
    assert told(b"plain\r\n\ttext\n") == []


def test_zeros_between_texts_are_noise_and_those_at_the_end_are_not() -> None:
    assert told(b"a\n" + bytes(50), bytes(50), b"b\n") == [("from byte 0x2", "100 bytes are")]
    assert told(b"a\n" + bytes(50), bytes(50)) == []


def test_what_is_read_twice_counts_once() -> None:
    noise = TextNoise("a.log")
    for start in (0, 0, 4):
        noise.look(b"abc\x01def\x02"[start:], start)
    assert [problem.reason[:11] for problem in noise.take()] == ["2 bytes are"]
    assert noise.take() == []


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_it_does_not_matter_how_a_text_is_divided(data: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    assert told(*(data[begin:end] for begin, end in pairwise(places))) == told(data)


@pytest.mark.parametrize("form", ["lines", "blocks 2003", "csv 2008", "txt 2008", "winlogbeat", "saved xml", "clixml"])
def test_every_reader_of_a_text_tells_it(form: str) -> None:
    data = FORMS[form][1](some_events(40))
    middle = len(data) // 2 & ~1
    source = MemorySource(data[:middle] + bytes(8) + data[middle:])
    problems: list[Problem] = []
    for batch in batches_of(open_log(source, ReadOptions()), source):
        problems += batch.problems
    assert [problem.place for problem in problems if "no text" in problem.reason] == [f"from byte {middle:#x}"]
