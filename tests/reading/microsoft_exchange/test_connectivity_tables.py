"""Rows in tables are read as they are one by one: the same exchanges, counts, problems and places."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange import connectivity_log
from smtpscope.reading.microsoft_exchange.connectivity_log import ConnectivityLogReader
from smtpscope.reading.microsoft_exchange.tables.connectivity_table import rows_to_read
from smtpscope.reading.microsoft_exchange.tables.transport_table import RowTable
from support.both_ways import DIRT, BothWays
from support.protocol_logs import CONNECTIVITY_FIELDS, NOON, SESSION, header, row
from support.protocol_logs import connectivity_log as log_of

DIRT_HERE: Final = (
    *DIRT, b"status: 550", b'responded with "421 ', b"replied:  451-", b"response 550", b" 450-4.7.1 no",
    b"(550 #5.1.1 no)", b"        421 late", b"Failed to connect to", b"Failed connection to ", b" reported by mx",
    b"Aborted connection to ",
)  # fmt: skip
LOGS: Final = tuple(log_of(sessions=14, seed=seed).encode() for seed in range(4))
BLOCKS: Final = (500, 2_000, 1 << 20)
BOTH_WAYS: Final = BothWays(ConnectivityLogReader, LOGS, BLOCKS, DIRT_HERE)
read, differs = BOTH_WAYS.read, BOTH_WAYS.differs


def test_damaged_logs_are_read_the_same_both_ways() -> None:
    assert [number for number in range(80) if differs(number)] == []


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=1_000))
def test_any_damage_is_read_the_same_both_ways(number: int) -> None:
    assert not differs(number)


WORDS: Final = st.sampled_from(
    (
        "450", "421 4.4.2 no", "550-", "#5.1.1", "5.7.1", "status", "status:", "response:", "responded with", "replied",
        " ", "  ", "(", ")", '"', "'", ":", ";", "=", ",", "Failed to ", "connect to", "locate server",
        "Failed connection to ", " reported by x",
        "        450 late", "\t451", "Aborted connection to ", "Messages: 451 Bytes: 5", "é",
    )
)  # fmt: skip


EDGES: Final = (
    "        450 late", "         450 too late", "\t451", "450", "45", '450 "a"', "  5.1.1", 'x status: "450',
    "status:  450-", "(450 4.7.1)", "(450 #4.7.1)", "a450 4.7.1", "=450-4.7.1", "responded with 550",
    "response '550 no'", "replied550", "é",
)  # fmt: skip


def test_descriptions_that_just_hold_a_reply_or_do_not_are_read_the_same_both_ways() -> None:
    for description in EDGES:
        rows = (row(NOON, SESSION, "SMTP", "mx.example.net", ">", text) for text in ("a", description, "b", "c"))
        data = (header("Transport Connectivity Log", CONNECTIVITY_FIELDS) + "".join(rows)).encode()
        assert read(data, tables=True) == read(data, tables=False), description


@settings(max_examples=250, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=6), max_size=12))
def test_no_row_that_may_refuse_is_only_counted(descriptions: list[list[str]]) -> None:
    rows = (row(NOON, SESSION, "SMTP", "mx.example.net", ">", "".join(words)) for words in descriptions)
    data = (header("Transport Connectivity Log", CONNECTIVITY_FIELDS) + "".join(rows)).encode()
    assert read(data, tables=True) == read(data, tables=False)


def test_undamaged_rows_are_in_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the comparisons would compare nothing."""
    lengths: list[tuple[int, int]] = []

    def noting(rows: RowTable, described: int, words: tuple[str, ...]) -> list[int]:
        chosen = rows_to_read(rows, described, words)
        lengths.append((len(rows), len(chosen)))
        return chosen

    monkeypatch.setattr(connectivity_log, "rows_to_read", noting)
    found = read(LOGS[0], tables=True)
    assert found.exchanges
    assert sum(rows for rows, _ in lengths) == found.unrelated_records + len(found.exchanges)
    assert sum(chosen for _, chosen in lengths) < found.unrelated_records
