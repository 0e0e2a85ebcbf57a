"""Tables of events whose columns have other names: mapped with the table of all names for parts of an event.

Strings in numbered columns, in JSON or in elements; a message under another name; a time whose zone is in its name. The
plain columns of Event Viewer and PowerShell are left to `table_columns.py`, which is faster.
"""

from __future__ import annotations

from typing import Final

from smtpscope.reading.windows_event.column_names import COLUMN_NAMES
from smtpscope.reading.windows_event.event_fields import AMBIGUOUS, Fact, folded_path, meaning_of, number_of

# Tables about mail also have an event id, a source and a message.
_OF_MAIL: Final = frozenset({
    "recipients", "recipientaddress", "recipientstatus", "messagesubject", "clientip", "senderaddress",
    "internalmessageid", "nexthopdomain", "connectorid", "sessionid", "messageid",
})  # fmt: skip
_MOST_NAMES: Final = 512
_FEWEST_FACTS: Final = 3
_TEXTS: Final[tuple[Fact, ...]] = ("message", "strings", "xml")


def names_of(header: list[str]) -> tuple[str, ...] | None:
    """The names of the columns if `header` is that of a table of events; else None.

    A repeated name counts for its first column.
    """
    if len(header) < _FEWEST_FACTS or len(header) > _MOST_NAMES or header[0].startswith("#"):
        return None
    names = [_true(name) for name in header]
    folded = {"".join(folded_path(name)) for name in names}
    if len(folded & _OF_MAIL) > 0:
        return None
    facts = {fact for name in names for fact, _ in meaning_of(name)}
    sure = {fact for name in names for fact, _ in meaning_of(name) if _folded(name) not in AMBIGUOUS}
    numbered = sum(number_of(name) is not None for name in names) > 0
    if not (facts & set(_TEXTS) or numbered):
        return None
    if not ({"event_id", "provider"} & sure or ("message" in sure and {"provider", "computer", "repeat"} & facts)):
        return None
    if sum(fact in facts for fact in ("event_id", "provider", "record_id", "time", "level", "computer")) < 2:
        return None
    return tuple(names)


def is_plain(header: list[str]) -> bool:
    """Whether the columns of Event Viewer, PowerShell and Log Parser cover everything in a table with `header`."""
    plain: dict[str, Fact] = {}
    for what, names in COLUMN_NAMES.items():
        plain.update(dict.fromkeys(names, what))  # type: ignore[arg-type]
    taken = {plain[name] for name in map(_folded_as_column, header) if name in plain}
    for name in header:
        if _folded_as_column(name) in plain:
            continue
        if number_of(name) is not None:
            return False
        for fact, _ in meaning_of(_true(name)):
            if fact in ("strings", "message", "repeat", "xml", "zone") or (fact != "clock" and fact not in taken):
                return fact in ("binary",) or _folded(name) in _HARMLESS
    return True


# From Get-WinEvent: objects without their contents.
_HARMLESS: Final = frozenset({"properties", "replacementstrings"})


def _folded_as_column(name: str) -> str:
    return name.strip().strip('"\ufeff').casefold()


def _folded(name: str) -> str:
    return "".join(folded_path(name))


def _true(name: str) -> str:
    """A name, decoded; as searched, each byte is one character."""
    name = name.strip().strip('"\ufeff')
    if name.isascii():
        return name
    try:
        return name.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return name
