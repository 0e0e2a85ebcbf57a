"""Which command a reply answers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange.reply_pairing import (
    OpenSessions,
    PairedReply,
    PairedSession,
    path_of,
    verb_of,
)


def said(*lines: str, whole: bool = True) -> list[PairedReply]:
    """The refusals of a session; a line that begins with "C:" is the client's."""
    session = PairedSession(whole=whole)
    found: list[PairedReply] = []
    for line in lines:
        speaker, _, text = line.partition(": ")
        if speaker == "C":
            session.command(text)
        elif not session.continues(text):
            answered = session.reply(text)
            found += [answered] if answered else []
    return found


def commands(*lines: str, whole: bool = True) -> list[str]:
    return [answered.command for answered in said(*lines, whole=whole)]


def test_a_refusal_answers_the_command_before_it() -> None:
    assert said("S: 220 ready", "C: RCPT TO:<a@example.net>", "S: 550 5.1.1 Unknown") == [
        PairedReply(["550 5.1.1 Unknown"], "RCPT", "RCPT TO:<a@example.net>")
    ]


def test_commands_sent_together_are_answered_in_their_order() -> None:
    assert commands(
        "S: 220 ready", "C: MAIL FROM:<a@example.com>", "C: RCPT TO:<b@example.net>", "C: RCPT TO:<c@example.net>",
        "S: 250 ok", "S: 550 no b", "S: 450 no c",
    ) == ["RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>"]  # fmt: skip


@pytest.mark.parametrize("greeting", ["554 5.7.1 Go away", "421 4.3.2 Too busy"])
def test_a_refused_connection_has_no_command(greeting: str) -> None:
    assert said(f"S: {greeting}") == [PairedReply([greeting])]


def test_a_client_that_speaks_before_the_greeting_is_answered_behind_it() -> None:
    assert commands("C: EHLO early.example", "S: 220 ready", "S: 554 5.5.1 Talks too early") == ["EHLO early.example"]


def test_a_server_that_hangs_up_by_itself_answers_no_command() -> None:
    assert commands("S: 220 ready", "C: NOOP", "S: 250 ok", "S: 421 4.4.1 Timed out") == [""]


def test_what_is_refused_behind_the_content_is_the_dot_that_ends_it() -> None:
    begin = ("S: 220 ready", "C: MAIL FROM:<a@example.com>", "S: 250 ok", "C: RCPT TO:<b@example.net>", "S: 250 ok")
    assert said(*begin, "C: DATA", "S: 354 go on", "S: 552 5.3.4 Too large") == [
        PairedReply(["552 5.3.4 Too large"], "DATA", ".", "b@example.net")
    ]
    assert said(*begin, "C: data", "S: 451 4.3.0 Not now")[0][1:4] == ("data", "data", "b@example.net")


def test_the_recipient_of_content_is_named_when_there_was_one() -> None:
    begin = ("S: 220 ready", "C: MAIL FROM:<a@example.com>", "S: 250 ok")
    one, two = "C: RCPT TO:<b@example.net>", "C: RCPT TO:<c@example.net>"
    behind = ("C: BDAT 900 LAST", "S: 550 5.7.1 Spam")
    assert [said(*begin, *recipients, *behind)[-1].mailbox for recipients in (
        (one, "S: 250 ok"),
        (one, "S: 550 no", two, "S: 250 ok"),
        (one, two, "S: 250 ok", "S: 250 ok"),
        (one, "S: 550 no"),
        (),
    )] == ["b@example.net", "c@example.net", None, None, None]  # fmt: skip


@pytest.mark.parametrize("between", ["MAIL FROM:<d@example.com>", "RSET", "EHLO mail.example.com"])
def test_a_new_transaction_has_recipients_of_its_own(between: str) -> None:
    assert said(
        "S: 220 ready", "C: MAIL FROM:<a@example.com>", "S: 250 ok", "C: RCPT TO:<b@example.net>", "S: 250 ok",
        f"C: {between}", "S: 250 ok", "C: DATA", "S: 503 5.5.2 Need RCPT",
    )[0].mailbox is None  # fmt: skip


def test_the_next_message_of_a_session_has_recipients_of_its_own() -> None:
    message = ("C: MAIL FROM:<a@example.com>", "S: 250 ok", "C: RCPT TO:<b@example.net>", "S: 250 ok", "C: DATA")
    refusals = said("S: 220 ready", *message, "S: 354 go", "S: 250 ok", *message, "S: 354 go", "S: 550 5.7.1 Spam")
    assert [(refusal.command, refusal.mailbox) for refusal in refusals] == [(".", "b@example.net")]


def test_chunks_before_the_last_one_keep_the_transaction() -> None:
    assert said(
        "S: 220 ready", "C: MAIL FROM:<a@example.com>", "S: 250 ok", "C: RCPT TO:<b@example.net>", "S: 250 ok",
        "C: BDAT 900", "S: 250 ok", "C: BDAT 20 LAST", "S: 550 5.7.1 Spam",
    )[0][1:4] == ("BDAT", "BDAT 20 LAST", "b@example.net")  # fmt: skip


@pytest.mark.parametrize("answer", ["YW5uYQ==", "<Binary Data>", "<authentication response>", "*"])
def test_what_is_sent_for_authentication_is_no_command(answer: str) -> None:
    assert commands(
        "S: 220 ready", "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", f"C: {answer}", "S: 334 UGFzc3dvcmQ6", f"C: {answer}",
        "S: 535 5.7.3 Unsuccessful", "C: QUIT", "S: 421 4.3.0 Bye",
    ) == ["AUTH LOGIN", "QUIT"]  # fmt: skip


def test_hidden_data_of_exchange_authentication_is_no_command() -> None:
    lines = ("S: 220 ready", "C: X-EXPS EXCHANGEAUTH SHA256", "C: <Binary Data>", "S: 454 4.7.0 Temporary failure")
    assert commands(*lines) == ["X-EXPS EXCHANGEAUTH SHA256"]


def test_lines_of_one_reply_answer_one_command() -> None:
    lines = ("S: 220-ready", "S: 220 really", "C: EHLO a.example", "S: 250-mx", "S: 250-SIZE", "S: 250 OK", "C: NOOP")
    refusal = said(*lines, "S: 550-5.7.1 first", "S: 550-5.7.1 second", "S: 550 5.7.1 third")
    assert refusal == [PairedReply(["550-5.7.1 first", "550-5.7.1 second", "550 5.7.1 third"], "NOOP", "NOOP")]


@pytest.mark.parametrize("reply", ["550-5.7.1 first 550 5.7.1 second", "550-first\n550 second", "550-first 550"])
def test_lines_that_the_log_has_put_together_are_a_whole_reply(reply: str) -> None:
    session = PairedSession(whole=False)
    answered = session.reply(reply)
    assert answered is not None
    assert not session.unfinished(answered.lines)


def test_a_reply_without_its_last_line_ends_where_somebody_else_speaks() -> None:
    session = PairedSession(whole=False)
    answered = session.reply("550-5.7.1 first")
    assert answered is not None
    assert session.unfinished(answered.lines)
    session.command("QUIT")
    assert not session.unfinished(answered.lines)
    assert not session.continues("550 5.7.1 of another command")


def test_a_session_whose_beginning_is_missing_gives_no_command_that_nobody_saw() -> None:
    assert said("S: 550 5.1.1 Unknown", whole=False) == [PairedReply(["550 5.1.1 Unknown"])]


def test_a_command_of_a_session_whose_beginning_is_missing_is_a_guess_until_a_new_transaction() -> None:
    lines = ("C: RCPT TO:<b@example.net>", "S: 550 no")
    unsure, sure = said(*lines, "C: MAIL FROM:<a@example.com>", "S: 250 ok", *lines, whole=False)
    assert "middle of this session" in (unsure.guess or "")
    assert sure.guess is None
    assert said("C: DATA", "S: 354 go", "S: 550 no", whole=False)[0].guess is None


def test_the_oldest_of_too_many_sessions_is_forgotten() -> None:
    sessions = OpenSessions()
    first = sessions.begin("0")
    for number in range(1, 10_001):
        sessions.begin(str(number))
    assert len(sessions) == 10_000
    assert sessions.of("0", first=False) is not first
    assert sessions.of("10000", first=False) is sessions.of("10000", first=True)


@pytest.mark.parametrize(
    ("line", "mailbox"),
    [
        ("RCPT TO:<b@example.net>", "b@example.net"),
        ("RCPT TO:<b@example.net> ORCPT=rfc822;c@example.net NOTIFY=NEVER", "b@example.net"),
        ('RCPT TO:<"a > b"@example.net>', '"a > b"@example.net'),
        ("RCPT TO: b@example.net NOTIFY=NEVER", "b@example.net"),
        ("RCPT TO:<b@example.net", "b@example.net"),
        ("RCPT TO:<>", None),
        ("RCPT", None),
    ],
)
def test_the_mailbox_of_a_recipient_has_no_brackets(line: str, mailbox: str | None) -> None:
    assert path_of(line) == mailbox


def test_the_verb_is_given_as_it_was_written() -> None:
    assert [verb_of(line) for line in ("rcpt to:<a>", "Mail From:<a>", "QUIT", "", "FOO:bar")] == [
        "rcpt", "Mail", "QUIT", "", "FOO",
    ]  # fmt: skip


LINES = st.lists(
    st.tuples(
        st.sampled_from("CS"),
        st.sampled_from(["DATA", "AUTH", "RCPT TO:<a", "BDAT 1 LAST", "", "\x1b[2J", "250 ", "354-", "550-x", "421"])
        | st.text(max_size=12),
    ),
    max_size=30,
)


@settings(max_examples=25)
@given(LINES, st.booleans())
def test_any_lines_are_followed(lines: list[tuple[str, str]], whole: bool) -> None:
    session = PairedSession(whole=whole)
    for speaker, text in lines:
        if speaker == "C":
            session.command(text)
        elif text and not session.continues(text):
            answered = session.reply(text)
            assert answered is None or (text[0] in "45" and answered.lines[0] == text)
