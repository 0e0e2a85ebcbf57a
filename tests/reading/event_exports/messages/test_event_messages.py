"""Where sentences stand in a text."""

from __future__ import annotations

import textwrap
import time
from datetime import datetime
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.event_exports.messages import event_messages
from smtpscope.reading.event_exports.messages.event_messages import first_message, lines_between, scan
from support.event_texts import TextEvent
from support.related_samples import RELATED

SENTENCE = TextEvent(datetime(2026, 11, 9, 6, 12, 41)).sentence  # noqa: DTZ001
INBOUND = (
    'This is an SMTP protocol log for virtual server ID 1, connection #7. The client at "192.0.2.1" sent a "rcpt" '
    'command, and the SMTP server responded with "550 5.1.1 User unknown". The full command sent was '
    '"RCPT TO:<a@example.com>".  This will probably cause the connection to fail.'
)


def found(text: str, *, final: bool = True) -> list[str]:
    return [text[sentence.opening : sentence.closing] for sentence in scan(text, final=final).sentences]


@pytest.mark.parametrize("sentence", [SENTENCE, INBOUND])
def test_a_sentence_is_found_whole_in_a_line(sentence: str) -> None:
    assert found(f"2026-11-09 06:12:41 Error {sentence} and more\nnext line\n") == [sentence]


def test_several_sentences_on_one_line_are_several_records() -> None:
    text = f"first {SENTENCE} second {INBOUND}\n"
    sentences = scan(text, final=True).sentences
    assert [text[sentence.start : sentence.opening] for sentence in sentences] == ["first ", " second "]
    assert found(text) == [SENTENCE, INBOUND]


def test_a_line_that_is_cut_anywhere_loses_no_sentence() -> None:
    text = f"first {SENTENCE} second {INBOUND}"
    for cut in range(len(text)):
        scanned = scan(text[:cut], final=False)
        before = [text[sentence.opening : sentence.closing] for sentence in scanned.sentences]
        assert before + found(text[scanned.rest :]) == [SENTENCE, INBOUND]


def test_a_line_that_goes_on_long_behind_a_sentence_is_given_up_but_not_its_last_words() -> None:
    text = f"{SENTENCE} {'x' * 70_000} This is an SMTP pro"
    scanned = scan(text, final=False)
    assert len(scanned.sentences) == 1
    assert text[scanned.rest :].endswith(" This is an SMTP pro")


@pytest.mark.parametrize("width", [30, 60, 72, 100])
def test_a_wrapped_sentence_is_found_to_its_last_word(width: int) -> None:
    text = textwrap.fill(f"2026-11-09 06:12:41 Error EXCH01 {SENTENCE}", width)
    (only,) = found(f"{text}\n\nprose")
    assert " ".join(only.split()) == " ".join(SENTENCE.split())


def test_a_quoted_mail_wraps_with_its_marks() -> None:
    text = textwrap.fill(SENTENCE, 72, initial_indent="> ", subsequent_indent="> ")
    (only,) = found(text)
    assert only.endswith("connection to fail.") or only.replace("\n> ", " ").endswith("connection to fail.")


def test_a_line_break_inside_the_last_quotes_does_not_end_the_sentence() -> None:
    sentence = SENTENCE.replace('<a@example.com> "', '<a@example.com>\n"')
    assert found(f"x {sentence}\n") == [sentence]


def test_a_blank_line_ends_a_sentence_that_lost_its_end() -> None:
    cut = SENTENCE[:150]
    assert found(f"{cut}\n\nThis text does not cause the connection to fail.") == [cut]


def test_a_line_with_its_own_time_ends_a_sentence_that_lost_its_end() -> None:
    cut = SENTENCE[:150]
    other = "2026-11-09 06:12:42 Error another event may cause the connection to fail."
    assert found(f"2026-11-09 06:12:41 {cut}\n{other}\n") == [cut]


def test_without_the_last_words_a_sentence_ends_with_its_full_command() -> None:
    short = SENTENCE[: SENTENCE.index("  This will")]
    assert found(f"a {short}\nb something else\nc {SENTENCE}\n") == [short, SENTENCE]
    assert found(f"{short} {SENTENCE}") == [short, SENTENCE]


def test_a_reply_may_hold_quotes_and_full_stops() -> None:
    sentence = SENTENCE.replace("User unknown", 'User "a". "b". unknown')
    assert found(sentence) == [sentence]


def test_the_record_begins_with_the_line_above_if_that_has_the_time() -> None:
    text = f"other\n2026-11-09 06:12:41 Error EXCH01\n{SENTENCE}\n"
    (sentence,) = scan(text, final=True).sentences
    assert text[sentence.start :].startswith("2026-11-09")
    text = f"other\nno time here\n{SENTENCE}\n"
    (sentence,) = scan(text, final=True).sentences
    assert sentence.start == sentence.opening


def test_an_unfinished_sentence_is_left_for_later_unless_the_text_ends() -> None:
    text = f"line\n2026-11-09 {SENTENCE[:80]}\n"
    scanned = scan(text, final=False)
    assert (scanned.sentences, scanned.rest) == ([], 5)
    assert len(found(text, final=True)) == 1


def test_the_last_line_is_left_for_later_as_a_sentence_may_follow_it() -> None:
    text = "other\n2026-11-09 06:12:41 Error This is an\n"
    assert text[scan(text, final=False).rest :] == "2026-11-09 06:12:41 Error This is an\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", 0), ("\n", 0), ("one\n", 1), ("one\ntwo", 2), ("\none\n\ntwo\n", 2), ("one\r\n\r\ntwo\r\n", 2)],
)
def test_empty_lines_are_not_counted(text: str, lines: int) -> None:
    assert lines_between(text, 0, len(text)) == lines


@pytest.mark.parametrize(
    "piece",
    [
        "This is an SMTP protocol log for virtual server ",
        "This is an SMTP protocol log for virtual server\n",
        'This is an SMTP protocol log for virtual server full command sent was "',
        "This " + "is " * 3 + "\n \n",
        "cause the connection to ",
        "\n" + " " * 50,
        "\n" + "> " * 20,
    ],
)
def test_hostile_repetition_takes_no_more_than_linear_time(piece: str) -> None:
    opening = "This is an SMTP protocol log for virtual server ID 1, "
    text = opening + piece * (500_000 // len(piece))
    begin = time.process_time()
    scan(text, final=True)
    # Quadratic work on half a million characters takes minutes.
    assert time.process_time() - begin < 5


PHRASES = [
    *("This is an SMTP protocol ", "error log for virtual server ", "full command sent was "),
    *("cause the connection to fail", ".", "\n", "\n\n", '"', '".', " ", "> ", "x", "2026-11-09 06:12:41 ", SENTENCE),
]


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from(PHRASES),
        max_size=30,
    ).map("".join),
    st.booleans(),
)
def test_sentences_stand_in_order_and_never_overlap(text: str, final: bool) -> None:
    scanned = scan(text, final=final)
    position = 0
    for sentence in scanned.sentences:
        assert position <= sentence.start <= sentence.opening < sentence.closing <= sentence.end <= len(text)
        position = sentence.end
    assert position <= scanned.rest <= len(text)
    assert not final or scanned.rest == len(text)


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from([*PHRASES, INBOUND, *(each.sentence for each in RELATED[:4]), RELATED[0].sentence[:30]]),
        max_size=30,
    ).map("".join),
    st.integers(20, 2000),
)
def test_the_first_message_is_the_same_however_little_of_the_text_is_looked_at(text: str, enough: int) -> None:
    with patch.object(event_messages, "_USUALLY_ENOUGH", enough):
        assert first_message(text)[:1] == scan(text, final=True).sentences[:1]
