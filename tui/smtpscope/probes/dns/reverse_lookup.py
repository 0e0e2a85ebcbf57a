"""Does the IP address that mail comes from have a name, and does that name lead back to it (RFC 1912 section 2.1)?"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final

from smtpscope.knowledge.live.check_kinds import NO_ANSWER
from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import Announcement, DnsQuery, FollowedQueries, LiveCheck, Verdict
from smtpscope.probes.safe_targets import UnsafeTargetError, same_address

_MOST_NAMES: Final = 5
_GENERIC_WORDS: Final = re.compile(
    r"(?:^|[.-])(?:dyn|dynamic|dhcp|dial-?up|dialin|pool|ppp|pppoe|x?dsl|adsl|vdsl|cable|broadband|residential|"
    r"cust(?:omer)?|client|unassigned|unknown|rev(?:erse)?|no-?(?:reverse|rdns))[0-9]{0,4}(?=[.-])"
)


def _pointer(address: str) -> str:
    return ip_address(address).reverse_pointer


def _family(address: str) -> str:
    return "AAAA" if ip_address(address).version == 6 else "A"


def announce(address: str) -> tuple[Announcement, ...]:
    """The PTR record, then the IP addresses of the names in it."""
    return (
        DnsQuery(_pointer(address), "PTR"),
        FollowedQueries("the names in that answer", (_family(address),), _MOST_NAMES),
    )


def is_generic(name: str, address: str) -> bool:
    """Whether a provider made the name from the IP address or for a dial-in line, as many servers refuse."""
    # The domain itself is somebody's choice.
    first_labels = name.rpartition(".")[0].rpartition(".")[0]
    if _GENERIC_WORDS.search(f"{first_labels}."):
        return True
    if ip_address(address).version == 6:
        groups = ip_address(address).exploded.split(":")
        return "".join(groups[-2:]) in re.sub(r"[^0-9a-f]", "", first_labels)
    octets = address.split(".")
    padded = [each.zfill(3) for each in octets]
    for parts in (octets, octets[::-1], padded, padded[::-1]):
        if re.search(
            rf"(?<![0-9]){'[.x_-]?'.join(parts[:3])}(?![0-9])|(?<![0-9]){'[.x_-]'.join(parts[1:])}(?![0-9])",
            first_labels,
        ):
            return True
    return "".join(f"{int(each):02x}" for each in octets) in first_labels


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """The first name that leads back counts; without one, the address is not confirmed."""
    address = check.target.subject
    answer = await gate.ask(_pointer(address), "PTR")
    evidence = [answer.line]
    values: tuple[tuple[str, str], ...] = (("address", address), ("found", ", ".join(answer.records)))
    if answer.untold:
        why = answer.detail or answer.status
        return Verdict(NO_ANSWER, f"{answer.server} did not answer for {address}: {why}.", tuple(evidence), values)
    if not answer.records:
        return Verdict("no-name", f"{address} has no PTR record.", tuple(evidence), values)
    names = [record.rstrip(".").lower() for record in answer.records[:_MOST_NAMES]]
    untold = ""
    for name in names:
        try:
            back = await gate.follow(name, _family(address), "service")
        except UnsafeTargetError as error:
            evidence.append(str(error))
            continue
        evidence.append(back.line)
        if back.untold:
            untold = back.detail or back.status
        elif any(same_address(record, address) for record in back.records):
            values = (("address", address), ("host", name), ("found", name))
            if is_generic(name, address):
                sentence = (
                    f"{address} is {name}, and {name} leads back to it. But the name looks generic: many refuse it."
                )
                return Verdict("generic", sentence, tuple(evidence), values)
            return Verdict("confirmed", f"{address} is {name}, and {name} leads back to it.", tuple(evidence), values)
    if untold:
        return Verdict(NO_ANSWER, f"{address} is {names[0]}, which did not answer: {untold}.", tuple(evidence), values)
    sentence = f"{address} is {names[0]}, but that name does not lead back to {address}."
    return Verdict("not-confirmed", sentence, tuple(evidence), (("address", address), ("host", names[0])))
