"""The chain as a whole: which step wins, what it says about codes, and that no text can break it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.knowledge.advice import Step
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.categories import ALL_CATEGORIES
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction
from support.knowledge_exchanges import exchange, matched

RCPT = "RCPT TO:<berta@fabrikam.example>"

TRAPS = [
    ("450 4.2.0 <b@fabrikam.example>: Recipient address rejected: Greylisted", RCPT, "greylisted"),
    ("550 <b@fabrikam.example>: Recipient address rejected: listed at zen.spamhaus.org", RCPT, "blocked"),
    ("550 5.7.1 <b@fabrikam.example>: Recipient address rejected: SPF check failed", RCPT, "email-auth"),
    ("550 5.1.1 Rejected, the message was sent to too many recipients", RCPT, "too-many-recipients"),
    ("550 5.7.1 Mailbox unavailable. Your IP address 192.0.2.7 is blacklisted", "MAIL FROM:<a@b.example>", "blocked"),
    ("550 <b@fabrikam.example>: User unknown in relay recipient table", RCPT, "recipient-unknown"),
    ("450 4.1.8 <a@b.example>: Sender address rejected: Domain not found", RCPT, "sender-domain"),
    ("504 5.5.2 <MAIL01>: Helo command rejected: need fully-qualified hostname", RCPT, "helo"),
    ("553 5.3.0 <b@fabrikam.example>... Addressee unknown, relay=[192.0.2.7]", RCPT, "recipient-unknown"),
    ("503 Polite people say HELO first", "MAIL FROM:<a@b.example>", "protocol"),
    ("550 <spam.filter@fabrikam.example> does not exist", RCPT, "recipient-unknown"),
    (
        "550 5.7.1 This message is not RFC 5322 compliant. To reduce the amount of spam it was blocked.",
        ".",
        "malformed",
    ),
    ("530 5.7.0 Must issue a STARTTLS command first", "MAIL FROM:<a@b.example>", "tls"),
    ("550 5.4.1 Recipient address rejected: Access denied", RCPT, "recipient-unknown"),
    ("554 5.1.1 Unable to find the recipient in the directory", RCPT, "recipient-unknown"),
    ("512 5.1.8 Can't find a valid MX for the sender domain", "MAIL FROM:<a@b.example>", "sender-domain"),
    ("550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients", RCPT, "too-many-recipients"),
    ("550 5.2.3 RESOLVER.RST.SendSizeLimit.Org; message too large", ".", "too-large"),
    ("503 No valid recipients", "DATA", "protocol"),
    ("554 5.5.1 Error: no valid recipients", "DATA", "recipient-unknown"),
    ("550 Mailbox b@fabrikam.example has too many messages", RCPT, "mailbox-full"),
    ("550 Message rejected. See http://help.fabrikam.example/1", ".", "policy"),
    ("550 5.7.1 The IP 192.0.2.7 was rejected. See http://help.fabrikam.example/1", RCPT, "blocked"),
    ("554 Denied", "CONN", "blocked"),
    ("554 Denied", ".", "policy"),
]


@pytest.mark.parametrize(("reply", "command", "category"), TRAPS)
def test_the_order_of_the_rules_keeps_clear_of_the_traps(
    knowledge: KnowledgeBase, reply: str, command: str, category: str
) -> None:
    assert matched(knowledge, reply, command).category == category


@pytest.mark.parametrize(
    ("reply", "command", "step"),
    [
        ("504 Need to authenticate first", "XEXCH50 1028 2", "command"),
        ("421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred", "MAIL FROM:<a@b.example>", "provider code"),
        ("550 User unknown", RCPT, "phrase"),
        ("550 5.1.1 zzz", RCPT, "enhanced code"),
        ("550", RCPT, "code and command"),
        ("", "", "code and command"),
    ],
)
def test_the_first_step_that_knows_wins(knowledge: KnowledgeBase, reply: str, command: str, step: Step) -> None:
    assert matched(knowledge, reply, command).step == step


@pytest.mark.parametrize("reply", ["250 2.1.5 Ok", "354 Start mail input", "220 ready"])
def test_a_reply_that_refuses_nothing_says_so(knowledge: KnowledgeBase, reply: str) -> None:
    match = matched(knowledge, reply, RCPT)
    assert (match.entry_id, match.category, match.confidence) == ("not-a-refusal", "not-a-refusal", "sure")


def test_an_event_that_was_not_understood_has_an_entry_of_its_own(knowledge: KnowledgeBase) -> None:
    match = knowledge.match(exchange("", problem="four strings instead of six"))
    assert (match.entry_id, match.step) == ("unparsed", "nothing")


def test_evidence_are_places_in_the_verbatim_reply(knowledge: KnowledgeBase) -> None:
    reply = "550 5.1.1 <berta@fabrikam.example>: User unknown "
    match = matched(knowledge, reply, RCPT)
    assert [reply[start:end] for start, end in match.evidence] == ["User unknown"]


def test_the_codes_are_put_into_words(knowledge: KnowledgeBase) -> None:
    assert matched(knowledge, "550 5.1.1 User unknown", RCPT).code_alone == (
        "5.1.1: no mailbox of that name exists at the recipient domain; 550: mailbox unavailable: "
        "not found, no access, or refused by policy"
    )


def test_text_against_code_is_a_disagreement_and_the_text_is_trusted(knowledge: KnowledgeBase) -> None:
    match = matched(knowledge, "552 5.1.1 Mailbox is full", RCPT)
    assert match.category == "mailbox-full"
    assert match.disagreement is not None
    assert "The text decides" in match.disagreement


def test_a_code_that_its_vendor_uses_as_the_text_does_is_no_disagreement(knowledge: KnowledgeBase) -> None:
    for reply in (
        "550 5.1.10 Recipient not found",
        "550 5.4.1 Relay Access Denied",
        "550 5.4.1 Recipient address rejected: Access denied",
    ):
        assert matched(knowledge, reply, RCPT).disagreement is None, reply


def test_two_codes_of_different_class_are_a_disagreement(knowledge: KnowledgeBase) -> None:
    match = matched(knowledge, "451 5.7.3 Cannot achieve Exchange Server authentication", "MAIL FROM:<a@b.example>")
    assert match.disagreement is not None
    assert "451 says temporary, the enhanced code 5.7.3 says permanent" in match.disagreement


def test_agreeing_codes_are_no_disagreement(knowledge: KnowledgeBase) -> None:
    assert matched(knowledge, "550 5.1.1 User unknown", RCPT).disagreement is None


def test_a_second_category_makes_a_sure_rule_only_likely(knowledge: KnowledgeBase) -> None:
    match = matched(knowledge, "550 The mailbox is full or there is no such user", RCPT)
    assert match.category == "mailbox-full"
    assert (match.confidence, match.runner_up) == ("likely", "recipient-unknown")


@pytest.mark.parametrize(
    ("reply", "command", "confidence"),
    [
        ("550 Mailbox disabled", RCPT, "sure"),
        ("550 5.2.1 Mailbox disabled", RCPT, "sure"),
        # A precise code that means something else.
        ("550 5.3.4 Mailbox disabled", RCPT, "guess"),
        ("554 5.3.4 blocked by Spamhaus", RCPT, "likely"),
        # One that is often used for it.
        ("550 5.1.1 Mailbox disabled", RCPT, "sure"),
        # A vague code says nothing either way.
        ("550 5.7.1 Mailbox disabled", RCPT, "sure"),
        # No recipient was named yet.
        ("550 Mailbox disabled", "MAIL FROM:<a@b.example>", "likely"),
        # Much that no rule has read.
        ("550 Mailbox disabled, purple elephants march over seven green hills tonight", RCPT, "likely"),
        ("550 5.2.1 Mailbox disabled, purple elephants march over seven green hills tonight", RCPT, "sure"),
        # A block list's name, whatever else is said.
        ("554 Spamhaus: purple elephants march over seven green hills tonight", RCPT, "sure"),
    ],
)
def test_what_speaks_against_a_sure_rule_makes_it_less_sure(
    knowledge: KnowledgeBase, reply: str, command: str, confidence: str
) -> None:
    assert matched(knowledge, reply, command).confidence == confidence


def test_a_code_that_contradicts_the_words_is_named_beside_them(knowledge: KnowledgeBase) -> None:
    match = matched(knowledge, "550 5.3.4 Mailbox disabled", RCPT)
    assert (match.category, match.runner_up) == ("recipient-disabled", "too-large")


@pytest.mark.parametrize(
    ("reply", "confidence"),
    [
        ("550 mail refused, dynamic address", "likely"),
        # Other words lead elsewhere.
        ("550 mail refused, dynamic address of spam range", "guess"),
        # One word is all.
        ("550 Denied by policy of this company", "guess"),
    ],
)
def test_a_likely_rule_is_a_guess_when_contested_or_held_by_one_word(
    knowledge: KnowledgeBase, reply: str, confidence: str
) -> None:
    assert matched(knowledge, reply, RCPT).confidence == confidence


def test_our_own_refusal_leads_to_our_side(knowledge: KnowledgeBase) -> None:
    assert matched(knowledge, "550 5.1.1 User unknown", RCPT, inbound=True).entry_id == "recipient-filtering-inbound"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["RCPT", "MAIL", "XEXCH50", "X-EXPS", "EHLO", "", "JUNK"]))
def test_any_text_gets_an_answer_whose_evidence_lies_inside(knowledge: KnowledgeBase, text: str, verb: str) -> None:
    match = knowledge.matcher.match(parse_reply(text), parse_command(verb, verb), Direction.OUTBOUND)
    assert match.category in ALL_CATEGORIES
    assert all(0 <= start < end <= len(text) for start, end in match.evidence)
    assert list(match.evidence) == sorted(match.evidence)


@pytest.mark.parametrize(
    ("reply", "category"),
    [
        ("554 5.7.1 <anna@contoso.example>: Recipient address rejected: Throttling quota exceeded", "rate-limited"),
        ("554 5.7.1 <anna@contoso.example>: Recipient address rejected: Message size exceeds the limit", "too-large"),
        ("554 5.7.1 <anna@contoso.example>: Recipient address rejected: QX-17", "policy"),
        ("550 5.1.1 <anna@contoso.example>: Recipient address rejected: User unknown", "recipient-unknown"),
        ("450 4.7.1 <WORKSTATION7>: Helo command rejected: Host not found", "helo"),
    ],
)
def test_what_a_policy_service_says_counts_not_the_check_it_was_put_in(
    knowledge: KnowledgeBase, reply: str, category: str
) -> None:
    match = knowledge.matcher.match(parse_reply(reply), parse_command("RCPT", "RCPT"), Direction.OUTBOUND)
    assert match.category == category
    assert all(reply[first:last] for first, last in match.evidence)


def test_a_code_of_logins_says_nothing_of_a_message(knowledge: KnowledgeBase) -> None:
    question = parse_reply("554 5.7.9 Header error"), parse_command("DATA", "DATA"), Direction.OUTBOUND
    assert knowledge.matcher.match(*question).category == "malformed"


def test_a_policy_at_the_greeting_is_about_the_address_of_the_client(knowledge: KnowledgeBase) -> None:
    question = parse_reply("421 Refused for reasons of policy"), parse_command("CONN", "CONN"), Direction.OUTBOUND
    assert knowledge.matcher.match(*question).category == "blocked"
