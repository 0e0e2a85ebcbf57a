"""W3C logs are read the same when only the rows that matter are taken one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.iis.session_guess import GuessedAnswer, GuessedSessions
from smtpscope.reading.iis.turns import Turn
from smtpscope.reading.iis.w3c_log import W3cSmtpReader
from support.both_ways import DIRT, BothWays
from support.iis_smtp_logs import BEGIN, COMMAND, REPLY, LoggedRow, some_rows, w3c_heading, w3c_rows
from support.iis_smtp_logs import w3c_log as written

W3C_DIRT: Final = (
    *DIRT, b"#Fields: date time c-ip sc-status\r\n", w3c_heading().encode(), b"2006-10-09 ", b"2006-10-10 ",
    b"1999-01-01", b"05:00:15", b"04:00:15 ", b"09:00:15 ", b"220+", b"221 ", b"421+4.4.2", b"250", b" QUIT ",
    b"DATA", b"SMTPSVC2", b"OutboundConnectionResponse", b"OutboundConnectionCommand",
    b"550+5.1.1+no", b"\r", b"  ",
)  # fmt: skip
"""Times before and behind those of the rows, codes that open and close sessions, other columns."""
LOGS: Final = tuple(
    written(rows).encode()
    for rows in (
        some_rows(40, 1),
        some_rows(30, 2) + some_rows(30, 3, BEGIN + timedelta(hours=2)),
        some_rows(20, 4) + some_rows(20, 5, BEGIN + timedelta(minutes=9)),
    )
)
WAYS: Final = {"w3c": BothWays(W3cSmtpReader, LOGS, (1_500, 6_000, 1 << 20), W3C_DIRT)}
read, differs = WAYS["w3c"].read, WAYS["w3c"].differs


def test_damaged_logs_are_read_the_same_both_ways() -> None:
    assert [number for number in range(150) if differs(number)] == []


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=1_000))
def test_any_damage_is_read_the_same_both_ways(number: int) -> None:
    assert not differs(number)


PEERS: Final = ("198.51.100.7", "198.51.100.8", "2001:db8:0:1:2:3:4:5", "2001:db8:0:9:2:3:4:5", "")
SAID: Final = (
    (COMMAND, "EHLO", "us.example.com", 0),
    (COMMAND, "MAIL", "FROM:<a@example.com>", 0),
    (COMMAND, "RCPT", "TO:<b@example.net>", 0),
    (COMMAND, "DATA", "-", 0),
    (COMMAND, "QUIT", "-", 0),
    (COMMAND, "STARTTLS", "-", 0),
    (REPLY, "-", "220+ready", 0),
    (REPLY, "-", "250-more", 0),
    (REPLY, "-", "250+2.1.0+ok", 0),
    (REPLY, "-", "354+go", 0),
    (REPLY, "-", "221+bye", 0),
    (REPLY, "-", "421+4.4.2+closing", 0),
    (REPLY, "-", "550+5.1.1+no", 0),
    (REPLY, "-", "45", 0),
    ("client", "HELO", "+client", 250),
    ("client", "RCPT", "+TO:<c@example.com>", 250),
    ("client", "RCPT", "+TO:<d@example.com>", 550),
    ("client", "data", "+<1@example.com>", 554),
    ("client", "BDAT", "+<1@example.com>", 250),
    ("client", "QUIT", "client", 240),
)
STEPS: Final = (0, 0, 1, 14, 16, 200, 310, 330, 4_000, -1, -14, -16, -400)
ROWS: Final = st.tuples(st.sampled_from(STEPS), st.sampled_from(PEERS), st.sampled_from(SAID))


@settings(max_examples=200, deadline=None)
@given(st.lists(ROWS, max_size=80), st.sampled_from((900, 1 << 20)))
def test_any_sessions_are_read_the_same_both_ways(
    rows: list[tuple[int, str, tuple[str, str, str, int]]], block_size: int
) -> None:
    time = BEGIN
    log = []
    for step, peer, (user, verb, argument, status) in rows:
        time += timedelta(seconds=step)
        log.append(LoggedRow(time, peer, user, verb, argument, status))
    data = (w3c_heading() + w3c_rows(log).replace("SMTPSVC1", "SMTPSVC2", len(log) // 3)).encode()
    assert read(data, tables=True, block_size=block_size) == read(data, tables=False, block_size=block_size)


def test_rows_of_sessions_without_a_refusal_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the comparisons would compare nothing."""
    taken = 0
    take = GuessedSessions.take

    def counted(sessions: GuessedSessions, turn: Turn) -> GuessedAnswer | None:
        nonlocal taken
        taken += 1
        return take(sessions, turn)

    monkeypatch.setattr(GuessedSessions, "take", counted)
    rows = some_rows(400, 7)
    assert read(written(rows).encode(), tables=True, block_size=40_000).exchanges
    assert taken < 0.6 * len(rows)
