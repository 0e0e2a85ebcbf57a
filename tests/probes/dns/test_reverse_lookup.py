"""PTR and back: confirmed, generic, missing, foreign, and what unknown."""

from __future__ import annotations

from smtpscope.probes.dns.reverse_lookup import is_generic
from smtpscope.probes.live_check import LiveTarget
from support.dns_stub import Zones
from support.live_checks import live_stage

PTR = "25.2.0.192.in-addr.arpa"
OUTCOMES: dict[str, tuple[Zones, tuple[str, str, str]]] = {
    "confirmed": (
        {PTR: {"PTR": "mail.contoso.com."}, "mail.contoso.com": {"A": "192.0.2.25"}},
        ("there", "confirmed", "mail.contoso.com leads back to it"),
    ),
    "generic": (
        {PTR: {"PTR": "192-0-2-25.pool.contoso.net."}, "192-0-2-25.pool.contoso.net": {"A": "192.0.2.25"}},
        ("there", "generic", "looks generic"),
    ),
    "no PTR": ({}, ("not there", "no-name", "has no PTR record")),
    "leads elsewhere": (
        {PTR: {"PTR": "mail.contoso.com."}, "mail.contoso.com": {"A": "198.51.100.1"}},
        ("not there", "not-confirmed", "does not lead back"),
    ),
    "second name is right": (
        {PTR: {"PTR": ["a.contoso.com.", "b.contoso.com."]}, "b.contoso.com": {"A": "192.0.2.25"}},
        ("there", "confirmed", "b.contoso.com"),
    ),
    "by an alias (RFC 2317)": (
        {
            PTR: {"CNAME": "25.0-31.2.0.192.in-addr.arpa."},
            "25.0-31.2.0.192.in-addr.arpa": {"PTR": "mail.contoso.com."},
            "mail.contoso.com": {"A": "192.0.2.25"},
        },
        ("there", "confirmed", "mail.contoso.com"),
    ),
    "SERVFAIL": ({PTR: {"PTR": "!SERVFAIL"}}, ("unknown", "no-answer", "SERVFAIL")),
    "the name does not answer": (
        {PTR: {"PTR": "mail.contoso.com."}, "mail.contoso.com": {"A": "!SERVFAIL"}},
        ("unknown", "no-answer", "SERVFAIL"),
    ),
}


def test_each_outcome_of_a_reverse_lookup() -> None:
    with live_stage() as stage:
        for name, (zones, expected) in OUTCOMES.items():
            stage.stub.zones.clear()
            stage.stub.zones.update(zones)
            stage.clock.elapsed += 4_000
            (result,) = stage.run(stage.session.planner.check("reverse-dns", LiveTarget("192.0.2.25")))
            assert (result.outcome, result.finding) == expected[:2], (name, result)
            assert expected[2] in result.sentence, name


def test_no_more_names_are_followed_than_announced() -> None:
    names = [f"host{number}.contoso.com." for number in range(40)]
    with live_stage({PTR: {"PTR": names}}) as stage:
        (result,) = stage.run(stage.session.planner.check("reverse-dns", LiveTarget("192.0.2.25")))
        assert result.finding == "not-confirmed"
        assert len(stage.stub.questions) == 6


def test_names_that_providers_make_of_an_ip_address_are_generic() -> None:
    generic = (
        "192-0-2-25.pool.example.net", "25.2.0.192.dsl.example.net", "host-192-0-2-25.example.net",
        "c0000219.example.net", "dynamic-25.example.net", "ip192.000.002.025.example.net", "static-0-2-25.example.net",
    )  # fmt: skip
    own = ("mail.contoso.com", "mx25.contoso.com", "smtp2.contoso.com", "mailpool.contoso.com", "client-mail.com")
    assert [name for name in generic if not is_generic(name, "192.0.2.25")] == []
    assert [name for name in own if is_generic(name, "192.0.2.25")] == []
