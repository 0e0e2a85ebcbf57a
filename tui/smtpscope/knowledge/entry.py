"""The structure of the knowledge base's files: entries (guidance), rules (phrases that lead to an entry), codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from smtpscope.knowledge.platform import EXCHANGE, PLATFORM_WORDS, Platform

WhoActs = Literal["us", "them", "sender", "recipient", "nobody"]
Duration = Literal["temporary", "permanent", "either"]
Tool = Literal["read", "dns", "powershell", "telnet", "openssl", "exchange 2003", "exchange 2007+", "shell"]
AppliesTo = Literal["both", "outbound", "inbound"]

_OF_TOOL: Mapping[Tool, tuple[Platform, ...]] = {
    "exchange 2003": ("exchange-2003",),
    "exchange 2007+": ("exchange",),
    "powershell": EXCHANGE,
}


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One check. `command` may hold placeholders such as `{recipient_domain}` (see `values.py`).

    `platforms` are the servers it is for; if none is named, the tool decides, and most tools exist on all.
    """

    what: str
    tool: Tool = "read"
    command: str = ""
    applies_to: AppliesTo = "both"
    platforms: tuple[Platform, ...] = ()

    def fits(self, platform: Platform | None) -> bool:
        """Whether it applies to that server; None for an unknown one."""
        fitting = self.platforms or _OF_TOOL.get(self.tool, ())
        return platform is None or not fitting or platform in fitting

    @property
    def only_for(self) -> str:
        """Its limitation in words, beyond what its tool implies; "" for none."""
        names = [PLATFORM_WORDS[platform] for platform in self.platforms]
        return ", ".join([*names, *([] if self.applies_to == "both" else [self.applies_to])])


class SourceReference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A source: an RFC section, a Microsoft article, a provider's page. Never invented."""

    title: str
    url: str = ""


class Side(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The guidance that differs by direction. `reading` says in one or two sentences what happened, `who_acts` who
    has to act.
    """

    reading: str
    who_acts: WhoActs
    who_note: str
    actions: tuple[str, ...]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that distinguishes two causes: `yes` and `no` are the categories for its answers."""

    yes: str
    no: str
    ask: str


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Guidance for one kind of reply. `category` is one of the 29; an entry with id == category is the general one.

    `checked` is the day on which its sources were last read.
    """

    id: str
    category: str
    title: str
    meaning: str
    duration: Duration
    duration_note: str
    outbound: Side
    inbound: Side
    causes: tuple[str, ...]
    checks: tuple[Check, ...]
    ignore_when: str
    avoid: tuple[str, ...]
    over_when: str
    sources: tuple[SourceReference, ...]
    checked: date | None = None
