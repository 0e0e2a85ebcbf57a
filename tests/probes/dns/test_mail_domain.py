"""Does a domain accept mail: null MX, no MX, broken MX, parked, and the remote host of the log."""

from __future__ import annotations

from smtpscope.probes.live_check import LiveTarget
from support.dns_stub import Zones
from support.live_checks import live_stage

D = "fabrikam.com"
MX1, MX2 = "mx1.fabrikam.com", "mx2.fabrikam.com"
GOOD = {MX1: {"A": "192.0.2.10"}, MX2: {"AAAA": "2001:db8::10"}}
OUTCOMES: dict[str, tuple[Zones, str, str, str]] = {
    "accepts": ({D: {"MX": [f"10 {MX1}.", f"20 {MX2}."]}, **GOOD}, "", "accepts-mail", MX1),
    "null MX": ({D: {"MX": "0 ."}}, "", "null-mx", "RFC 7505"),
    "no such domain": ({}, "", "no-such-domain", "does not exist"),
    "no MX, but an IP address": ({D: {"A": "192.0.2.1"}}, "", "no-mx", "192.0.2.1"),
    "neither": ({D: {"TXT": '"v=spf1 -all"'}}, "", "no-mail-host", "neither"),
    "MX is an alias": (
        {D: {"MX": f"10 {MX1}."}, MX1: {"CNAME": "real.fabrikam.com."}, "real.fabrikam.com": {"A": "192.0.2.10"}},
        "",
        "broken-mx",
        "alias (CNAME)",
    ),
    "MX is an IP address": ({D: {"MX": "10 192.0.2.1."}}, "", "all-mx-broken", "MX must name a host"),
    "MX leads nowhere": ({D: {"MX": f"10 {MX1}."}}, "", "all-mx-broken", f"{MX1} has no IP address"),
    "one of two is broken": ({D: {"MX": [f"10 {MX1}.", "20 gone.fabrikam.com."]}, **GOOD}, "", "broken-mx", "gone"),
    "parked": ({D: {"MX": f"10 {MX1}.", "NS": "ns1.sedoparking.com."}, **GOOD}, "", "parked", "for sale"),
    "host of the log by name": ({D: {"MX": f"10 {MX1}."}, **GOOD}, MX1.upper() + ".", "accepts-mail", MX1),
    "host of the log by IP address": ({D: {"MX": f"10 {MX1}."}, **GOOD}, "192.0.2.10", "accepts-mail", MX1),
    "host of the log by another name": (
        {D: {"MX": f"10 {MX1}."}, **GOOD, "node7.fabrikam.com": {"A": "192.0.2.10"}},
        "node7.fabrikam.com",
        "accepts-mail",
        MX1,
    ),
    "foreign host": (
        {D: {"MX": f"10 {MX1}."}, **GOOD, "old.contoso.com": {"A": "192.0.2.99"}},
        "old.contoso.com",
        "host-is-not-mx",
        "old.contoso.com is not one of them",
    ),
    "SERVFAIL": ({D: {"MX": "!SERVFAIL"}}, "", "no-answer", "SERVFAIL"),
    "hosts do not answer": ({D: {"MX": f"10 {MX1}."}, MX1: {"*": "!SERVFAIL"}}, "", "no-answer", "SERVFAIL"),
}


def test_each_outcome_of_a_mail_domain() -> None:
    with live_stage() as stage:
        for name, (zones, host, finding, words) in OUTCOMES.items():
            stage.stub.zones.clear()
            stage.stub.zones.update(zones)
            stage.clock.elapsed += 4_000
            (result,) = stage.run(stage.session.planner.check("recipient-domain", LiveTarget(D, host=host)))
            assert result.finding == finding, (name, result)
            assert words in result.sentence, (name, result.sentence)


def test_hosts_in_a_private_network_count_as_broken() -> None:
    zones: Zones = {D: {"MX": ["10 mx1.fabrikam.com.", "20 exch01.fabrikam.local."]}, MX1: {"A": "10.0.0.5"}}
    with live_stage(zones, allow_private=False) as stage:
        (result,) = stage.run(stage.session.planner.check("recipient-domain", LiveTarget(D)))
        assert result.finding == "all-mx-broken"
        assert "private IP address 10.0.0.5" in result.sentence
        assert not any("fabrikam.local" in question for question in stage.stub.questions)


def test_a_long_list_of_hosts_is_not_followed_beyond_what_was_announced() -> None:
    zones: Zones = {D: {"MX": [f"{n} mx{n}.fabrikam.com." for n in range(1, 60)]}}
    with live_stage(zones) as stage:
        check = stage.session.planner.check("recipient-domain", LiveTarget(D))
        (result,) = stage.run(check)
        assert result.finding == "all-mx-broken"
        assert len(stage.stub.questions) <= 12
