"""A block list that is asked: listed, not listed, and every answer that is neither."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from smtpscope.knowledge.live.block_lists import BlockListFacts
from smtpscope.probes.dns.block_list import ListNames, hindrance
from smtpscope.probes.live_check import LiveTarget
from support.dns_stub import Zones
from support.live_checks import list_zone, live_stage

ZONE = "zen.example"
ASKED = "25.2.0.192.zen.example"
OUTCOMES: dict[str, tuple[Zones, str, str, str]] = {
    "listed": (list_zone(ZONE, _25_2_0_192="127.0.0.2"), "there", "listed", "25.2.0.192 sent spam"),
    "not listed": (list_zone(ZONE), "not there", "not-listed", "is not listed on zen.example now"),
    "refused through a public resolver": (
        {**list_zone(ZONE), f"2.0.0.127.{ZONE}": {"A": "127.255.255.254"}},
        "unknown",
        "resolver-refused",
        "public or open resolver",
    ),
    "refused only for the address": (
        list_zone(ZONE, _25_2_0_192="127.255.255.255"),
        "unknown",
        "resolver-refused",
        "This is not a listing",
    ),
    "rewritten answers": (
        {**list_zone(ZONE), f"1.0.0.127.{ZONE}": {"A": "198.51.100.7"}},
        "unknown",
        "resolver-rewrites",
        "198.51.100.7 is not an answer of a block list",
    ),
    "127.0.0.1 is no listing": (
        list_zone(ZONE, _25_2_0_192="127.0.0.1"),
        "unknown",
        "resolver-rewrites",
        "127.0.0.1",
    ),
    "a dead list": ({}, "unknown", "list-silent", "lacks its own test entry"),
    "a list with everything": (
        {**list_zone(ZONE), f"1.0.0.127.{ZONE}": {"A": "127.0.0.2"}},
        "unknown",
        "list-has-all",
        "lists everything",
    ),
    "SERVFAIL": ({f"2.0.0.127.{ZONE}": {"A": "!SERVFAIL"}}, "unknown", "no-answer", "SERVFAIL"),
    "REFUSED": (
        {**list_zone(ZONE), ASKED: {"A": "!REFUSED"}},
        "unknown",
        "no-answer",
        "REFUSED",
    ),
    "silence": ({f"2.0.0.127.{ZONE}": {"A": "!SILENCE"}}, "unknown", "no-answer", "no answer within"),
    "cut off over UDP": (
        {**list_zone(ZONE), ASKED: {"A": ["!TC", "127.0.0.2"], "TXT": '"see https://zen.example/25"'}},
        "there",
        "listed",
        "see https://zen.example/25",
    ),
}


def test_each_answer_of_a_list_is_told_from_a_listing() -> None:
    """All in one run: each zone is a dictionary that replaces the one before."""
    with live_stage(seconds=0.15) as stage:
        for name, (zones, outcome, finding, words) in OUTCOMES.items():
            stage.stub.zones.clear()
            stage.stub.zones.update(zones)
            # Answers are remembered until their TTL ends.
            stage.clock.elapsed += 4_000
            (result,) = stage.run(stage.session.planner.check("block-list", LiveTarget("192.0.2.25", zone=ZONE)))
            assert (result.outcome, result.finding) == (outcome, finding), name
            assert words in result.sentence, name
            assert result.asked == (stage.stub.resolver,), name
            assert result.holds_from == "anywhere"


def test_a_list_is_asked_for_its_test_entries_first_and_not_more_than_once_a_second() -> None:
    with live_stage(list_zone(ZONE, _25_2_0_192="127.0.0.2")) as stage:
        check = stage.session.planner.check("block-list", LiveTarget("192.0.2.25", zone=ZONE))
        stage.run(check)
        assert stage.stub.questions == [
            f"A 2.0.0.127.{ZONE}",
            f"A 1.0.0.127.{ZONE}",
            f"A {ASKED}",
            f"TXT {ASKED}",
        ]
        assert stage.stub.questions == [each.words for each in check.sends]
        assert stage.clock.slept == [1.0, 1.0, 1.0]
        stage.run(check)
        assert len(stage.stub.questions) == 4, "an answer is remembered until its TTL ends"


def test_two_checks_of_one_list_share_its_pace() -> None:
    with live_stage(list_zone(ZONE)) as stage:
        addresses = ("192.0.2.25", "192.0.2.26", "192.0.2.27")
        stage.run(*(stage.session.planner.check("block-list", LiveTarget(each, zone=ZONE)) for each in addresses))
        # Between questions to one list the clock moves by a second at least.
        assert len(stage.stub.questions) == len(stage.clock.slept) + 1


def test_a_list_that_does_not_answer_is_asked_for_nothing_else() -> None:
    with live_stage({}) as stage:
        stage.run(stage.session.planner.check("block-list", LiveTarget("192.0.2.25", zone=ZONE)))
        assert stage.stub.questions == [f"A 2.0.0.127.{ZONE}"]


@pytest.mark.parametrize(
    ("subject", "facts", "names"),
    [
        (
            "2001:db8::25",
            BlockListFacts(ZONE, ZONE),
            (
                f"2.0.0.0.0.0.f.7.f.f.f.f.{'0.' * 20}{ZONE}",
                f"1.0.0.0.0.0.f.7.f.f.f.f.{'0.' * 20}{ZONE}",
                f"5.2.{'0.' * 22}8.b.d.0.1.0.0.2.{ZONE}",
            ),
        ),
        (
            "fabrikam.com",
            BlockListFacts(ZONE, ZONE, lists="domains"),
            (f"test.{ZONE}", f"invalid.{ZONE}", f"fabrikam.com.{ZONE}"),
        ),
    ],
)
def test_names_for_ipv6_and_for_domains(subject: str, facts: BlockListFacts, names: tuple[str, ...]) -> None:
    """RFC 5782 sections 2.4 and 5."""
    found = ListNames.of(subject, facts)
    assert (found.always, found.never, found.wanted) == names


@pytest.mark.parametrize(
    ("zone", "address", "words"),
    [
        ("b.barracudacentral.org", "192.0.2.25", "registered"),
        ("dnsbl.sorbs.net", "192.0.2.25", "closed in June 2024"),
        ("bl.spamcop.net", "2001:db8::25", "lists no IPv6 addresses"),
        ("zen.spamhaus.org", "2001:db8::25", ""),
        ("unheard-of.example", "2001:db8::25", ""),
    ],
)
def test_a_list_that_must_not_be_asked_is_not_asked(zone: str, address: str, words: str) -> None:
    with live_stage() as stage:
        said = hindrance(address, stage.session.lists.facts(zone))
        assert words in said
        assert bool(said) == bool(words)
        if words:
            (result,) = stage.run(stage.session.planner.check("block-list", LiveTarget(address, zone=zone)))
            assert (result.outcome, result.asked) == ("unknown", ())
            assert stage.stub.questions == []


def test_a_name_in_a_reply_leads_to_its_zone() -> None:
    with live_stage() as stage:
        mentioned: Mapping[str, list[str]] = {
            "550 blocked by Spamhaus": ["zen.spamhaus.org"],
            "550 listed at SpamCop": ["bl.spamcop.net"],
            "550 spamhausen": [],
        }
        for text, zones in mentioned.items():
            assert [each.zone for each in stage.session.lists.mentioned(text)] == zones
