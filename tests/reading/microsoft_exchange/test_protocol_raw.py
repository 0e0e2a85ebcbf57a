"""A refusal as it stands in a protocol log."""

from __future__ import annotations

import pytest

from smtpscope.reading.microsoft_exchange.protocol_log import ProtocolLogReader
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from support.memory_source import MemorySource
from support.protocol_logs import receive_log, receive_row


def reader(text: str | bytes) -> ProtocolLogReader:
    return ProtocolLogReader(MemorySource(text.encode() if isinstance(text, str) else text), ReadOptions())


def exchanges(log: ProtocolLogReader) -> list[SmtpExchangeRecord]:
    return [exchange for batch in log.batches() for exchange in batch.exchanges]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_raw_rows_are_those_of_command_and_reply(encoding: str) -> None:
    rows = [
        receive_row("<", "RCPT TO:<a@example.net>", sequence=0),
        receive_row("<", "RCPT TO:<b@example.net>"),
        receive_row("<", "HELP", session="OTHER"),
        receive_row(">", "550 no ä"),
        receive_row(">", "550 no b"),
    ]
    log = reader(receive_log(*[receive_row("<", "NOOP", session="OTHER")] * 900, *rows).encode(encoding))
    first, second = exchanges(log)
    assert log.raw(first.offset) == (rows[0] + rows[3]).replace("\r\n", "\n").rstrip("\n")
    assert log.raw(second.offset) == (rows[1] + rows[4]).replace("\r\n", "\n").rstrip("\n")


def test_the_raw_rows_of_a_refusal_behind_content_begin_with_the_command() -> None:
    rows = [receive_row("<", "DATA", sequence=0), receive_row(">", "354 go"), receive_row(">", "552 5.3.4 Too large")]
    log = reader(receive_log(*rows))
    (found,) = exchanges(log)
    assert (found.logged_verb, found.command) == ("DATA", ".")
    assert log.raw(found.offset).split("\n") == [rows[0].rstrip(), rows[2].rstrip()]


def test_a_command_that_stands_far_away_is_left_out() -> None:
    far = [receive_row("*", "x" * 1_000)] * 70
    log = reader(receive_log(receive_row("<", "HELP", sequence=0), *far, receive_row(">", "502 no")))
    (found,) = exchanges(log)
    assert found.command == "HELP"
    assert log.raw(found.offset) == receive_row(">", "502 no").rstrip()


def test_a_row_that_is_cut_short_hides_no_other() -> None:
    command, reply = receive_row("<", "RCPT TO:<a@example.net>", sequence=0), receive_row(">", "550 no")
    cut = [command[: command.index(",<")], command[: command.index("RCPT") - 1]]
    log = reader(receive_log(command, *(f"{row}\r\n" for row in cut), reply, *(f"{row}\r\n" for row in cut)))
    (found,) = exchanges(log)
    assert log.raw(found.offset).split("\n") == [command.rstrip(), reply.rstrip()]


def test_any_place_gives_the_row_that_stands_there() -> None:
    rows = [receive_row("+", ""), receive_row("<", "HELP"), receive_row("*", "", context="550 no")]
    text = receive_log(*rows)
    log = reader(text)
    assert [log.raw(text.index(row)) for row in rows] == [row.rstrip() for row in rows]
    assert log.raw(len(text) + 9) == ""
