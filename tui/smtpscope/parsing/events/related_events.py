"""Exchanges from events other than 7002, 7004 and 7010, by their strings or their message."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from smtpscope.parsing.events.insertion_strings import Substitute, listed
from smtpscope.parsing.events.message_wording import event_number
from smtpscope.parsing.events.related_event_forms import (
    FORMS,
    OPENING,
    QUOTES,
    RELATED_IDS,
    UNKNOWN_COMMAND,
    UNKNOWN_COMMAND_ID,
    RelatedForm,
)
from smtpscope.parsing.remote_host import parse_remote_host
from smtpscope.parsing.reply import is_reply
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.reading.record import EventRecord, SmtpExchangeRecord

_FILTER: Final = "smtpevt"
_LONGEST_VALUE: Final = 2_048
_MOST_OPENINGS: Final = 4
"""How often the first words of a message may occur before the message itself."""

_ENDPOINT = re.compile(r"(?:\[([^\s\[\]]{1,255})\]|([^\s:\[\]]{1,255})):[0-9]{1,5}")
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_ERROR_CODE = re.compile(r"(?:0x)?[0-9a-fA-F]{1,10}|-[0-9]{1,10}")
_WORD = re.compile(r"[^\s]{1,255}")
_LINE = re.compile(r"[^\r\n]{1,512}")
_SENTENCE = re.compile(r"\s*\S+\s+\S")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_UNKNOWN_COMMAND = re.compile(r"\s+".join(UNKNOWN_COMMAND.split()), re.IGNORECASE)
# The function names of X-EXPS show whether it was server or client (seen: OnEXPSInNegotiate).
_AS_CLIENT = re.compile(r"EXPSOut|ClientNegotiate", re.IGNORECASE)


class RelatedEvent(NamedTuple):
    """The content of an event; `mailbox` and `connector` are None, other texts "", if it does not name them.

    `reply` is the server's reply, or without one, the event's own words for what went wrong.
    """

    direction: Direction
    remote_host: str
    connector: str | None
    mailbox: str | None
    command: str
    reply: str


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value.strip()) is not None


# These identify the insertion strings: an event number alone has had other meanings in other versions.
_SHAPES: Final[dict[str, Callable[[str], bool]]] = {
    "connector": _matches(_LINE),
    "host": lambda value: not value.strip() or _WORD.fullmatch(value.strip()) is not None,
    "address": lambda value: parse_remote_host(_host(value)).address,
    "target": _matches(_WORD),
    "domain": _matches(_WORD),
    "error": _matches(_WORD),
    "mechanism": _matches(_WORD),
    "verb": _matches(_WORD),
    "reply": is_reply,
    "status": _matches(_STATUS),
    "recipient": lambda value: ("@" in value or ";" in value) and _LINE.fullmatch(value.strip()) is not None,
    "message id": lambda value: "@" in value or value.strip()[:1] == "<" or not value.strip(),
    "maximum": lambda value: value.strip().isdecimal(),
    "error code": _matches(_ERROR_CODE),
    "reason": lambda value: _SENTENCE.match(value) is not None,
}


def related_by_values(record: EventRecord) -> SmtpExchangeRecord | None:
    """The content of `record`, by its insertion strings or data; None if it is not a related event."""
    provider = (record.provider or "").strip()
    number = None if record.event_id is None else event_number(record.event_id)
    event = None
    if provider.casefold() == _FILTER:
        event = unknown_command(number, record.message or " ".join(record.strings or ()), record.binary)
    elif record.strings:
        event = from_strings(number, provider, record.strings)
    return None if event is None else _record_of(record, number, event)


def related_by_sentence(record: EventRecord, texts: Sequence[str]) -> SmtpExchangeRecord | None:
    """The content of a message in one of `texts` of `record`; None if there is none. Any provider will do."""
    number = None if record.event_id is None else event_number(record.event_id)
    for text in texts:
        event = from_sentence(text, record.provider)
        if event is not None:
            return _record_of(record, number, event)
    return None


def related_by_substitute(record: EventRecord, substitute: Substitute) -> SmtpExchangeRecord | None:
    """The content of values that a viewer listed without the message; None if they are not of a related event."""
    number = event_number(substitute.event_id)
    provider = record.provider or substitute.source
    for count in sorted({len(form.names) for form in FORMS if number in form.ids}):
        event = from_strings(number, provider, listed(substitute.listing, count))
        if event is not None:
            return _record_of(record, number, event)
    return None


def _record_of(record: EventRecord, number: int | None, event: RelatedEvent) -> SmtpExchangeRecord:
    return SmtpExchangeRecord(
        record.file,
        record.offset,
        record.time_ms,
        record.time_assumed,
        event.direction.value,
        record.provider,
        record.computer,
        event.connector,
        event.remote_host,
        event.command.partition(" ")[0],
        event.command,
        event.reply,
        event.mailbox,
        event_id=number,
        record_id=record.record_id,
        level=record.level,
        channel=record.channel,
        salvaged=record.salvaged,
    )


def from_strings(event_id: int | None, provider: str, strings: Sequence[str]) -> RelatedEvent | None:
    """The event with these insertion strings, None if id, provider or strings belong to another event.

    `event_id` is the 16 bits that people know. Never raises.
    """
    if event_id not in RELATED_IDS:
        return None
    given = list(strings)
    for form in FORMS:
        if event_id not in form.ids or provider.strip().casefold() not in form.providers:
            continue
        named = given
        while len(named) > len(form.names) and not named[-1].strip():
            named = named[:-1]
        if len(named) == len(form.names) and all(
            _SHAPES[name](value) if name in _SHAPES else True for name, value in zip(form.names, named, strict=True)
        ):
            return _event(form, dict(zip(form.names, named, strict=True)))
    return None


def from_sentence(text: str, provider: str | None = None) -> RelatedEvent | None:
    """The event whose message is in `text` and that `provider` (None: not named) writes; else None.

    Takes time linear in the length of `text` and never raises.
    """
    if OPENING.search(text) is None:
        return None
    # Most logs hold no pasted text, and its patterns take long to compile.
    from smtpscope.parsing.events.pasted_message import without_packing

    text = without_packing(text)
    for form in FORMS:
        if provider is not None and provider.strip().casefold() not in form.providers:
            continue
        values = _values_in(form, text)
        if values is not None:
            return _event(form, values)
    return None


def unknown_command(event_id: int | None, text: str, data: bytes | None) -> RelatedEvent | None:
    """The event of ISA Server's SMTP filter with its command in `data`; None if it is another event.

    Source: Microsoft KB 818222.
    """
    is_unknown_command = _UNKNOWN_COMMAND.search(text) is not None
    if not is_unknown_command and (event_id != UNKNOWN_COMMAND_ID or not data):
        return None
    command = (data or b"").partition(b"\0")[0].decode("latin-1")
    return RelatedEvent(Direction.INBOUND, "", None, None, command, UNKNOWN_COMMAND)


def _values_in(form: RelatedForm, text: str) -> dict[str, str] | None:
    first, *others = form.phrases
    for number, opening in enumerate(first.finditer(text)):
        if number == _MOST_OPENINGS:
            return None
        values = _values_behind(form, others, text, opening.end())
        if values is not None:
            return values
    return None


def _values_behind(
    form: RelatedForm, phrases: Sequence[re.Pattern[str]], text: str, position: int
) -> dict[str, str] | None:
    values = {}
    for name, phrase in zip(form.names, phrases, strict=True):
        if form.ends and name == form.names[-1]:
            values[name] = _unwrapped(name, _last_value(text[position:], form.closing))
            break
        found = phrase.search(text, position, position + _LONGEST_VALUE)
        if found is None:
            return None
        values[name] = _unwrapped(name, text[position : found.start()])
        position = found.end()
    return values


def _last_value(rest: str, closing: str) -> str:
    """The value at the beginning of `rest`, up to the end of the message or the additions of viewers."""
    from smtpscope.parsing.events.pasted_message import FOOTER

    for mark in (_BLANK_LINE, FOOTER):
        found = mark.search(rest)
        if found is not None:
            rest = rest[: found.start()]
    rest = rest.rstrip()
    for sign in reversed(closing):
        if rest and (rest[-1] == sign or (sign in QUOTES and rest[-1] in QUOTES)):
            rest = rest[:-1]
    return rest


def _unwrapped(name: str, value: str) -> str:
    if "\n" in value:
        from smtpscope.parsing.events.pasted_message import unwrapped

        value = unwrapped(value)
    return value if name == "reply" else value.strip()


def _event(form: RelatedForm, values: Mapping[str, str]) -> RelatedEvent:
    connector, recipient = values.get("connector"), values.get("recipient")
    reply = values["reply"] if form.reply == "{reply}" else _filled(form.reply, values)
    direction = form.direction
    command = values.get("verb", "").strip()
    if "caller" in values:
        command = "X-EXPS"
        if _AS_CLIENT.search(f"{values['caller']} {values['function']}"):
            direction = Direction.OUTBOUND
    return RelatedEvent(
        direction,
        _host(values.get("host") or values.get("address") or _service_host(values.get("target", ""))),
        None if connector is None else connector.strip().strip(QUOTES) or None,
        None if recipient is None else _address(recipient),
        command,
        reply,
    )


def _filled(reply: str, values: Mapping[str, str]) -> str:
    """Each name once: a value that looks like a name is not replaced again."""
    return re.sub(r"\{([a-z ]+)\}", lambda name: values[name[1]].strip(), reply)


def _host(text: str) -> str:
    """The host in `text` without quotes and port."""
    text = text.strip().strip(QUOTES)
    endpoint = _ENDPOINT.fullmatch(text)
    return (endpoint[1] or endpoint[2]) if endpoint else text


def _service_host(target: str) -> str:
    """The host of a service principal name ("SMTPSVC/mail.example.com")."""
    return target.strip().strip(QUOTES).rpartition("/")[2]


def _address(recipient: str) -> str:
    """`rfc822;user@example.com` (RFC 3464 section 2.3.2) without the type of the address."""
    _, separator, address = recipient.strip().partition(";")
    return (address if separator else recipient).strip().strip("<>")
