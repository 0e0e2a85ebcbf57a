"""Is an IP address or a domain on a DNS block list now?

The list's own test entries are asked first (RFC 5782 section 5): a dead list has none of them, one that was taken over
has everything. An answer in 127.255.255.0/24 says that the list does not answer this resolver, one outside 127.0.0.0/8
comes from a resolver that rewrites answers; neither is a listing.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, ip_address
from typing import Final

import msgspec

from smtpscope.knowledge.live.block_lists import BlockListFacts
from smtpscope.knowledge.live.check_kinds import NO_ANSWER
from smtpscope.knowledge.placeholders import reversed_address
from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import Announcement, DnsQuery, LiveCheck, Verdict
from smtpscope.probes.name_server import DnsAnswer

_LISTINGS: Final = IPv4Network("127.0.0.0/8")
_REFUSALS: Final = IPv4Network("127.255.255.0/24")
_NOT_A_LISTING: Final = IPv4Address("127.0.0.1")
"""Never the value of a listing: it is what a resolver that blocks names answers with."""

_REFUSAL_WORDS: Final = {
    "127.255.255.252": "the name of the list is misspelled",
    "127.255.255.254": "the question came through a public or open resolver",
    "127.255.255.255": "too many questions came from this resolver",
}


class ListNames(msgspec.Struct, frozen=True):
    """The names to ask a list for: what is in every working list, what is in none, and the one in question."""

    always: str
    never: str
    wanted: str

    @classmethod
    def of(cls, subject: str, facts: BlockListFacts) -> ListNames:
        """RFC 5782 section 5: IPv4 by 127.0.0.2 and 127.0.0.1, IPv6 by the same mapped, domains by TEST and INVALID."""
        zone = facts.zone
        if facts.lists == "domains":
            return cls(f"test.{zone}", f"invalid.{zone}", f"{subject}.{zone}")
        if ip_address(subject).version == 6:
            always, never = "::ffff:7f00:2", "::ffff:7f00:1"
        else:
            always, never = "127.0.0.2", "127.0.0.1"
        names = (f"{reversed_address(each)}.{zone}" for each in (always, never, subject))
        return cls(*names)


def announce(subject: str, facts: BlockListFacts) -> tuple[Announcement, ...]:
    """The questions, in order. `subject` is an IP address, or a domain for a list of domains."""
    names = ListNames.of(subject, facts)
    return (
        *(DnsQuery(name, "A") for name in (names.always, names.never, names.wanted)),
        DnsQuery(names.wanted, "TXT"),
    )


def hindrance(subject: str, facts: BlockListFacts) -> str:
    """Why the list is not asked about `subject`, "" if it can be."""
    if facts.asking == "closed":
        return facts.note or f"{facts.name} is closed and answers nobody"
    if facts.asking == "registered":
        page = f". Look it up there: {facts.removal}" if facts.removal else ""
        return (facts.note or f"{facts.name} answers only resolvers that are registered with it") + page
    if facts.lists == "addresses" and ip_address(subject).version == 6 and "ipv6" not in facts.families:
        return f"{facts.name} lists no IPv6 addresses"
    return ""


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """Asks for the test entries, then for the subject, then for the reason of a listing."""
    subject, facts = check.target.subject, gate.lists.facts(check.target.zone)
    names = ListNames.of(subject, facts)
    seen: list[DnsAnswer] = []

    async def ask(name: str, record_type: str = "A") -> DnsAnswer:
        answer = await gate.ask(name, record_type)
        seen.append(answer)
        return answer

    def verdict(finding: str, sentence: str, reason: str = "") -> Verdict:
        key = "domain" if facts.lists == "domains" else "address"
        values = ((key, subject), ("list", facts.zone), ("reason", reason))
        return Verdict(finding, sentence, tuple(each.line for each in seen), values)

    for name, expected in ((names.always, True), (names.never, False)):
        answer = await ask(name)
        useless = _useless(answer, facts)
        if useless is not None:
            return verdict(*useless)
        if expected and not answer.records:
            return verdict(
                "list-silent",
                f"{facts.zone} lacks its own test entry, so it says nothing: it is closed, or answers only those who "
                "are registered.",
            )
        if not expected and answer.records:
            return verdict("list-has-all", f"{facts.zone} lists everything, so it is not in use any more.")
    answer = await ask(names.wanted)
    useless = _useless(answer, facts)
    if useless is not None:
        return verdict(*useless)
    if not answer.records:
        return verdict("not-listed", f"{subject} is not listed on {facts.zone} now.")
    reason = await ask(names.wanted, "TXT")
    meant = ", ".join(dict.fromkeys(_meanings(answer, facts)))
    said = " | ".join(reason.records)
    sentence = f"{subject} is listed on {facts.zone} now{f' ({meant})' if meant else ''}."
    if said:
        sentence += f" Its reason: {said}"
    return verdict("listed", sentence, "; ".join(filter(None, (meant, said))) or "it gives none")


def _meanings(answer: DnsAnswer, facts: BlockListFacts) -> Iterator[str]:
    for record in answer.records:
        meant = facts.means(record)
        if meant:
            yield meant


def _useless(answer: DnsAnswer, facts: BlockListFacts) -> tuple[str, str] | None:
    """Finding and sentence of an answer that says nothing about a listing; None for one that does."""
    if answer.untold:
        return NO_ANSWER, f"{answer.server} did not answer for {facts.zone}: {answer.detail or answer.status}."
    for record in answer.records:
        try:
            address = IPv4Address(record)
        except ValueError:
            continue
        refused = next((each for each in facts.answers if each.answer == record and each.refusal), None)
        if refused is not None or address in _REFUSALS:
            why = refused.means if refused is not None else _REFUSAL_WORDS.get(record, "it gives no reason")
            return (
                "resolver-refused",
                f"{facts.zone} does not answer the resolver {answer.server} ({record}: {why}). "
                "This is not a listing. Ask through a resolver of your own.",
            )
        if address not in _LISTINGS or address == _NOT_A_LISTING:
            return (
                "resolver-rewrites",
                f"The resolver {answer.server} rewrites answers: {record} is not an answer of a block list. "
                "Ask through another resolver.",
            )
    return None
