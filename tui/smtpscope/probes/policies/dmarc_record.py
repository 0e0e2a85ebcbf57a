"""Finds the DMARC record of a domain by walking up the DNS tree (RFC 9989 section 4.10)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from smtpscope.probes.name_server import DnsAnswer
from smtpscope.probes.policies.tagged_record import tags, versioned

MOST_STEPS: Final = 8
"""Questions of one walk: longer names are cut to seven labels after the first."""

_POLICIES: Final = ("none", "quarantine", "reject")


def walk_names(domain: str) -> tuple[str, ...]:
    """The domains whose records are asked for, in order: `a.b.com`, `b.com`, `com`."""
    labels = domain.split(".")
    names = [domain]
    rest = labels[1:] if len(labels) < MOST_STEPS else labels[-(MOST_STEPS - 1) :]
    while rest:
        names.append(".".join(rest))
        rest = rest[1:]
    return tuple(names)


class DmarcWalk(msgspec.Struct, frozen=True):
    """What a walk found: domain -> tags of its only valid record, and the Organizational Domain (section 4.10.2).

    `duplicates` are domains with several records, which count as none. `untold` is the answer that was none.
    """

    domain: str
    records: Mapping[str, Mapping[str, str]]
    organisation: str
    duplicates: tuple[str, ...] = ()
    untold: DnsAnswer | None = None

    @property
    def source(self) -> str:
        """The domain whose record applies (section 4.10.1), "" for none."""
        if self.domain in self.records:
            return self.domain
        if self.organisation in self.records:
            return self.organisation
        return next((name for name, found in self.records.items() if found.get("psd", "").lower() == "y"), "")

    def policy(self, *, exists: bool) -> str:
        """`none`, `quarantine` or `reject` for mail from the domain; a record without a valid one means none."""
        found = self.records.get(self.source, {})
        order = ["p"]
        if self.source != self.domain:
            order = ["sp", "p"] if exists else ["np", "sp", "p"]
        policy = next((found[tag].lower() for tag in order if tag in found), "none")
        return policy if policy in _POLICIES else "none"


async def dmarc_walk(domain: str, ask: Callable[[str], Awaitable[DnsAnswer]]) -> DmarcWalk:
    """The walk from `domain` up; `ask` is given `_dmarc.` names. It stops at psd=n and psd=y, and at silence."""
    records: dict[str, Mapping[str, str]] = {}
    duplicates: list[str] = []
    for name in walk_names(domain):
        answer = await ask(f"_dmarc.{name}")
        if answer.untold:
            return DmarcWalk(domain, records, _organisation(domain, records), tuple(duplicates), answer)
        found = versioned(answer.records, "DMARC1")
        if len(found) > 1:
            duplicates.append(name)
        if len(found) == 1:
            records[name] = tags(found[0])
            if records[name].get("psd", "").lower() in ("y", "n"):
                break
    return DmarcWalk(domain, records, _organisation(domain, records), tuple(duplicates))


def _organisation(domain: str, records: Mapping[str, Mapping[str, str]]) -> str:
    """Section 4.10.2: psd=n names itself, psd=y the domain one label below, else the shortest name with a record."""
    for name, found in records.items():
        psd = found.get("psd", "").lower()
        if psd == "n":
            return name
        if psd == "y" and name != domain:
            above = domain.removesuffix(f".{name}").rpartition(".")[2]
            return f"{above}.{name}"
    return min(records, key=lambda name: name.count("."), default=domain)
