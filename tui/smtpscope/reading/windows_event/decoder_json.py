"""The event record from the JSON of the Rust decoder.

Its shapes: EventID is a number or `{"#attributes": {"Qualifiers": 32772}, "#text": 7002}`; numbers may be strings;
EventData is null, `{"Data": {"#text": ["a", "b"]}}`, `{"Data": "a"}` or has a key for each named value.
"""

from __future__ import annotations

import msgspec

from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.record import EventRecord
from smtpscope.reading.windows_event.event_values import (
    binary_of,
    event_id_of,
    insertion_strings,
    integer,
    level_of,
    time_of,
)
from smtpscope.reading.windows_event.filetime import milliseconds

_NULL = msgspec.Raw(b"null")
_Scalar = int | float | str | None


class _Text(msgspec.Struct):
    text: _Scalar = msgspec.field(name="#text", default=None)


class _ProviderAttributes(msgspec.Struct):
    name: str | None = msgspec.field(name="Name", default=None)


class _Provider(msgspec.Struct):
    attributes: _ProviderAttributes | None = msgspec.field(name="#attributes", default=None)


class _TimeAttributes(msgspec.Struct):
    system_time: str | None = msgspec.field(name="SystemTime", default=None)


class _TimeCreated(msgspec.Struct):
    attributes: _TimeAttributes | None = msgspec.field(name="#attributes", default=None)


class _System(msgspec.Struct):
    provider: _Provider | None = msgspec.field(name="Provider", default=None)
    event_id: _Scalar | _Text = msgspec.field(name="EventID", default=None)
    level: _Scalar | _Text = msgspec.field(name="Level", default=None)
    time_created: _TimeCreated | None = msgspec.field(name="TimeCreated", default=None)
    record_id: _Scalar | _Text = msgspec.field(name="EventRecordID", default=None)
    channel: _Scalar | _Text = msgspec.field(name="Channel", default=None)
    computer: _Scalar | _Text = msgspec.field(name="Computer", default=None)


class _Rendering(msgspec.Struct):
    message: _Scalar | _Text = msgspec.field(name="Message", default=None)


class _Event(msgspec.Struct):
    system: _System | None = msgspec.field(name="System", default=None)
    event_data: msgspec.Raw = msgspec.field(name="EventData", default=_NULL)
    user_data: msgspec.Raw = msgspec.field(name="UserData", default=_NULL)
    rendering: _Rendering | None = msgspec.field(name="RenderingInfo", default=None)


class _Document(msgspec.Struct):
    event: _Event | None = msgspec.field(name="Event", default=None)


_decoder = msgspec.json.Decoder(_Document)


def event_record(
    text: str, *, file: str, offset: int, filetime: int, sources: EventSources = NO_SOURCES
) -> EventRecord | None:
    """The event in `text`, None if its provider is unrelated and it is not one of `sources`.

    `file` and `offset` are passed on, `filetime` (of the record's header) is the time if the event has none. Raises
    msgspec.DecodeError (or its child ValidationError) if `text` is not an event as described above.
    """
    event = _decoder.decode(text).event
    system = None if event is None else event.system
    if event is None or system is None:
        raise msgspec.ValidationError("an event without a System element")
    attributes = None if system.provider is None else system.provider.attributes
    provider = None if attributes is None else attributes.name
    event_id = event_id_of(_plain(system.event_id))
    if not sources.reads(provider, event_id):
        return None
    time = None if system.time_created is None else system.time_created.attributes
    time_ms = time_of(None if time is None else time.system_time)
    data = msgspec.json.decode(event.event_data if event.user_data == _NULL else event.user_data)
    return EventRecord(
        file=file,
        offset=offset,
        time_ms=milliseconds(filetime) if time_ms is None else time_ms,
        time_assumed=False,
        record_id=integer(_plain(system.record_id)),
        event_id=event_id,
        level=level_of(integer(_plain(system.level))),
        provider=provider,
        channel=_word(system.channel),
        computer=_word(system.computer),
        strings=insertion_strings(data),
        message=None if event.rendering is None else _word(event.rendering.message),
        binary=binary_of(data.get("Binary")) if isinstance(data, dict) and event.user_data == _NULL else None,
    )


def _plain(value: _Scalar | _Text) -> _Scalar:
    return value.text if isinstance(value, _Text) else value


def _word(value: _Scalar | _Text) -> str | None:
    plain = _plain(value)
    return None if plain is None else str(plain)
