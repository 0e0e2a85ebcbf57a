"""The steps of the chain one by one: command, provider code, enhanced code, similar reply, code and command."""

from __future__ import annotations

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.matching.codes import CodeMeaning, CodeTable
from smtpscope.knowledge.matching.enhanced_codes import from_detailed_code, from_enhanced_code
from smtpscope.knowledge.matching.fallbacks import from_code_and_command, from_command
from smtpscope.knowledge.matching.provider_codes import Provider, ProviderCodes, codes_of
from smtpscope.knowledge.matching.reply_tokens import words_of
from smtpscope.knowledge.matching.similar import ExampleGroup, SimilarReplies, examples_of
from smtpscope.knowledge.matching.stage import Stage, stage_of
from smtpscope.parsing.reply import parse_reply


@pytest.mark.parametrize(
    ("verb", "stage"),
    [
        ("RCPT", "rcpt"),
        ("BDAT", "content"),
        ("XEXCH50", "microsoft"),
        ("", "unknown"),
        ("QUIT", "other"),
        ("CONN", "greeting"),
    ],
)
def test_a_verb_has_a_stage(verb: str, stage: Stage) -> None:
    assert stage_of(verb) == stage


@pytest.mark.parametrize(
    ("verb", "reply", "entry"),
    [
        ("XEXCH50", "504 Need to authenticate first", "xexch50-refused"),
        ("XEXCH50", "500 5.3.3 Unrecognized command", "verb-refused"),
        ("X-LINK2STATE", "500 5.3.3 Unrecognized command", "x-link2state-refused"),
        ("X-EXPS", "535 5.7.3 Authentication unsuccessful", "xexps-auth-failed"),
        ("X-EXPS", "500 5.3.3 Unrecognized command", "verb-refused"),
        ("XADR", "502 not implemented", "verb-refused"),
    ],
)
def test_a_microsoft_verb_decides_by_itself(verb: str, reply: str, entry: str) -> None:
    finding = from_command(verb, parse_reply(reply), words_of(reply))
    assert finding is not None
    assert finding.entry_id == entry


@pytest.mark.parametrize(
    ("verb", "reply"),
    [("RCPT", "504 no"), ("XEXCH50", "354 Send binary data"), ("XEXCH50", "421 closing"), ("XEXCH50", "no code")],
)
def test_the_command_says_nothing_about_other_verbs_successes_and_the_session(verb: str, reply: str) -> None:
    assert from_command(verb, parse_reply(reply), words_of(reply)) is None


PROVIDERS = ProviderCodes(
    codes_of(Provider("Example", "AB12 blocked spamhaus-listed\nXY_* spam\n\n# note\n", "example.com"))
)


@pytest.mark.parametrize(
    ("text", "category"),
    [("550 [AB12] refused", "blocked"), ("550 refused (XY_17)", "spam"), ("421 AB12", "blocked")],
)
def test_a_provider_code_is_found_wherever_it_stands(text: str, category: str) -> None:
    finding = PROVIDERS.find(parse_reply(text))
    assert finding is not None
    assert finding.category == category
    ((start, end),) = finding.evidence
    assert text[start:end] in ("AB12", "XY_17")


@pytest.mark.parametrize("text", ["550 AB123 refused", "550 xAB12y", "550 XY_", "550 ab12"])
def test_what_only_looks_like_a_provider_code_is_none(text: str) -> None:
    assert PROVIDERS.find(parse_reply(text)) is None


def test_a_line_of_provider_codes_needs_a_category() -> None:
    with pytest.raises(ValueError, match="category"):
        list(codes_of(Provider("Example", "AB12", "example.com")))


TABLE = CodeTable.of(
    [
        CodeMeaning("x.1.1", "recipient-unknown", "no such mailbox", "RFC 3463"),
        CodeMeaning("x.7.1", "policy", "not authorised", "RFC 3463"),
        CodeMeaning("x.7.600-602", "blocked", "banned", "Microsoft", confidence="likely"),
        CodeMeaning("x.0.350", "policy", "whatever the other server said", "Microsoft"),
        CodeMeaning("550", "recipient-unknown", "not to be had", "RFC 5321"),
    ]
)


def test_a_range_of_codes_is_spelled_out() -> None:
    code = TABLE.enhanced("5.7.601")
    assert code is not None
    assert code.category == "blocked"
    assert TABLE.enhanced("5.7.603") is None


def test_the_words_of_codes_name_the_precise_one_first() -> None:
    assert TABLE.in_words(550, "5.1.1") == "5.1.1: no such mailbox; 550: not to be had"
    assert TABLE.in_words(None, None) is None
    assert TABLE.in_words(299, "2.9.9") is None


def test_a_precise_code_decides_and_a_vague_one_does_not() -> None:
    precise = from_enhanced_code(parse_reply("550 5.1.1 so what"), "rcpt", TABLE.enhanced("5.1.1"))
    assert precise is not None
    assert (precise.category, precise.evidence) == ("recipient-unknown", ((4, 9),))
    assert from_enhanced_code(parse_reply("550 5.7.1 so what"), "rcpt", TABLE.enhanced("5.7.1")) is None
    assert from_enhanced_code(parse_reply("550 so what"), "rcpt", None) is None


def test_a_detailed_code_of_microsoft_is_exact() -> None:
    finding = from_detailed_code(parse_reply("550 5.7.601 Access denied"), TABLE)
    assert finding is not None
    assert finding.category == "blocked"
    assert from_detailed_code(parse_reply("550 5.1.1 Access denied"), TABLE) is None


def test_a_detailed_code_that_is_worth_a_guess_gives_way_to_the_words() -> None:
    assert from_detailed_code(parse_reply("550 5.0.350 Mailbox full"), TABLE) is None


@pytest.mark.parametrize(
    ("reply", "verb", "category"),
    [
        ("550 no", "RCPT", "recipient-unknown"),
        ("550 no", "MAIL", "sender-rejected"),
        ("550 no", "DOT", "spam"),
        ("550 no", "EHLO", "blocked"),
        ("550 no", "", "recipient-unknown"),
        ("552 no", "RCPT", "mailbox-full"),
        ("454 no", "STARTTLS", "tls"),
        ("454 no", "AUTH", "auth-failed"),
        ("454 no", "RCPT", "relay-denied"),
        ("501 no", "EHLO", "helo"),
        ("501 no", "MAIL", "sender-rejected"),
        ("501 no", "RCPT", "recipient-unknown"),
        ("501 no", "AUTH", "auth-failed"),
        ("501 no", "QUIT", "protocol"),
        ("504 no", "XEXCH50", "verb-refused"),
        ("530 no", "MAIL", "auth-required"),
        ("554 no", "CONN", "blocked"),
        ("554 no", "RCPT", "policy"),
        ("452 no", "RCPT", "resources"),
        ("421 no", "", "unavailable"),
        ("499 no", "RCPT", "unavailable"),
        ("599 no", "RCPT", "policy"),
        ("", "RCPT", "policy"),
        ("503 no", "AUTH", "auth-failed"),
        ("421 no", "AUTH", "unavailable"),
        ("500 no", "STARTTLS", "tls"),
    ],
)
def test_code_and_command_always_guess_something(
    knowledge: KnowledgeBase, reply: str, verb: str, category: str
) -> None:
    finding = from_code_and_command(parse_reply(reply), stage_of(verb), knowledge.matcher.codes)
    assert (finding.category, finding.confidence) == (category, "guess")


EXAMPLES = examples_of(
    ExampleGroup(
        "example",
        "mailbox-full | RCPT | 552 your friend's letterbox overflows badly\n"
        "spam/policy | - | 554 we dislike commercial letters from strangers\n\n# note\n",
    )
)


def test_example_lines_hold_category_command_and_reply() -> None:
    assert [(one.category, one.also_right, one.command) for one in EXAMPLES] == [
        ("mailbox-full", (), "RCPT"),
        ("spam", ("policy",), None),
    ]
    with pytest.raises(ValueError, match="command"):
        examples_of(ExampleGroup("example", "spam | 554 half a line"))


def test_a_similar_reply_is_found_even_with_slips() -> None:
    text = "550 your friend's leterbox overflows badly today"
    finding = SimilarReplies(EXAMPLES).find(parse_reply(text), words_of(text))
    assert finding is not None
    assert (finding.category, finding.confidence) == ("mailbox-full", "guess")
    assert "overflows" in [text[start:end] for start, end in finding.evidence]


@pytest.mark.parametrize("text", ["550 nothing in common", "550", "", "550 letters"])
def test_a_reply_that_resembles_nothing_has_no_neighbour(text: str) -> None:
    assert SimilarReplies(EXAMPLES).find(parse_reply(text), words_of(text)) is None


def test_one_word_is_too_little_to_resemble_anything() -> None:
    text = "550 overflows"
    assert SimilarReplies(EXAMPLES).nearest(words_of(text))
    assert SimilarReplies(EXAMPLES).find(parse_reply(text), words_of(text)) is None


def test_without_examples_nothing_is_similar() -> None:
    assert SimilarReplies([]).find(parse_reply("550 any"), words_of("550 any")) is None
