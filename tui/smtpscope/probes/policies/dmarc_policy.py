"""DMARC of a domain: which policy applies to its mail, and whether the sender of the envelope is aligned with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from smtpscope.knowledge.live.check_kinds import NO_ANSWER
from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import Announcement, DnsQuery, LiveCheck, Verdict
from smtpscope.probes.name_server import DnsAnswer
from smtpscope.probes.policies.dmarc_record import DmarcWalk, dmarc_walk, walk_names

_IGNORED: Final = ("pct", "rf", "ri")
"""Removed by RFC 9989."""


def announce(domain: str, envelope: str = "") -> tuple[Announcement, ...]:
    """Both walks, whose names are known beforehand, and whether the domain exists."""
    names = dict.fromkeys((*walk_names(domain), *(walk_names(envelope) if envelope and envelope != domain else ())))
    return (*(DnsQuery(f"_dmarc.{name}", "TXT") for name in names), DnsQuery(domain, "A"))


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """`target.subject` is the domain of From, `target.host` that of the envelope's sender, "" if unknown."""
    domain, envelope = check.target.subject, check.target.host
    evidence: list[str] = []

    async def ask(name: str) -> DnsAnswer:
        answer = await gate.ask(name, "TXT")
        evidence.append(answer.line)
        return answer

    walk = await dmarc_walk(domain, ask)
    source = walk.source

    def verdict(finding: str, sentence: str, policy: str = "") -> Verdict:
        values = (("domain", domain), ("host", source), ("found", policy), ("reason", sentence))
        return Verdict(finding, sentence, tuple(evidence), values)

    if walk.untold is not None and not source:
        why = walk.untold.detail or walk.untold.status
        return verdict(NO_ANSWER, f"{walk.untold.server} did not answer for {walk.untold.question_name}: {why}.")
    if not source:
        if walk.duplicates:
            return verdict("broken", f"{walk.duplicates[0]} has several DMARC records, so none counts.")
        return verdict("none", f"{domain} has no DMARC record, nor has any domain above it.")
    exists = True
    if source != domain:
        answer = await gate.ask(domain, "A")
        evidence.append(answer.line)
        exists = answer.status != "no such name"
    policy = walk.policy(exists=exists)
    sentence = f"DMARC of {domain} is {policy}{'' if source == domain else f', by the record of {source}'}"
    record = walk.records[source]
    if record.get("t", "").lower() == "y":
        sentence += ", in test mode (t=y)"
    removed = [tag for tag in _IGNORED if tag in record]
    if removed:
        sentence += f"; {', '.join(removed)} in it {'is' if len(removed) == 1 else 'are'} not used any more (RFC 9989)"
    if envelope and not await _is_aligned(walk, envelope, ask):
        how = "the same domain" if record.get("aspf", "").lower() == "s" else f"a domain of {walk.organisation}"
        return verdict(
            "not-aligned", f"{sentence}. SPF can't help: mail is sent as {envelope}, which is not {how}.", policy
        )
    return verdict("no-enforcement" if policy == "none" else "policy", f"{sentence}.", policy)


async def _is_aligned(walk: DmarcWalk, envelope: str, ask: Callable[[str], Awaitable[DnsAnswer]]) -> bool:
    """RFC 9989 section 4.4: strict means the same domain, relaxed the same Organizational Domain."""
    if envelope == walk.domain:
        return True
    if walk.records[walk.source].get("aspf", "").lower() == "s":
        return False
    return (await dmarc_walk(envelope, ask)).organisation == walk.organisation
