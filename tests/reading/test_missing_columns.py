"""A column that decides and is not there (renamed, damaged, not written) is told once a file."""

from __future__ import annotations

import pytest

from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from support import agent_logs, converted_logs, iis_smtp_logs, protocol_logs, tracking_logs
from support.memory_source import MemorySource, problems_of

TRACKING = tracking_logs.sample("15.02.1544.004")
W3C = iis_smtp_logs.w3c_log(iis_smtp_logs.some_rows()).encode()

PROTOCOL = protocol_logs.protocol_log("Send").encode()
AGENT = agent_logs.agent_log().encode()
CONVERTED = converted_logs.sample("csv")()


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


@pytest.mark.parametrize("name", ["remote-endpoint", "connector-id"])
def test_a_protocol_log_tells_the_field_that_it_lacks(name: str) -> None:
    (reason,) = told(without(PROTOCOL, name))
    assert reason.startswith(f'the header (#Fields) has no field "{name}": the ')


@pytest.mark.parametrize("name", ["Recipient", "RemoteEndpoint"])
def test_an_agent_log_tells_the_field_that_it_lacks(name: str) -> None:
    (reason,) = told(without(AGENT, name))
    assert reason.startswith(f'the header (#Fields) has no field "{name.lower()}": ')


def test_a_converted_table_tells_that_it_lacks_the_times() -> None:
    assert told(CONVERTED.replace(b"time_ms", b"gone", 1)) == ["There is no column time_ms: the exchanges have no time"]


def test_a_header_with_all_columns_needs_no_word() -> None:
    assert told(TRACKING) == told(W3C) == told(PROTOCOL) == told(AGENT) == told(CONVERTED) == []
