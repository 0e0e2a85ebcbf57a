"""Logs that two programs wrote to, each in an encoding of its own."""

from __future__ import annotations

import codecs
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.record import EventRecord, ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.text.encodings import TextStream, detect
from smtpscope.reading.text.text_kind import is_text
from support.every_format import SERVICE_LOGS
from support.memory_source import MemorySource, records_of
from support.packed_logs import log


def wide(first: int, last: int) -> bytes:
    return log(first, last).decode().replace("\n", "\r\n").encode("utf-16-le")


MIXED = {
    "UTF-16 behind bytes": log(0, 30) + wide(30, 60),
    "UTF-16 with its mark behind bytes": log(0, 30) + codecs.BOM_UTF16_LE + wide(30, 60),
    "UTF-16 behind the first line": log(0, 1) + wide(1, 60),
    "bytes behind UTF-16": codecs.BOM_UTF16_LE + wide(0, 30) + log(30, 60),
    "bytes with a mark behind UTF-16": codecs.BOM_UTF16_LE + wide(0, 30) + codecs.BOM_UTF8 + log(30, 60),
    "bytes behind big-endian UTF-16": codecs.BOM_UTF16_BE + log(0, 30).decode().encode("utf-16-be") + log(30, 60),
    "to and fro": log(0, 20) + wide(20, 40) + log(40, 60),
    "UTF-16 far behind": log(0, 30) + b"an idle hour\n" * 200_000 + wide(30, 60),
}


def read(data: bytes) -> list[EventRecord]:
    return records_of(open_log(MemorySource(data), ReadOptions()))


@pytest.mark.parametrize("form", MIXED)
def test_both_parts_are_read(form: str) -> None:
    data = MIXED[form]
    reader = open_log(MemorySource(data), ReadOptions())
    records = records_of(reader)
    expected = read(log(0, 60))
    assert [(record.message, record.time_ms) for record in records] == [
        (record.message, record.time_ms) for record in expected
    ]
    for number, record in enumerate(records):
        assert f"mx{number}.example.com" in reader.raw(record.offset)


@pytest.mark.parametrize("form", [form for form in SERVICE_LOGS if "UTF-16" not in form])
def test_the_second_half_in_utf16_changes_no_count(form: str) -> None:
    _, write = SERVICE_LOGS[form]
    data = write()
    middle = data.index(b"\n", len(data) // 2) + 1
    mixed = data[:middle] + data[middle:].decode().encode("utf-16-le")
    assert counts(mixed) == counts(data)


def counts(data: bytes) -> tuple[int, int]:
    batches = list(open_log(MemorySource(data), ReadOptions()).batches())
    return sum(len(batch.exchanges) for batch in batches), sum(batch.unrelated_records for batch in batches)


def text_of(data: bytes, block_size: int) -> str:
    stream = TextStream(io.BytesIO(data), detect(data), block_size=block_size)
    return "".join(block.cut(0, len(block.text)) for block in stream)


@pytest.mark.parametrize("block_size", [1, 64, 1 << 20])
def test_where_the_blocks_end_makes_no_difference(block_size: int) -> None:
    assert text_of(log(0, 3) + wide(3, 5), block_size).replace("\r", "") == log(0, 5).decode()
    data = codecs.BOM_UTF16_LE + wide(0, 3) + log(3, 5)
    assert text_of(data, block_size).replace("\r", "") == log(0, 5).decode()


def test_other_scripts_are_no_switch() -> None:
    for text in ("Получатель неизвестен, почтовый ящик не найден на этом сервере " * 9, "收件人不存在，郵箱已滿" * 20):
        data = codecs.BOM_UTF16_LE + (log(0, 2).decode() + text + "\r\n").encode("utf-16-le")
        assert text_of(data, 1 << 20) == log(0, 2).decode() + text + "\r\n"


def test_a_log_that_switches_in_every_line_is_read_to_its_end() -> None:
    line = b"a line of bytes that is long enough to be told apart\n"
    other = "a line of characters, wide\n".encode("utf-16-le")
    data = (line + other) * 1_000
    end = 0
    for block in TextStream(io.BytesIO(data), detect(data)):
        end = block.end
    assert end == len(data)


def test_a_run_of_zeros_within_a_log_hides_nothing() -> None:
    first, second = log(0, 5), log(5, 10)
    for data in (first + bytes(3_000) + second, bytes(5_000) + first + second, first + second + bytes(9_000)):
        assert is_text(data)
        assert [record.time_ms for record in read(data)] == [record.time_ms for record in read(first + second)]


def test_zeros_alone_and_tar_archives_are_no_text() -> None:
    assert not is_text(bytes(4_096))
    assert not is_text(b"mail.log".ljust(257, b"\0") + b"ustar".ljust(255, b"\0") + log(0, 9))


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=50) | st.sampled_from([log(0, 1), wide(0, 1)]), max_size=6), st.integers(1, 400))
def test_any_bytes_are_read_to_their_end(parts: list[bytes], block_size: int) -> None:
    data = b"".join(parts)
    encoding = detect(data)
    end = encoding.mark
    for block in TextStream(io.BytesIO(data), encoding, block_size=block_size):
        # A character that was put together again has a byte more than the file.
        assert block.start >= end - 1
        end = block.end
    assert end == max(len(data), encoding.mark)
