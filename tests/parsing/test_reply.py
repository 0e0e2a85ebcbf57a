"""Replies of one and several lines: code, enhanced status code, text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.reply import is_reply, parse_reply


@pytest.mark.parametrize(
    ("verbatim", "code", "enhanced", "text"),
    [
        ("550 5.7.1 Unable to relay for a@example.com", 550, "5.7.1", "Unable to relay for a@example.com"),
        ("504 Need to authenticate first ", 504, None, "Need to authenticate first"),
        ("453 #4.1.8 Domain of <> does not exist", 453, "4.1.8", "Domain of <> does not exist"),
        ("502 unimplemented (#5.5.1)", 502, "5.5.1", "unimplemented"),
        ("553 not in my list (#5.5.3 - chkuser)", 553, "5.5.3", "not in my list (#5.5.3 - chkuser)"),
        ("432-4.3.2 STOREDRV; mailbox server is too busy", 432, "4.3.2", "STOREDRV; mailbox server is too busy"),
        ("450-'4.7.25 Client host rejected", 450, "4.7.25", "Client host rejected"),
        ("451 5.7.3 Cannot achieve authentication", 451, "5.7.3", "Cannot achieve authentication"),
        ("550 5.1.1: no such user", 550, "5.1.1", "no such user"),
        ("5.7.1 Unable to relay", None, "5.7.1", "Unable to relay"),
        ("451 4.7.500 Server busy. (S77)", 451, "4.7.500", "Server busy. (S77)"),
        ("554 delivery error, see 5.1.1 for more", 554, "5.1.1", "delivery error, see 5.1.1 for more"),
        ("421 deferred - 4.16.55.1; see https://example.com/", 421, None, "deferred - 4.16.55.1; see https://example.com/"),
        ("421 From (192.0.2.42) deferred - 4.16.50. See", 421, None, "From (192.0.2.42) deferred - 4.16.50. See"),
        ("554 blocked, 5.6.7.8 is listed", 554, None, "blocked, 5.6.7.8 is listed"),
        ("550 see RFC 5321 section 4.5.3 please", 550, None, "see RFC 5321 section 4.5.3 please"),
        ("550 Exim 4.9.1x, version 4.6.1", 550, None, "Exim 4.9.1x, version 4.6.1"),
        ("451", 451, None, ""),
        ("451-", 451, None, ""),
        ("451 ", 451, None, ""),
        ('"550 5.1.1 User unknown', 550, "5.1.1", "User unknown"),
        ("", None, None, ""),
        ("   ", None, None, ""),
        ("Goodbye", None, None, "Goodbye"),
        ("5504 x", None, None, "5504 x"),
        ("150 x", None, None, "150 x"),
        ("650 x", None, None, "650 x"),
        ("٥٥٠ x", None, None, "٥٥٠ x"),
        ("422 4.2.2 Quota limit exceeded", 422, "4.2.2", "Quota limit exceeded"),
        ("250 2.1.5 Recipient OK", 250, "2.1.5", "Recipient OK"),
    ],
)  # fmt: skip
def test_code_enhanced_code_and_text(verbatim: str, code: int | None, enhanced: str | None, text: str) -> None:
    reply = parse_reply(verbatim)
    assert (reply.code, reply.enhanced, reply.text) == (code, enhanced, text)
    assert reply.verbatim == verbatim


@pytest.mark.parametrize("line_end", ["\n", "\r\n", " ", "  "])
def test_lines_with_an_enhanced_code_are_one_reply(line_end: str) -> None:
    lines = ["550-5.7.26 Not accepted, over 550 times.", "550-5.7.26 Policy.", "550 5.7.26 Please contact x. - gsmtp"]
    reply = parse_reply(line_end.join(lines))
    assert (reply.code, reply.enhanced) == (550, "5.7.26")
    assert reply.text == "Not accepted, over 550 times. Policy. Please contact x. - gsmtp"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", " "])
def test_lines_without_an_enhanced_code_are_one_reply(line_end: str) -> None:
    assert parse_reply(line_end.join(["554-Bad DNS PTR", "554-resource record.", "554 Bye"])).text == (
        "Bad DNS PTR resource record. Bye"
    )


def test_an_enhanced_code_of_the_last_line_alone_is_found() -> None:
    reply = parse_reply("550-No such user\r\n550 5.1.1 here")
    assert (reply.enhanced, reply.text) == ("5.1.1", "No such user here")


def test_an_enhanced_code_of_a_middle_line_is_found() -> None:
    reply = parse_reply("550-No such user\r\n550-5.1.1 here\r\n550 5.1.1 Bye")
    assert (reply.enhanced, reply.text) == ("5.1.1", "No such user here Bye")


def test_a_code_in_the_words_of_a_one_line_reply_stays() -> None:
    assert parse_reply("550 error 550 was sent").text == "error 550 was sent"


def test_wrapped_lines_without_codes_are_joined() -> None:
    assert parse_reply("550 first\r\n  second\r\n").text == "first second"


def test_the_first_of_two_enhanced_codes_counts() -> None:
    assert parse_reply("554 5.0.0 Service unavailable; 451 4.7.1 later").enhanced == "5.0.0"


@pytest.mark.parametrize(("text", "expected"), [("550 x", True), ("451", True), ("x 550", False), ("", False)])
def test_a_reply_is_known_by_its_code(text: str, expected: bool) -> None:
    assert is_reply(text) is expected


REPLY_TEXT = st.text(alphabet='abc 0123456789.-#()\r\n"<>@/:[]é', max_size=60)


@given(st.integers(200, 599), st.sampled_from([" ", "-", ""]), REPLY_TEXT)
@settings(max_examples=100)
def test_any_reply_keeps_its_code_and_never_gains_letters(code: int, separator: str, rest: str) -> None:
    verbatim = f"{code}{separator}{rest}"
    reply = parse_reply(verbatim)
    assert reply.code == (None if rest[:1].isdigit() and not separator else code)
    assert "\n" not in reply.text
    assert set(reply.text) <= {*verbatim, " "}


@given(
    st.sampled_from([421, 450, 550, 554]),
    st.sampled_from(["", "4.2.0 ", "5.7.26 "]),
    st.lists(st.from_regex(r"[A-Za-z,]{1,8}( [a-z]{1,8}){0,3}", fullmatch=True), min_size=1, max_size=5),
    st.sampled_from(["\n", "\r\n", " "]),
)
@settings(max_examples=50)
def test_lines_written_by_rfc_5321_come_back_as_their_words(
    code: int, enhanced: str, lines: list[str], line_end: str
) -> None:
    written = [f"{code}-{enhanced}{line}" for line in lines[:-1]] + [f"{code} {enhanced}{lines[-1]}"]
    reply = parse_reply(line_end.join(written))
    assert (reply.code, reply.enhanced or "", reply.text) == (code, enhanced.strip(), " ".join(lines))


@given(st.text(max_size=80))
@settings(max_examples=100)
def test_any_text_is_a_reply_with_its_own_words(text: str) -> None:
    assert parse_reply(text).verbatim == text


@pytest.mark.parametrize(
    "unit", [" ", "\n", "a.", "a@", "1:", "5.7.1 ", "550-x ", "list ", "limit 1 ", ")", "x.y/", '"', "'", "in 1 ", "::"]
)
def test_a_reply_of_30000_characters_takes_no_more_than_its_share(unit: str) -> None:
    start = time.process_time()
    for opening in ("550-", "550 blocked using http://", ""):
        parse_reply(opening + unit * (30_000 // len(unit)))
    # A quadratic step takes a quarter of a minute here; the bound is wide for slow machines.
    assert time.process_time() - start < 3
