"""The facts in a log line before its message, in any order: level, event id, provider, channel, computer."""

from __future__ import annotations

import re

from msgspec import Struct

from smtpscope.reading.providers import is_ours
from smtpscope.reading.record import Level
from smtpscope.reading.windows_event.levels import level_of

_OUR_EVENT_IDS = frozenset({7002, 7004, 7010})
_CHANNELS = {"application": "Application", "system": "System"}
_WORD = re.compile(r"[^\s,;|\[\](){}<>\"'`=]+")
_FIELD_SEPARATOR = re.compile(r"\"?\s*[,;|\t]\s*\"?")
_HOST = re.compile(
    r"(?=[^.]*[A-Za-z]|\d{1,3}(?:\.\d{1,3}){3}$)[A-Za-z0-9][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_-]{1,63}){0,8}\.?"
)
_NAMED_HOST = re.compile(
    r"\b(?:computer|computername|machine|machinename|host|hostname|server)\s?[=:]\s?\"?([A-Za-z0-9][A-Za-z0-9._-]{0,253})",
    re.IGNORECASE,
)
_SURE_HOST = re.compile(r"[A-Za-z].*[0-9-]|.*[.]")
_SECURITY_ID = re.compile(r"S-1-\d", re.IGNORECASE)
_PROSE = """
a an and at by category classic com computer date description event event_id eventid eventlog evt for from gmt host
hostname id in is level log logged logname machine message msg name new no none null of on protocol provider record
reply said security see server smtp source sourcename system text that the this time to type user utc was we windows
with mon tue wed thu fri sat sun
"""
_NOT_HOSTS = frozenset(_PROSE.split())


class LineLabels(Struct, frozen=True):
    """None if the line does not say."""

    level: Level | None = None
    event_id: int | None = None
    provider: str | None = None
    channel: str | None = None
    computer: str | None = None


def read_labels(text: str, event_ids: frozenset[int] = _OUR_EVENT_IDS) -> LineLabels:
    """The labels in `text`, a line up to its message, without the time.

    Level words, event ids (the one nearest to the message) and providers are recognised as such. The computer is the
    token labelled so, else the likeliest of the rest; words of prose can be mistaken for it, so a token that looks like
    a host name (a digit, a hyphen, a dot) is preferred.
    """
    text = text[-512:]
    columns = "\t" in text or text.count(",") >= 2 or text.count(";") >= 2 or text.count("|") >= 2
    tokens = [field.strip(" \r\n\"'") for field in _FIELD_SEPARATOR.split(text)] if columns else _WORD.findall(text)
    level: Level | None = None
    event_id: int | None = None
    provider: str | None = None
    channel: str | None = None
    hosts: list[str] = []
    for token in tokens:
        word = token.rstrip(":").removeprefix("#")
        if word.isdecimal():
            number = int(word[:10]) & 0xFFFF
            event_id = number if number in event_ids else event_id
        elif (found := level_of(word)) is not None:
            level = level or found
        elif is_ours(word):
            provider = word
        elif word.casefold() in _CHANNELS and channel is None:
            channel = _CHANNELS[word.casefold()]
        elif _is_host(word):
            hosts.append(word)
    named = _NAMED_HOST.search(text)
    return LineLabels(level, event_id, provider, channel, named[1] if named else _likeliest(hosts, columns=columns))


def _is_host(word: str) -> bool:
    return (
        len(word) <= 253
        and _HOST.fullmatch(word) is not None
        and word.casefold() not in _NOT_HOSTS
        and _SECURITY_ID.match(word) is None
    )


def _likeliest(hosts: list[str], *, columns: bool) -> str | None:
    if not hosts:
        return None
    # In tables of Event Viewer, the computer comes after the user.
    ordered = hosts[::-1] if columns else hosts
    return next((host for host in ordered if _SURE_HOST.match(host)), ordered[0])
