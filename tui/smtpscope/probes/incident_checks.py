"""From a refusal and the rules of its cause to the checks that fit, and from their findings to what that means here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from smtpscope.knowledge.live.check_kinds import KINDS, RESULT_PLACEHOLDERS, CheckKind
from smtpscope.knowledge.live.live_rules import LiveRule
from smtpscope.knowledge.placeholders import PLACEHOLDERS
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.probes.live_check import LiveCheck, LiveResult, LiveTarget
from smtpscope.probes.live_subject import LiveSubject
from smtpscope.probes.planning import Planner

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_ORDER: Final = tuple(KINDS)
UNKNOWN_ADDRESS: Final = "the IP address that our mail leaves from is not in the log"


class FittingCheck(msgspec.Struct, frozen=True):
    """A check that fits a refusal, and the rule that says so."""

    check: LiveCheck
    rule: LiveRule


def fitting_checks(rules: Iterable[LiveRule], subject: LiveSubject, planner: Planner) -> tuple[FittingCheck, ...]:
    """In the order of `KINDS`, each check once; one that can't be asked is there with its reason."""
    found: dict[object, FittingCheck] = {}
    for rule in sorted(rules, key=lambda rule: _ORDER.index(rule.check)):
        for target in _targets(rule, subject, planner):
            if rule.not_asked:
                check = LiveCheck(rule.check, target, (), rule.not_asked)
            elif not target.subject:
                check = LiveCheck(rule.check, target, (), UNKNOWN_ADDRESS)
            else:
                check = planner.check(rule.check, target)
            found.setdefault(check.key, FittingCheck(check, rule))
    return tuple(found.values())


def _targets(rule: LiveRule, subject: LiveSubject, planner: Planner) -> Iterator[LiveTarget]:
    kind: CheckKind = rule.check
    address, host = subject.address, subject.remote_host
    if kind == "block-list":
        yield from _lists(rule, subject, planner)
    elif kind == "reverse-dns":
        yield LiveTarget(address)
    elif kind == "helo":
        if subject.helo:
            yield LiveTarget(subject.helo, address=address)
    elif kind == "recipient-domain":
        yield from (LiveTarget(domain, host=host) for domain in subject.recipient_domains)
    elif kind == "sender-domain":
        yield from (LiveTarget(domain) for domain in subject.sender_domains)
    elif kind == "spf":
        yield from (LiveTarget(domain, address=address) for domain in subject.sender_domains)
    elif kind == "dkim":
        yield from (LiveTarget(domain, selector=selector) for selector, domain in subject.selectors)
    elif kind == "dmarc":
        envelope = next(iter(subject.sender_domains), "")
        domains = (subject.from_domain,) if subject.from_domain else subject.sender_domains
        yield from (LiveTarget(domain, host=envelope if subject.from_domain else "") for domain in domains)
    elif kind == "sts-policy":
        yield from (LiveTarget(domain, host=host, port=subject.port) for domain in subject.recipient_domains)
    elif kind in ("mta-sts", "tls-rpt", "dane"):
        yield from (LiveTarget(domain) for domain in subject.recipient_domains)
    elif host and subject.direction is Direction.OUTBOUND:
        if kind == "recipient":
            if subject.recipient:
                yield LiveTarget(host, mailbox=subject.recipient, port=subject.port)
        else:
            yield LiveTarget(host, port=subject.port)


def _lists(rule: LiveRule, subject: LiveSubject, planner: Planner) -> Iterator[LiveTarget]:
    """The lists that the reply names; those that the rule knows, where it names none."""
    for zone in subject.block_lists or rule.zones:
        if planner.lists.facts(zone).lists == "domains":
            yield from (LiveTarget(domain, zone=zone) for domain in subject.sender_domains[:1])
        else:
            yield LiveTarget(subject.address, zone=zone)
    if rule.not_asked and not subject.block_lists:
        yield LiveTarget(subject.address, zone="")


def concluded(result: LiveResult, rule: LiveRule, values: Mapping[str, str]) -> LiveResult:
    """`result` with what it means for the cause of `rule`; `values` are those of the refusal."""
    says = rule.says(result.finding)
    if not says:
        return result
    known = {**values, **dict(result.values)}
    slots = {**PLACEHOLDERS, **RESULT_PLACEHOLDERS}

    def value(found: re.Match[str]) -> str:
        return known.get(found[1]) or slots.get(found[1], found[0])

    return replace(result, conclusion=_PLACEHOLDER.sub(value, says))
