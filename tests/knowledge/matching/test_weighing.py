"""Statement before advice, who can be meant at a stage, and codes that give way to a plain sentence."""

from __future__ import annotations

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.matching.reply_tokens import words_of
from smtpscope.knowledge.matching.weighing import advice_start
from support.knowledge_exchanges import matched


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("550 Mail refused. Please see the help page", "Please see the help page"),
        ("550 Blocked for abuse, contact your provider", "contact your provider"),
        ("550 Refused; for more information go to example.com", "for more information go to example.com"),
        ("450 Please try again later", None),
        ("550 You are not allowed to send", None),
        ("", None),
    ],
)
def test_advice_begins_where_somebody_is_told_what_to_do(text: str, advice: str | None) -> None:
    start = advice_start(words_of(text))
    assert (None if start is None else text[start:]) == advice


@pytest.mark.parametrize(
    ("reply", "command", "category"),
    [
        ("550 Mail from a dynamic address refused, please use your provider's relay", "CONN", "blocked"),
        ("550 5.7.1 Your server sends to spam traps. Fix this, and check your reverse DNS", "RCPT", "blocked"),
        ("554 5.7.1 This is spam. If this was wrong, see https://blocked.example.com/report", "DATA", "spam"),
        ("550 5.7.1 No reverse DNS for your address, please see the help page", "CONN", "rdns"),
    ],
)
def test_what_is_stated_counts_before_what_is_advised(
    knowledge: KnowledgeBase, reply: str, command: str, category: str
) -> None:
    assert matched(knowledge, reply, command).category == category


@pytest.mark.parametrize(
    ("command", "category"),
    [("MAIL", "sender-domain"), ("RCPT", "recipient-domain"), ("EHLO", "helo"), ("CONN", "rdns")],
)
def test_an_unknown_domain_is_that_of_the_stage(knowledge: KnowledgeBase, command: str, category: str) -> None:
    assert matched(knowledge, "550 Domain does not exist", command).category == category


@pytest.mark.parametrize(
    ("reply", "command", "category"),
    [
        ("550 Unknown address", "MAIL", "sender-rejected"),
        ("550 User has no permission", "AUTH", "auth-failed"),
        ("550 Recipient unknown", "MAIL", "recipient-unknown"),
        ("550 Unknown user", "RCPT", "recipient-unknown"),
        ("504 5.7.4 Already in TLS mode", "STARTTLS", "tls"),
        ("550 Mailbox does not belong to the logged in user", "MAIL", "sender-rejected"),
    ],
)
def test_nobody_is_meant_who_was_not_named_yet(
    knowledge: KnowledgeBase, reply: str, command: str, category: str
) -> None:
    assert matched(knowledge, reply, command).category == category


@pytest.mark.parametrize(
    ("reply", "command", "category"),
    [
        ("501 5.1.3 Long addresses not supported", "RCPT", "recipient-unknown"),
        ("554 5.6.1 Messages of that type are not supported", "DATA", "malformed"),
        ("554 Messages of that type are not supported", "DATA", "malformed"),
        ("501 5.5.4 Authentication cancelled", "AUTH", "auth-failed"),
        ("501 5.5.4 Parameters not supported", "MAIL", "protocol"),
        ("500 5.5.1 Command not supported", "DATA", "protocol"),
    ],
)
def test_code_and_stage_tell_what_is_not_supported(
    knowledge: KnowledgeBase, reply: str, command: str, category: str
) -> None:
    assert matched(knowledge, reply, command).category == category


def test_a_code_used_for_several_things_gives_way_to_a_plain_sentence(knowledge: KnowledgeBase) -> None:
    plain = matched(knowledge, "550 5.7.1 Likely unsolicited mail, not delivered. LPN007_510", "DATA")
    assert (plain.category, plain.runner_up, plain.confidence) == ("spam", "blocked", "likely")
    assert matched(knowledge, "550 5.5.0 Service refused, LPN007_510", "DATA").category == "blocked"


@pytest.mark.parametrize(
    ("reply", "category"),
    [
        ("550 5.7.999", "policy"),
        ("550 5.4.999", "unavailable"),
        ("550 5.1.999", "recipient-unknown"),
        ("550", "recipient-unknown"),
    ],
)
def test_a_code_that_nobody_knows_means_what_its_second_number_says(
    knowledge: KnowledgeBase, reply: str, category: str
) -> None:
    assert matched(knowledge, reply, "RCPT").category == category


def test_a_bare_550_to_a_command_that_names_nobody_is_no_unknown_mailbox(knowledge: KnowledgeBase) -> None:
    assert matched(knowledge, "550 Error", "SENDING").category == "policy"


def test_postfix_refuses_a_listed_client_with_words_that_sound_busy(knowledge: KnowledgeBase) -> None:
    match = matched(knowledge, "554 5.7.1 Service unavailable", "RCPT", inbound=True)
    assert (match.category, match.confidence) == ("blocked", "guess")


@pytest.mark.parametrize(
    ("reply", "command", "category"),
    [
        ("451 4.7.1 Not now", "DATA", "unavailable"),
        ("554 5.7.1 Not this", "DATA", "spam"),
        ("554 Rejected as spam", "CONN", "blocked"),
        ("450 4.3.0 The spam filter reports an initialization failure", "DATA", "server-error"),
        ("554 Rejected by the spam filter", "DATA", "spam"),
        ("550 5.7.26 Authentication failed", "DATA", "email-auth"),
    ],
)
def test_a_verdict_is_not_a_fault_and_the_stage_tells_about_whom(
    knowledge: KnowledgeBase, reply: str, command: str, category: str
) -> None:
    assert matched(knowledge, reply, command).category == category


def test_a_bare_refusal_of_a_recipient_is_never_sure(knowledge: KnowledgeBase) -> None:
    assert matched(knowledge, "550 Recipient rejected", "RCPT").confidence == "likely"
    assert matched(knowledge, "550 Recipient rejected: user unknown", "RCPT").confidence == "sure"
