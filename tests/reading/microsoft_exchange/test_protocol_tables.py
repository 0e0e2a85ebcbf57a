"""Rows in tables are read as they are one by one: the same exchanges, counts, problems and places."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange import protocol_rows
from smtpscope.reading.microsoft_exchange.protocol_log import ProtocolLogReader
from support.both_ways import BothWays
from support.protocol_logs import Turn, protocol_log, receive_log, receive_row, session_rows

LOGS: Final = tuple(
    protocol_log(kind, sessions=12, seed=seed, share=share).encode()
    for kind in ("Send", "Receive")
    for seed, share in ((1, 0.1), (2, 0.5), (3, 0.9))
)
BLOCKS: Final = (700, 3_000, 1 << 20)
BOTH_WAYS: Final = BothWays(ProtocolLogReader, LOGS, BLOCKS)
read, differs = BOTH_WAYS.read, BOTH_WAYS.differs


def test_damaged_logs_are_read_the_same_both_ways() -> None:
    assert [number for number in range(100) if differs(number)] == []


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=1_000))
def test_any_damage_is_read_the_same_both_ways(number: int) -> None:
    assert not differs(number)


LINES = st.sampled_from(
    (
        "250 ok", "250-more", "250 end", "220 hello", "354 go", "334 user", "45", "4", "550", "550 no", "550-no",
        "550 at last", '550 "a", b', "55é no", "5500 no", "450\tno", "", '"', "MAIL FROM:<a@example.com>",
        "RCPT TO:<b@example.net>", "DATA", "BDAT 5 LAST", "RSET", "QUIT", "AUTH LOGIN", "dXNlcg==", "<Binary Data>",
        "STARTTLS", "failed", "FAILED TO CONNECT",
    )
)  # fmt: skip
ROWS = st.tuples(st.sampled_from("+-<<>>*x"), LINES, st.integers(0, 3), st.integers(0, 2))


@settings(max_examples=150, deadline=None)
@given(st.lists(ROWS, max_size=60), st.sampled_from((600, 1 << 20)))
def test_any_sessions_are_read_the_same_both_ways(rows: list[tuple[str, str, int, int]], block_size: int) -> None:
    log = receive_log(
        *(
            receive_row(event, line, session=f"{0x08DE1F3A00000000 + session:016X}", sequence=sequence)
            for event, line, session, sequence in rows
        )
    ).encode()
    assert read(log, tables=True, block_size=block_size) == read(log, tables=False, block_size=block_size)


DOUBTFUL: Final = (
    # Two rows whose line end is lost, within quotes that only seem to enclose it.
    '{time},c,{session},1,a,b,>,"x{time},c,{session},2,a,b,<,550 no","y"',
    '{time},c,{session},1,a,b,<,"550 seen at {time}, no",',
    '{time}0000,c,{session},1,a,b,<,"550 no, never",',
    'SmtpSend.log:{time},c,{session},1,a,b,<,"550 no, never",',
    # Where the csv module sees the end of a row, or quotes that are none.
    '{time},c,{session},1,a\rb,b,<,"550 a, b",',
    '{time},c,{session},1,a,b,<,550 "a, b" c,d,e',
    '{time},c,{session},1,a,b,<,"550 a" b,"c"',
    '{time},c,{session},1,a,b,"<",550 no,',
    '{time},"c",{session},1,a,b,<,550 no,',
    '{time},c,{session},1,a,b,<,"550 ""a"", b",',
    '{time},c,{session},"0",a,b,<,550 no,',
    '{time},c,{session},1,a,b,<,"550 no",\r',
    # Sessions of other names, and one that begins here.
    "{time},c,08DE,0,a,b,<,550 no,",
    "{time},c,,0,a,b,<,550 no,",
    "{time},c,08DE1F3A00000é01,1,a,b,<,550 no,",
    "{time},c,{session},0,a,b,>,RCPT TO:<a@example.com>,\r\n{time},c,{session},1,a,b,<,550 no,",
    # A last row without its line end, blank lines, marks.
    "{time},c,{session},1,a,b,<,550 no",
    "\r\n \r\n\t\r\n{time},c,{session},1,a,b,<,550 no,",
    "\ufeff{time},c,{session},1,a,b,<,550 no,",
    "\ufeff#Fields: date-time,session-id,event,data\r\n{time},{session},<,550 no",
    "#Log-type: SMTP Receive Protocol Log\r\n{time},c,{session},1,a,b,<,550 no,",
    # Attempts to connect.
    '{time},c,{session},1,a,b,*,"attempting to connect, ""again"", FAILED",',
    "{time},c,{session},1,a,b,*,,Failed to connect",
    "{time},c,{session},1,a,b,+-,Failed to connect,",
    "no time,c,{session},1,a,b,<,550 no,",
)


@pytest.mark.parametrize("around", [0, 1, 5])
def test_doubtful_rows_are_read_the_same_both_ways(around: int) -> None:
    log = protocol_log("Send", sessions=3, seed=5)
    for line in DOUBTFUL:
        rows = line.format(time="2026-11-09T05:00:01.000Z", session="08DE1F3A00000001")
        lines = log.splitlines(keepends=True)
        data = "".join([*lines[:9], *[f"{rows}\r\n"] * (around + 1), *lines[9 : len(lines) * min(around, 1)]]).encode()
        assert read(data, tables=True) == read(data, tables=False), line
        cut = data.removesuffix(b"\r\n")
        assert read(cut, tables=True, growing=True) == read(cut, tables=False, growing=True), line


def test_undamaged_rows_are_in_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the comparisons would compare nothing."""

    def never(_event: str, line: str, _replies: str) -> str:
        raise AssertionError(line)

    monkeypatch.setattr(protocol_rows, "said_in", never)
    for log in LOGS:
        assert read(log, tables=True).exchanges


def test_a_session_over_many_tables_is_followed() -> None:
    """Its command is in one block, rows of others between them, and the reply in a third."""
    turns: list[Turn] = [
        ("+", "", ""), ("server", "220 mx", ""), ("client", "MAIL FROM:<a@example.com>", ""), ("server", "250 ok", ""),
        ("client", "RCPT TO:<b@example.net>", ""), ("server", "550 5.1.1 no", ""), ("-", "", ""),
    ]  # fmt: skip
    long = list(session_rows("Send", 1, "203.0.113.25", turns))
    quiet: list[Turn] = [
        ("+", "", ""),
        ("server", "220 mx", ""),
        ("client", "QUIT", ""),
        ("server", "221 bye", ""),
        ("-", "", ""),
    ]
    log = [protocol_log("Send", sessions=0)]
    for number, row in enumerate(long):
        log.append(row)
        for other in range(20):
            log += session_rows("Send", 100 * number + other + 10, "203.0.113.25", quiet)
    found = read("".join(log).encode(), tables=True, block_size=2_000)
    assert [(each.command, each.reply) for each in found.exchanges] == [("RCPT TO:<b@example.net>", "550 5.1.1 no")]
    assert found == read("".join(log).encode(), tables=False)
