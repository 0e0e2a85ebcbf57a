"""`smtpscope check-now`: the checks that fit the refusals of a log, and what their results mean for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import Smtpscope
from support.dns_stub import DnsStub
from support.live_checks import list_zone
from support.made_docs import ROOT

SAMPLES = ROOT / "data/samples"
ZONES = {
    **list_zone("zen.dnsbl.example"),
    "25.2.0.192.in-addr.arpa": {"PTR": "mail.ourcompany.example."},
    "mail.ourcompany.example": {"A": "192.0.2.25"},
}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DnsStub]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    # Our IP addresses are those of documentation.
    monkeypatch.setenv("SMTPSCOPE_CHECKS_PRIVATE", "true")
    monkeypatch.setattr("smtpscope.probes.pacing.BETWEEN_SECONDS", 0.0)
    with DnsStub(dict(ZONES)) as running:
        monkeypatch.setenv("SMTPSCOPE_CHECKS_RESOLVER", running.resolver)
        yield running


def test_a_result_says_what_it_means_for_the_refusal(smtpscope: Smtpscope, stub: DnsStub) -> None:
    result = smtpscope("check-now", SAMPLES, "--filter", "550 host:fabrikam", "--timezone", "UTC", "--yes")
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    assert "550 5.7.1 mail.fabrikam.example: The sending IP address is on a named block list" in words
    assert "- Block list zen.dnsbl.example: 192.0.2.25" in words
    assert "192.0.2.25 is not listed on zen.dnsbl.example now; it was refused until 03-22 17:39." in words
    assert "+ Reverse DNS: 192.0.2.25" in words
    assert f"Asked {stub.resolver} at" in words


def test_what_is_sent_is_what_a_dry_run_shows(smtpscope: Smtpscope, stub: DnsStub) -> None:
    arguments = ("check-now", SAMPLES, "--run", "dns,blocklist", "--most", "20")
    plan = smtpscope(*arguments, "--dry-run")
    assert plan.exit_code == 0
    assert stub.questions == []
    shown = {line.strip() for line in plan.stdout.splitlines()}
    assert smtpscope(*arguments, "--yes").exit_code == 0
    # Followed names come from answers; here only the PTR record and MX lead on.
    followed = {"A mail.ourcompany.example"}
    assert {question for question in stub.questions if question not in shown} <= followed
    assert stub.questions


EXPECTED = {
    "mx2.fourthcoffee.example": {"smtp"},
    "mail.northwind.example": {"smtp"},
    "mail.fabrikam.example": {"block-list", "reverse-dns"},
    "mx.woodgrove.example": {"reverse-dns", "smtp"},
    "mx3.litware.example": {"reverse-dns"},
    "mx1.contoso.example": {"recipient-domain"},
    "ironport.humongous.example": {"reverse-dns"},
    "smtp.adventure.example": {"smtp"},
    "gw.tailspin.example": {"smtp"},
    "customer.psmtp.example": {"recipient-domain", "smtp"},
}
"""The sample log has the replies that the public explanations list; each cause has its checks."""


def test_each_cause_of_the_sample_log_has_its_checks(smtpscope: Smtpscope, stub: DnsStub) -> None:
    plan = smtpscope("check-now", SAMPLES, "--dry-run", "--most", "30", "--format", "json")
    found: dict[str, set[str]] = {}
    for check in json.loads(plan.stdout)["checks"]:
        for host in EXPECTED:
            if host in check["about"]:
                found.setdefault(host, set()).add(check["check"])
    assert found == EXPECTED


def test_our_address_can_be_given(smtpscope: Smtpscope, stub: DnsStub) -> None:
    unknown = smtpscope("check-now", SAMPLES, "--filter", "450 host:woodgrove", "--run", "dns", "--dry-run")
    assert "the IP address that our mail leaves from is not in the log" in " ".join(unknown.stdout.split())
    known = smtpscope(
        "check-now", SAMPLES, "--filter", "450 host:woodgrove", "--run", "dns", "--our-address", "192.0.2.25", "--yes"
    )
    assert "192.0.2.25 is mail.ourcompany.example" in known.stdout


def test_without_a_yes_nothing_is_sent(smtpscope: Smtpscope, stub: DnsStub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The names and IP addresses are those of a stranger's log."""
    arguments = ("check-now", SAMPLES, "--filter", "550 host:fabrikam")
    result = smtpscope(*arguments)
    assert result.exit_code == 2
    assert "--dry-run" in result.stderr
    assert stub.questions == []


def test_nothing_that_matches_ends_with_1(smtpscope: Smtpscope, stub: DnsStub) -> None:
    assert smtpscope("check-now", SAMPLES, "--filter", "host:nobody").exit_code == 1
    assert stub.questions == []


def test_without_a_log_it_is_wrong_usage(smtpscope: Smtpscope, stub: DnsStub) -> None:
    assert smtpscope("check-now").exit_code == 2
