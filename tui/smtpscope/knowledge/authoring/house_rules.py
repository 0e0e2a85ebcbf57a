"""The style rules for bundled entries, checked by `kb check --strict`: complete, short, plain, safe to paste."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, get_args
from urllib.parse import urlsplit

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.categories import ALL_CATEGORIES
from smtpscope.knowledge.entry import Check, Entry, Side, Tool
from smtpscope.knowledge.files.knowledge_files import read_entries
from smtpscope.knowledge.platform import Platform
from smtpscope.knowledge.platform_filter import AdviceContext
from smtpscope.parsing.smtp_exchange import Direction

_LENGTHS: Final[Mapping[str, tuple[int, int]]] = {
    "title": (9, 60),
    "meaning": (80, 350),
    "duration_note": (20, 320),
    "reading": (20, 240),
    "who_note": (10, 200),
    "ignore_when": (5, 400),
    "over_when": (5, 400),
    "actions": (1, 420),
    "sources.title": (10, 200),
}
"""Characters of a text; what one server is shown of ignore_when and over_when is shorter."""

_COUNTS: Final[Mapping[str, tuple[int, int]]] = {
    "causes": (2, 5),
    "checks": (2, 6),
    "avoid": (1, 3),
    "sources": (1, 4),
    "actions": (2, 5),
}
"""Members of a list: as many as one reads in five minutes."""

_LONGEST_COMMAND: Final = 110
_LONGEST_ACTION_SHOWN: Final = 170
_BEGINNINGS: Final[Mapping[Tool, tuple[str, ...]]] = {
    "dns": ("nslookup ",),
    "telnet": ("telnet ",),
    "openssl": ("openssl s_client ",),
    "powershell": ("Get-", "Test-", "Resolve-"),
    "exchange 2007+": ("Get-", "Test-"),
    "exchange 2003": ("Servers > ", "Exchange System Manager > ", "Active Directory Users and Computers > ", "Event "),
    "read": ("https://", "http://"),
}
"""What an administrator types into each tool; one that is not here has no fixed beginning."""

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OPEN: Final = re.compile(r"\b(TODO|TBD|FIXME|XXX|lorem)\b")
_MARKUP: Final = re.compile(r"\*\*|__|`|</?[a-z]+>|\[/")
_PROMISE: Final = re.compile(r"\b(will be delivered|will be lost|is guaranteed|simply)\b")
_CHANGES: Final = re.compile(
    r"\b(Remove|Restart|Stop|New|Clear|Disable)-\w"
    r"|^(del|rd|erase|iisreset|shutdown|net stop|reg (add|delete))\b"
    r"|Set-(?!.*-ProtocolLoggingLevel Verbose$)"
)
_RFC: Final = re.compile(r"RFC (\d+)(?:, section ([\d.]+))?")


class _Odd(NamedTuple):
    """A field that breaks a style rule, the reason, and the fix."""

    field: str
    what: str
    remedy: str


def against_house_rules(folder: Path) -> Iterator[KnowledgeError]:
    """Where the entries of `folder` break the style rules of the bundled ones."""
    for path, entry in read_entries(folder):
        for odd in _odd(entry):
            yield KnowledgeError(
                where=f"{path}, entry {entry.id!r}, field {odd.field}", what=odd.what, remedy=odd.remedy
            )


def _odd(entry: Entry) -> Iterator[_Odd]:
    if not _ID.fullmatch(entry.id):
        yield _Odd("id", "is not a name of words with hyphens", "Write it as in mailbox-full")
    if entry.id in ALL_CATEGORIES and entry.category != entry.id:
        yield _Odd("category", f"the general entry of {entry.id} belongs to another cause", f'Write "{entry.id}"')
    for field, text in _texts(entry):
        yield from _in_text(field, text)
        yield from _in_sentence(field, text)
    for field, count in _counts(entry):
        fewest, most = _COUNTS[field.rpartition(".")[2]]
        if not fewest <= count <= most:
            yield _Odd(field, f"there are {count}", f"Write {fewest} to {most}")
    for field, several in (("causes", entry.causes), ("avoid", entry.avoid), ("checks", _check_texts(entry))):
        for text, count in Counter(several).items():
            if count > 1:
                yield _Odd(field, f"{text!r} appears twice", "Leave one out")
    for check in entry.checks:
        yield from _in_check(check)
    yield from _in_sources(entry)
    for direction in (Direction.OUTBOUND, Direction.INBOUND):
        yield from _for_each_server(entry, direction)


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    """Pairs of a field and its text, for all fields that hold prose."""
    for field in ("title", "meaning", "duration_note", "ignore_when", "over_when"):
        yield field, getattr(entry, field)
    for field, several in (("causes", entry.causes), ("avoid", entry.avoid)):
        yield from ((field, text) for text in several)
    for name, side in (("outbound", entry.outbound), ("inbound", entry.inbound)):
        yield f"{name}.reading", side.reading
        yield f"{name}.who_note", side.who_note
        yield from ((f"{name}.actions", text) for text in side.actions)
    yield from (("checks.what", check.what) for check in entry.checks)
    yield from (("sources.title", source.title) for source in entry.sources)


def _counts(entry: Entry) -> Iterator[tuple[str, int]]:
    for field in ("causes", "checks", "avoid", "sources"):
        yield field, len(getattr(entry, field))
    yield "outbound.actions", len(entry.outbound.actions)
    yield "inbound.actions", len(entry.inbound.actions)


def _check_texts(entry: Entry) -> list[str]:
    return [check.what + check.command for check in entry.checks]


def _in_text(field: str, text: str) -> Iterator[_Odd]:
    if not text or text != text.strip():
        yield _Odd(field, "is empty or ends with a space", "Write a sentence")
    if not (text.isascii() and text.isprintable()) or "  " in text:
        yield _Odd(field, f"{text!r} is not plain ASCII on one line with single spaces", "Write it so")
    for pattern, what in ((_OPEN, "is not finished"), (_MARKUP, "contains markup"), (_PROMISE, "promises too much")):
        found = pattern.search(text)
        if found is not None:
            yield _Odd(field, f"{text!r} {what}: {found[0]}", "Say it in plain words")
    fewest, most = _LENGTHS.get(field.removeprefix("outbound.").removeprefix("inbound."), (1, len(text)))
    if not fewest <= len(text) <= most:
        yield _Odd(field, f"has {len(text)} characters", f"Write {fewest} to {most}")


def _in_sentence(field: str, text: str) -> Iterator[_Odd]:
    if field == "title":
        if text.endswith("."):
            yield _Odd(field, "is a title with a full stop", "Leave it out")
    elif not field.startswith(("checks", "sources")) and not text.endswith((".", "?")):
        yield _Odd(field, f"{text!r} has no full stop", "End it with one")


def _in_check(check: Check) -> Iterator[_Odd]:
    field, command = "checks.command", check.command
    beginnings = _BEGINNINGS.get(check.tool, ("",))
    if command and not command.startswith(beginnings):
        yield _Odd(field, f"{command!r} is not a command for {check.tool}", f"Begin it with {' or '.join(beginnings)}")
    if not command and check.tool != "read":
        yield _Odd(field, f"the check {check.what!r} has none", f"Write the command to type into {check.tool}")
    if not command.isascii() or not (command.isprintable() or not command) or "  " in command:
        yield _Odd(field, f"{command!r} is not plain ASCII on one line with single spaces", "Write it so")
    if len(command) > _LONGEST_COMMAND:
        yield _Odd(field, f"{command!r} has {len(command)} characters", f"Use at most {_LONGEST_COMMAND}")
    found = _CHANGES.search(command)
    if found is not None:
        yield _Odd(field, f"{command!r} changes something: {found[0]}", "A check must only read")
    for side, value in (("inbound", "{our_address}"), ("outbound", "{client_address}")):
        if check.applies_to == side and value in command:
            yield _Odd(field, f"{command!r} is {side} and asks for {value}", "Use the IP address of the other side")
    if "MaxMessageSize" in command and not command.startswith(
        {"outbound": "Get-SendConnector", "inbound": "Get-ReceiveConnector"}.get(check.applies_to, "-")
    ):
        yield _Odd(field, f"{command!r} is not at the connector of that direction", "Ask the connector mail takes")
    if command == "nslookup {reversed_address}.zen.spamhaus.org" and "127.255.255.x is an error" not in check.what:
        yield _Odd(
            "checks.what",
            "takes an error of Spamhaus for a listing",
            "Say that 127.255.255.x is an error, not a listing",
        )
    if check.tool == "shell" and not check.platforms:
        yield _Odd("checks.platforms", f"{command!r} is for one system only and does not say which", "Name the servers")


def _in_sources(entry: Entry) -> Iterator[_Odd]:
    for source in entry.sources:
        if not source.url:
            continue
        parts = urlsplit(source.url)
        if parts.scheme not in ("http", "https") or "." not in parts.netloc or " " in source.url:
            yield _Odd("sources.url", f"{source.url!r} is not a full URL", "Write it from https:// on")
        named = _RFC.match(source.title)
        if named is not None and "rfc-editor" in source.url:
            number, section = named.groups()
            wrong = "#" in source.url and not source.url.endswith(f"#section-{section}")
            if f"/rfc{number}" not in source.url or wrong:
                yield _Odd("sources.url", f"{source.url!r} is not what {named[0]} says", "Make the two agree")


def _for_each_server(entry: Entry, direction: Direction) -> Iterator[_Odd]:
    """Checks what a reader sees for each mail server: no part is empty, and none has too many items."""
    side: Side = entry.inbound if direction is Direction.INBOUND else entry.outbound
    for platform in get_args(Platform):
        given = AdviceContext(direction, platform)
        reader = f"for {direction.value} mail on {platform}"
        if not given.checks(entry.checks, ()):
            yield _Odd("checks", f"none {reader}", "Add one that every server has")
        for field in ("meaning", "duration_note", "ignore_when", "over_when"):
            if len(given.text(getattr(entry, field))) < 5:
                yield _Odd(field, f"says nothing {reader}", "Add a sentence for all")
        for field, several in (("causes", entry.causes), ("avoid", entry.avoid), ("actions", side.actions)):
            if not given.texts(several):
                yield _Odd(field, f"none {reader}", "Add one for all")
        longest = max((len(text) for text in given.texts(side.actions)), default=0)
        if longest > _LONGEST_ACTION_SHOWN:
            yield _Odd(
                f"{direction.value}.actions",
                f"one has {longest} characters {reader}",
                f"Use at most {_LONGEST_ACTION_SHOWN}, or split it by server",
            )
