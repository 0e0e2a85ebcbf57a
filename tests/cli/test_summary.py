from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Smtpscope
from cli.processes import COPIED, SAMPLES

FABRIKAM = (SAMPLES, "--filter", "550 host:fabrikam", "--timezone", "UTC")


def test_the_summary_has_what_a_ticket_needs(smtpscope: Smtpscope) -> None:
    result = smtpscope("summary", *FABRIKAM)
    assert result.exit_code == 0
    assert result.stderr == ""
    for fact in (
        "550 5.7.1",
        "mail.fabrikam.example",
        "65 times",
        "since 2026-03-17 06:14",
        "blocked using zen.dnsbl.example",
        "`billing@fabrikam.example`",
        "RCPT TO:<",
        "## What it means",
        "## What to do",
    ):
        assert fact in result.stdout


@pytest.mark.parametrize("form", ["markdown", "text", "html", "json", "csv", "postmaster"])
def test_each_format_is_written(smtpscope: Smtpscope, form: str) -> None:
    result = smtpscope("summary", COPIED, "--filter", "550", "--format", form, "--letter-anyway")
    assert result.exit_code == 0
    assert "fabrikam" in result.stdout


def test_only_the_most_frequent_incidents_on_request(smtpscope: Smtpscope) -> None:
    answer = json.loads(smtpscope("summary", SAMPLES, "--most", "2", "--format", "json").stdout)
    counts = [incident["count"] for incident in answer["incidents"]]
    assert len(counts) == 2
    assert counts == sorted(counts, reverse=True)


def test_nothing_to_sum_up_is_a_failure(smtpscope: Smtpscope) -> None:
    result = smtpscope("summary", SAMPLES, "--filter", "host:nowhere")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "none of 528 SMTP refusals match the filter" in result.stderr


def test_a_ticket_may_be_masked(smtpscope: Smtpscope, tmp_path: Path) -> None:
    target = tmp_path / "ticket.md"
    assert smtpscope("summary", *FABRIKAM, "--mask", "-o", target).exit_code == 0
    text = target.read_text(encoding="utf-8")
    assert "550 5.7.1" in text
    assert "fabrikam" not in text


def test_a_strict_mask_keeps_codes_and_known_phrases_alone(smtpscope: Smtpscope) -> None:
    plain, text = (smtpscope("summary", *FABRIKAM, *options).stdout for options in ((), ("--mask=strict",)))
    assert "[192.0.2.25]" in plain
    assert "550 5.7.1" in text
    assert "(left out)" in text
    assert not any(word in text.casefold() for word in ("fabrikam", "192.0.2.25", "name1"))


def test_a_mask_of_another_kind_is_named(smtpscope: Smtpscope) -> None:
    result = smtpscope("summary", *FABRIKAM, "--mask=none")
    assert result.exit_code == 2
    assert "--mask: 'none' is not one of 'names', 'strict'" in result.stderr


def test_after_two_hyphens_the_mask_is_a_file(smtpscope: Smtpscope) -> None:
    result = smtpscope("summary", "--", "--mask")
    assert result.exit_code == 1
    assert "--mask" in result.stderr


def test_no_letter_is_written_where_we_have_to_act(smtpscope: Smtpscope) -> None:
    result = smtpscope("summary", *FABRIKAM, "--format", "postmaster")
    assert result.exit_code == 0
    assert "Dear postmaster" not in result.stdout
    assert "we have to act first" in result.stdout
