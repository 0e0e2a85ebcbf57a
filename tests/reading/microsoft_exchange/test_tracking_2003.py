"""Message tracking logs of Exchange 2000 and 2003, which hold no replies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange.tracking_2003 import Tracking2003Reader
from smtpscope.reading.record import Batch, ReadOptions
from smtpscope.reading.registry import open_log, readers
from support.memory_source import MemorySource
from support.tracking_logs import tracking_2003_log

EVENTS = [("1019", "anna@contoso.example")] * 3 + [("1030", "ben@contoso.example")] * 2 + [("1031", "x@example.com")]


def read(data: bytes) -> tuple[Tracking2003Reader, list[Batch]]:
    reader = Tracking2003Reader(MemorySource(data, "20261109.log"), ReadOptions())
    return reader, list(reader.batches())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_it_is_recognised_by_its_own_reader_alone(encoding: str) -> None:
    head = tracking_2003_log(EVENTS).encode(encoding)
    assert [reader.format.name for reader in readers() if reader.sniff(head)] == ["tracking-2003"]


def test_the_column_names_alone_will_do() -> None:
    assert Tracking2003Reader.sniff(b"# Date\tTime\tclient-ip\tClient-hostname\n")
    assert not Tracking2003Reader.sniff(b"# Date\tTime\tsomething\n")


def test_it_says_that_it_holds_no_replies_and_which_log_does() -> None:
    _, [batch] = read(tracking_2003_log(EVENTS).encode())
    assert (list(batch.records), list(batch.exchanges), batch.unrelated_records) == ([], [], 6)
    [problem] = batch.problems
    assert (problem.outcome, problem.records) == ("noted", None)
    for word in ("no SMTP replies", "recipients", "event numbers", "LogFiles\\SmtpSvcN", "Application log"):
        assert word in problem.reason


def test_rows_are_counted_by_the_number_of_their_event() -> None:
    reader, _ = read(tracking_2003_log(EVENTS).encode())
    assert reader.information().facts == (
        ("Encoding", "UTF-8 or Windows-1252"),
        ("Version", "6.5.7638.1"),
        ("Event 1030", "2 rows (non-delivery report generated)"),
        ("Event 1019", "3 rows"),
        ("Event 1031", "1 row"),
    )
    assert sum(batch.unrelated_records for batch in reader.batches()) == 6
    assert dict(reader.information().facts)["Event 1019"] == "3 rows"


def test_a_line_that_is_no_row_is_told() -> None:
    data = tracking_2003_log(EVENTS) + "rubbish\r\n\r\n"
    _, [batch] = read(data.encode())
    assert [(each.place, each.outcome) for each in batch.problems] == [("whole file", "noted"), ("line 10", "skipped")]
    assert batch.unrelated_records == 7


def test_lines_keep_their_numbers_over_blocks() -> None:
    data = (tracking_2003_log(EVENTS) + "rubbish\r\n").encode()
    reader = Tracking2003Reader(MemorySource(data), ReadOptions(), block_size=64)
    assert [each.place for batch in reader.batches() for each in batch.problems][1:] == ["line 10"]


def test_the_line_at_a_place_is_shown() -> None:
    data = tracking_2003_log(EVENTS).encode()
    reader = open_log(MemorySource(data), ReadOptions())
    assert reader.raw(data.index(b"2026-11-9")).endswith("Offer 550 5.1.1\torders@example.com\t-")


@settings(max_examples=50)
@given(st.binary(max_size=120))
def test_any_bytes_are_read(rest: bytes) -> None:
    _, batches = read(tracking_2003_log(EVENTS).encode() + rest)
    assert sum(batch.unrelated_records for batch in batches) >= 6
    assert all(not batch.exchanges for batch in batches)
