"""Command lines as they are sent, by the book and not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.command import parse_command


@pytest.mark.parametrize(
    ("given_verb", "full", "mailbox"),
    [
        ("mail", "MAIL FROM:<a@example.com>", "a@example.com"),
        ("rcpt", "RCPT TO:<a@example.com>  ", "a@example.com"),
        ("rcpt", "rcpt to:<a@example.com>", "a@example.com"),
        ("mail", "MAIL FROM:<>", ""),
        ("mail", "MAIL FROM: <>", ""),
        ("mail", "MAIL FROM : < a@example.com >", "a@example.com"),
        ("rcpt", 'RCPT TO:<"a b>c"@example.com>', '"a b>c"@example.com'),
        ("rcpt", r'RCPT TO:<"a\"b"@example.com>', r'"a\"b"@example.com'),
        ("rcpt", "RCPT TO:<@relay.example:a@example.com>", "a@example.com"),
        ("rcpt", "RCPT TO:<@one.example,@two.example:a@example.com>", "a@example.com"),
        ("rcpt", "RCPT TO:a@example.com", "a@example.com"),
        ("rcpt", 'RCPT TO:"a b"@example.com NOTIFY=NEVER', '"a b"@example.com'),
        ("rcpt", "RCPT TO:<<a@example.com>>", "a@example.com"),
        ("rcpt", "RCPT TO:<a@example.com", "a@example.com"),
        ("rcpt", 'RCPT TO:<"a@example.com>', '"a@example.com'),
        ("rcpt", "RCPT TO:<Info@@example.com>", "Info@@example.com"),
        ("rcpt", "RCPT TO:<user>", "user"),
        ("rcpt", "RCPT TO:&lt;a@example.com&gt;", "a@example.com"),
        ("rcpt", "RCPT <a@example.com>", "a@example.com"),
        ("mail", "mail FROM:  ", None),
        ("mail", "MAIL", None),
        ("mail", "", None),
        ("mail", "MAIL FROM: SIZE=5", None),
        ("vrfy", "VRFY a@example.com", None),
        ("ehlo", "EHLO mail.example.com", None),
    ],
)
def test_the_mailbox_is_found(given_verb: str, full: str, mailbox: str | None) -> None:
    command = parse_command(given_verb, full)
    assert command.mailbox == mailbox
    assert (command.logged_verb, command.full) == (given_verb, full)


def test_parameters_are_keyword_and_value_in_order() -> None:
    command = parse_command("mail", "MAIL FROM:<a@example.com> size=2550112 BODY=8BITMIME SMTPUTF8 AUTH=<>")
    assert command.parameters == (("SIZE", "2550112"), ("BODY", "8BITMIME"), ("SMTPUTF8", None), ("AUTH", "<>"))


def test_parameters_behind_a_null_path_or_a_lost_one_are_found() -> None:
    assert parse_command("mail", "MAIL FROM:<>SIZE=5").parameters == (("SIZE", "5"),)
    assert parse_command("mail", "MAIL FROM: SIZE=5").parameters == (("SIZE", "5"),)


def test_an_equals_sign_in_an_address_makes_no_parameter() -> None:
    command = parse_command("mail", "MAIL FROM:bounce+a=example.com@example.net SIZE=5")
    assert command.mailbox == "bounce+a=example.com@example.net"
    assert command.parameters == (("SIZE", "5"),)


def test_xexch50_has_its_two_figures_as_arguments() -> None:
    command = parse_command("xexch50", "XEXCH50 1028 2 ")
    assert (command.verb, command.arguments, command.mailbox) == ("XEXCH50", "1028 2", None)


@pytest.mark.parametrize(
    ("given_verb", "full", "verb", "arguments"),
    [
        ("x-exps", "X-EXPS\n", "X-EXPS", ""),
        ("x-link2state", "X-LINK2STATE LAST CHUNK={00}", "X-LINK2STATE", "LAST CHUNK={00}"),
        ("frobnicate", "FROBNICATE now", "FROBNICATE", "now"),
        ("", "EHLO mail.example.com", "EHLO", "mail.example.com"),
        ("quit", "", "QUIT", ""),
        ("data", ".", "DATA", "."),
        ("auth", "dXNlcg==", "AUTH", "dXNlcg=="),
        ('"rcpt"', "RCPT TO:<a@example.com>", "RCPT", "TO:<a@example.com>"),
        ("", "", "", ""),
    ],
)
def test_the_verb_is_upper_case_and_unknown_ones_stay(given_verb: str, full: str, verb: str, arguments: str) -> None:
    command = parse_command(given_verb, full)
    assert (command.verb, command.arguments) == (verb, arguments)


@given(st.sampled_from(["mail", "rcpt", "", "x"]), st.text(alphabet='<>"\\@:, =aA.\n&lt;', max_size=40))
@settings(max_examples=100)
def test_any_line_is_a_command(given_verb: str, full: str) -> None:
    command = parse_command(given_verb, f"RCPT TO:{full}")
    assert command.full == f"RCPT TO:{full}"
    assert command.verb == command.verb.upper()


@given(
    st.from_regex(r"[A-Za-z0-9.+=_-]{1,20}@[a-z0-9]{1,10}\.example", fullmatch=True),
    st.lists(st.tuples(st.from_regex(r"[A-Z0-9]{2,8}", fullmatch=True), st.none() | st.just("x1")), max_size=3),
)
@settings(max_examples=50)
def test_mailbox_and_parameters_survive_the_line(mailbox: str, parameters: list[tuple[str, str | None]]) -> None:
    words = [key if value is None else f"{key}={value}" for key, value in parameters]
    command = parse_command("mail", " ".join((f"MAIL FROM:<{mailbox}>", *words)))
    assert command.mailbox == mailbox
    assert list(command.parameters) == parameters
