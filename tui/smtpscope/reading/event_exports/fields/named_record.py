"""An event record from names with values, whichever tool chose the names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from smtpscope.reading.event_exports.fields.labelled_text import labelled_event
from smtpscope.reading.event_exports.fields.text_places import (
    GUESS,
    TextPlaces,
    empty_texts,
    path_of,
    short_texts,
    text_beside,
)
from smtpscope.reading.event_exports.messages.event_messages import holds_message
from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.providers import is_ours
from smtpscope.reading.record import EventRecord, Level
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.windows_event.event_fields import (
    AMBIGUOUS,
    TYPE_NAMES,
    EventFields,
    FoundValue,
    as_word,
    fields_of,
)
from smtpscope.reading.windows_event.event_values import binary_of, integer
from smtpscope.reading.windows_event.event_values import level_of as level_of_number
from smtpscope.reading.windows_event.levels import level_of, level_of_type
from smtpscope.reading.windows_event.string_forms import numbered, strings_of
from smtpscope.reading.windows_event.time_values import in_calendar, milliseconds_of_number

# DateTime as ConvertTo-Json of Windows PowerShell writes it: milliseconds since 1970 UTC, an offset that says nothing.
_MICROSOFT_DATE: Final = re.compile(r"\\?/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?/")
_EPOCH: Final = re.compile(r"(\d{9,19})(?:\.(\d{1,9}))?", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,10}|\d{1,3}(?:[,. \u00a0\u202f]\d{3}){1,3}")
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]{1,8}\b")
_IN_BRACKETS: Final = re.compile(r"\((\d{1,10})\)\s*$")
_SEPARATORS: Final = re.compile(r"[,. \u00a0\u202f]")
_STRINGS_OF_A_SENTENCE: Final = 5
_LONGEST_BINARY: Final = 1 << 16
_TIME_REACH: Final = 80
_RULE_LEVELS: Final = frozenset({"ruletitle", "rulename"})
_SYSLOG_LEVELS: Final[dict[int, Level]] = {
    0: "critical", 1: "critical", 2: "critical", 3: "error", 4: "warning", 5: "information", 6: "information",
    7: "verbose",
}  # fmt: skip
_OUR_NUMBERS: Final = frozenset({7002, 7004, 7010})
_SHORT_CHANNELS: Final = {"App": "Application", "Sys": "System"}


def named_record(
    event: Mapping[str, Any],
    *,
    file: str,
    offset: int,
    times: FileTimes,
    places: TextPlaces | None = None,
    sources: EventSources = NO_SOURCES,
    fields: EventFields | None = None,
) -> EventRecord | None:
    """The record in `event`, None if neither its source nor its message is that of an SMTP event, and it is not one of
    `sources`.

    `places` notes an unexpected place of an event's text; `fields` are those of the event, where they are known. Raises
    LogError when the file can't be read any more, to tell its line.
    """
    fields = fields_of(event) if fields is None else fields
    found = _message(fields)
    message = None if found is None else as_word(found.value)
    provider = provider_in(fields)
    if message is not None and (provider is None or not is_ours(provider)):
        labelled = labelled_event(message)
        if labelled is not None:
            # The text of a timeline has more than its columns.
            return named_record(
                {**{name: value for name, value in event.items() if not _is_message(fields, value)}, **labelled},
                file=file, offset=offset, times=times, places=places, sources=sources,
            )  # fmt: skip
    strings = strings_in(fields, message)
    event_id = event_id_in(fields)
    guess = None
    if provider is None or is_ours(provider):
        if (strings is None or len(strings) < _STRINGS_OF_A_SENTENCE) and not (message and holds_message(message)):
            beside = text_beside(event, sure=provider is not None)
            if beside is not None:
                strings, message, guess = None, beside[1], GUESS
                if places is not None:
                    places.note(beside[0], next(iter(empty_texts(fields)), ""), offset)
        elif strings is None and found is not None and places is not None:
            for empty in empty_texts(fields, found):
                places.note(path_of(event, found.value) or found.name, empty, offset, "noted")
    computer = fields.word("computer")
    if sources.wants(provider, event_id) and not (message is not None and holds_message(message)):
        pass
    elif provider is not None and not is_ours(provider):
        if message is None or not _is_ambiguous(fields, provider) or not holds_message(message):
            return None
        # If the source of a message is not an event source, it is the host that sent it.
        computer, provider = computer or provider, None
    elif provider is None and not _tells(message, event_id, strings):
        return None
    written = time_in(fields)
    if written is None and guess is not None:
        # Its form is unknown: a date in it is more likely that of the event than not.
        written = next(filter(None, map(find_time, short_texts(event))), None)
    if isinstance(written, WrittenTime):
        milliseconds = times.milliseconds(written)
        assumed = milliseconds is not None and written.zone_minutes is None
    else:
        milliseconds, assumed = written, False
    return EventRecord(
        file=file,
        offset=offset,
        time_ms=milliseconds,
        time_assumed=assumed,
        record_id=record_id_in(fields),
        event_id=event_id,
        level=level_in(fields, event),
        provider=provider,
        channel=channel_in(fields),
        computer=computer,
        strings=strings,
        message=None if message is None else plain_text(message),
        binary=_binary(fields),
        guess=guess,
    )


def written_time(event: Mapping[str, Any]) -> WrittenTime | int | None:
    """The time of `event`: milliseconds since 1970 UTC if it is a number, else as written, None if there is none."""
    return time_in(fields_of(event))


def _message(fields: EventFields) -> FoundValue | None:
    """The text of the event: the first with the message of an SMTP event, else the most reliable non-empty one."""
    first = None
    for each in fields.values("message"):
        text = as_word(each.value)
        if not text or text[0] in "{<":
            continue
        if holds_message(text):
            return each
        if each.name not in AMBIGUOUS:
            first = first or each
    return first


def time_in(fields: EventFields) -> WrittenTime | int | None:
    """See `written_time`."""
    for each in fields.values("time"):
        found = _time(each, fields)
        if found is not None:
            return found
    return None


def record_id_in(fields: EventFields) -> int | None:
    """The record number; `1,043` and `1.043` are the same number, formatted."""
    for each in fields.values("record_id"):
        number = number_of(as_word(each.value))
        if number is not None and number >= 0:
            return number
    return None


def event_id_in(fields: EventFields) -> int | None:
    """The event id: the low 16 bits of a number that may be signed, hexadecimal, or formatted."""
    for each in fields.values("event_id"):
        word = as_word(each.value)
        bracketed, hexadecimal = _IN_BRACKETS.search(word), _HEXADECIMAL.match(word)
        number = int(bracketed[1]) if bracketed else int(hexadecimal[0], 16) if hexadecimal else number_of(word)
        if number is not None:
            return number & 0xFFFF
    return None


def level_in(fields: EventFields, event: Mapping[str, Any]) -> Level | None:
    """The level by word or number; the level of a detection rule says nothing about the event."""
    levels = fields.values("level")
    if not levels or any(name.casefold() in _RULE_LEVELS for name in event if isinstance(name, str)):
        return None
    for each in levels:
        word = as_word(each.value)
        bracketed = _IN_BRACKETS.search(word)
        number = integer(word) if bracketed is None else None
        if number is None:
            level = level_of(word) or level_of(word.partition(" ")[0])
        elif each.name == "level" and _is_of_syslog(fields, event):
            level = _SYSLOG_LEVELS.get(number)
        elif each.name in TYPE_NAMES:
            # Splunk: the number of a level in newer versions, of a type in older ones. The word is in Type.
            level = None if "EventCode" in event else level_of_type(number)
        elif each.name == "eventlevel" and any(other.name == "eventlevelname" for other in levels):
            level = level_of_type(number)
        elif each.name.startswith("severity"):
            level = None
        else:
            level = level_of_number(number)
        if level is not None:
            return level
    return None


def _is_of_syslog(fields: EventFields, event: Mapping[str, Any]) -> bool:
    return "short_message" in event or any(each.name == "shortmessage" for each in fields.values("message"))


def strings_in(fields: EventFields, message: str | None = None) -> tuple[str, ...] | None:
    """The insertion strings in order, None if the event has none.

    With a `message`, a single text under a name with other meanings elsewhere does not count.
    """
    by_number = fields.numbered
    if by_number:
        return numbered(by_number)
    lone: tuple[str, ...] | None = None
    for each in fields.values("strings"):
        value = each.value
        if _holds_an_event(value) or (each.name == "data" and isinstance(value, list) and _all_numbers(value)):
            continue
        found = strings_of(value)
        if found is None:
            continue
        if len(found) > 1:
            return found
        shown = _shown(found[0])
        if shown is not None and (each.name not in AMBIGUOUS or message is None):
            lone = lone or (shown,)
    return lone


def _shown(text: str) -> str | None:
    """One text of strings, None if it only indicates strings, as in PowerShell: `{1, 0, mx, rcpt...}`."""
    if text.startswith("System.") and ("[" in text or " " not in text):
        return None
    if text.startswith("{") and text.endswith("}"):
        return None if text.endswith(("...}", "\u2026}")) or "System.Diag" in text else text[1:-1]
    return text


def _holds_an_event(value: Any) -> bool:
    if isinstance(value, str):
        return value.startswith("{") and '"System"' in value
    return isinstance(value, dict) and any(
        isinstance(inner, dict) and name.casefold() in ("system", "event", "win") for name, inner in value.items()
    )


def _all_numbers(value: list[Any]) -> bool:
    return bool(value) and len(value) <= _LONGEST_BINARY and all(type(each) is int for each in value)


def channel_in(fields: EventFields) -> str | None:
    """The channel by its full name."""
    channel = fields.word("channel")
    return None if channel is None else _SHORT_CHANNELS.get(channel, channel)


def provider_in(fields: EventFields) -> str | None:
    """The most reliable source, preferably one of ours, unless the field may not be a source at all."""
    first = None
    for each in fields.values("provider"):
        word = as_word(each.value)
        if not word:
            continue
        if is_ours(word):
            return word
        first = first or word
    return first


def _is_ambiguous(fields: EventFields, provider: str) -> bool:
    return (
        all(each.name in AMBIGUOUS for each in fields.values("provider") if as_word(each.value)) or not provider.strip()
    )


def _tells(message: str | None, event_id: int | None, strings: tuple[str, ...] | None) -> bool:
    """Whether an event without a source may be an SMTP event."""
    if message is not None and holds_message(message):
        return True
    return event_id in _OUR_NUMBERS and strings is not None


def _is_message(fields: EventFields, value: Any) -> bool:
    return any(each.value is value for each in fields.values("message"))


def _time(found: FoundValue, fields: EventFields) -> WrittenTime | int | None:
    value = found.value
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = next((value[key] for key in ("value", "Value", "timestamp", "#text", "$date") if key in value), None)
    if isinstance(value, str):
        return _time_in_text(value, found, fields)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return milliseconds_of_number(value)
    return None


def _time_in_text(value: str, found: FoundValue, fields: EventFields) -> WrittenTime | int | None:
    date = _MICROSOFT_DATE.fullmatch(value)
    if date:
        return in_calendar(int(date[1]))
    # Kibana formats dates like this.
    value = value[:_TIME_REACH].strip().replace(" @ ", " ")
    written = find_time(value)
    if written is None:
        number = _EPOCH.fullmatch(value)
        if number:
            return milliseconds_of_number(float(value) if number[2] else int(value))
        clock = next((as_word(each.value) for each in fields.values("clock") if each.name != found.name), "")
        zone = fields.word("zone") or ""
        written = find_time(f"{value} {clock}{f' {zone}' if zone in ('UTC', 'GMT', 'Z') else ''}") if clock else None
        if written is not None and fields.month_first and written.first <= 12:
            written = written._replace(ordered=True)
    if written is not None and written.zone_minutes is None and (found.utc or fields.in_utc):
        written = written._replace(zone_minutes=0)
    return written


def number_of(word: str) -> int | None:
    """The number that `word` is, perhaps formatted; None if it is not one."""
    return int(_SEPARATORS.sub("", word)) if _NUMBER.fullmatch(word) else None


def plain_text(message: str) -> str:
    """A message without the quotes around it and the line ends of Windows."""
    message = message.replace("\r\n", "\n").strip("\n")
    return message[1:-1] if len(message) > 1 and message[0] == message[-1] == '"' else message


def _binary(fields: EventFields) -> bytes | None:
    """The data after the strings: hexadecimal digits, or from Get-EventLog, the numbers of the bytes."""
    for each in fields.values("strings"):
        if each.name == "data" and isinstance(each.value, list) and _all_numbers(each.value):
            return bytes(number & 0xFF for number in each.value)
    for each in fields.values("binary"):
        found = binary_of(as_word(each.value))
        if found is not None:
            return found
    return None
