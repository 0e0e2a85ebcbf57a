"""All rows about one message, and one row found again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange.message_tracking import MessageTrackingReader
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.smtp_session import SessionLine
from support.memory_source import MemorySource
from support.tracking_logs import COLUMNS, header, row, sample, tracking_log, tracking_rows

FIRST = {
    "date-time": "2026-11-09T06:12:41.123Z",
    "client-hostname": "EXCH01",
    "source": "SMTP",
    "event-id": "RECEIVE",
    "internal-message-id": "77",
    "message-id": "<a@example.com>",
    "recipient-address": "anna@contoso.example",
    "message-subject": "Offer, new",
    "sender-address": "orders@example.com",
}
FAILED = FIRST | {
    "date-time": "2026-11-09T06:12:43.000Z",
    "server-hostname": "mx1.contoso.example",
    "connector-id": "To Internet",
    "event-id": "FAIL",
    "recipient-status": "550 5.1.1 no",
}
OTHER = FIRST | {"internal-message-id": "770", "message-id": "<aa@example.com>"}


def reader(data: bytes, block_size: int = 1 << 20) -> MessageTrackingReader:
    return MessageTrackingReader(MemorySource(data), ReadOptions(), block_size=block_size)


@pytest.mark.parametrize("block_size", [300, 1 << 20])
def test_a_dialogue_is_all_rows_about_the_message(block_size: int) -> None:
    data = tracking_log([FIRST, OTHER, FAILED]).encode()
    smtp_session = reader(data, block_size).smtp_session(data.index(b"anna@", data.index(b"FAIL")))
    assert smtp_session is not None
    assert smtp_session.lines == (
        SessionLine(data.index(b"\n2026") + 1, 1_794_204_761_123, "information", "RECEIVE SMTP anna@contoso.example"),
        SessionLine(
            data.index(b"2026-11-09T06:12:43"),
            1_794_204_763_000,
            "information",
            "FAIL SMTP To Internet mx1.contoso.example anna@contoso.example: 550 5.1.1 no",
        ),
    )
    assert smtp_session.facts == (
        ("message id", "<a@example.com>"),
        ("sender", "orders@example.com"),
        ("subject", "Offer, new"),
        ("recipients", "anna@contoso.example"),
        ("internal message id", "77"),
    )
    assert (smtp_session.guess, smtp_session.left_out) == (None, 0)


def events(rows: list[dict[str, str]], place_of: bytes) -> list[str]:
    data = tracking_log(rows).encode()
    smtp_session = reader(data).smtp_session(data.index(place_of))
    assert smtp_session is not None
    return [line.text.split()[0] for line in smtp_session.lines]


def test_a_row_without_a_message_id_belongs_by_its_internal_id() -> None:
    bare = FIRST | {"message-id": "", "event-id": "TRANSFER"}
    assert events([FIRST, bare, FAILED], b"2026-11-09T06:12:43") == ["RECEIVE", "TRANSFER", "FAIL"]


def test_an_internal_id_that_was_given_anew_is_another_message() -> None:
    again = OTHER | {"internal-message-id": "77", "event-id": "SEND"}
    assert events([again, FIRST, FAILED], b"2026-11-09T06:12:43") == ["RECEIVE", "FAIL"]


def test_zero_is_no_internal_id() -> None:
    none = {"internal-message-id": "0", "message-id": ""}
    refused = FAILED | none
    data = tracking_log([FIRST | none, refused]).encode()
    smtp_session = reader(data).smtp_session(data.index(b"2026-11-09T06:12:43"))
    assert smtp_session is not None
    assert [line.text.split()[0] for line in smtp_session.lines] == ["FAIL"]


def test_a_dialogue_of_many_rows_is_cut_and_says_so() -> None:
    data = tracking_log([FIRST] * 1_020 + [FAILED]).encode()
    smtp_session = reader(data).smtp_session(data.index(b"2026-11-09T06:12:43"))
    assert smtp_session is not None
    assert (len(smtp_session.lines), smtp_session.left_out) == (1_000, 21)


def test_the_columns_before_the_row_count() -> None:
    parts = [header(names, version) + row(names, FAILED) for version, names in COLUMNS.items()]
    data = "".join(parts).encode()
    for start in (len(parts[0]) - 1, len(data) - 1):
        smtp_session = reader(data).smtp_session(start)
        assert smtp_session is not None
        assert [line.text[:4] for line in smtp_session.lines] == ["FAIL"] * 4


def test_a_place_outside_the_rows_has_no_dialogue() -> None:
    data = sample("15.02.1544.004", 5)
    assert reader(data).smtp_session(0) is None
    assert reader(data).smtp_session(len(data)) is None
    assert "no row" in reader(data).raw(len(data) + 5)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 20_000))
def test_any_place_gives_the_row_it_is_in(offset: int) -> None:
    text = tracking_log(tracking_rows(30))
    data = text.encode()
    offset %= len(data)
    raw = reader(data).raw(offset)
    assert data.rfind(raw.encode(), 0, offset + len(raw.encode()) + 1) in range(
        offset - len(raw.encode()) - 1, offset + 1
    )
