"""Does a domain accept mail: MX, its hosts and their IP addresses (RFC 5321 section 5.1, RFC 7505)?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from smtpscope.knowledge.live.check_kinds import NO_ANSWER
from smtpscope.probes.consent import EnoughAskedError, Gate
from smtpscope.probes.live_check import Announcement, DnsQuery, FollowedQueries, LiveCheck, Verdict
from smtpscope.probes.name_server import DnsAnswer
from smtpscope.probes.safe_targets import UnsafeTargetError, is_address

_MOST_HOSTS: Final = 5
_FAMILIES: Final = ("A", "AAAA")
_PARKING: Final = (
    "sedoparking.com", "parkingcrew.net", "bodis.com", "above.com", "dan.com", "afternic.com", "parklogic.com",
    "cashparking.com", "dsredirection.com", "uniregistrymarket.link", "undeveloped.com", "ztomy.com", "fabulous.com",
    "voodoo.com", "renewyourname.net", "pendingrenewaldeletion.com",
)  # fmt: skip
"""Name servers of domains that are for sale or have expired."""


def announce(domain: str, host: str = "") -> tuple[Announcement, ...]:
    """MX, then the IP addresses of its hosts; those of the domain itself without MX; `host` is that of the log."""
    return (
        DnsQuery(domain, "MX"),
        FollowedQueries("the hosts that MX names", _FAMILIES, 2 * _MOST_HOSTS),
        *(DnsQuery(domain, family) for family in (*_FAMILIES, "NS")),
        *(DnsQuery(host, family) for family in _FAMILIES if host and host != domain and not is_address(host)),
    )


@dataclass
class _Domain:
    """What was found so far: each host of MX with its IP addresses, and what is wrong with some."""

    name: str
    evidence: list[str] = field(default_factory=list)
    hosts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    untold: str = ""

    def take(self, answer: DnsAnswer) -> DnsAnswer:
        self.evidence.append(answer.line)
        return answer

    def verdict(self, finding: str, sentence: str) -> Verdict:
        hosts = ", ".join(self.hosts)
        values = (("domain", self.name), ("found", hosts), ("host", hosts), ("reason", "; ".join(self.faults)))
        return Verdict(finding, sentence, tuple(self.evidence), values)


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """MX first; only what its answer makes necessary is asked afterwards."""
    domain = _Domain(check.target.subject)
    answer = domain.take(await gate.ask(domain.name, "MX"))
    if answer.untold:
        why = answer.detail or answer.status
        return domain.verdict(NO_ANSWER, f"{answer.server} did not answer for {domain.name}: {why}.")
    if answer.status == "no such name":
        return domain.verdict("no-such-domain", f"The domain {domain.name} does not exist in DNS.")
    if not answer.records:
        return await _without_mx(domain, gate)
    exchanges = sorted(_exchange(record) for record in answer.records)
    if [host for _, host in exchanges] == [""]:
        return domain.verdict("null-mx", f"{domain.name} accepts no mail at all: it has a null MX (RFC 7505).")
    for _, host in exchanges[:_MOST_HOSTS]:
        await _look_at_host(domain, host, gate)
    if await _is_parked(domain, gate):
        return domain.verdict("parked", f"{domain.name} is parked: its name servers are those of a domain for sale.")
    if not any(domain.hosts.values()):
        if domain.untold:
            return domain.verdict(NO_ANSWER, f"The hosts in MX of {domain.name} did not answer: {domain.untold}.")
        return domain.verdict("all-mx-broken", f"No host in MX of {domain.name} can be reached: {_listed(domain)}.")
    return await _with_mx(domain, check.target.host, gate)


def _exchange(record: str) -> tuple[int, str]:
    preference, _, host = record.partition(" ")
    return (int(preference) if preference.isdigit() else 0), host.rstrip(".").lower()


async def _look_at_host(domain: _Domain, host: str, gate: Gate) -> None:
    if is_address(host.strip("[]")):
        domain.faults.append(f"{host} is an IP address, MX must name a host")
        domain.hosts.setdefault(host, ())
        return
    addresses: list[str] = []
    for family in _FAMILIES:
        try:
            answer = domain.take(await gate.follow(host, family, "service"))
        except UnsafeTargetError as error:
            domain.faults.append(str(error))
            break
        except EnoughAskedError:
            break
        if answer.untold:
            domain.untold = answer.detail or answer.status
        if answer.aliases and family == "A":
            domain.faults.append(f"{host} is an alias (CNAME), which MX must not name (RFC 5321 section 5.1)")
        addresses += answer.records
    public = [each for each in addresses if _may_be_contacted(each, gate)]
    if addresses and not public:
        domain.faults.append(f"{host} leads to the private IP address {addresses[0]}")
    elif not addresses and not domain.untold and not any(fault.startswith(host) for fault in domain.faults):
        domain.faults.append(f"{host} has no IP address")
    domain.hosts[host] = tuple(public)


def _may_be_contacted(address: str, gate: Gate) -> bool:
    try:
        gate.reach.address(address)
    except UnsafeTargetError:
        return False
    return True


async def _is_parked(domain: _Domain, gate: Gate) -> bool:
    servers = domain.take(await gate.ask(domain.name, "NS"))
    return any(
        f".{name.rstrip('.').lower()}".endswith(tuple(f".{each}" for each in _PARKING)) for name in servers.records
    )


async def _without_mx(domain: _Domain, gate: Gate) -> Verdict:
    """Without MX, mail goes to the domain's own IP address (RFC 5321 section 5.1)."""
    answers = [domain.take(await gate.ask(domain.name, family)) for family in _FAMILIES]
    if await _is_parked(domain, gate):
        return domain.verdict("parked", f"{domain.name} is parked: its name servers are those of a domain for sale.")
    addresses = [record for answer in answers for record in answer.records]
    if addresses:
        domain.hosts[domain.name] = tuple(addresses)
        return domain.verdict(
            "no-mx", f"{domain.name} has no MX record; mail goes to its IP address {addresses[0]}. Few mean that."
        )
    untold = next((answer for answer in answers if answer.untold), None)
    if untold is not None:
        return domain.verdict(NO_ANSWER, f"{untold.server} did not answer for {domain.name}: {untold.detail}.")
    return domain.verdict(
        "no-mail-host", f"{domain.name} has neither an MX record nor an IP address: nobody gets mail."
    )


async def _with_mx(domain: _Domain, host: str, gate: Gate) -> Verdict:
    hosts = _listed(domain)
    if host and not await _belongs(domain, host, gate):
        return domain.verdict(
            "host-is-not-mx",
            f"{domain.name} gets its mail at {', '.join(domain.hosts)}. The remote host {host} is not one of them.",
        )
    if domain.faults:
        return domain.verdict("broken-mx", f"{domain.name} accepts mail, but part of its MX is broken: {hosts}.")
    return domain.verdict("accepts-mail", f"{domain.name} accepts mail at {', '.join(domain.hosts)}.")


async def _belongs(domain: _Domain, host: str, gate: Gate) -> bool:
    """Whether the host of the log is one of MX, by name or by IP address."""
    addresses = {address for each in domain.hosts.values() for address in each}
    if host in domain.hosts or host in addresses:
        return True
    if is_address(host) or host == domain.name:
        return False
    found: list[str] = []
    for family in _FAMILIES:
        answer = domain.take(await gate.ask(host, family))
        if answer.untold:
            # Not known to be foreign.
            return True
        found += answer.records
    return not addresses.isdisjoint(found)


def _listed(domain: _Domain) -> str:
    faults: Iterable[str] = domain.faults or (f"{host} has no IP address" for host in domain.hosts)
    return "; ".join(faults)
