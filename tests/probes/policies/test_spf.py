"""SPF as a receiver evaluates it: results, limits, macros, and records that are wrong."""

from __future__ import annotations

import pytest

from smtpscope.probes.live_check import LiveTarget
from smtpscope.probes.policies.spf_record import SpfMacros, SpfSyntaxError, parse_spf
from support.dns_stub import Zones
from support.live_checks import live_stage

D = "contoso.com"


def spf(text: str) -> dict[str, str | list[str]]:
    """As one record in strings of 200 characters: the longest has 255."""
    return {"TXT": " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))}


CASES: dict[str, tuple[Zones, str, str]] = {
    "ip4": ({D: spf("v=spf1 ip4:192.0.2.0/24 -all")}, "pass", "by ip4:192.0.2.0/24"),
    "fail": ({D: spf("v=spf1 ip4:198.51.100.0/24 -all")}, "fail", "forbids 192.0.2.25"),
    "softfail": ({D: spf("v=spf1 ~all")}, "softfail", "softfail"),
    "neutral at the end": ({D: spf("v=spf1 ip4:198.51.100.1")}, "neutral", "says nothing about"),
    "none": ({D: {"TXT": '"hello"'}}, "none", "no SPF record"),
    "no domain": ({}, "none", "no SPF record"),
    "two records": ({D: {"TXT": ['"v=spf1 -all"', '"v=spf1 +all"']}}, "permerror", "2 SPF records"),
    "v=spf10 is no SPF": ({D: spf("v=spf10 -all")}, "none", "no SPF record"),
    "a string in parts": ({D: {"TXT": '"v=spf1 ip4:192.0" ".2.25 -all"'}}, "pass", "192.0.2.25"),
    "a": ({D: {**spf("v=spf1 a/28 -all"), "A": "192.0.2.17"}}, "pass", "by a of contoso.com"),
    "mx": (
        {D: {**spf("v=spf1 mx -all"), "MX": "10 m.contoso.com."}, "m.contoso.com": {"A": "192.0.2.25"}},
        "pass",
        "mx",
    ),
    "include": (
        {D: spf("v=spf1 include:_spf.fabrikam.com -all"), "_spf.fabrikam.com": spf("v=spf1 ip4:192.0.2.25 ?all")},
        "pass",
        "include:_spf.fabrikam.com",
    ),
    "include that fails is no match": (
        {D: spf("v=spf1 include:_spf.fabrikam.com ~all"), "_spf.fabrikam.com": spf("v=spf1 -all")},
        "softfail",
        "all of contoso.com",
    ),
    "include of nothing": ({D: spf("v=spf1 include:gone.fabrikam.com -all")}, "permerror", "gone.fabrikam.com"),
    "include SERVFAIL": (
        {D: spf("v=spf1 include:bad.fabrikam.com -all"), "bad.fabrikam.com": {"TXT": "!SERVFAIL"}},
        "temperror",
        "SERVFAIL",
    ),
    "redirect": (
        {D: spf("v=spf1 redirect=_spf.fabrikam.com"), "_spf.fabrikam.com": spf("v=spf1 ip4:192.0.2.25 -all")},
        "pass",
        "_spf.fabrikam.com",
    ),
    "redirect to nothing": ({D: spf("v=spf1 redirect=gone.fabrikam.com")}, "permerror", "redirect="),
    "exists with macros": (
        {D: spf("v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all"), f"25.2.0.192.in-addr._spf.{D}": {"A": "127.0.0.2"}},
        "pass",
        "exists",
    ),
    "ptr": (
        {
            D: spf("v=spf1 ptr -all"),
            "25.2.0.192.in-addr.arpa": {"PTR": "mail.contoso.com."},
            "mail.contoso.com": {"A": "192.0.2.25"},
        },
        "pass",
        "ptr",
    ),
    "11 look-ups": (
        {D: spf("v=spf1 " + " ".join(f"include:s{n}.{D}" for n in range(11)) + " -all")}
        | {f"s{n}.{D}": spf("v=spf1 ?all") for n in range(11)},
        "permerror",
        "more than 10 look-ups",
    ),
    "11 look-ups, but an early match": (
        {D: spf("v=spf1 ip4:192.0.2.25 " + " ".join(f"include:s{n}.{D}" for n in range(11)) + " -all")},
        "pass",
        "0 look-ups",
    ),
    "3 void look-ups": ({D: spf(f"v=spf1 a:x.{D} a:y.{D} a:z.{D} -all")}, "permerror", "find nothing"),
    "a loop": ({D: spf(f"v=spf1 include:{D} -all")}, "permerror", "more than 10 look-ups"),
    "11 mail hosts": (
        {D: {**spf("v=spf1 mx -all"), "MX": [f"10 m{n}.{D}." for n in range(11)]}},
        "permerror",
        "more than 10 hosts",
    ),
    "a mistake behind a match": ({D: spf("v=spf1 ip4:192.0.2.25 ipv4:1.2.3.4 -all")}, "permerror", "ipv4:1.2.3.4"),
    "a private name": ({D: spf("v=spf1 include:dc01.contoso.local -all")}, "permerror", "dc01.contoso.local"),
    "ptr SERVFAIL matches nothing": (
        {D: spf("v=spf1 ptr ~all"), "25.2.0.192.in-addr.arpa": {"PTR": "!SERVFAIL"}},
        "softfail",
        "all of contoso.com",
    ),
    "the macro p": (
        {
            D: spf("v=spf1 exists:%{p}.pass.%{d} -all"),
            "25.2.0.192.in-addr.arpa": {"PTR": ["elsewhere.fabrikam.com.", "mail.contoso.com."]},
            "elsewhere.fabrikam.com": {"A": "192.0.2.25"},
            "mail.contoso.com": {"A": "192.0.2.25"},
            f"mail.contoso.com.pass.{D}": {"A": "127.0.0.2"},
        },
        "pass",
        "exists",
    ),
    "the macro p without a name": (
        {D: spf("v=spf1 exists:%{p}.pass.%{d} -all"), f"unknown.pass.{D}": {"A": "127.0.0.2"}},
        "pass",
        "exists",
    ),
    "a name with other signs": (
        {D: spf("v=spf1 a:foo:bar/baz.contoso.com -all"), "foo:bar/baz.contoso.com": {"A": "192.0.2.25"}},
        "pass",
        "foo:bar/baz.contoso.com",
    ),
    "SERVFAIL": ({D: {"TXT": "!SERVFAIL"}}, "temperror", "SERVFAIL"),
    "case": ({D: spf("V=SPF1 IP4:192.0.2.25 -ALL")}, "pass", "ip4"),
}


def test_each_result_of_spf() -> None:
    with live_stage(allow_private=True) as stage:
        for name, (zones, result, words) in CASES.items():
            stage.stub.zones.clear()
            stage.stub.zones.update(zones)
            stage.clock.elapsed += 4_000
            check = stage.session.planner.check("spf", LiveTarget(D, address="192.0.2.25"))
            (found,) = stage.run(check)
            assert found.finding == result, (name, found)
            assert words in found.sentence, (name, found.sentence)


def test_a_record_that_leads_everywhere_is_stopped() -> None:
    """Ten include of ten mx each would be hundreds of questions."""
    zones: dict[str, dict[str, str | list[str]]] = {D: spf("v=spf1 " + " ".join(f"include:s{n}.{D}" for n in range(5)))}
    for number in range(5):
        host = f"s{number}.{D}"
        zones[host] = {**spf(f"v=spf1 mx:{host}"), "MX": [f"10 m{n}.{host}." for n in range(10)]}
        zones |= {f"m{n}.{host}": {"A": "198.51.100.9"} for n in range(10)}
    with live_stage(zones) as stage:
        (found,) = stage.run(stage.session.planner.check("spf", LiveTarget(D, address="192.0.2.25")))
        assert found.outcome in ("not there", "unknown")
        assert len(stage.stub.questions) <= 61


def test_huge_answers_leave_the_result_readable() -> None:
    many = {"TXT": ['"v=spf1 ip4:192.0.2.25 -all"', *(f'"{number}{"y" * 200}"' for number in range(90))]}
    one = {"TXT": " ".join(f'"{"x" * 250}"' for _ in range(100))}
    for records, result in ((many, "pass"), (one, "none")):
        with live_stage({D: records}) as stage:
            (found,) = stage.run(stage.session.planner.check("spf", LiveTarget(D, address="192.0.2.25")))
            assert found.finding == result
            assert max(map(len, found.evidence)) < 1_100


def test_private_names_in_a_record_are_not_asked_for() -> None:
    with live_stage({D: spf("v=spf1 a:dc01.contoso.local include:x.internal -all")}, allow_private=False) as stage:
        (found,) = stage.run(stage.session.planner.check("spf", LiveTarget(D)))
        assert found.finding == "published"
        check = stage.session.planner.check("spf", LiveTarget(D, address="8.8.8.8"))
        (found,) = stage.run(check)
        assert found.finding == "permerror"
        assert [each for each in stage.stub.questions if "contoso.com" not in each] == []


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 -all all:x", "v=spf1 include", "v=spf1 include:", "v=spf1 ip4:2001:db8::1", "v=spf1 ip6:192.0.2.1",
        "v=spf1 ip4:192.0.2.1/33", "v=spf1 a/33", "v=spf1 a//129", "v=spf1 foo:bar", "v=spf1 redirect=a redirect=b",
        "v=spf1 exists:%{c}.x.com", "v=spf1 exists:%{d0}.com", "v=spf1 exists:%x.com", "v=spf1 a:b c", "v=spf1 -ip4",
    ],
)  # fmt: skip
def test_a_record_that_is_wrong_is_told_so(record: str) -> None:
    with pytest.raises(SpfSyntaxError):
        parse_spf(record)


@pytest.mark.parametrize(
    ("written", "expanded"),
    [
        # The examples of RFC 7208 section 7.4.
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("a%%b%_c%-d", "a%b c%20d"),
    ],
)
def test_macros_as_in_the_examples_of_the_rfc(written: str, expanded: str) -> None:
    macros = SpfMacros("192.0.2.3", "strong-bad@email.example.com", "mx.example.org")
    assert macros.expanded(written, "email.example.com") == expanded


def test_macros_of_ipv6() -> None:
    macros = SpfMacros("2001:db8::cb01", "strong-bad@email.example.com", "mx.example.org")
    nibbles = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
    assert macros.expanded("%{ir}.%{v}._spf.%{d2}", "email.example.com") == f"{nibbles}.ip6._spf.example.com"
    assert len(macros.expanded(f"{'a.' * 200}com", "x")) <= 253
