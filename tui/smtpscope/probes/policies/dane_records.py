"""DANE for SMTP (RFC 7672): TLSA records of the mail hosts, which count only with DNSSEC.

Whether an answer is signed is known only from a validating resolver that can be trusted, and the way to it: one on this
computer. From any other resolver a record proves nothing, and no record proves nothing either. Signatures are not
verified here: that would take the keys of each zone up to the root, and proofs that there is no record (RFC 5155).
"""

from __future__ import annotations

from typing import Final

from smtpscope.knowledge.live.check_kinds import NO_ANSWER
from smtpscope.probes.consent import EnoughAskedError, Gate
from smtpscope.probes.live_check import Announcement, DnsQuery, FollowedQueries, LiveCheck, Verdict
from smtpscope.probes.name_server import DnsAnswer
from smtpscope.probes.safe_targets import UnsafeTargetError

_MOST_HOSTS: Final = 5
_USABLE: Final = frozenset({"2", "3"})
"""Certificate usages DANE-TA and DANE-EE; SMTP ignores the others (RFC 7672 section 3.1.3)."""


def announce(subject: str) -> tuple[Announcement, ...]:
    """MX, and TLSA of its hosts; of the name itself, if it has no MX."""
    return (
        DnsQuery(subject, "MX"),
        DnsQuery(f"_25._tcp.{subject}", "TLSA"),
        FollowedQueries("the hosts that MX names, as _25._tcp.HOST", ("TLSA",), _MOST_HOSTS),
    )


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """`target.subject` is a domain or a mail host."""
    subject = check.target.subject
    evidence: list[str] = []

    def verdict(finding: str, sentence: str, found: str = "") -> Verdict:
        return Verdict(finding, sentence, tuple(evidence), (("domain", subject), ("found", found)))

    exchanges = await gate.ask(subject, "MX")
    evidence.append(exchanges.line)
    if exchanges.untold:
        why = exchanges.detail or exchanges.status
        return verdict(NO_ANSWER, f"{exchanges.server} did not answer for {subject}: {why}.")
    hosts = [host for record in exchanges.records if (host := record.partition(" ")[2].rstrip(".").lower())]
    answers = [await gate.ask(f"_25._tcp.{subject}", "TLSA")] if not hosts else await _of_hosts(hosts, gate, evidence)
    evidence += [answer.line for answer in answers]
    untold = next((answer for answer in answers if answer.untold), None)
    if untold is not None:
        return verdict(NO_ANSWER, f"{untold.server} did not answer for {untold.question_name}: {untold.detail}.")
    found = [record for answer in answers for record in answer.records]
    proven = exchanges.authenticated and bool(answers) and all(answer.authenticated for answer in answers)
    if not proven:
        what = "has TLSA records" if found else "has no TLSA records that were seen"
        claimed = exchanges.claimed and all(answer.claimed for answer in answers)
        why = (
            f"{exchanges.server} says that it verified DNSSEC (AD), which counts only from a resolver on this computer"
            if claimed
            else "no DNSSEC proof came with the answer. Ask a validating resolver on this computer"
        )
        return verdict("not-proven", f"{subject} {what}, but {why}.", " | ".join(found))
    if not found:
        return verdict("none-signed", f"{subject} is signed with DNSSEC and has no TLSA records: DANE is not used.")
    usable = [record for record in found if record.partition(" ")[0] in _USABLE]
    if not usable:
        return verdict(
            "broken", f"{subject} has TLSA records, but none that SMTP uses (usage 2 or 3).", " | ".join(found)
        )
    return verdict(
        "signed",
        f"{subject} uses DANE: TLS is required, with a certificate as in its TLSA records.",
        " | ".join(usable),
    )


async def _of_hosts(hosts: list[str], gate: Gate, evidence: list[str]) -> list[DnsAnswer]:
    answers: list[DnsAnswer] = []
    for host in hosts[:_MOST_HOSTS]:
        try:
            answers.append(await gate.follow(f"_25._tcp.{host}", "TLSA", "service"))
        except UnsafeTargetError as error:
            evidence.append(f"not asked: {error}")
        except EnoughAskedError:
            break
    return answers
