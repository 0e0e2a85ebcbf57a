"""The fields of the filter language: one table that feeds the parser, the help, the completion and the documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smtpscope.store.vocabularies import WHO_ACTS

FieldKind = Literal["text", "host", "mailbox", "verb", "code", "name", "choice", "number", "time"]
"""How the values of a field are read: see `filter_values.py`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` and `aliases` are what people write before the colon; `choices` are all words it takes, each
    of which may be cut short. `matches` says what it looks at, `help` is its help line.
    """

    name: str
    kind: FieldKind
    matches: str
    help: str
    example: str
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


ANYWHERE = ""
"""The field of a word without a colon."""

FIELDS: tuple[Field, ...] = (
    Field(
        "code",
        "code",
        "the reply code, or the enhanced status code",
        "Reply code (550), class of codes (4xx), or enhanced status code (5.7.1, 5.7.x); none for replies without code",
        "code:550,554",
    ),
    Field(
        "host",
        "host",
        "the remote host, as spelt or folded",
        'Part of the remote host; an address or network (192.0.2.0/24, 192.0.2.); "" for events that name none',
        "host:contoso",
    ),
    Field(
        "rcpt",
        "mailbox",
        "the mailbox of RCPT",
        'Part of the recipient; "" for events that name none',
        "rcpt:sales@contoso.example",
        ("to",),
    ),
    Field(
        "from",
        "mailbox",
        "the mailbox of MAIL",
        "Part of the sender; <> for the null sender of bounces",
        "from:<>",
        ("sender",),
    ),
    Field(
        "cmd",
        "verb",
        "the command verb",
        "Beginning of the command verb; what is not a verb is looked for in the whole command",
        "cmd:xexch50",
        ("command", "verb"),
    ),
    Field("reply", "text", "the text of the reply", "Words of the reply", 'reply:"user unknown"', ("response",)),
    Field(
        "server",
        "text",
        "the computer that wrote the event",
        "Part of the name of our own server",
        "server:EXCH02",
        ("computer",),
    ),
    Field(
        "dir",
        "choice",
        "who refused whom",
        "out: a remote host refused us; in: our server refused a client; unknown: not understood",
        "dir:out",
        ("direction",),
        ("outbound", "inbound", "unknown"),
    ),
    Field(
        "cause",
        "name",
        "the category or the entry of the knowledge base",
        "Beginning of the cause's name",
        "cause:greylisted",
        ("category",),
    ),
    Field(
        "who",
        "choice",
        "who has to act",
        "Who has to act: us, them, sender, recipient or nobody",
        "who:us",
        (),
        tuple(WHO_ACTS),
    ),
    Field("since", "time", "the time", "From this time on (a day counts from its start)", "since:11-16", ("after",)),
    Field("until", "time", "the time", "Up to this time (a day counts to its end)", "until:11-20", ("before",)),
    Field("on", "time", "the time", "During this month, day, minute or second", "on:2026-11-16", ("day",)),
    Field("id", "number", "the event id", "Event id", "id:7002", ("event",)),
    Field(
        "level",
        "choice",
        "the level of the record",
        "Level: critical, error, warning, information or verbose",
        "level:error",
        (),
        ("critical", "error", "warning", "information", "verbose"),
    ),
    Field("file", "text", "the path of the log", "Part of the file's path", "file:EXCH01", ("log",)),
    Field(
        "connection", "number", "the connection number", "Connection number of the event", "connection:550", ("conn",)
    ),
)

_BY_WORD = {word: field for field in FIELDS for word in (field.name, *field.aliases)}
FIELD_WORDS: tuple[str, ...] = tuple(_BY_WORD)
"""Every word that may stand before a colon."""


def field_named(word: str) -> Field | None:
    """The field that `word` names (upper or lower case, alias or not), None where there is none."""
    return _BY_WORD.get(word.lower())


def help_lines() -> tuple[tuple[str, str], ...]:
    """The whole language as example and explanation, in the order to show: bare words first, then each field."""
    return (
        ("contoso", "Words anywhere in reply, remote host, command or mailbox"),
        ('"user unknown"', "A phrase, with its blanks"),
        ("550   4xx", "A number of three digits is a reply code, 4xx all that begin with 4"),
        ("-host:mx2", "A minus leaves out what the term matches"),
        ("550,554", "A comma means or; terms beside each other must all match"),
        ("host:=mx1.contoso.example", "An equals sign: exactly this, not only a part"),
        *((field.example, field.help) for field in FIELDS),
        ("since:24h   until:13:00", "Times: 11-16, 2026-11-16T13:00, 13:00, today, 24h, 7d, from the end of the log"),
    )
