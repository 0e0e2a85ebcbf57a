"""`smtpscope verify` and `smtpscope checks`: asks a stub on loopback, shows what it would ask, keeps a journal."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import Smtpscope
from support.dns_stub import DnsStub

PTR = "25.2.0.192.in-addr.arpa"
ZONES = {
    PTR: {"PTR": "mail.contoso.com."},
    "mail.contoso.com": {"A": "192.0.2.25"},
    "fabrikam.com": {"MX": "0 ."},
    "evil.example": {"MX": "10 mx\\027]52\\;c\\;x\\007.evil.example."},
}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DnsStub]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with DnsStub(dict(ZONES)) as running:
        monkeypatch.setenv("SMTPSCOPE_CHECKS_RESOLVER", running.resolver)
        yield running


def test_an_ip_address_is_checked_and_the_journal_tells_what_was_sent(smtpscope: Smtpscope, stub: DnsStub) -> None:
    result = smtpscope("verify", "192.0.2.25", "--run", "dns", "--allow-private")
    assert result.exit_code == 0
    assert "+ Reverse DNS: 192.0.2.25" in result.stdout
    assert "mail.contoso.com leads back to it" in " ".join(result.stdout.split())
    assert stub.questions == [f"PTR {PTR}", "A mail.contoso.com"]
    journal = smtpscope("checks").stdout
    assert f"DNS PTR {PTR}" in journal
    assert "DNS A mail.contoso.com" in journal
    (kept,) = json.loads(smtpscope("checks", "--format", "json").stdout)["checks"]
    assert kept["sent"] == [f"DNS PTR {PTR}", "DNS A mail.contoso.com"]
    assert kept["finding"] == "confirmed"


def test_a_dry_run_says_what_would_be_asked_and_asks_nothing(smtpscope: Smtpscope, stub: DnsStub) -> None:
    result = smtpscope("verify", "192.0.2.25", "--dry-run", "--allow-private")
    assert result.exit_code == 0
    assert f"asks the resolver {stub.resolver}:" in result.stdout
    assert f"PTR {PTR}" in result.stdout
    assert "25.2.0.192.zen.spamhaus.org" in result.stdout
    planned = json.loads(smtpscope("verify", "192.0.2.25", "--dry-run", "--allow-private", "--format", "json").stdout)
    assert planned["resolvers"] == [stub.resolver]
    assert f"PTR {PTR}" in planned["checks"][0]["dns"]
    assert stub.questions == []
    assert smtpscope("checks").stdout == ""


def test_a_private_address_is_not_asked_for(smtpscope: Smtpscope, stub: DnsStub) -> None:
    result = smtpscope("verify", "10.0.0.5")
    assert result.exit_code == 0
    assert "10.0.0.5 is not a public IP address" in result.stdout
    assert stub.questions == []


def test_checks_that_are_off_ask_nothing(smtpscope: Smtpscope, stub: DnsStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTPSCOPE_CHECKS", "off")
    result = smtpscope("verify", "fabrikam.com")
    assert result.exit_code == 2
    assert "SMTPSCOPE_CHECKS" in result.stderr
    assert stub.questions == []


def test_without_the_packages_one_sentence_says_what_to_install(
    smtpscope: Smtpscope, stub: DnsStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtpscope.session.live.live_session.find_spec", lambda name: None)
    result = smtpscope("verify", "fabrikam.com")
    assert result.exit_code == 2
    assert 'pip install "smtpscope[check]"' in result.stderr
    assert stub.questions == []


def test_a_project_file_can_neither_name_a_resolver_nor_allow_private_names(
    smtpscope: Smtpscope, stub: DnsStub, tmp_path: Path
) -> None:
    """It may be a stranger's, beside the log."""
    (tmp_path / ".smtpscope.toml").write_text('checks_resolver = "203.0.113.66"\nchecks_private = true\n')
    result = smtpscope("verify", "10.0.0.5", "--dry-run")
    assert "10.0.0.5 is not a public IP address" in result.stdout
    assert "203.0.113.66" not in result.stdout
    assert "ignored in a project file" in result.stderr


def test_a_project_file_adds_no_block_list(smtpscope: Smtpscope, stub: DnsStub, tmp_path: Path) -> None:
    """`verify` asks without a question first: a stranger's file must not name whom."""
    (tmp_path / ".smtpscope.toml").write_text('knowledge = ["theirs"]\n')
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/block-lists.toml").write_text(
        '[[list]]\nzone = "dnsbl.evil.example"\nname = "Evil"\nusual = true\n'
    )
    result = smtpscope("verify", "192.0.2.25", "--dry-run", "--allow-private")
    assert result.exit_code == 0
    assert "evil.example" not in result.stdout
    own = Path(os.environ["XDG_DATA_HOME"]) / "smtpscope/knowledge"
    own.mkdir(parents=True)
    (tmp_path / "theirs/block-lists.toml").rename(own / "block-lists.toml")
    assert "evil.example" in smtpscope("verify", "192.0.2.25", "--dry-run", "--allow-private").stdout


def test_an_answer_can_not_command_the_terminal(smtpscope: Smtpscope, stub: DnsStub) -> None:
    for form in ("text", "json", "markdown"):
        result = smtpscope("verify", "evil.example", "--run", "dns", "--format", form)
        assert result.exit_code == 0
        assert "\x1b" not in result.stdout
        assert "\x07" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("verify", "a b"), "is not a valid host name"),
        (("verify", "http://fabrikam.com/"), "is not a valid host name"),
        (("verify", "fabrikam.com", "--run", "tsl"), "tls"),
        (("verify", "fabrikam.com", "--run", ""), "no checks are named"),
        (("verify", "fabrikam.com", "--run", " , "), "no checks are named"),
        (("verify", "fabrikam.com", "--resolver", "dns.example"), "is not the IP address of a resolver"),
        (("verify", "192.0.2.1", "--run", "smtp"), "nothing to check"),
    ],
)
def test_wrong_usage_asks_nothing(smtpscope: Smtpscope, stub: DnsStub, arguments: tuple[str, ...], words: str) -> None:
    result = smtpscope(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert stub.questions == []
