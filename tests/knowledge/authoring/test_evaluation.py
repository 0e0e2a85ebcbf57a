"""The figures of the matcher: counted right, and good enough on our own labelled replies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.evaluation import (
    Share,
    evaluate,
    evaluate_examples,
    judge,
    leave_one_source_out,
    without_near_match,
)
from smtpscope.knowledge.authoring.labelled_replies import LabelledReply, of_example, read_labelled_replies
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.files.check import rule_examples
from smtpscope.knowledge.matching.similar import Example


def example(
    reply: str, category: str, *also: str, family: str = "postfix", command: str | None = "RCPT"
) -> LabelledReply:
    return LabelledReply(reply, command, category, also, family)


LABELLED = [
    LabelledReply("550 User unknown", "RCPT", "recipient-unknown", (), "exchange", ("sender",), seen=True),
    LabelledReply("552 Mailbox full", "RCPT", "mailbox-full", (), "postfix", ("sender",)),
    example("552 Mailbox full", "policy", "mailbox-full"),
    example("550 User unknown", "spam", family="IIS"),
    example("550", "recipient-unknown", command=None),
]


def test_the_figures_are_counted_right(knowledge: KnowledgeBase) -> None:
    ticks: Iterator[int] = count()
    result = evaluate(knowledge, LABELLED, clock=lambda: float(next(ticks)))
    assert result.coverage == Share(4, 5)
    assert (result.total.exact, result.total.acceptable, result.total.who) == (Share(3, 5), Share(4, 5), Share(1, 2))
    assert (result.unseen.exact, result.unseen.who) == (Share(2, 4), Share(0, 1))
    assert result.macro == 0.0
    assert result.confusions == (("spam", "recipient-unknown", 1),)
    assert result.calibration["guess"].acceptable == Share(1, 1)
    assert {name: tally.exact for name, tally in result.by_stage.items()} == {
        "rcpt": Share(2, 4),
        "unknown": Share(1, 1),
    }
    assert list(result.by_family) == ["postfix", "IIS", "exchange"]
    assert result.by_language == {}
    assert [one.labelled.category for one in result.wrong] == ["policy", "spam"]
    assert result.seconds_per_reply == pytest.approx(0.2)


def test_an_inbound_reply_is_judged_by_who_acts_on_that_side(knowledge: KnowledgeBase) -> None:
    reply = LabelledReply("550 User unknown", "RCPT", "recipient-unknown", who_acts=("nobody",), inbound=True)
    assert evaluate(knowledge, [reply]).total.who == Share(1, 1)


def test_a_family_that_is_left_out_has_no_names(knowledge: KnowledgeBase) -> None:
    coded = example("421 4.7.0 [TSS04] Not now", "blocked", family="yahoo")
    (judged,) = judge(knowledge, [coded])
    assert (judged.acceptable, judged.acceptable_left_out) == (True, False)


def test_the_macro_average_leaves_small_categories_out(knowledge: KnowledgeBase) -> None:
    four = [example("550 User unknown", "recipient-unknown")] * 4
    assert evaluate(knowledge, [*four, example("550 User unknown", "spam")]).macro == 1.0


def test_nothing_to_judge_gives_zeros(knowledge: KnowledgeBase) -> None:
    result = evaluate(knowledge, [])
    assert (result.total.exact.value, result.seconds_per_reply) == (0.0, 0.0)
    assert str(Share(1, 2)) == "50.0 % (1 of 2)"


def test_the_rules_alone_agree_with_our_labelled_replies(knowledge: KnowledgeBase) -> None:
    examples = [of_example(one) for one in knowledge.matcher.similar.examples]
    judged = judge(knowledge, examples, without_near_match(knowledge))
    exact = sum(one.exact for one in judged) / len(judged)
    acceptable = sum(one.acceptable for one in judged) / len(judged)
    assert len(examples) > 400
    assert exact >= 0.95, [one.labelled.reply for one in judged if not one.exact]
    assert acceptable >= 0.98, [one.labelled.reply for one in judged if not one.acceptable]


def test_the_near_match_beats_chance_on_servers_that_it_does_not_know(knowledge: KnowledgeBase) -> None:
    low, high = leave_one_source_out(knowledge.matcher.similar.examples, [0.3, 0.6])
    assert low.decided.hits > high.decided.hits
    assert high.acceptable.value > 0.6
    assert high.acceptable.value > low.acceptable.value


def test_a_source_is_never_compared_with_itself() -> None:
    same = [Example("550 purple elephants march", None, "spam", (), "one")] * 2
    (quality,) = leave_one_source_out(same, [0.1])
    assert quality.decided == Share(0, 2)


def test_labelled_replies_are_read_from_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    line = {"reply": "550 no", "command": None, "category": "policy", "also_ok": ["spam"], "origin": "exim"}
    more = {**line, "who_acts": ["us", "them"], "family": "de", "direction": "in", "language": "de", "seen": True}
    path.write_text(f"{json.dumps(line)}\n\n{json.dumps(more)}\n", encoding="utf-8")
    assert read_labelled_replies(path) == [
        LabelledReply("550 no", None, "policy", ("spam",), "exim"),
        LabelledReply("550 no", None, "policy", ("spam",), "de", ("us", "them"), True, "de", True),
    ]


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"reply": "550"}', '"text"', "5", '{"reply": "5", "category": "spam", "who_acts": ["me"]}']
)
def test_a_line_that_is_no_labelled_reply_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text(f'{{"reply": "550", "category": "policy"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(KnowledgeError, match="line 2"):
        read_labelled_replies(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="can't be read"):
        read_labelled_replies(tmp_path / "nowhere.jsonl")


BENCHMARK = Path(__file__).parents[3] / "docs" / "benchmark-replies" / "replies.jsonl"


def test_the_benchmark_is_recognised_and_its_labels_are_known(knowledge: KnowledgeBase) -> None:
    replies = read_labelled_replies(BENCHMARK)
    assert len(replies) >= 300
    assert {name for one in replies for name in (one.category, *one.also_right)} <= set(knowledge.categories)
    result = evaluate_examples(knowledge, BENCHMARK).evaluation
    assert result.total.exact.value >= 0.93
    assert result.total.acceptable.value >= 0.96
    assert result.total.who.value >= 0.95
    assert result.calibration["sure"].acceptable.value >= 0.97
    assert result.calibration["sure"].exact.value >= 0.92
    assert result.calibration["sure"].who.value >= 0.95


def test_a_rules_examples_may_name_the_command() -> None:
    first, second, third = rule_examples("550 no\n\nRCPT> 551 no\nMAIL FROM:<>> 552 no\n")
    assert (first.command.verb, first.reply.code) == ("", 550)
    assert (second.command.verb, second.reply.code) == ("RCPT", 551)
    assert (third.command.mailbox, third.reply.code) == ("", 552)
