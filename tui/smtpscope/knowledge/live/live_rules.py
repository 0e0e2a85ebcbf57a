"""Which live checks fit a cause, and how each finding changes the advice: the tables of the files live-checks.toml."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from smtpscope.knowledge.entry import AppliesTo
from smtpscope.knowledge.live.check_kinds import CheckKind
from smtpscope.parsing.smtp_exchange import Direction


class Conclusion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a finding means for this cause: `says` replaces the general sentence, with placeholders."""

    finding: str
    says: str


class LiveRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One check that fits an entry, or all entries of a category when `entry` is the category's own.

    `zones` are block lists that the provider is known to use, asked where the reply names none. `not_asked` says why
    there is nothing to ask, and where to look instead.
    """

    entry: str
    check: CheckKind
    conclusion: tuple[Conclusion, ...] = ()
    applies_to: AppliesTo = "both"
    zones: tuple[str, ...] = ()
    not_asked: str = ""

    def says(self, finding: str) -> str:
        """The sentence for this finding, "" for none."""
        return next((each.says for each in self.conclusion if each.finding == finding), "")


class LiveCheckFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    live_check: tuple[LiveRule, ...] = ()


NEVER_ASKED_FOR_RECIPIENTS: Final = frozenset(
    {"blocked", "spam", "rate-limited", "greylisted", "policy", "virus-attachment", "too-many-recipients"}
)
"""Causes on which a server is not asked for a recipient: that would look like the harvesting it defends against."""


class LiveRules(msgspec.Struct, frozen=True):
    """All rules, in the order of the files; those of a later folder come first."""

    rules: tuple[LiveRule, ...]

    @classmethod
    def of(cls, rules: Iterable[LiveRule]) -> LiveRules:
        return cls(tuple(rules))

    def fitting(self, entry_id: str, category: str, direction: Direction) -> tuple[LiveRule, ...]:
        """The checks for an entry and direction, each kind once: a rule of the entry wins over one of its category."""
        side = "inbound" if direction is Direction.INBOUND else "outbound"
        found: dict[CheckKind, LiveRule] = {}
        for name in (entry_id, category):
            for rule in self.rules:
                fits = rule.entry == name and rule.applies_to in ("both", side)
                if fits and not (rule.check == "recipient" and category in NEVER_ASKED_FOR_RECIPIENTS):
                    found.setdefault(rule.check, rule)
        return tuple(found.values())
