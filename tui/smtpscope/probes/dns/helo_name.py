"""Does the name that a server gives in HELO or EHLO exist, and is it the server's own (RFC 5321 section 4.1.4)?"""

from __future__ import annotations

from typing import Final

from smtpscope.knowledge.live.check_kinds import NO_ANSWER
from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import Announcement, DnsQuery, LiveCheck, Verdict
from smtpscope.probes.safe_targets import Reach, UnsafeTargetError

_FAMILIES: Final = ("A", "AAAA")


def announce(name: str, reach: Reach) -> tuple[Announcement, ...]:
    """The IP addresses of the name; nothing for one that nobody on the Internet can look up."""
    try:
        public = "." in reach.name(name)
    except UnsafeTargetError:
        public = False
    return tuple(DnsQuery(name, family) for family in _FAMILIES) if public else ()


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """`target.address` is the IP address of the server, "" if unknown."""
    name, address = check.target.subject, check.target.address
    if not check.sends:
        sentence = f"{name} is not a fully qualified name of the public DNS, so no other server can look it up."
        return Verdict("not-a-name", sentence, (), (("host", name), ("address", address)))
    answers = [await gate.ask(name, family) for family in _FAMILIES]
    evidence = tuple(answer.line for answer in answers)
    found = [record for answer in answers for record in answer.records]
    values = (("host", name), ("address", address), ("found", ", ".join(found)))
    if not found:
        untold = next((answer for answer in answers if answer.untold), None)
        if untold is not None:
            why = untold.detail or untold.status
            return Verdict(NO_ANSWER, f"{untold.server} did not answer for {name}: {why}.", evidence, values)
        return Verdict("no-address", f"{name} has no IP address in DNS.", evidence, values)
    if address and address not in found:
        return Verdict("resolves-elsewhere", f"{name} leads to {', '.join(found)}, not to {address}.", evidence, values)
    return Verdict("resolves", f"{name} leads to {', '.join(found)}.", evidence, values)
