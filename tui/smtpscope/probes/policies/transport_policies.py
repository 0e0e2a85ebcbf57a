"""Whether a domain announces MTA-STS (RFC 8461 section 3.1) and TLS reporting (RFC 8460 section 3).

Only the DNS records; the MTA-STS policy itself is a check of its own, because it is fetched from a web server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from smtpscope.knowledge.live.check_kinds import NO_ANSWER, CheckKind
from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import Announcement, DnsQuery, LiveCheck, Verdict
from smtpscope.probes.policies.tagged_record import tags, versioned


class _Policy(msgspec.Struct, frozen=True):
    prefix: str
    version: str
    name: str
    needed: str
    remark: str


_POLICIES: Final[Mapping[CheckKind, _Policy]] = {
    "mta-sts": _Policy(
        "_mta-sts",
        "STSv1",
        "MTA-STS",
        "id",
        "Its mode and hosts are at https://mta-sts.{domain}/.well-known/mta-sts.txt (--run https fetches it)",
    ),
    "tls-rpt": _Policy("_smtp._tls", "TLSRPTv1", "TLS reporting", "rua", "Reports go to {value}"),
}


def announce(kind: CheckKind, domain: str) -> tuple[Announcement, ...]:
    """One question."""
    return (DnsQuery(f"{_POLICIES[kind].prefix}.{domain}", "TXT"),)


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """The record, or that there is none."""
    policy, domain = _POLICIES[check.kind], check.target.subject
    answer = await gate.ask(f"{policy.prefix}.{domain}", "TXT")
    values = (("domain", domain), ("found", " | ".join(answer.records)))

    def verdict(finding: str, sentence: str) -> Verdict:
        return Verdict(finding, sentence, (answer.line,), values)

    if answer.untold:
        return verdict(NO_ANSWER, f"{answer.server} did not answer for {domain}: {answer.detail or answer.status}.")
    found = versioned(answer.records, policy.version)
    if not found:
        return verdict("none", f"{domain} does not announce {policy.name}.")
    value = tags(found[0]).get(policy.needed, "")
    if len(found) > 1 or not value:
        why = f"{len(found)} records" if len(found) > 1 else f"no {policy.needed}="
        return verdict("broken", f"{policy.name} of {domain} is broken ({why}), so it does not count.")
    remark = policy.remark.replace("{domain}", domain).replace("{value}", value)
    return verdict("record", f"{domain} announces {policy.name}. {remark}.")
