"""Rules: their order, their conditions, and that they cost little whatever a reply holds."""

from __future__ import annotations

from time import perf_counter

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.matching.phrase import PhraseError
from smtpscope.knowledge.matching.reply_tokens import words_of
from smtpscope.knowledge.matching.rules import MatchContext, Rule, RuleBook, merged
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction, Reply
from support.changed import replace


def rule(name: str, phrases: str, **more: object) -> Rule:
    return Rule(id=name, category=name, phrases=phrases, examples="", **more)  # type: ignore[arg-type]


def circumstances(text: str) -> MatchContext:
    return MatchContext(parse_reply(text), "rcpt", Direction.OUTBOUND, null_sender=False)


def hits(rules: list[Rule], text: str, given: MatchContext | None = None) -> list[str]:
    book = RuleBook(rules, {})
    return [hit.rule.id for hit in book.hits(words_of(text), given or circumstances(text))]


def test_rules_are_asked_in_their_order_each_once() -> None:
    rules = [rule("second-word", "unknown\nunknown user"), rule("first-word", "user")]
    assert hits(rules, "550 unknown user") == ["second-word", "first-word"]


def test_a_category_answers_once() -> None:
    again = Rule(id="again", category="user", phrases="unknown", examples="")
    assert hits([rule("user", "user"), again], "550 unknown user") == ["user"]


def test_unless_stops_a_rule() -> None:
    rules = [rule("user", "user unknown", unless="sender")]
    assert hits(rules, "550 user unknown") == ["user"]
    assert hits(rules, "550 user unknown to the sender") == []


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"codes": ("550",)}, True),
        ({"codes": ("5",)}, True),
        ({"codes": ("4",)}, False),
        ({"codes": ("5.1.1",)}, True),
        ({"codes": ("x.1.1",)}, True),
        ({"codes": ("x.7.1",)}, False),
        ({"stages": ("rcpt",)}, True),
        ({"stages": ("mail", "content")}, False),
        ({"direction": "outbound"}, True),
        ({"direction": "inbound"}, False),
        ({"null_sender": False}, True),
        ({"null_sender": True}, False),
    ],
)
def test_conditions_narrow_a_rule(conditions: dict[str, object], holds: bool) -> None:
    assert bool(hits([rule("r", "unknown", **conditions)], "550 5.1.1 unknown")) is holds


def test_a_code_condition_needs_a_code() -> None:
    given = replace(circumstances("unknown"), reply=Reply("unknown", None, None, "unknown"))
    assert hits([rule("r", "unknown", codes=("x.1.1",))], "unknown", given) == []


def test_an_entry_for_our_own_refusals_may_differ() -> None:
    one = rule("r", "unknown", entry="general", inbound_entry="ours")
    assert one.leads_to(Direction.OUTBOUND) == "general"
    assert one.leads_to(Direction.INBOUND) == "ours"


def test_a_broken_phrase_names_its_rule() -> None:
    with pytest.raises(PhraseError, match="rule 'broken'"):
        RuleBook([rule("broken", "@nowhere")], {})


def test_spans_are_merged_in_order() -> None:
    assert merged([(8, 9), (0, 3), (2, 5)]) == ((0, 5), (8, 9))


@pytest.mark.parametrize(
    "text",
    [
        "user unknown " * 8_000,
        "a" * 100_000,
        "a." * 50_000,
        "@" * 100_000,
        "::" * 50_000,
        "blocked " * 12_500,
        "已" * 100_000,
    ],
)
def test_a_hostile_reply_of_100_000_characters_takes_no_time(knowledge: KnowledgeBase, text: str) -> None:
    reply = Reply(f"550 {text}", 550, None, text)
    words = words_of(reply.verbatim)
    given = MatchContext(reply, "rcpt", Direction.OUTBOUND, null_sender=False)
    start = perf_counter()
    list(knowledge.matcher.phrases.hits(words, given))
    list(knowledge.matcher.fallback_phrases.hits(words, given))
    assert perf_counter() - start < 2.0
