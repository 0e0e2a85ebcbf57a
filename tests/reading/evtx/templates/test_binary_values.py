"""Typed values of binary XML as text."""

from __future__ import annotations

import struct
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.evtx.templates.binary_values import string_array, value_text


@pytest.mark.parametrize(
    ("value_type", "value", "text"),
    [
        (0x01, "Ā😀".encode("utf-16-le"), "Ā😀"),
        (0x01, "ended\0".encode("utf-16-le"), "ended"),
        (0x02, b"caf\xe9\0", "café"),
        (0x03, b"\xff", "-1"),
        (0x04, b"\xff", "255"),
        (0x06, b"\x5a\x1b", "7002"),
        (0x0A, b"\xff" * 8, "18446744073709551615"),
        (0x0D, b"\1\0\0\0", "true"),
        (0x0D, bytes(4), "false"),
        (0x0E, b"\0\xab", "00AB"),
        (0x0F, uuid.UUID("555908d1-a6d7-4695-8e1e-26931d2012f4").bytes_le, "555908D1-A6D7-4695-8E1E-26931D2012F4"),
        (0x11, struct.pack("<Q", 116_444_736_000_000_000), "1970-01-01T00:00:00.000000Z"),
        (0x12, struct.pack("<8H", 2026, 3, 0, 1, 8, 5, 9, 7), "2026-03-01T08:05:09.007Z"),
        (0x13, b"\1\2\0\0\0\0\0\5" + struct.pack("<2I", 32, 544), "S-1-5-32-544"),
        (0x15, struct.pack("<Q", 0x80000000000000), "0x80000000000000"),
    ],
)
def test_a_value_is_printed_as_windows_prints_it(value_type: int, value: bytes, text: str) -> None:
    assert value_text(value_type, value) == text


def test_a_value_that_does_not_fit_its_type_is_shown_as_bytes() -> None:
    assert value_text(0x06, b"\1\2\3") == "010203"
    assert value_text(0x55, b"\xfe") == "FE"


@given(st.integers(0, 255), st.binary(max_size=40))
def test_no_value_of_any_type_raises(value_type: int, value: bytes) -> None:
    assert isinstance(value_text(value_type, value), str)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), max_size=8))
def test_strings_come_back_from_an_array_with_the_empty_ones(strings: list[str]) -> None:
    encoded = b"".join(string.encode("utf-16-le") + b"\0\0" for string in strings)
    assert string_array(encoded) == tuple(strings)


def test_an_array_without_its_last_end_loses_nothing() -> None:
    assert string_array("a\0b".encode("utf-16-le")) == ("a", "b")


@given(st.binary(max_size=60))
def test_any_bytes_are_an_array(value: bytes) -> None:
    assert all("\0" not in string for string in string_array(value))
