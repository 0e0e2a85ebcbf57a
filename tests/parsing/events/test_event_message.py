"""The sentences of 7002, 7004 and 7010: as Exchange writes them, and as people pass them on."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.event_message import parse, parse_wording, render
from smtpscope.parsing.events.message_wording import (
    BEFORE_FULL_COMMAND,
    CLOSING,
    INBOUND,
    OUTBOUND,
    EventMessage,
    SixValues,
    wording_of,
)
from smtpscope.parsing.smtp_exchange import Direction

XEXCH50 = SixValues("1", "6", "", "xexch50", "504 Need to authenticate first ", "XEXCH50 1028 2 ")
RCPT = SixValues("1", "1428", "mx1.example.com", "rcpt", "550 5.1.1 User unknown  ", "RCPT TO:<a@example.com>  ")


def parsed(text: str) -> EventMessage:
    sentence = parse(text)
    assert sentence is not None, text
    return sentence


@pytest.mark.parametrize(
    ("event_id", "direction", "level", "certainty"),
    [
        (7002, Direction.OUTBOUND, "warning", "may"),
        (7004, Direction.OUTBOUND, "error", "will probably"),
        (7010, Direction.INBOUND, None, "will probably"),
    ],
)
def test_each_event_is_told_by_its_wording(
    event_id: int, direction: Direction, level: str | None, certainty: str
) -> None:
    sentence = parsed(render(event_id, RCPT))
    assert sentence.values == RCPT
    assert (sentence.wording.direction, sentence.wording.level, sentence.wording.certainty) == (
        direction,
        level,
        certainty,
    )
    assert sentence.wording == wording_of(event_id)


def test_the_sentence_of_7004_is_rendered_as_exchange_writes_it() -> None:
    assert render(7004, XEXCH50) == (
        'This is an SMTP protocol error log for virtual server ID 1, connection #6. The remote host "", responded to '
        'the SMTP command "xexch50" with "504 Need to authenticate first ". The full command sent was '
        '"XEXCH50 1028 2 ".  This will probably cause the connection to fail.'
    )


def test_the_sentence_of_7010_names_the_client_and_has_no_level_word() -> None:
    assert render(7010, RCPT) == (
        'This is an SMTP protocol log for virtual server ID 1, connection #1428. The client at "mx1.example.com" sent '
        'a "rcpt" command, and the SMTP server responded with "550 5.1.1 User unknown  ". The full command sent was '
        '"RCPT TO:<a@example.com>  ".  This will probably cause the connection to fail.'
    )


def test_missing_values_are_rendered_as_empty_and_unknown_ids_without_a_verdict() -> None:
    text = render(4242, ("1", "2"))
    assert 'The remote host "", responded' in text
    assert "fail" not in text


def test_an_empty_remote_host_keeps_its_place() -> None:
    assert parsed(render(7002, XEXCH50)).values == XEXCH50


def test_blanks_at_the_end_of_a_value_are_kept() -> None:
    assert parsed(render(7002, RCPT)).values.reply == "550 5.1.1 User unknown  "


def test_a_line_break_at_the_end_of_the_full_command_is_kept() -> None:
    values = RCPT._replace(command="x-exps", full_command="X-EXPS\n")
    assert parsed(render(7002, values)).values.full_command == "X-EXPS\n"


def test_a_reply_of_several_lines_is_kept_as_it_is() -> None:
    values = RCPT._replace(reply="550-5.7.26 not accepted\r\n550 5.7.26 Please contact the administrator")
    assert parsed(render(7004, values)).values == values


def test_quotes_inside_a_reply_do_not_cut_it() -> None:
    values = RCPT._replace(reply='550 "postmaster" says ". The end".  This may be "final"')
    assert parsed(render(7002, values)).values == values


def test_a_reply_that_quotes_the_fixed_phrase_is_taken_to_its_last_place() -> None:
    values = RCPT._replace(reply='550 I said ". The full command sent was "x')
    assert parsed(render(7002, values)).values == values


def test_a_reply_that_quotes_a_whole_sentence_is_one_reply() -> None:
    values = RCPT._replace(reply=f"550 {render(7010, XEXCH50)[:120]}")
    assert parsed(render(7002, values)).values == values


def test_of_two_sentences_the_first_is_taken() -> None:
    assert parsed(f"{render(7002, RCPT)} {render(7004, XEXCH50)}").values == RCPT


def test_one_blank_before_the_last_sentence_is_enough() -> None:
    assert parsed(render(7002, RCPT).replace('".  This', '". This')).values == RCPT


def test_quotes_doubled_for_csv_are_single_again() -> None:
    values = XEXCH50._replace(reply='504 Say "please" first ')
    assert parsed(render(7002, values).replace('"', '""')).values == values


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The service entered the running state.",
        "This is an SMTP protocol error log for virtual server ID 1, connection #6.",
        'The remote host "mx1.example.com" closed the connection.',
        "SMTP " * 20,
    ],
)
def test_other_texts_are_no_sentence(text: str) -> None:
    assert parse(text) is None
    assert parse_wording(text) is None


def test_the_wording_alone_is_read_from_exact_and_from_copied_text() -> None:
    text = render(7004, RCPT)
    assert parse_wording(text) == wording_of(7004)
    assert parse_wording(textwrap.fill(text, 60)) == wording_of(7004)


FIXED = [*OUTBOUND, *INBOUND, BEFORE_FULL_COMMAND, CLOSING]
PIECES = st.sampled_from(
    ['"', '" ', ' "', '".', "with", "This may", "550", " ", "\n", "\r\n", ",", "é", "收件人", "\0", "“"]
)
VALUES = st.lists(PIECES | st.text(max_size=6), max_size=6).map("".join)


@given(
    event_id=st.sampled_from([7002, 7004, 7010]),
    numbers=st.tuples(st.integers(0, 99), st.integers(0, 10**9)),
    values=st.tuples(VALUES, VALUES, VALUES, VALUES),
)
@example(event_id=7002, numbers=(1, 1), values=("", "", "", ""))
@example(event_id=7002, numbers=(1, 1), values=('"', '"', '"', '"'))
@example(event_id=7010, numbers=(1, 1), values=("a", "b", 'x". The', '" ".'))
@settings(max_examples=100)
def test_whatever_is_rendered_is_parsed_again(
    event_id: int, numbers: tuple[int, int], values: tuple[str, str, str, str]
) -> None:
    # Quotes are not escaped, so a value that holds the fixed phrase behind it (the quotes around the value may
    # complete one) can't be told from the real cut; nor can a message that has each value in quotes of its own be told
    # from a CSV cell with doubled quotes.
    assume(not any(phrase in f'"{value}"' for phrase in FIXED for value in values))
    assume(not all(len(value) >= 2 and value[0] == value[-1] == '"' for value in values))
    six = SixValues(str(numbers[0]), str(numbers[1]), *values)
    assert parse(render(event_id, six)) == EventMessage(wording_of(event_id), six)


WORDS = st.sampled_from([*FIXED, render(7002, RCPT)[:130], '"', "“", "\n", "&quot;", "SMTP protocol log", ". ", '""'])


@given(st.lists(WORDS | st.text(max_size=8), max_size=12).map("".join))
@settings(max_examples=100)
def test_no_text_raises(text: str) -> None:
    parse(text)
    parse_wording(text)
