"""Replies find their commands without a session in the log, and what is not sure says so."""

from __future__ import annotations

import heapq
import random
import re
from datetime import timedelta

import pytest

from smtpscope.reading.iis.session_guess import NO_PEER, SEVERAL, SEVERAL_CLIENTS, GuessedAnswer, GuessedSessions
from smtpscope.reading.iis.turns import Turn, command_line, mailbox_in, with_blanks
from smtpscope.reading.iis.w3c_log import W3cSmtpReader
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from support.iis_smtp_logs import BEGIN, outbound, w3c_log
from support.memory_source import MemorySource

PEER = "198.51.100.7"


def sent(verb: str, argument: str = "-", at: int = 0) -> Turn:
    return Turn("command", PEER, "SMTPSVC1", "", "", verb, argument, "", at * 1_000)


def got(reply: str, at: int = 0, peer: str = PEER) -> Turn:
    return Turn("reply", peer, "SMTPSVC1", "", "", "", "", reply, at * 1_000)


def served(verb: str, argument: str, code: str) -> Turn:
    return Turn("answered", PEER, "SMTPSVC1", "", "client", verb, argument, code, 0)


def told(*turns: Turn, most_peers: int = 100) -> list[GuessedAnswer]:
    sessions = GuessedSessions(most_peers)
    return [answered for turn in turns if (answered := sessions.take(turn)) is not None]


def test_pipelined_commands_are_answered_in_their_order() -> None:
    answers = told(
        got("220"),
        sent("MAIL"),
        sent("RCPT", "TO:<a@b.example>"),
        sent("RCPT", "TO:<c@d.example>"),
        sent("DATA"),
        got("250"),
        got("550 a"),
        got("250"),
        got("554"),
    )
    assert [(one.verb, one.argument, one.guess) for one in answers] == [
        ("RCPT", "TO:<a@b.example>", None),
        ("DATA", "-", None),
    ]
    assert answers[1].recipient == "c@d.example"


def test_a_reply_that_nothing_waits_for_has_no_command() -> None:
    assert told(got("421 too many")) == [GuessedAnswer("", "", None, None)]


def test_a_verdict_on_a_log_on_answers_the_auth_and_not_its_secret() -> None:
    answers = told(
        got("220"), sent("AUTH", "LOGIN"), got("334 x"), sent("dXNlcg=="), got("535 no"), sent("MAIL"), got("530")
    )
    assert [one.verb for one in answers] == ["AUTH", "MAIL"]


def test_a_mail_may_be_refused_with_535_too() -> None:
    assert [one.verb for one in told(got("220"), sent("MAIL"), got("535 log on first"))] == ["MAIL"]


def test_a_lost_reply_does_not_shift_the_others_for_long() -> None:
    answers = told(got("220"), sent("MAIL"), sent("RCPT"), sent("DATA"), got("354"), got("554 spam"))
    assert [one.verb for one in answers] == ["DATA"]


def test_starttls_is_answered_by_220_and_opens_nothing() -> None:
    answers = told(got("220"), sent("EHLO"), got("250-x"), sent("STARTTLS"), got("220"), sent("EHLO"), got("550"))
    assert answers == [GuessedAnswer("EHLO", "-", None, None)]


def test_two_open_connections_make_a_guess_until_both_are_over() -> None:
    answers = told(
        got("220"),
        sent("MAIL", "1"),
        got("220"),
        sent("EHLO"),
        got("550 1"),
        got("250-x"),
        sent("QUIT"),
        sent("QUIT"),
        got("221"),
        got("221"),
        got("220"),
        sent("MAIL", "2"),
        got("550 2"),
    )
    assert answers == [GuessedAnswer("MAIL", "1", None, SEVERAL), GuessedAnswer("MAIL", "2", None, None)]


def test_a_connection_that_fell_silent_is_forgotten() -> None:
    answers = told(got("220"), sent("MAIL", "old"), got("220", 400), sent("MAIL", "new", 401), got("550", 402))
    assert answers == [GuessedAnswer("MAIL", "new", None, None)]


def test_a_peer_without_address_is_always_a_guess() -> None:
    assert told(got("550", peer=""))[0].guess == NO_PEER


def test_recipients_of_clients_with_two_connections_are_guesses() -> None:
    answers = told(
        served("HELO", "+a", "250"),
        served("MAIL", "+FROM:<>", "250"),
        served("HELO", "+a", "250"),
        served("RCPT", "+TO:<a@b.example>", "250"),
        served("DATA", "-", "554"),
    )
    assert answers == [GuessedAnswer("DATA", "-", "a@b.example", SEVERAL_CLIENTS)]


def test_more_peers_than_the_limit_do_not_fill_the_memory() -> None:
    turns = [got("220", number, f"host{number}") for number in range(500)]
    sessions = GuessedSessions(50)
    for turn in turns:
        sessions.take(turn)
    assert sum(sessions.open_with(turn) for turn in turns) <= 50
    assert sessions.open_with(turns[-1]) == 1


@pytest.mark.parametrize(("apart", "right"), [(30, 0.95), (6, 0.85)])
def test_connections_to_one_host_are_told_apart_mostly_and_never_wrong_without_a_word(apart: int, right: float) -> None:
    chance = random.Random(5)
    begin, smtp_sessions = BEGIN, []
    for number in range(400):
        begin += timedelta(seconds=chance.randrange(apart))
        smtp_sessions.append([row._replace(peer=PEER) for row in outbound(chance, begin, number)])
    data = w3c_log(heapq.merge(*smtp_sessions, key=lambda row: row.time)).encode()
    log = W3cSmtpReader(MemorySource(data), ReadOptions())
    named = [one for batch in log.batches() for one in batch.exchanges if "<" in one.reply]
    assert len(named) > 30
    wrong = [one for one in named if not _about(one)]
    assert len(wrong) <= len(named) * (1 - right)
    assert [one for one in wrong if one.guess is None] == []


def _about(exchange: SmtpExchangeRecord) -> bool:
    found = re.search("<(.*?)>", exchange.reply)
    assert found is not None
    return found[1] == exchange.mailbox or f"<{found[1]}>" in exchange.command


@pytest.mark.parametrize(
    ("verb", "argument", "line"),
    [
        ("RCPT", "+TO:+<a+b@c.example>+NOTIFY=NEVER", "RCPT TO: <a+b@c.example> NOTIFY=NEVER"),
        ("MAIL", "FROM:<>", "MAIL FROM:<>"),
        ("DATA", "+<1@c.example>", "DATA"),
        ("BDAT", "+<1@c.example>", "BDAT"),
        ("BDAT", "+120+LAST", "BDAT 120 LAST"),
        ("QUIT", "client", "QUIT"),
        ("NOOP", "-", "NOOP"),
        ("RCPT", "", ""),
        ("-", "+x", ""),
    ],
)
def test_a_command_line_is_put_together_as_it_was_sent(verb: str, argument: str, line: str) -> None:
    assert command_line(verb, argument) == line


def test_a_text_with_blanks_of_its_own_keeps_its_plus_signs() -> None:
    assert with_blanks("550 a+b") == "550 a+b"
    assert with_blanks("550+<x+y@z.example>+a++b") == "550 <x+y@z.example> a  b"


@pytest.mark.parametrize(
    ("argument", "mailbox"),
    [("TO:<a@b>", "a@b"), ("TO:<@r.example:a@b>", "a@b"), ("TO:a@b", None), ("TO:<>", None), ("TO:<a@b", None)],
)
def test_the_mailbox_of_an_argument(argument: str, mailbox: str | None) -> None:
    assert mailbox_in(argument) == mailbox
