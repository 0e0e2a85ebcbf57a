"""`smtpscope kb unknown`: replies whose cause is only guessed, to send, or to write a note on."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from cli.conftest import Smtpscope
from cli.processes import LINES

ODD = '550 Zork frobnicated for {to} at 14:{number:02d} $(id) `id` "x" %PATH% !x'


def line(number: int, to: str, host: str, reply: str) -> str:
    return (
        f"Nov 18 09:00:{number:02d} gw postfix/smtp[4121]: 4F2A0{number:05X}: to=<{to}>, relay={host}[192.0.2.25]:25, "
        f"delay=1.2, delays=0.1/0/0.5/0.6, dsn=5.0.0, status=bounced (host {host}[192.0.2.25] said: {reply} "
        "(in reply to RCPT TO command))\n"
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Twelve of one wording from one host, three of another from three hosts, and five that a rule knows."""
    mailboxes = [(number, f"anna{number}@fabrikam.example") for number in range(12)]
    lines = [line(n, to, "mx1.fabrikam.example", ODD.format(to=to, number=n)) for n, to in mailboxes]
    lines += [line(n, "b@contoso.example", f"mx{n}.contoso.example", "554 Quux; not blarg") for n in range(12, 15)]
    lines += [line(n, "b@contoso.example", "mx.contoso.example", "550 5.1.1 user unknown") for n in range(15, 20)]
    path = tmp_path / "mail.log"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_wordings_that_are_only_guessed_are_counted_the_most_frequent_first(smtpscope: Smtpscope, log: Path) -> None:
    lines = smtpscope("kb", "unknown", log).stdout.splitlines()
    assert lines[0] == "The cause is a guess for 15 of 20 events, in 2 wordings."
    assert [text.split(" x ")[0].strip() for text in lines if " x  " in text] == ["12", "3"]
    assert "from mx12.contoso.example and 2 other hosts" in " ".join(lines)
    assert (
        smtpscope("kb", "unknown", log, "--most", "1").stdout.splitlines()[-1] == "1 more not shown because of --most."
    )


def test_the_command_that_it_prints_makes_a_note_that_answers_the_reply(
    smtpscope: Smtpscope, log: Path, tmp_path: Path
) -> None:
    for command in (text.strip() for text in smtpscope("kb", "unknown", log).stdout.splitlines() if " kb new " in text):
        assert smtpscope(*shlex.split(command)[1:], "--folder", tmp_path / "own").exit_code == 0
    assert smtpscope("kb", "check", tmp_path / "own").exit_code == 0
    after = smtpscope("kb", "unknown", log, "--knowledge", tmp_path / "own").stdout
    assert after == "The cause is a guess for 0 of 20 events, in 0 wordings.\n"


def test_no_shell_takes_words_of_the_log_for_its_own(smtpscope: Smtpscope, log: Path) -> None:
    command = next(text for text in smtpscope("kb", "unknown", log).stdout.splitlines() if " kb new " in text)
    assert [sign for sign in "$`%!\\" if sign in command] == []
    assert command.count('"') == 4


def test_json_lines_with_a_cause_written_in_are_labelled_replies(
    smtpscope: Smtpscope, log: Path, tmp_path: Path
) -> None:
    found = [json.loads(text) for text in smtpscope("kb", "unknown", log, "--format", "jsonl").stdout.splitlines()]
    assert [(one["count"], one["hosts"], one["command"], one["taken_for"]) for one in found] == [
        (12, 1, "RCPT", "policy"),
        (3, 3, "RCPT", "policy"),
    ]
    labelled = tmp_path / "labelled.jsonl"
    labelled.write_text("".join(json.dumps({**one, "category": "policy"}) + "\n" for one in found), encoding="utf-8")
    assert "2 replies" in smtpscope("kb", "evaluate", "--replies", labelled).stdout


def test_masked_replies_name_nobody(smtpscope: Smtpscope, log: Path, tmp_path: Path) -> None:
    target = tmp_path / "unknown.jsonl"
    assert smtpscope("kb", "unknown", log, "--mask", "-o", target).exit_code == 0
    for text in (target.read_text(encoding="utf-8"), smtpscope("kb", "unknown", log, "--mask").stdout):
        assert "Zork" not in text
        assert [name for name in ("fabrikam", "contoso", "anna") if name in text] == []
    assert "--host" not in smtpscope("kb", "unknown", log, "--mask").stdout


def test_a_log_whose_replies_are_all_known_has_none(smtpscope: Smtpscope) -> None:
    result = smtpscope("kb", "unknown", LINES)
    assert result.exit_code == 0
    assert "in 0 wordings" in result.stdout
    assert smtpscope("kb", "unknown", LINES, "--format", "jsonl").stdout == ""


def test_without_a_log_it_says_what_is_missing(smtpscope: Smtpscope) -> None:
    result = smtpscope("kb", "unknown")
    assert result.exit_code == 2
    assert "no log given" in result.stderr
