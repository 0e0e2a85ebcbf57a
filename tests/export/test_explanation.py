from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.documents import HOSTILE, LEAKS, advice, exchange
from smtpscope.export.explanation import Answers, direction_named, explanation_json, explanation_text
from smtpscope.knowledge.advice import Advice
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from support.changed import replace


def explain(reply: str, command: str, direction: str, remote_host: str = "") -> tuple[SmtpExchange, Advice]:
    """Answers every question with the same advice, and keeps what was asked."""
    if remote_host == "mx.fabrikam.example":
        return exchange(reply, direction=Direction(direction)), replace(advice(), title="We know this host")
    asked = exchange(reply, direction=Direction(direction))
    return replace(asked, command=replace(asked.command, verb=command)), advice()


def answers(*lines: str, command: str = "", direction: str = "outbound") -> list[dict[str, Any]]:
    return [json.loads(line) for line in Answers(explain, command, direction).lines(lines)]


@pytest.mark.parametrize("word", ["out", "outbound", "OUT", " Outbound "])
def test_outbound_has_a_short_name(word: str) -> None:
    assert direction_named(word) == "outbound"


@pytest.mark.parametrize("word", ["in", "inbound", "In"])
def test_inbound_has_a_short_name(word: str) -> None:
    assert direction_named(word) == "inbound"


@pytest.mark.parametrize("word", ["", "up", "unknown", "both"])
def test_any_other_word_is_no_direction(word: str) -> None:
    assert direction_named(word) is None


def test_what_a_line_names_goes_before_what_is_usual() -> None:
    named = '{"reply": "550 no", "command": "MAIL", "direction": "outbound"}'
    unnamed = '{"reply": "550 no", "command": null, "direction": null, "remote_host": "mx.example.com"}'
    got = answers(named, unnamed, command="RCPT", direction="inbound")
    assert [(answer["command"], answer["direction"]) for answer in got] == [("MAIL", "outbound"), ("RCPT", "inbound")]


def test_the_remote_host_of_a_line_is_asked_with() -> None:
    lines = ['{"reply": "550 no", "remote_host": "mx.fabrikam.example"}', '{"reply": "550 no"}']
    first, second = answers(*lines)
    assert first["title"] == "We know this host" != second["title"]


def test_the_direction_of_an_event_that_was_not_understood_is_no_mistake() -> None:
    assert answers('{"reply": "", "direction": "unknown"}')[0]["direction"] == "outbound"


def test_empty_lines_and_a_byte_order_mark_are_passed_over() -> None:
    got = answers('\ufeff{"reply": "550 no"}\n', "\n", " \r\n", '{"reply": "551 no"}')
    assert [answer["reply"] for answer in got] == ["550 no", "551 no"]


@pytest.mark.parametrize(
    "line",
    ["nonsense", "[]", "{}", '{"reply": 5}', '{"reply": "x", "direction": "up"}', "[" * 100_000, '{"reply": "\\u"}'],
)
def test_a_line_that_is_no_question_is_answered_with_its_number(line: str) -> None:
    asked = Answers(explain, "", "outbound")
    first, second = [json.loads(answer) for answer in asked.lines(['{"reply": "550 no"}', line])]
    assert first["reply"] == "550 no"
    assert second["line"] == 2
    assert second["error"].startswith("not a valid line: ")
    assert asked.refused == 1


def test_a_lone_surrogate_in_a_reply_is_no_mistake() -> None:
    answer = answers('{"reply": "550 \\ud800 no"}')[0]
    assert answer["reply"].startswith("550 ")
    assert "error" not in answer


@settings(max_examples=100)
@given(st.text(), st.text())
def test_any_reply_is_answered_in_one_line_of_json(reply: str, command: str) -> None:
    question = json.dumps({"reply": reply, "command": command})
    (line,) = Answers(explain, "", "outbound").lines([question])
    assert line.count("\n") == 1
    assert json.loads(line)["reply"] == reply


@settings(max_examples=100)
@given(st.text())
def test_any_line_gives_at_most_one_answer(line: str) -> None:
    assert len(answers(line)) <= 1


def test_json_for_people_says_the_same_as_the_line() -> None:
    asked = explain("550 5.1.1 no", "RCPT", "inbound")
    line, indented = explanation_json(*asked), explanation_json(*asked, indent=True)
    assert "\n" not in line
    assert "\n  " in indented
    assert json.loads(line) == json.loads(indented)


def test_the_text_says_who_answered_whom() -> None:
    def said(text: str, **changes: object) -> str:
        return " ".join(explanation_text(replace(exchange(text), **changes), advice()).split())

    command = exchange().command
    none = replace(command, verb="", logged_verb="", full="")
    quoted = f'"{command.full}"'
    assert f'A remote host answered "550 no" to our command {quoted}.' in said("550 no")
    assert f'Our server answered "550 no" to the command {quoted} of a client.' in said(
        "550 no", direction=Direction.INBOUND
    )
    assert 'A remote host answered "550 no". ' in said("550 no", command=none)


@pytest.mark.parametrize("draw", [explanation_text, explanation_json])
def test_a_hostile_reply_is_harmless_in_every_form(draw: Any) -> None:
    drawn = draw(exchange(HOSTILE), advice())
    assert [leak for leak in LEAKS if leak in drawn] == []
