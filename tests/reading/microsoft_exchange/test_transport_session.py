"""Whole sessions of a log of Exchange's transport service."""

from __future__ import annotations

import pytest

from smtpscope.reading.microsoft_exchange.protocol_log import ProtocolLogReader
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from smtpscope.reading.smtp_session import SessionLine
from support.memory_source import MemorySource
from support.protocol_logs import SESSION, receive_log, receive_row

NOON_MS = 1_794_225_600_250


def reader(text: str | bytes) -> ProtocolLogReader:
    return ProtocolLogReader(MemorySource(text.encode() if isinstance(text, str) else text), ReadOptions())


def exchanges(log: ProtocolLogReader) -> list[SmtpExchangeRecord]:
    return [exchange for batch in log.batches() for exchange in batch.exchanges]


def test_the_dialogue_is_the_whole_session() -> None:
    text = receive_log(
        receive_row("+", "", sequence=0),
        receive_row(">", "220 EXCH01, ready"),
        receive_row("<", "HELP", session="OTHER"),
        receive_row("<", f"EHLO {SESSION}.example"),
        receive_row(">", "550 5.7.1 No"),
        receive_row("*", "certificate", context="Certificate subject"),
        receive_row("-", "", context="Local"),
    )
    log = reader(text)
    (found,) = exchanges(log)
    smtp_session = log.smtp_session(found.offset)
    assert smtp_session is not None
    assert [(said.sign, said.text) for said in smtp_session.lines] == [
        ("connected", ""),
        ("sent", "220 EXCH01, ready"),
        ("received", f"EHLO {SESSION}.example"),
        ("sent", "550 5.7.1 No"),
        ("information", "certificate, Certificate subject"),
        ("disconnected", "Local"),
    ]
    assert smtp_session.lines[3] == SessionLine(found.offset, NOON_MS, "sent", "550 5.7.1 No")
    assert smtp_session.facts == (
        ("session", SESSION),
        ("connector", r"EXCH01\Default Frontend EXCH01"),
        ("local endpoint", "192.0.2.10:25"),
        ("remote endpoint", "203.0.113.25:41000"),
    )
    assert (smtp_session.guess, smtp_session.left_out, smtp_session.begins_before) == (None, 0, False)


@pytest.mark.parametrize(
    ("first", "before"),
    [
        (receive_row("+", "", sequence=7), False),
        (receive_row("*", "", sequence=0, context="attempting to connect"), False),
        (receive_row("<", "NOOP", sequence=7), True),
        ("", True),
    ],
)
def test_a_session_that_begins_in_an_earlier_file_is_told_so(first: str, before: bool) -> None:
    log = reader(receive_log(first, receive_row("<", "HELP"), receive_row(">", "502 no")))
    (found,) = exchanges(log)
    smtp_session = log.smtp_session(found.offset)
    assert smtp_session is not None
    assert smtp_session.begins_before is before


def test_of_a_long_dialogue_the_lines_around_the_refusal_are_given() -> None:
    chat = [receive_row("<", "NOOP"), receive_row(">", "250 ok")]
    text = receive_log(*chat * 1_500, receive_row("<", "HELP"), receive_row(">", "502 no"), *chat * 1_500)
    log = reader(text)
    (found,) = exchanges(log)
    smtp_session = log.smtp_session(found.offset)
    assert smtp_session is not None
    assert (len(smtp_session.lines), smtp_session.left_out) == (2_000, 4_002)
    assert [said.text for said in smtp_session.lines[998:1000]] == ["HELP", "502 no"]


def test_a_place_without_a_row_has_no_dialogue() -> None:
    log = reader(receive_log(receive_row("<", "HELP")))
    assert log.smtp_session(1 << 20) is None
    assert log.raw(1 << 20) == ""


def test_a_session_is_found_under_each_header_of_the_log() -> None:
    other = "#Fields: data,event,session-id,sequence-number,date-time\r\n"
    text = receive_log(receive_row("<", "HELP"), other, f"502 no,>,{SESSION},6,?\r\n", "#Fields: a,b\r\n")
    log = reader(text + f"221 bye,>,{SESSION},7,?\r\n")
    (found,) = exchanges(log)
    smtp_session = log.smtp_session(found.offset)
    assert smtp_session is not None
    assert [said.text for said in smtp_session.lines] == ["HELP", "502 no", "221 bye"]


def test_a_log_that_has_grown_is_looked_at_again() -> None:
    source = MemorySource(receive_log(receive_row("<", "HELP"), receive_row(">", "502 no")).encode())
    log = ProtocolLogReader(source, ReadOptions(growing=True))
    (found,) = exchanges(log)
    assert log.smtp_session(found.offset) is not None
    source.data += receive_row("-", "", context="Local").encode()
    smtp_session = log.smtp_session(found.offset)
    assert smtp_session is not None
    assert [said.sign for said in smtp_session.lines] == ["received", "sent", "disconnected"]
