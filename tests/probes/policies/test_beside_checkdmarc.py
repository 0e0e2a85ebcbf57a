"""What checkdmarc makes of the same records, where it is installed: two programs, one RFC."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import dns.resolver
import pytest

from probes.policies.test_domain_policies import DMARC, D
from probes.policies.test_sts_policy import BROKEN_POLICIES, TEXT
from smtpscope.probes.live_check import LiveTarget
from smtpscope.probes.policies.sts_policy import parse_sts_policy
from support.live_checks import live_stage

pytest.importorskip("checkdmarc")

ENDS_AT_A_MISSING_NAME = "np for a name that does not exist"
"""checkdmarc takes a name that does not exist for the end of the walk, so it never finds np; RFC 9989 does not."""


def renamed(name: str, number: int) -> str:
    """checkdmarc remembers answers by name, whoever was asked: each case has its own top-level domain."""
    return re.sub(r"\bcom\b", f"com{number}x", name)


def test_dmarc_is_found_at_the_same_name() -> None:
    check_dmarc = import_module("checkdmarc.dmarc").check_dmarc
    with live_stage() as stage:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port, resolver.lifetime = ["127.0.0.1"], stage.stub.port, 1.0
        for number, (name, (zones, target, finding, _)) in enumerate(DMARC.items()):
            if name == ENDS_AT_A_MISSING_NAME or finding == "no-answer":
                continue
            zones = {D: {"A": "192.0.2.1"}, **zones}
            stage.stub.zones.clear()
            stage.stub.zones.update({renamed(each, number): records for each, records in zones.items()})
            domain = renamed(target.subject, number)
            (ours,) = stage.run(stage.session.planner.check("dmarc", LiveTarget(domain)))
            theirs: Any = check_dmarc(domain, resolver=resolver)
            assert bool(theirs["location"]) == (ours.finding not in ("none", "broken")), (name, theirs, ours)
            if theirs["location"]:
                source = dict(ours.values)["host"]
                assert theirs["location"].removeprefix("_dmarc.") == source, (name, theirs, ours)


def test_the_same_policies_of_mta_sts_are_right() -> None:
    checkdmarc = import_module("checkdmarc.mta_sts")
    their_policy = checkdmarc.parse_mta_sts_policy
    for text in BROKEN_POLICIES:
        with pytest.raises(checkdmarc.MTASTSPolicySyntaxError):
            their_policy(text)
    ours, theirs = parse_sts_policy(TEXT), their_policy(TEXT)["policy"]
    assert (ours.mode, list(ours.mx), ours.max_age) == (theirs["mode"], theirs["mx"], theirs["max_age"])
    wild = parse_sts_policy(TEXT.replace("mx: mx1", "mx: *"))
    for host in ("mx1.contoso.com", "contoso.com", "a.mx1.contoso.com", "MX2.contoso.com"):
        assert wild.covers(host) == checkdmarc.mx_in_mta_sts_patterns(host, list(wild.mx)), host
