"""A login leaves the house neither in a masked export nor in a letter to strangers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.documents import document, exchange, incident, summary
from smtpscope.export.events_format import event_lines
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.export.masking.credentials import credentials_in, without_credentials
from smtpscope.export.masking.masking import Mask
from smtpscope.export.summaries.summary import IncidentSummary
from smtpscope.parsing.command import parse_command

SECRET = "AGFubgBzd29yZGZpc2g="
PLAIN = f"AUTH PLAIN {SECRET}"


@pytest.mark.parametrize(
    ("given_verb", "full", "without"),
    [
        ("auth", PLAIN, "AUTH PLAIN (credentials)"),
        ("auth", f"auth login {SECRET}  ", "auth login (credentials)  "),
        ("auth", SECRET, "(credentials)"),
        ("x-exps", f"X-EXPS GSSAPI {SECRET}", "X-EXPS GSSAPI (credentials)"),
        ("x-exps", "X-EXPS\n", "X-EXPS\n"),
        ("auth", "AUTH LOGIN", "AUTH LOGIN"),
        ("auth", "AUTH PLAIN =", "AUTH PLAIN ="),
        ("rcpt", "RCPT TO:<ann@example.com>", "RCPT TO:<ann@example.com>"),
        ("mail", "MAIL FROM:<ann@example.com> AUTH=ann", "MAIL FROM:<ann@example.com> AUTH=ann"),
    ],
)
def test_only_what_logs_in_is_left_out(given_verb: str, full: str, without: str) -> None:
    assert without_credentials(parse_command(given_verb, full)) == without


@given(st.text(max_size=60))
def test_any_login_command_is_taken(full: str) -> None:
    command = parse_command("auth", full)
    assert not any(word in without_credentials(command).split() for word in credentials_in(command))


def _login() -> IncidentSummary:
    return summary(
        incident=incident(verbs=(("AUTH", 12),)),
        sample=exchange(command=parse_command("auth", PLAIN)),
        sample_raw=f'"550 5.1.1 no". The full command sent was "{PLAIN}".',
    )


@pytest.mark.parametrize("name", sorted(SUMMARY_FORMATS))
def test_no_masked_document_holds_a_login(name: str) -> None:
    text = SUMMARY_FORMATS[name].render(document(_login()), mask=Mask())
    assert SECRET not in text
    assert "(credentials)" in text or name == "csv"


def test_masked_events_hold_no_login() -> None:
    event = (exchange(command=parse_command("auth", PLAIN)), "auth-failed")
    (line,) = event_lines([event], "jsonl", mask=Mask())
    assert SECRET not in line
    assert "AUTH PLAIN (credentials)" in line


def test_a_letter_to_the_other_side_holds_no_login_even_unmasked() -> None:
    text = SUMMARY_FORMATS["postmaster"].render(document(_login()))
    assert SECRET not in text
    assert "AUTH PLAIN (credentials)" in text
