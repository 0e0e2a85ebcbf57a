"""SPF for one IP address: what a receiver would make of it (RFC 7208 section 4), with its limits of look-ups.

Ours and not pyspf's: that one asks through the resolver of the whole process and waits for it, so its questions could
neither be announced nor counted nor cancelled.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_address, ip_network
from typing import Final, Literal

from msgspec.structs import replace

from smtpscope.knowledge.live.check_kinds import NO_ANSWER
from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import Announcement, DnsQuery, FollowedQueries, LiveCheck, Verdict
from smtpscope.probes.name_server import DnsAnswer
from smtpscope.probes.policies.spf_record import (
    SpfDirective,
    SpfMacros,
    SpfRecord,
    SpfSyntaxError,
    is_spf,
    parse_spf,
    uses_validated_name,
    within,
)
from smtpscope.probes.safe_targets import PrivateTargetError, UnsafeTargetError, host_name, may_exist, same_address

SpfResult = Literal["pass", "fail", "softfail", "neutral", "none", "permerror", "temperror"]

_MOST_LOOKUPS: Final = 10
_MOST_VOID: Final = 2
_MOST_NAMES: Final = 10
_MOST_QUESTIONS: Final = 60
_RESULTS: Final[dict[str, SpfResult]] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_WORDS: Final[dict[str, str]] = {
    "pass": "allows",
    "fail": "forbids",
    "softfail": "disapproves of (softfail)",
    "neutral": "says nothing about (neutral)",
}


def announce(domain: str) -> tuple[Announcement, ...]:
    """The record of the domain, then whatever it refers to."""
    types = ("TXT", "A", "AAAA", "MX", "PTR")
    return DnsQuery(domain, "TXT"), FollowedQueries("names in the SPF records", types, _MOST_QUESTIONS)


class _Ended(Exception):  # noqa: N818 - a result, not an error
    """Evaluation ends with an error result."""

    def __init__(self, result: SpfResult, why: str) -> None:
        super().__init__(why)
        self.result = result
        self.why = why


class SpfEvaluation:
    """One evaluation; its counts go over all records together."""

    def __init__(self, gate: Gate, address: str, macros: SpfMacros) -> None:
        self._gate = gate
        self._address = address
        self._family = "A" if ip_address(address).version == 4 else "AAAA"
        self._macros = macros
        self.lookups = 0
        self._void = 0
        self.evidence: list[str] = []
        self.matched = ""

    async def result(self, domain: str) -> tuple[SpfResult, str]:
        """The result and why, "" where the record itself says it."""
        try:
            host_name(domain, "printable")
        except UnsafeTargetError as error:
            # Section 4.3: a malformed domain and an address literal have no record.
            return "none", str(error)
        try:
            return await self._of(domain), ""
        except _Ended as ended:
            return ended.result, ended.why

    async def _of(self, domain: str) -> SpfResult:
        record = await self._record(domain)
        if record is None:
            return "none"
        for directive in record.directives:
            if await self._matches(directive, domain):
                self.matched = f"{directive.name}{':' if directive.value else ''}{directive.value} of {domain}"
                return _RESULTS[directive.qualifier]
        if not record.redirect:
            return "neutral"
        self._count()
        target = await self._expanded(record.redirect, domain)
        result = await self._of(target)
        if result == "none":
            raise _Ended("permerror", f"redirect={target} has no SPF record")
        return result

    async def _record(self, domain: str) -> SpfRecord | None:
        answer = await self._ask(domain, "TXT")
        found = [text for text in answer.records if is_spf(text)]
        if not found:
            return None
        if len(found) > 1:
            raise _Ended("permerror", f"{domain} has {len(found)} SPF records, and only one is allowed")
        try:
            return parse_spf(found[0])
        except SpfSyntaxError as error:
            raise _Ended("permerror", f"the record of {domain} is wrong: {error}") from error

    async def _ask(self, name: str, record_type: str) -> DnsAnswer:
        try:
            answer = await self._gate.follow(name, record_type, "printable")
        except PrivateTargetError as error:
            # To a receiver elsewhere, such a name does not exist either.
            self.evidence.append(f"not asked: {error}")
            return DnsAnswer(name, record_type, "no such name")
        except UnsafeTargetError as error:
            if not may_exist(name):
                # Section 4.3.
                return DnsAnswer(name, record_type, "no such name")
            raise _Ended("temperror", f"a name in it is not asked for: {error}") from error
        self.evidence.append(answer.line)
        if answer.untold:
            raise _Ended("temperror", f"{answer.server} did not answer for {name}: {answer.detail or answer.status}")
        return answer

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > _MOST_LOOKUPS:
            raise _Ended("permerror", f"it needs more than {_MOST_LOOKUPS} look-ups (RFC 7208 section 4.6.4)")

    async def _looked_up(self, name: str, record_type: str) -> tuple[str, ...]:
        """The records; section 4.6.4 allows two look-ups without any."""
        answer = await self._ask(name, record_type)
        if not answer.records:
            self._void += 1
            if self._void > _MOST_VOID:
                raise _Ended("permerror", f"more than {_MOST_VOID} of its look-ups find nothing (section 4.6.4)")
        return answer.records

    async def _matches(self, directive: SpfDirective, domain: str) -> bool:
        name = directive.name
        if name == "all":
            return True
        if name in ("ip4", "ip6"):
            network = ip_network(directive.value)
            address = ip_address(self._address)
            return network.version == address.version and address in network
        self._count()
        target = await self._expanded(directive.value, domain) if directive.value else domain
        if name == "include":
            return await self._includes(target)
        if name == "a":
            return within(await self._looked_up(target, self._family), self._address, directive)
        if name == "mx":
            return await self._matches_mx(target, directive)
        if name == "exists":
            return bool(await self._looked_up(target, "A"))
        return await self._matches_ptr(target)

    async def _includes(self, target: str) -> bool:
        """Section 5.2: only a pass of the other record counts; none there is an error here."""
        result = await self._of(target)
        if result == "none":
            raise _Ended("permerror", f"include:{target} has no SPF record")
        return result == "pass"

    async def _matches_mx(self, target: str, directive: SpfDirective) -> bool:
        hosts = [record.partition(" ")[2].rstrip(".") for record in await self._looked_up(target, "MX")]
        if len(hosts) > _MOST_NAMES:
            raise _Ended("permerror", f"mx of {target} has more than {_MOST_NAMES} hosts (section 4.6.4)")
        for host in filter(None, hosts):
            answer = await self._ask(host, self._family)
            if within(answer.records, self._address, directive):
                return True
        return False

    async def _expanded(self, text: str, domain: str) -> str:
        """`text` with its macros replaced; only `p` needs questions of its own."""
        if uses_validated_name(text) and not self._macros.validated:
            names = [name async for name in self._validated_names()]
            self._macros = replace(self._macros, validated=_closest(names, domain))
        return self._macros.expanded(text, domain)

    async def _matches_ptr(self, target: str) -> bool:
        """Section 5.5: whether a name of the IP address that leads back to it ends in `target`."""
        async for _ in self._validated_names(target):
            return True
        return False

    async def _validated_names(self, ending: str = "") -> AsyncIterator[str]:
        """The names of the IP address, with this ending, that lead back to it; errors give none (section 5.5)."""
        try:
            records = (await self._ask(ip_address(self._address).reverse_pointer, "PTR")).records
        except _Ended:
            return
        for record in records[:_MOST_NAMES]:
            name = record.rstrip(".").lower()
            if not ending or f".{name}".endswith(f".{ending.lower()}"):
                try:
                    answer = await self._ask(name, self._family)
                except _Ended:
                    continue
                if any(same_address(each, self._address) for each in answer.records):
                    yield name


def _closest(names: Sequence[str], domain: str) -> str:
    """The value of the macro `p` (section 7.3): the domain itself, a name below it, any name, or `unknown`."""
    wanted = domain.lower()
    below = (name for name in names if name.endswith(f".{wanted}"))
    return wanted if wanted in names else next(below, next(iter(names), "unknown"))


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """With the IP address that mail comes from: the verdict for it; without: the record and whether it is right."""
    domain, address = check.target.subject, check.target.address
    if not address:
        return await _published(domain, gate)
    evaluation = SpfEvaluation(gate, address, SpfMacros(address, f"postmaster@{domain}", check.target.helo or domain))
    result, why = await evaluation.result(domain)
    if result in _WORDS:
        by = f" by {evaluation.matched}" if evaluation.matched else ""
        sentence = f"SPF of {domain} {_WORDS[result]} {address}{by} ({evaluation.lookups} look-ups of {_MOST_LOOKUPS})."
    elif result == "none":
        sentence = f"{domain} has no SPF record."
    elif result == "permerror":
        sentence = f"SPF of {domain} is broken: {why}."
    else:
        sentence = f"SPF of {domain} could not be evaluated: {why}."
    values = (("domain", domain), ("address", address), ("reason", why or evaluation.matched), ("found", result))
    return Verdict(result, sentence, tuple(evaluation.evidence), values)


async def _published(domain: str, gate: Gate) -> Verdict:
    answer = await gate.ask(domain, "TXT")
    values: tuple[tuple[str, str], ...] = (("domain", domain),)
    if answer.untold:
        why = answer.detail or answer.status
        return Verdict(NO_ANSWER, f"{answer.server} did not answer for {domain}: {why}.", (answer.line,), values)
    found = [text for text in answer.records if is_spf(text)]
    evidence = tuple(f"TXT {domain}: {text}" for text in found) or (f"TXT {domain}: no SPF record",)
    if not found:
        return Verdict("none", f"{domain} has no SPF record.", evidence, values)
    if len(found) > 1:
        return Verdict("permerror", f"{domain} has {len(found)} SPF records; only one is allowed.", evidence, values)
    try:
        parse_spf(found[0])
    except SpfSyntaxError as error:
        return Verdict("permerror", f"SPF of {domain} is broken: {error}.", evidence, values)
    return Verdict(
        "published", f"{domain} has an SPF record; no IP address was given to evaluate it for.", evidence, values
    )
