"""The schema of converted exchanges: what `smtpscope convert` writes, and how it becomes a record again."""

from __future__ import annotations

from typing import Annotated, Any, Final, cast

import msgspec

from smtpscope.reading.record import Certainty, Level, Side, SmtpExchangeRecord

SCHEMA: Final = "smtpscope.exchange/1"
"""Columns may be added to a version, and readers ignore unknown ones; any other change makes a new version."""
ECS_PREFIX: Final = "smtpscope."
"""The prefix of our fields in a document of the Elastic Common Schema."""

_LARGEST: Final = (1 << 63) - 1
_Whole = Annotated[int, msgspec.Meta(ge=-_LARGEST, le=_LARGEST)]
# The years 1 to 9999, the range of datetime.
_Time = Annotated[int, msgspec.Meta(ge=-62_135_596_800_000, le=253_402_300_799_999)]
_LONGEST_REASON: Final = 160


class OwnFields(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The fields of an exchange; see `SmtpExchangeRecord`. Missing ones have these defaults.

    `origin_file` and `origin_place` are file and offset in the log that was converted.
    """

    schema: str
    time_ms: _Time | None = None
    origin_place: _Whole | None = None
    record_id: _Whole | None = None
    connection: _Whole | None = None
    time_assumed: bool = False
    event_id: _Whole | None = None
    level: Level | None = None
    provider: str | None = None
    channel: str | None = None
    computer: str | None = None
    direction: Side
    virtual_server: _Whole | None = None
    certainty: Certainty | None = None
    text_level: Level | None = None
    problem: str | None = None
    salvaged: bool = False
    connector: str | None = None
    guess: str | None = None
    origin_file: str = ""
    remote_host: str = ""
    given_command: str = ""
    full_command: str = ""
    beside_mailbox: str | None = None
    reply: str = ""


# Renamed one by one: `rename` in a subclass does not affect inherited fields.
_ECS_FIELDS = [
    (each.name, each.type) if each.required else (each.name, each.type, each.default)
    for each in msgspec.structs.fields(OwnFields)
]
EcsFields: Final = cast(
    type[OwnFields],
    msgspec.defstruct(
        "EcsFields",
        _ECS_FIELDS,
        bases=(OwnFields,),
        rename=lambda name: ECS_PREFIX + name,
        frozen=True,
        kw_only=True,
        gc=False,
    ),
)
"""The same with the dotted names of the Elastic Common Schema."""


OWN_NAMES: Final = OwnFields.__struct_fields__
TEXT_NAMES: Final = frozenset(
    {
        *("schema", "level", "provider", "channel", "computer", "direction", "certainty", "text_level", "problem"),
        *("connector", "guess", "origin_file", "remote_host", "given_command", "full_command", "beside_mailbox"),
        "reply",
    }
)
"""Those of `OWN_NAMES` with text."""
SWITCH_NAMES: Final = frozenset({"time_assumed", "salvaged"})
"""Those with booleans; all others are integers."""


class NoExchangeError(Exception):
    """Something in a converted file is not an exchange; the message is the reason, without a full stop."""


def checked(fields: OwnFields) -> OwnFields:
    """`fields` if they are of this schema. Raises NoExchangeError."""
    if fields.schema != SCHEMA:
        raise NoExchangeError(f"It is written in the schema {fields.schema[:40]}, which only other versions can read")
    return fields


def fields_of(values: dict[str, Any], *, written: bool = False) -> OwnFields:
    """The fields among `values`; `written` means that numbers and booleans are still text.

    Raises NoExchangeError.
    """
    # Foreign names may contain a lone surrogate, which msgspec rejects.
    known = {name: values[name] for name in OWN_NAMES if name in values}
    try:
        return checked(msgspec.convert(known, OwnFields, strict=not written))
    except msgspec.ValidationError as error:
        raise NoExchangeError(f"Not an exchange: {str(error)[:_LONGEST_REASON]}") from error
    except UnicodeError as error:
        raise NoExchangeError("Not an exchange: a value contains half a surrogate pair") from error


def record_of(fields: OwnFields, file: str, offset: int) -> SmtpExchangeRecord:
    """The record at `offset` of the converted `file`."""
    return record_with(file, offset, *msgspec.structs.astuple(fields))


def record_with(
    file: str,
    offset: int,
    schema: str,
    time_ms: int | None,
    origin_place: int | None,
    record_id: int | None,
    connection: int | None,
    time_assumed: bool,
    event_id: int | None,
    level: Level | None,
    provider: str | None,
    channel: str | None,
    computer: str | None,
    direction: Side,
    virtual_server: int | None,
    certainty: Certainty | None,
    text_level: Level | None,
    problem: str | None,
    salvaged: bool,
    connector: str | None,
    guess: str | None,
    origin_file: str,
    remote_host: str,
    given_command: str,
    full_command: str,
    beside_mailbox: str | None,
    reply: str,
) -> SmtpExchangeRecord:
    """The same with all of `OWN_NAMES` in order, already checked."""
    return SmtpExchangeRecord(
        file,
        offset,
        time_ms,
        time_assumed,
        direction,
        provider,
        computer,
        connector,
        remote_host,
        given_command,
        full_command,
        reply,
        beside_mailbox,
        guess,
        event_id,
        record_id,
        level,
        channel,
        virtual_server,
        connection,
        certainty,
        text_level,
        problem,
        salvaged,
    )
