"""Whose log the rows of a protocol log are of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange.protocol_rows import side_by_rows
from smtpscope.reading.record import Side
from support.protocol_logs import receive_row


def side_of(*rows: str) -> Side | None:
    return side_by_rows("".join(rows), event=6, data=7)


def test_who_sends_commands_and_gets_replies_is_the_client() -> None:
    assert side_of(receive_row("<", "220 mx"), receive_row(">", "EHLO a.example")) == "outbound"
    assert side_of(receive_row(">", '220 mx, "ready"'), receive_row("<", "rcpt to:<a@b.example>")) == "inbound"


@given(st.text('<>,"25 0\n\r#aDT', max_size=60))
def test_fields_next_to_each_other_are_found_as_any_others(text: str) -> None:
    """Rows whose fields are one further apart say the same."""
    apart = "\n".join(row.replace(",", ",x,") for row in text.split("\n"))
    assert side_by_rows(text, event=1, data=2) == side_by_rows(apart, event=2, data=4)


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (receive_row(">", "220 mx"),),
        (receive_row(">", "220 mx"), receive_row("<", "220 mx"), receive_row("<", "250 mx")),
        (receive_row("*", "220 mx"), receive_row("+", "250 mx"), "\n,,,\n"),
        ("#Log-type: another\r\n", receive_row(">", "220 mx"), receive_row(">", "250 mx")),
    ],
)
def test_few_rows_and_rows_that_contradict_each_other_leave_it_open(rows: tuple[str, ...]) -> None:
    assert side_of(*rows) is None
