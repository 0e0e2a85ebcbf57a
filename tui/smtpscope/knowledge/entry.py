"""The shape of the knowledge base's files: entries (guidance), rules (what leads to an entry), codes."""

from __future__ import annotations

from typing import Literal

import msgspec

WhoActs = Literal["us", "them", "sender", "recipient", "nobody"]
Duration = Literal["temporary", "permanent", "either"]
Tool = Literal["read", "dns", "powershell", "telnet", "openssl", "exchange 2003", "exchange 2007+", "shell"]
AppliesTo = Literal["both", "outbound", "inbound"]


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to look at. `command` may hold placeholders such as `{recipient_domain}` (see `values.py`)."""

    what: str
    tool: Tool = "read"
    command: str = ""
    applies_to: AppliesTo = "both"


class SourceReference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it is written: an RFC section, a Microsoft article, a provider's page. Never invented."""

    title: str
    url: str = ""


class Side(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What differs by direction. `reading` says in one or two sentences what happened, `who_acts` who has to act."""

    reading: str
    who_acts: WhoActs
    who_note: str
    actions: tuple[str, ...]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Guidance for one kind of reply. `category` is one of the 29; an entry with id == category is the general one."""

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
