"""A column that decides and is not there (renamed, damaged, not written) is told once a file."""

from __future__ import annotations

import pytest

from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from support import iis_smtp_logs, tracking_logs
from support.memory_source import MemorySource, problems_of

TRACKING = tracking_logs.sample("15.02.1544.004")
W3C = iis_smtp_logs.w3c_log(iis_smtp_logs.some_rows()).encode()


def told(data: bytes) -> list[str]:
    return [problem.reason for problem in problems_of(open_log(MemorySource(data), ReadOptions()))]


def without(data: bytes, name: str) -> bytes:
    """`data` with the column of that name under another one."""
    start = data.index(b"#Fields:")
    header = data[start : data.index(b"\n", start)]
    names = header.replace(b",", b" , ").split(b" ")
    renamed = b" ".join(b"x-gone" if each == name.encode() else each for each in names).replace(b" , ", b",")
    assert renamed != header
    return data.replace(header, renamed)


@pytest.mark.parametrize("name", ["event-id", "recipient-status", "source-context", "recipient-address"])
def test_a_tracking_log_tells_the_column_that_it_lacks(name: str) -> None:
    (reason,) = told(without(TRACKING, name))
    assert reason == f"the header has no column {name}: what it tells of refusals is missing"


@pytest.mark.parametrize("name", ["time", "cs-method", "c-ip", "sc-status", "cs-uri-query"])
def test_a_log_of_iis_tells_the_field_that_it_lacks(name: str) -> None:
    assert any(reason.startswith(f"There is no field {name}: ") for reason in told(without(W3C, name)))


def test_a_header_with_all_columns_needs_no_word() -> None:
    assert told(TRACKING) == told(W3C) == []
