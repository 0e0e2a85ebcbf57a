"""Greeting, TLS and recipient, asked of a server on loopback; what is sent is exactly what was announced."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from smtpscope.knowledge.live.check_kinds import CheckKind
from smtpscope.probes.live_check import LiveResult, LiveTarget, SmtpConnection
from smtpscope.probes.mail_connection import DirectConnector, system_trust
from smtpscope.probes.smtp import mail_dialogue
from smtpscope.probes.smtp.certificate_facts import certificate_facts
from support.live_checks import LiveStage, live_stage
from support.smtp_stub import SmtpStub, authority, certificate, trusting

HOST = "mx1.fabrikam.com"
ZONES = {HOST: {"A": "192.0.2.10"}}
CONNECTED: list[tuple[str, int]] = []


@contextmanager
def stage(server: SmtpStub, *, recipient: bool = False, allow_private: bool = True) -> Iterator[LiveStage]:
    """192.0.2.10 leads to the server; where else a check wants to go, is noted and leads nowhere."""

    def place(address: str, port: int) -> tuple[str, int]:
        CONNECTED.append((address, port))
        assert address == "192.0.2.10"
        return "127.0.0.1", server.port

    CONNECTED.clear()
    with live_stage(
        ZONES,
        recipient=recipient,
        allow_private=allow_private,
        connector=DirectConnector(place),
        trust=trusting(authority()),
    ) as made:
        yield made


def run(server: SmtpStub, kind: CheckKind, **target: object) -> LiveResult:
    with server, stage(server, recipient=kind == "recipient") as made:
        check = made.session.planner.check(kind, LiveTarget(HOST, **target))  # type: ignore[arg-type]
        (result,) = made.run(check)
        (announced,) = [each for each in check.sends if isinstance(each, SmtpConnection)]
        assert set(server.said) <= set(announced.lines)
        assert server.connections <= announced.most
        return result


def good() -> ssl.SSLContext:
    return certificate(HOST, issuer=authority()).context()


GREETINGS: Mapping[str, tuple[SmtpStub, str, str]] = {
    "plain": (SmtpStub(), "greets", "It offers SIZE 35882577 (34.2 MB), 8BITMIME"),
    "with STARTTLS": (SmtpStub(tls=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)), "greets-with-tls", "STARTTLS"),
    "refuses us": (SmtpStub(banner="554 5.7.1 no service for you"), "refuses", "no service for you"),
    "refuses EHLO": (SmtpStub(replies={"EHLO": "501 5.5.4 bad name"}), "refuses", "501 5.5.4 bad name"),
    "closes": (SmtpStub(banner=""), "no-connection", "without a reply"),
    "is another service": (SmtpStub(banner="SSH-2.0-OpenSSH_9.6"), "not-smtp", "SSH-2.0"),
    "a reply without end": (SmtpStub(banner="\r\n".join(["220-x"] * 90)), "not-smtp", "more than 60 lines"),
    "a line without end": (SmtpStub(banner="220 " + "x" * 20_000), "not-smtp", "no end"),
    "several lines": (SmtpStub(banner="220-mx1\r\n220 ready"), "greets", "mx1 ready"),
}


def test_each_greeting_of_a_mail_server() -> None:
    for name, (server, finding, words) in GREETINGS.items():
        result = run(server, "smtp")
        assert result.finding == finding, (name, result)
        assert words in result.sentence, (name, result.sentence)
        assert result.holds_from == "this computer"
        assert not {"MAIL", "RCPT", "DATA"} & {line.split()[0] for line in server.said}


def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_dialogue, "REPLY_SECONDS", 0.05)
    waits: list[float | None] = []
    timeout = asyncio.timeout

    def noted(seconds: float | None) -> asyncio.Timeout:
        waits.append(seconds)
        return timeout(seconds)

    monkeypatch.setattr(asyncio, "timeout", noted)
    assert run(SmtpStub(banner=None), "smtp").finding == "no-connection"
    # For the connection and the banner; no reply to QUIT is waited for.
    assert waits.count(0.05) == 2


def test_a_closed_port_is_unknown_and_no_verdict_about_the_server() -> None:
    server = SmtpStub()
    with server:
        pass
    with stage(server) as made:
        (result,) = made.run(made.session.planner.check("smtp", LiveTarget(HOST)))
    assert (result.finding, result.outcome) == ("no-connection", "unknown")
    assert result.holds_from == "this computer"


CERTIFICATES: Mapping[str, tuple[Callable[[], ssl.SSLContext], str, str]] = {
    "valid": (lambda: good(), "valid", "valid certificate, valid until"),
    "asterisk": (lambda: certificate("*.fabrikam.com", issuer=authority()).context(), "valid", "valid certificate"),
    "expired": (
        lambda: certificate(HOST, issuer=authority(), days=(-20, -2)).context(),
        "expired",
        "expired on",
    ),
    "not yet valid": (
        lambda: certificate(HOST, issuer=authority(), days=(2, 20)).context(),
        "not-yet-valid",
        "is valid only from",
    ),
    "wrong name": (
        lambda: certificate("mail.contoso.com", issuer=authority()).context(),
        "wrong-name",
        "not for this name, but for mail.contoso.com",
    ),
    "self-signed": (lambda: certificate(HOST).context(), "self-signed", "is self-signed"),
    "another root": (
        lambda: certificate(HOST, issuer=certificate("other-root.example", authority=True)).context(),
        "untrusted",
        "no root certificate of this computer",
    ),
    "expired and of another name": (
        lambda: certificate("mail.contoso.com", days=(-20, -2)).context(),
        "expired",
        "and it is not for this name",
    ),
}


def test_each_certificate_is_told_by_what_is_wrong_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    for name, (context, finding, words) in CERTIFICATES.items():
        server = SmtpStub(tls=context())
        with server, stage(server) as made:
            made.clock.time_ms = int(time.time() * 1000)
            check = made.session.planner.check("tls", LiveTarget(HOST))
            (result,) = made.run(check)
        assert result.finding == finding, (name, result)
        assert words in result.sentence, (name, result.sentence)
        assert "TLSv1.3" in result.sentence
        assert any(line.startswith("certificate for:") for line in result.evidence), name
        assert set(server.said) <= {"EHLO [127.0.0.1]", "STARTTLS", "QUIT"}


TLS_TROUBLE: Mapping[str, tuple[Callable[[], SmtpStub], str]] = {
    "not offered": (lambda: SmtpStub(), "no-starttls"),
    "refused": (lambda: SmtpStub(tls=good(), replies={"STARTTLS": "454 4.7.0 TLS not available"}), "starttls-refused"),
    "broken": (lambda: SmtpStub(extensions=("STARTTLS",)), "no-handshake"),
    "refuses us": (lambda: SmtpStub(banner="421 4.3.2 later"), "refuses"),
    "text before TLS": (lambda: SmtpStub(tls=good(), replies={"STARTTLS": "220 go ahead\r\n250 AUTH"}), "no-handshake"),
}


def test_tls_that_does_not_come_about() -> None:
    for name, (server, finding) in TLS_TROUBLE.items():
        assert run(server(), "tls").finding == finding, name


def test_an_endless_greeting_does_not_bury_what_was_found() -> None:
    """60 lines of 8 KB are a reply, too."""
    server = SmtpStub(
        banner="\r\n".join([*(f"220-{'x' * 7_000}" for _ in range(50)), "220 ready"]),
        extensions=("SIZE 9" + "9" * 7_000, "AUTH " + "PLAIN " * 900, "<b>", "\x1b]52;c;x\x07", "X" * 300, "8BITMIME"),
    )
    result = run(server, "smtp")
    assert result.finding == "greets"
    assert "<b>" not in result.sentence
    assert len(result.sentence) < 1_100
    assert max(map(len, result.evidence)) < 1_100
    assert sum(len(value) for _, value in result.values) < 2_000


def test_a_certificate_of_an_unknown_version_is_no_bug() -> None:
    der = certificate(HOST).certificate.public_bytes(Encoding.DER)
    version = bytes.fromhex("a003020102")
    assert certificate_facts(der) is not None
    assert certificate_facts(der.replace(version, bytes.fromhex("a003020125"), 1)) is None
    assert certificate_facts(b"") is None


def test_a_certificate_is_verified_as_mail_servers_do() -> None:
    """By name and root, and not by what Python 3.13 wants on top."""
    context = system_trust()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert system_trust(verified=False).verify_mode is ssl.CERT_NONE


def test_port_465_begins_with_tls() -> None:
    server = SmtpStub(tls=good(), implicit=True)
    result = run(server, "tls", port=465)
    assert result.finding == "valid"
    assert server.said == ["EHLO [127.0.0.1]", "QUIT"]


def test_a_recipient_is_asked_for_only_when_the_settings_allow_it() -> None:
    with stage(SmtpStub()) as made:
        check = made.session.planner.check("recipient", LiveTarget(HOST, mailbox="anna@fabrikam.com"))
        assert "checks_recipient" in check.refusal
        assert check.sends == ()
    server = SmtpStub(replies={"RCPT": "550 5.1.1 User unknown"})
    result = run(server, "recipient", mailbox="anna@fabrikam.com", helo="mail.contoso.com")
    assert (result.finding, result.outcome) == ("refused", "not there")
    assert "550 5.1.1 User unknown" in result.sentence
    assert server.said == ["EHLO mail.contoso.com", "MAIL FROM:<>", "RCPT TO:<anna@fabrikam.com>", "RSET", "QUIT"]


@pytest.mark.parametrize("port", [22, 80, 8025, 0, -1])
def test_only_ports_of_mail_are_contacted(port: int) -> None:
    with stage(SmtpStub()) as made:
        check = made.session.planner.check("smtp", LiveTarget(HOST, port=port))
        assert "25, 465, 587" in check.refusal
        assert check.sends == ()


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["10.0.0.5"], ["::ffff:10.0.0.5"], ["169.254.169.254"], ["100.64.0.1", "192.168.0.1"]]
)
def test_a_name_that_leads_into_a_private_network_is_not_contacted(addresses: list[str]) -> None:
    """Also by way of an alias, and after it was public a moment ago: the IP address is looked at before each use."""
    with stage(SmtpStub(), allow_private=False) as made:
        kind = "AAAA" if ":" in addresses[0] else "A"
        made.stub.zones.update({HOST: {"CNAME": "inner.fabrikam.com."}, "inner.fabrikam.com": {kind: addresses}})
        kinds: tuple[CheckKind, ...] = ("smtp", "tls")
        for check_kind in kinds:
            (result,) = made.run(made.session.planner.check(check_kind, LiveTarget(HOST)))
            assert result.finding == "not-asked"
            assert "not a public IP address" in result.sentence
    assert CONNECTED == []


@pytest.mark.parametrize("kind", ["smtp", "tls", "recipient"])
def test_a_check_that_is_stopped_says_nothing_more(kind: CheckKind) -> None:
    """Escape and the time limit end it at once; a QUIT would still be sent, and its reply waited for."""
    server = SmtpStub(replies={"EHLO": "250-more follows"})

    async def stopped(made: LiveStage) -> float:
        target = LiveTarget(HOST, mailbox="a@fabrikam.com" if kind == "recipient" else "")
        running = asyncio.create_task(made.session.engine.run(made.session.planner.check(kind, target)))
        while not server.said:
            await asyncio.sleep(0.01)
        before = asyncio.get_running_loop().time()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return asyncio.get_running_loop().time() - before

    with server, stage(server, recipient=True) as made:
        assert asyncio.run(stopped(made)) < 4
        (entry,) = made.session.journal.entries()
    assert server.said == ["EHLO [127.0.0.1]"]
    assert not [line for line in entry.sent if "QUIT" in line]
