"""Bytes to blocks of lines, in every encoding that Windows tools write."""

from __future__ import annotations

import codecs
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.text.encodings import TextBlock, TextEncoding, TextStream, decoded, detect

LINES = 'Nov  9 06:12:41 "grüße" 550\r\nfünf €\n\nlast without end'


@pytest.mark.parametrize(
    ("data", "codec", "mark"),
    [
        (b"plain", "utf-8", 0),
        (codecs.BOM_UTF8 + b"text", "utf-8", 3),
        (codecs.BOM_UTF16_LE + "text".encode("utf-16-le"), "utf-16-le", 2),
        (codecs.BOM_UTF16_BE + "text".encode("utf-16-be"), "utf-16-be", 2),
        ("Event Type: Error".encode("utf-16-le"), "utf-16-le", 0),
        ("Event Type: Error".encode("utf-16-be"), "utf-16-be", 0),
        ("Journal: 550 5.1.1 Получатель неизвестен".encode("utf-16-le"), "utf-16-le", 0),
        (b"", "utf-8", 0),
        (b"\0\0\0\0\0\0\0\0", "utf-8", 0),
    ],
)
def test_the_encoding_is_found_from_mark_or_zeros(data: bytes, codec: str, mark: int) -> None:
    encoding = detect(data)
    assert (encoding.codec, encoding.mark) == (codec, mark)


def test_a_line_that_is_not_utf8_is_read_as_windows_1252_and_its_neighbours_are_not() -> None:
    data = "grüße €".encode() + b"\n" + "grüße €".encode("cp1252") + b"\n\x81"
    assert decoded(data) == "grüße €\ngrüße €\n\ufffd"


def read_all(data: bytes, block_size: int) -> str:
    encoding = detect(data)
    return "".join(
        block.cut(0, len(block.text)) for block in TextStream(io.BytesIO(data), encoding, block_size=block_size)
    )


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("block_size", [1, 2, 7, 1 << 20])
def test_blocks_together_are_the_whole_text(codec: str, block_size: int) -> None:
    data = LINES.encode(codec)
    if codec == "utf-16-be":
        data = codecs.BOM_UTF16_BE + data
    assert read_all(data, block_size) == LINES


def test_only_the_last_block_may_end_within_a_line() -> None:
    stream = TextStream(io.BytesIO(b"one\ntwo\nthree"), detect(b""), block_size=5)
    assert [(block.text, block.final) for block in stream] == [
        ("one\n", False),
        ("two\n", False),
        ("three", True),
    ]


def test_what_is_kept_comes_again_with_the_next_block_at_its_offset() -> None:
    stream = TextStream(io.BytesIO(b"one\ntwo\nthree\n"), detect(b""), block_size=8)
    seen = []
    for block in stream:
        seen.append((block.start, block.text))
        if not block.final:
            stream.keep_from(4)
    assert seen == [(0, "one\ntwo\n"), (4, "two\nthree\n"), (8, "three\n")]


def test_a_file_without_line_ends_is_cut_between_characters_and_not_collected() -> None:
    text = "€" * 2_000_000
    stream = TextStream(io.BytesIO(text.encode()), detect(b"plain"))
    blocks = []
    for block in stream:
        blocks.append(block.cut(0, len(block.text)))
        if not block.final:
            stream.keep_from(0)  # a consumer that never finishes
    assert len(blocks) > 1
    assert {len(block) for block in blocks[:-1]} < set(range(1_300_000, 2_000_000))
    assert set("".join(blocks)) == {"€"}


@settings(max_examples=80)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from(
        [
            TextEncoding("utf-16-le", 0, "UTF-16"),
            TextEncoding("utf-16-be", 0, "UTF-16"),
        ]
    ),
    st.data(),
)
def test_offsets_are_the_lengths_of_what_stands_before(text: str, encoding: TextEncoding, data: st.DataObject) -> None:
    block = TextBlock(text.encode(encoding.codec), start=100, encoding=encoding, final=True)
    for _ in range(3):
        index = data.draw(st.integers(0, len(text)))
        assert block.offset(index) == 100 + len(text[:index].encode(encoding.codec))


@settings(max_examples=100)
@given(st.binary(max_size=200), st.integers(1, 64))
def test_any_bytes_are_read_to_their_end(data: bytes, block_size: int) -> None:
    encoding = detect(data)
    end = encoding.mark
    for block in TextStream(io.BytesIO(data), encoding, block_size=block_size):
        assert block.start == end
        end = block.end
        assert block.offset(len(block.text)) <= end
        block.cut(0, len(block.text))
    assert end == max(len(data), encoding.mark)
