"""DKIM keys, DMARC with its walk, MTA-STS, TLS reporting and DANE."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from smtpscope.knowledge.live.check_kinds import CheckKind
from smtpscope.probes.live_check import LiveTarget
from smtpscope.probes.policies.dmarc_record import walk_names
from support.dns_stub import Zones
from support.live_checks import live_stage

D = "news.contoso.com"
HASH = "ab" * 32
KEY = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKq0cGpu"
Case = tuple[Zones, LiveTarget, str, str]


def txt(text: str) -> dict[str, str | list[str]]:
    return {"TXT": f'"{text}"'}


DMARC: dict[str, Case] = {
    "own record": ({f"_dmarc.{D}": txt("v=DMARC1; p=reject")}, LiveTarget(D), "policy", "is reject."),
    "no p= means none": (
        {f"_dmarc.{D}": txt("v=DMARC1; rua=mailto:a@b.c")},
        LiveTarget(D),
        "no-enforcement",
        "none",
    ),
    "of the organisation, sp": (
        {"_dmarc.contoso.com": txt("v=DMARC1; p=none; sp=quarantine"), D: {"A": "192.0.2.1"}},
        LiveTarget(D),
        "policy",
        "is quarantine, by the record of contoso.com",
    ),
    "np for a name that does not exist": (
        {"_dmarc.contoso.com": txt("v=DMARC1; p=none; sp=quarantine; np=reject")},
        LiveTarget(D),
        "policy",
        "is reject, by the record of contoso.com",
    ),
    "psd=y above": (
        {"_dmarc.com": txt("v=DMARC1; p=quarantine; psd=y")},
        LiveTarget(D),
        "policy",
        "by the record of com",
    ),
    "test mode": ({f"_dmarc.{D}": txt("v=DMARC1; p=reject; t=y")}, LiveTarget(D), "policy", "in test mode"),
    "pct is removed": ({f"_dmarc.{D}": txt("v=DMARC1; p=reject; pct=10")}, LiveTarget(D), "policy", "pct in it"),
    "two records": (
        {f"_dmarc.{D}": {"TXT": ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}},
        LiveTarget(D),
        "broken",
        "several",
    ),
    "none": ({}, LiveTarget(D), "none", "no DMARC record"),
    "SERVFAIL": ({f"_dmarc.{D}": {"TXT": "!SERVFAIL"}}, LiveTarget(D), "no-answer", "SERVFAIL"),
    "aligned, relaxed": (
        {"_dmarc.contoso.com": txt("v=DMARC1; p=reject")},
        LiveTarget(D, host="bounce.contoso.com"),
        "policy",
        "reject",
    ),
    "not aligned": (
        {"_dmarc.contoso.com": txt("v=DMARC1; p=reject")},
        LiveTarget(D, host="mailer.fabrikam.com"),
        "not-aligned",
        "mail is sent as mailer.fabrikam.com, which is not a domain of contoso.com",
    ),
    "strict": (
        {"_dmarc.contoso.com": txt("v=DMARC1; p=reject; aspf=s")},
        LiveTarget(D, host="bounce.contoso.com"),
        "not-aligned",
        "not the same domain",
    ),
}
DKIM_NAME = f"s1._domainkey.{D}"
DKIM: dict[str, Case] = {
    "key": ({DKIM_NAME: txt(f"v=DKIM1; k=rsa; p={KEY}")}, LiveTarget(D, selector="s1"), "key", "is there (rsa"),
    "in parts": (
        {DKIM_NAME: {"TXT": f'"v=DKIM1; p={KEY[:20]}" "{KEY[20:]}"'}},
        LiveTarget(D, selector="s1"),
        "key",
        "is there",
    ),
    "revoked": ({DKIM_NAME: txt("v=DKIM1; p=")}, LiveTarget(D, selector="s1"), "revoked", "revoked"),
    "test": ({DKIM_NAME: txt(f"t=y:s; p={KEY}")}, LiveTarget(D, selector="s1"), "test-key", "test mode"),
    "damaged": ({DKIM_NAME: txt("v=DKIM1; p=###")}, LiveTarget(D, selector="s1"), "broken", "not base64"),
    "none": ({}, LiveTarget(D, selector="s1"), "no-key", "no DKIM key"),
}
OTHERS: dict[str, tuple[CheckKind, Zones, str, str]] = {
    "MTA-STS": ("mta-sts", {f"_mta-sts.{D}": txt("v=STSv1; id=20260101")}, "record", "announces MTA-STS"),
    "MTA-STS without id": ("mta-sts", {f"_mta-sts.{D}": txt("v=STSv1;")}, "broken", "no id="),
    "no MTA-STS": ("mta-sts", {}, "none", "does not announce"),
    "TLS reporting": ("tls-rpt", {f"_smtp._tls.{D}": txt("v=TLSRPTv1; rua=mailto:t@contoso.com")}, "record", "mailto:"),
    "no TLS reporting": ("tls-rpt", {}, "none", "does not announce"),
    "DANE": (
        "dane",
        {D: {"MX": ["!AD", "10 mx.contoso.com."]}, "_25._tcp.mx.contoso.com": {"TLSA": ["!AD", f"3 1 1 {HASH}"]}},
        "signed",
        "uses DANE",
    ),
    "TLSA without proof": (
        "dane",
        {D: {"MX": ["!AD", "10 mx.contoso.com."]}, "_25._tcp.mx.contoso.com": {"TLSA": f"3 1 1 {HASH}"}},
        "not-proven",
        "no DNSSEC proof",
    ),
    "signed without TLSA": (
        "dane",
        {D: {"MX": ["!AD", "10 mx.contoso.com."]}, "_25._tcp.mx.contoso.com": {"TLSA": ["!AD", "!NXDOMAIN"]}},
        "none-signed",
        "DANE is not used",
    ),
    "nothing signed": ("dane", {D: {"MX": "10 mx.contoso.com."}}, "not-proven", "no DNSSEC proof"),
    "TLSA of usage 1": (
        "dane",
        {D: {"MX": ["!AD", "10 mx.contoso.com."]}, "_25._tcp.mx.contoso.com": {"TLSA": ["!AD", f"1 1 1 {HASH}"]}},
        "broken",
        "none that SMTP uses",
    ),
    "TLSA SERVFAIL": (
        "dane",
        {D: {"MX": "10 mx.contoso.com."}, "_25._tcp.mx.contoso.com": {"TLSA": "!SERVFAIL"}},
        "no-answer",
        "SERVFAIL",
    ),
}


def test_each_policy_of_a_domain() -> None:
    cases: list[tuple[str, CheckKind, Zones, LiveTarget, str, str]] = []
    cases += [(name, "dmarc", *case) for name, case in DMARC.items()]
    cases += [(name, "dkim", *case) for name, case in DKIM.items()]
    for name, (kind, zones, finding, words) in OTHERS.items():
        cases.append((name, kind, zones, LiveTarget(D), finding, words))
    with live_stage() as stage:
        for name, kind, zones, target, finding, words in cases:
            stage.stub.zones.clear()
            stage.stub.zones.update(zones)
            stage.clock.elapsed += 4_000
            (result,) = stage.run(stage.session.planner.check(kind, target))
            assert result.finding == finding, (name, result)
            assert words in result.sentence, (name, result.sentence)


def test_the_word_of_a_resolver_elsewhere_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that DNSSEC was verified, and so could anybody on the way to it."""
    monkeypatch.setattr("smtpscope.probes.dnspython_resolver.ip_address", lambda text: ip_address("192.0.2.53"))
    zones = OTHERS["DANE"][1]
    with live_stage(zones) as stage:
        (result,) = stage.run(stage.session.planner.check("dane", LiveTarget(D)))
        assert (result.finding, result.outcome) == ("not-proven", "unknown")
        assert (
            "says that it verified DNSSEC (AD), which counts only from a resolver on this computer" in result.sentence
        )


def test_the_walk_of_a_long_name_takes_eight_questions() -> None:
    """RFC 9989 section 4.10: after the full name, its last seven labels."""
    names = walk_names("a.b.c.d.e.f.g.h.i.j.contoso.com")
    assert names[:2] == ("a.b.c.d.e.f.g.h.i.j.contoso.com", "f.g.h.i.j.contoso.com")
    assert len(names) == 8
    assert names[-1] == "com"
    assert walk_names("contoso.com") == ("contoso.com", "com")
