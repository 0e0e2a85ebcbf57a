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
    judge,
    leave_one_source_out,
    read_examples_file,
    without_near_match,
)
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.files.check import rule_examples
from smtpscope.knowledge.matching.similar import Example


def example(reply: str, category: str, *also: str, origin: str = "postfix", command: str | None = "RCPT") -> Example:
    return Example(reply, command, category, also, origin)


LABELLED = [
    example("550 User unknown", "recipient-unknown", origin="exchange"),
    example("552 Mailbox full", "mailbox-full"),
    example("552 Mailbox full", "policy", "mailbox-full"),
    example("550 User unknown", "spam", origin="IIS"),
    example("550", "recipient-unknown"),
]


def test_the_figures_are_counted_right(knowledge: KnowledgeBase) -> None:
    ticks: Iterator[int] = count()
    result = evaluate(knowledge, LABELLED, clock=lambda: float(next(ticks)))
    assert result.coverage == Share(4, 5)
    assert result.exact == Share(3, 5)
    assert result.acceptable == Share(4, 5)
    assert result.exchange == Share(1, 2)
    assert result.macro == 0.0
    assert result.confusions == (("spam", "recipient-unknown", 1),)
    assert result.by_category["recipient-unknown"] == Share(2, 2)
    assert result.calibration["guess"] == Share(1, 1)
    assert [one.example.category for one in result.wrong] == ["policy", "spam"]
    assert result.seconds_per_reply == pytest.approx(0.2)


def test_the_macro_average_leaves_small_categories_out(knowledge: KnowledgeBase) -> None:
    four = [example("550 User unknown", "recipient-unknown")] * 4
    assert evaluate(knowledge, [*four, example("550 User unknown", "spam")]).macro == 1.0


def test_nothing_to_judge_gives_zeros(knowledge: KnowledgeBase) -> None:
    result = evaluate(knowledge, [])
    assert (result.exact.value, result.seconds_per_reply) == (0.0, 0.0)
    assert str(Share(1, 2)) == "50.0 % (1 of 2)"


def test_the_rules_alone_agree_with_our_labelled_replies(knowledge: KnowledgeBase) -> None:
    examples = knowledge.matcher.similar.examples
    judged = judge(without_near_match(knowledge), examples)
    exact = sum(one.exact for one in judged) / len(judged)
    acceptable = sum(one.acceptable for one in judged) / len(judged)
    assert len(examples) > 400
    assert exact >= 0.95, [one.example.reply for one in judged if not one.exact]
    assert acceptable >= 0.98, [one.example.reply for one in judged if not one.acceptable]


def test_the_near_match_beats_chance_on_servers_that_it_does_not_know(knowledge: KnowledgeBase) -> None:
    low, high = leave_one_source_out(knowledge.matcher.similar.examples, [0.3, 0.6])
    assert low.decided.hits > high.decided.hits
    assert high.acceptable.value > 0.6
    assert high.acceptable.value > low.acceptable.value


def test_a_source_is_never_compared_with_itself() -> None:
    same = [example("550 purple elephants march", "spam", origin="one")] * 2
    (quality,) = leave_one_source_out(same, [0.1])
    assert quality.decided == Share(0, 2)


def test_labelled_replies_are_read_from_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    line = {"reply": "550 no", "command": None, "category": "policy", "also_ok": ["spam"], "origin": "exim"}
    path.write_text(json.dumps(line) + "\n\n", encoding="utf-8")
    assert read_examples_file(path) == [Example("550 no", None, "policy", ("spam",), "exim")]


@pytest.mark.parametrize("line", ["{", "[]", '{"reply": "550"}', '"text"', "5"])
def test_a_line_that_is_no_labelled_reply_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text(f'{{"reply": "550", "category": "policy"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(KnowledgeError, match="line 2"):
        read_examples_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="can't be read"):
        read_examples_file(tmp_path / "nowhere.jsonl")


def test_a_rules_examples_may_name_the_command() -> None:
    first, second, third = rule_examples("550 no\n\nRCPT> 551 no\nMAIL FROM:<>> 552 no\n")
    assert (first.command.verb, first.reply.code) == ("", 550)
    assert (second.command.verb, second.reply.code) == ("RCPT", 551)
    assert (third.command.mailbox, third.reply.code) == ("", 552)
