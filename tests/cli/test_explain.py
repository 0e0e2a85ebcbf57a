from __future__ import annotations

import json
from pathlib import Path

from cli.conftest import Smtpscope
from cli.processes import COPIED

RELAY = "550 5.7.1 Unable to relay"


def test_a_reply_is_explained_in_72_columns(smtpscope: Smtpscope) -> None:
    result = smtpscope("explain", RELAY, "--command", "RCPT TO:<a@example.com>")
    assert result.exit_code == 0
    # The address of a source stays whole, so that it can be copied.
    assert all(len(line) <= 72 for line in result.stdout.splitlines() if "https://" not in line)
    words = " ".join(result.stdout.split())
    assert f'A remote host answered "{RELAY}" to our command "RCPT TO:<a@example.com>".' in words
    for title in ("What it means", "Action:", "What to check", "What to do", "Why this guidance"):
        assert title in result.stdout


def test_the_direction_decides_who_acts(smtpscope: Smtpscope) -> None:
    def who(direction: str) -> object:
        return json.loads(smtpscope("explain", RELAY, "--direction", direction, "--format", "json").stdout)["who_acts"]

    assert who("out") == who("outbound") == "us"
    assert who("in") == who("inbound") == "nobody"


def test_a_reply_may_be_piped_in(smtpscope: Smtpscope) -> None:
    answer = json.loads(smtpscope("explain", "-", "--format", "json", stdin=f"{RELAY}\r\n").stdout)
    assert answer["reply"] == RELAY


def test_nothing_is_not_explained(smtpscope: Smtpscope) -> None:
    for arguments in (("",), ("  \t",), ("-",)):
        result = smtpscope("explain", *arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert "it contains no reply" in result.stderr


def test_json_lines_are_answered_line_by_line(smtpscope: Smtpscope) -> None:
    questions: list[dict[str, object]] = [
        {"reply": RELAY, "command": "RCPT", "direction": "outbound"},
        {"reply": RELAY, "command": None, "direction": "in", "extra": [1]},
        {"reply": "452 4.3.1 Out of memory"},
        {"reply": "504 Need to authenticate first", "command": "XEXCH50", "direction": "out"},
    ]
    result = smtpscope("explain", "--format", "jsonl", "-", stdin="\n".join(map(json.dumps, questions)))
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["reply"] for answer in answers] == [question["reply"] for question in questions]
    assert [answer["category"] for answer in answers] == ["relay-denied", "relay-denied", "resources", "verb-refused"]
    assert [answer["direction"] for answer in answers] == ["outbound", "inbound", "outbound", "outbound"]
    assert [answer["temporary"] for answer in answers] == [False, False, True, False]
    for answer in answers:
        assert {"category", "meaning", "who_acts", "temporary", "matched_by", "confidence"} <= set(answer)


def test_the_options_hold_for_lines_that_name_nothing(smtpscope: Smtpscope) -> None:
    line = json.dumps({"reply": RELAY})
    result = smtpscope("explain", "--format", "jsonl", "--direction", "in", "--command", "RCPT", "-", stdin=line)
    answer = json.loads(result.stdout)
    assert (answer["direction"], answer["command"]) == ("inbound", "RCPT")


def test_a_line_that_is_no_question_is_answered_and_told(smtpscope: Smtpscope) -> None:
    stdin = (
        '{"reply": "550 no"}\nnonsense\n\n{"reply": 5}\n{"reply": "550 no", "direction": "up"}\n{"reply": "550 no"}\n'
    )
    result = smtpscope("explain", "--format", "jsonl", "-", stdin=stdin)
    assert result.exit_code == 1
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert ["error" in answer for answer in answers] == [False, True, True, True, False]
    assert [answer.get("line") for answer in answers] == [None, 2, 4, 5, None]
    assert "3 lines" in result.stderr


def test_the_lines_of_events_are_questions_too(smtpscope: Smtpscope) -> None:
    events = smtpscope("events", COPIED).stdout
    answers = smtpscope("explain", "--format", "jsonl", "-", stdin=events)
    assert answers.exit_code == 0
    assert [json.loads(line)["category"] for line in answers.stdout.splitlines()] == [
        json.loads(line)["category"] for line in events.splitlines()
    ]


def test_a_hostile_reply_is_shown_harmless(smtpscope: Smtpscope) -> None:
    text = smtpscope("explain", "550 \x1b]52;c;aGk=\x07 \u202e no").stdout
    assert "\\x1b]52;c;aGk=\\x07 \\u202e no" in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_an_explanation_may_be_written_to_a_file(smtpscope: Smtpscope, tmp_path: Path) -> None:
    target = tmp_path / "relay.json"
    result = smtpscope("explain", RELAY, "-o", target)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert json.loads(target.read_text(encoding="utf-8"))["category"] == "relay-denied"
