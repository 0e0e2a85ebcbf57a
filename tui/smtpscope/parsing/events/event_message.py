"""The messages of 7002, 7004 and 7010, written from and parsed into their six values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, cast

from smtpscope.parsing.events.message_wording import (
    BEFORE_FULL_COMMAND,
    CLOSING,
    INBOUND,
    OUTBOUND,
    EventMessage,
    Phrases,
    SixValues,
    Wording,
    wording_of,
)
from smtpscope.parsing.smtp_exchange import Certainty, Direction

_OPENING = re.compile(
    r"This is an SMTP protocol (?:(warning|error) )?log for virtual server ID ([^,\"\n]{0,32}), "
    r"connection #([^.\"\n]{0,32})\. {1,2}The (?:(remote host)|client at) \""
)
# Exchange writes two spaces before the last sentence, web pages keep only one.
_CERTAINTIES: tuple[tuple[str, Certainty], ...] = (
    ('".  This may ', "may"),
    ('".  This will probably ', "will probably"),
    ('". This may ', "may"),
    ('". This will probably ', "will probably"),
)


def render(event_id: int | None, values: Sequence[str]) -> str:
    """The message that Exchange's message file makes of `values` (%1 to %6; missing ones count as empty).

    An unknown id gets the outbound wording without level word and last sentence.
    """
    server, connection, host, command, reply, full = (*values[:6], *("",) * (6 - len(values[:6])))
    wording = wording_of(event_id)
    level = f"{wording.level} " if wording.level else ""
    phrases = INBOUND if wording.direction is Direction.INBOUND else OUTBOUND
    closing = f"  This {wording.certainty} {CLOSING}" if wording.certainty else ""
    return (
        f"This is an SMTP protocol {level}log for virtual server ID {server}, connection #{connection}. "
        f"{phrases.before_host}{host}{phrases.before_command}{command}{phrases.before_reply}{reply}"
        f'{BEFORE_FULL_COMMAND}{full}".{closing}'
    )


def parse(text: str) -> EventMessage | None:
    """The first event message in `text`, whatever surrounds it; None if there is none.

    Values are verbatim. Only damage from copying is repaired: line wraps, typographic quotes, entities, quotes doubled
    for CSV. Takes time linear in the length of `text` and never raises.
    """
    opening = _OPENING.search(text)
    if opening is not None:
        following = _OPENING.search(text, opening.end())
        found = None if following is None else _exact(text, opening, following.start(), followed=True)
        # A reply may quote the opening of a message; then this message continues after it.
        found = found or _exact(text, opening, len(text))
        if found is not None:
            if not _doubled(found.values):
                return found
            return parse(text.replace('""', '"'))
    return _parse_copied(text)


def _parse_copied(text: str) -> EventMessage | None:
    # Most logs hold no pasted text, and its patterns take long to compile.
    from smtpscope.parsing.events.pasted_message import parse_copied

    return parse_copied(text)


def parse_wording(text: str) -> Wording | None:
    """Only the fixed words, for a text whose values are known from elsewhere; None if it is not an event message."""
    opening = _OPENING.search(text)
    if opening is None:
        sentence = _parse_copied(text)
        return sentence.wording if sentence else None
    return _wording(opening, _certainty(text, text.rfind(CLOSING, opening.end())))


def _exact(text: str, opening: re.Match[str], end: int, *, followed: bool = False) -> EventMessage | None:
    """The message that begins with `opening`, if Exchange's own words come before `end`, letter by letter; without its
    last sentence where it is `followed` by another one behind its full command.

    Values may contain quotes, so only the fixed phrases separate: the reply extends to the last `". The full command
    sent was`.
    """
    phrases: Phrases = OUTBOUND if opening.group(4) else INBOUND
    host_end = text.find(phrases.before_command, opening.end(), end)
    if host_end < 0:
        return None
    command_start = host_end + len(phrases.before_command)
    command_end = text.find(phrases.before_reply, command_start, end)
    if command_end < 0:
        return None
    reply_start = command_end + len(phrases.before_reply)
    reply_end = text.rfind(BEFORE_FULL_COMMAND, reply_start, end)
    if reply_end < 0:
        return None
    full_start = reply_end + len(BEFORE_FULL_COMMAND)
    full_end, certainty = _end_of_command(text, full_start, end, followed=followed)
    if full_end is None:
        return None
    values = SixValues(
        opening.group(2),
        opening.group(3),
        text[opening.end() : host_end],
        text[command_start:command_end],
        text[reply_start:reply_end],
        text[full_start:full_end],
    )
    return EventMessage(_wording(opening, certainty), values)


def _end_of_command(text: str, start: int, end: int, *, followed: bool) -> tuple[int | None, Certainty | None]:
    """Where the full command that begins at `start` ends, and what the sentence behind it says; None without one."""
    closing = text.rfind(CLOSING, start, end)
    for words, certainty in _CERTAINTIES:
        full_end = closing - len(words)
        if full_end >= start and text.startswith(words, full_end):
            return full_end, certainty
    quote = text.find('"', start, end) if followed else -1
    return (None if quote < 0 else quote), None


def _wording(opening: re.Match[str], certainty: Certainty | None) -> Wording:
    direction = Direction.OUTBOUND if opening.group(4) else Direction.INBOUND
    return Wording(direction, cast(Literal["warning", "error"] | None, opening.group(1)), certainty)


def _certainty(text: str, closing: int) -> Certainty | None:
    for words, certainty in _CERTAINTIES:
        if closing >= 0 and text.endswith(words, 0, closing):
            return certainty
    return None


def _doubled(values: SixValues) -> bool:
    """Whether the text is a CSV cell with its quotes still doubled: no server starts each value with a quote."""
    return all(
        len(value) >= 2 and value.startswith('"') and value.endswith('"')
        for value in (values.remote_host, values.command, values.reply, values.full_command)
    )
