"""MTA-STS: the policy is fetched as RFC 8461 says and compared with MX and the certificate."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from smtpscope.probes.live_check import HttpsFetch, LiveResult, LiveTarget
from smtpscope.probes.mail_connection import DirectConnector
from smtpscope.probes.policies import page_fetch
from smtpscope.probes.policies.sts_policy import StsPolicy, StsPolicyError, parse_sts_policy
from support.dns_stub import Zones
from support.https_stub import HttpsStub, response
from support.live_checks import live_stage
from support.smtp_stub import SmtpStub, authority, certificate, trusting

D = "contoso.com"
WEB = f"mta-sts.{D}"
HOST = f"mx1.{D}"
TEXT = f"version: STSv1\r\nmode: enforce\r\nmx: {HOST}\r\nmax_age: 604800\r\n"
ZONES: Zones = {
    f"_mta-sts.{D}": {"TXT": '"v=STSv1; id=20260101"'},
    WEB: {"A": "192.0.2.80"},
    D: {"MX": f"10 {HOST}."},
    HOST: {"A": "192.0.2.10"},
}
REQUEST = [
    "GET /.well-known/mta-sts.txt HTTP/1.1",
    f"Host: {WEB}",
    "User-Agent: smtpscope",
    "Accept: text/plain",
    "Connection: close",
    "",
]


def presenting(name: str, *, trusted: bool = True, days: tuple[int, int] = (-10, 100)) -> ssl.SSLContext:
    return certificate(name, issuer=authority() if trusted else None, days=days).context()


@dataclass(frozen=True)
class Case:
    """`answer` is what the web server sends, `mail` the certificate of the mail host, None for no such server."""

    finding: str
    words: str
    answer: bytes | None = field(default=response(TEXT))
    zones: Zones = field(default_factory=dict)
    web: Callable[[], ssl.SSLContext] = lambda: presenting(WEB)
    mail: Callable[[], ssl.SSLContext] | None = None
    host: str = ""
    fetched: bool = True


def chunked(text: str) -> bytes:
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    return f"{head}{len(text):x}\r\n{text}\r\n0\r\n\r\n".encode()


CASES: Mapping[str, Case] = {
    "enforced": Case("enforced", "in mode enforce, to be remembered for 7 days. It covers all hosts in MX"),
    "chunked": Case("enforced", "in mode enforce", chunked(TEXT)),
    "testing": Case("testing", "in mode testing", response(TEXT.replace("enforce", "testing"))),
    "withdrawn": Case("mode-none", "withdrawn", response("version: STSv1\nmode: none\nmax_age: 86400\n")),
    "another host in MX": Case(
        "mx-not-covered", "but not other.contoso.com", zones={D: {"MX": [f"10 {HOST}.", "20 other.contoso.com."]}}
    ),
    "MX SERVFAIL": Case("enforced", "Its MX did not answer: SERVFAIL.", zones={D: {"MX": "!SERVFAIL"}}),
    "no MX": Case("mx-not-covered", "but not contoso.com", zones={D: {"A": "192.0.2.10"}}),
    "no record": Case("none", "does not announce", zones={f"_mta-sts.{D}": {}}, fetched=False),
    "two records": Case(
        "broken", "2 records", zones={f"_mta-sts.{D}": {"TXT": ['"v=STSv1; id=1"', '"v=STSv1; id=2"']}}, fetched=False
    ),
    "record SERVFAIL": Case("no-answer", "SERVFAIL", zones={f"_mta-sts.{D}": {"TXT": "!SERVFAIL"}}, fetched=False),
    "no web server": Case("no-address", "has no IP address in DNS", zones={WEB: {}}, fetched=False),
    "404": Case("not-published", "answers 404 Not Found", response("", status="404 Not Found")),
    "a redirect": Case(
        "not-published",
        "is a redirect, which must not be followed",
        response("", status="301 Moved Permanently", headers=("Location: https://192.0.2.99/mta-sts.txt",)),
    ),
    "of another type": Case("not-published", "is text/html and not text/plain", response(TEXT, kind="text/html")),
    "too large": Case("not-published", "is larger than 64 KB", response(TEXT + "x: y\n" * 20_000)),
    "endless": Case(
        "not-published", "is larger than 64 KB", b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"a" * 99_999
    ),
    "cut off": Case("not-published", "ends before it is complete", response(TEXT)[:-20]),
    "not HTTP": Case("not-published", "does not answer as a web server", b"220 smtp\r\n"),
    "empty": Case("not-published", "does not answer as a web server", b""),
    "a head without end": Case(
        "not-published", "does not answer as a web server", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 3_000
    ),
    "of another name": Case(
        "not-published", "Hostname mismatch", web=lambda: presenting("www.contoso.com"), fetched=False
    ),
    "expired": Case(
        "not-published", "certificate has expired", web=lambda: presenting(WEB, days=(-9, -2)), fetched=False
    ),
    "self-signed": Case("not-published", "self-signed", web=lambda: presenting(WEB, trusted=False), fetched=False),
    "no version": Case("broken", "it has no version: STSv1", response("mode: enforce")),
    "hostile": Case("broken", "is not a field", response("\x1b]52;c;x\x07")),
    "host with its certificate": Case("enforced", "with a valid certificate", mail=lambda: presenting(HOST), host=HOST),
    "host with an expired certificate": Case(
        "not-trusted", "expired on", mail=lambda: presenting(HOST, days=(-20, -2)), host=HOST
    ),
    "host without TLS": Case("not-trusted", "does not offer STARTTLS", host=HOST),
    "host that is not in the policy": Case("mx-not-covered", "but not old.contoso.com", host="old.contoso.com"),
    "host by its IP address": Case("enforced", "covers all hosts", host="192.0.2.10"),
}


def run(case: Case, *, allow_private: bool = True) -> tuple[LiveResult, HttpsStub]:
    web = HttpsStub(case.web(), case.answer)
    mail = SmtpStub(tls=None if case.mail is None else case.mail())

    def place(address: str, port: int) -> tuple[str, int]:
        return "127.0.0.1", {("192.0.2.80", 443): web.port, ("192.0.2.10", 25): mail.port}[address, port]

    with web, mail:
        stage = live_stage(
            {**ZONES, **case.zones},
            connector=DirectConnector(place),
            trust=trusting(authority()),
            allow_private=allow_private,
        )
        with stage as made:
            made.clock.time_ms = int(time.time() * 1000)
            check = made.session.planner.check("sts-policy", LiveTarget(D, host=case.host))
            (result,) = made.run(check)
    return result, web


def test_each_policy_is_what_a_sender_makes_of_it() -> None:
    for name, case in CASES.items():
        result, web = run(case)
        assert result.finding == case.finding, (name, result)
        assert case.words in result.sentence, (name, result.sentence)
        assert web.requests == ([REQUEST] if case.fetched else []), name
        # What DNS alone says holds from anywhere.
        only_dns = result.finding in ("none", "no-answer", "no-address") or "records)" in result.sentence
        assert (result.holds_from == "anywhere") == only_dns, name


def test_a_silent_web_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_fetch, "FETCH_SECONDS", 0.1)
    result, _ = run(Case("no-connection", "", None))
    assert (result.finding, result.outcome) == ("no-connection", "unknown")


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["10.0.0.5"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.5"], ["64:ff9b::a00:5"]]
)
def test_a_policy_host_in_a_private_network_is_not_contacted(addresses: list[str]) -> None:
    kind = "AAAA" if ":" in addresses[0] else "A"
    zones: Zones = {WEB: {"CNAME": "inner.contoso.com."}, "inner.contoso.com": {kind: addresses}}
    result, web = run(Case("", "", zones=zones), allow_private=False)
    assert result.finding == "not-asked"
    assert "not a public IP address" in result.sentence
    assert web.requests == []


def test_what_is_fetched_is_shown_first() -> None:
    with live_stage() as stage:
        check = stage.session.planner.check("sts-policy", LiveTarget(D))
        (page,) = [each for each in check.sends if isinstance(each, HttpsFetch)]
        assert page.words.startswith("fetches https://mta-sts.contoso.com/.well-known/mta-sts.txt once")
        assert list(page.lines) == REQUEST


BROKEN_POLICIES = (
    "", "version: STSv2\nmode: none\nmax_age: 1", "version: STSv1\nmode: on\nmax_age: 1",
    "version: STSv1\nmode: none",
    "version: STSv1\nmode: enforce\nmax_age: 1", "version: STSv1\nmode: none\nmax_age: 31557601",
    "version: STSv1\nmode: none\nmax_age: -1", "version: STSv1\nmode: none\nmax_age: ٣",
    "version: STSv1\nmode: enforce\nmx: a b\nmax_age: 1", "version: STSv1\nmode: enforce\nmx: *\nmax_age: 1",
    "version: STSv1\nmode: enforce\nmx: a.*.com\nmax_age: 1", "<html>",
)  # fmt: skip


def test_a_policy_that_is_wrong_is_said_so() -> None:
    for text in BROKEN_POLICIES:
        with pytest.raises(StsPolicyError):
            parse_sts_policy(text)


def test_a_policy_is_read_as_the_rfc_says() -> None:
    text = (
        "mx: *.Fabrikam.com\nmx:mx1.contoso.com\r\nfuture: x\nmode: testing\nmode: none\nversion: STSv1\nmax_age: 60\n"
    )
    policy = parse_sts_policy(text)
    assert policy == StsPolicy("testing", ("*.fabrikam.com", "mx1.contoso.com"), 60)
    for host, covered in {
        "mx.fabrikam.com": True, "MX1.contoso.com.": True, "fabrikam.com": False, "a.b.fabrikam.com": False,
        "mx2.contoso.com": False, ".fabrikam.com": False,
    }.items():  # fmt: skip
        assert policy.covers(host) == covered, host
