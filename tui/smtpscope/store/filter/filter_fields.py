"""The fields of the filter language, each defined in one place. Parser, evaluation, suggestions, completion, counts,
help and documents follow from an entry here; apart from it, a field needs only a filled column.

"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.field_columns import (
    ChoiceColumn,
    NumberColumn,
    TextColumn,
    TimeColumn,
    by_text,
)
from smtpscope.store.filter.field_table import ANYWHERE, Facet, Field, FieldTable, GroupedBy
from smtpscope.store.filter.incident_columns import IncidentsAmong, IncidentStates
from smtpscope.store.filter.smtp_columns import (
    Anywhere,
    Causes,
    Commands,
    Hosts,
    Mailboxes,
    Recipients,
    Replies,
    ReplyCodes,
)
from smtpscope.store.numbered_column import NumberedColumn, RowNumbers
from smtpscope.store.search_texts import command_line
from smtpscope.store.spellings import Counted, hosts, mailboxes
from smtpscope.store.vocabularies import CONFIDENCES, DIRECTIONS, LEVELS, WHO_ACTS, SharedFields, Vocabularies


def _of_context(through: Callable[[Vocabularies], NDArray[np.int32]]) -> NumberedColumn:
    """A field shared by all events of a log."""
    return NumberedColumn(lambda columns: columns.context, through)


def _shared_text(text_of: Callable[[SharedFields], str]) -> TextColumn:
    """A column of a text that all events of one log have in common."""
    return TextColumn(
        _of_context(lambda words: words.shared_texts.of(text_of).numbers()),
        lambda words: words.shared_texts.of(text_of).texts(),
    )


def _level_numbers(words: Vocabularies) -> NDArray[np.int32]:
    levels = [words.level(context) for context in range(len(words.contexts))]
    return np.array([LEVELS.index(level) if level in LEVELS else -1 for level in levels], np.int32)


def _confidence_numbers(words: Vocabularies) -> NDArray[np.int32]:
    return np.array([CONFIDENCES.index(each.match.confidence) for each in words.judgements], np.int32)


def _count_replies(store: EventStore, rows: RowNumbers) -> Counted:
    replies = store.words.replies
    return by_text(store.columns.reply[rows], lambda number: replies[number].verbatim.strip())


def _count_enhanced_codes(store: EventStore, rows: RowNumbers) -> Counted:
    return by_text(store.columns.reply[rows], lambda number: store.words.replies[number].enhanced)


def _count_codes(store: EventStore, rows: RowNumbers) -> Counted:
    return by_text(store.columns.code[rows], lambda code: str(code) if code else None)


def _count_commands(store: EventStore, rows: RowNumbers) -> Counted:
    commands = store.words.commands
    return by_text(store.columns.command[rows], lambda number: command_line(commands[number]).strip())


_CODES = ReplyCodes()
_REPLIES = Replies()
_HOSTS = Hosts(NumberedColumn(lambda columns: columns.host_key), lambda words: words.host_keys)
_COMMANDS = Commands(
    NumberedColumn(lambda columns: columns.command, lambda words: words.command_verb.view()), lambda words: words.verbs
)
_RECIPIENTS = Recipients(NumberedColumn(lambda columns: columns.recipient), lambda words: words.mailbox_keys)
_SENDERS = Mailboxes(NumberedColumn(lambda columns: columns.sender), lambda words: words.mailbox_keys)
_SERVERS = TextColumn(NumberedColumn(lambda columns: columns.server), lambda words: words.servers)
_CAUSES = Causes(NumberedColumn(lambda columns: columns.category), lambda words: words.categories)
_FILES = TextColumn(_of_context(lambda words: words.context_file.view()), lambda words: words.files)
_CONNECTORS = _shared_text(lambda fields: fields.connector or "")
_DIRECTIONS = ChoiceColumn(
    NumberedColumn(lambda columns: columns.direction), tuple(direction.value for direction in DIRECTIONS)
)
_WHO_ACTS = ChoiceColumn(
    NumberedColumn(lambda columns: columns.judgement, lambda words: words.judgement_who.view()), tuple(WHO_ACTS)
)
_CONFIDENCES = ChoiceColumn(NumberedColumn(lambda columns: columns.judgement, _confidence_numbers), CONFIDENCES)
_STATES = IncidentStates()
_EVENT_IDS = NumberColumn(_of_context(lambda words: words.context_event_id.view()))
_LEVELS = ChoiceColumn(_of_context(_level_numbers), LEVELS)
# Connections are searched, never chosen from a list.
_CONNECTIONS = NumberColumn(NumberedColumn(lambda columns: columns.connection), completes=False)

FIELDS = FieldTable(
    (
        Field(
            name="code",
            help="Reply code (550), class of codes (4xx), or enhanced status code (5.7.1, 5.7.x); none for replies "
            "without code",
            example="code:550,554",
            column=_CODES,
            facets=(
                Facet("codes", _count_codes, "(no code)", exact=False, tab=5),
                Facet("enhanced codes", _count_enhanced_codes, exact=False, tab=6),
            ),
        ),
        Field(
            name="host",
            help="Part of the remote host, an IP address or network (192.0.2.0/24, 192.0.2.); "
            '"" for events that name none',
            example="host:contoso",
            column=_HOSTS,
            facets=(Facet("hosts", hosts, "(no host)", tab=2),),
        ),
        Field(
            name="rcpt",
            help='Part of the recipient; "" for events that name none',
            example="rcpt:sales@contoso.example",
            column=_RECIPIENTS,
            aliases=("to",),
            facets=(Facet("recipients", lambda store, rows: mailboxes(store, rows, store.columns.recipient), tab=0),),
        ),
        Field(
            name="from",
            help="Part of the sender; <> for the null sender of bounces",
            example="from:<>",
            column=_SENDERS,
            aliases=("sender",),
            facets=(
                Facet(
                    "senders",
                    lambda store, rows: mailboxes(store, rows, store.columns.sender),
                    "<> (bounces: no sender)",
                    tab=1,
                ),
            ),
            empty="<>",
        ),
        Field(
            name="cmd",
            help="Start of the command verb; anything that is not a verb is searched for in the whole command",
            example="cmd:xexch50",
            column=_COMMANDS,
            aliases=("command", "verb"),
            facets=(
                Facet("commands", _count_commands, "(empty)", exact=False, tab=8),
                Facet("verbs", _COMMANDS.counts, tab=None),
            ),
        ),
        Field(
            name="reply",
            help="Words of the reply",
            example='reply:"user unknown"',
            column=_REPLIES,
            aliases=("response",),
            facets=(Facet("replies", _count_replies, "(empty)", exact=False, tab=4),),
        ),
        Field(
            name="server",
            help="Part of the name of our own server",
            example="server:EXCH02",
            column=_SERVERS,
            aliases=("computer",),
            facets=(Facet("servers", _SERVERS.counts, "(not named)", tab=3),),
            grouped=GroupedBy("our server", "(no server named)"),
        ),
        Field(
            name="connector",
            help="Part of the name of the connector or service instance",
            example="connector:internet",
            column=_CONNECTORS,
            facets=(Facet("connectors", _CONNECTORS.counts, "(not named)", tab=11),),
            grouped=GroupedBy("connector", "(no connector named)"),
        ),
        Field(
            name="dir",
            help="out: a remote host refused us; in: our server refused a client; unknown: not understood",
            example="dir:out",
            column=_DIRECTIONS,
            aliases=("direction",),
            facets=(Facet("directions", _DIRECTIONS.counts, tab=None),),
        ),
        Field(
            name="cause",
            help="Start of the cause's name",
            example="cause:greylisted",
            column=_CAUSES,
            aliases=("category",),
            facets=(Facet("causes", _CAUSES.counts, tab=7),),
        ),
        Field(
            name="who",
            help="Who has to act: us, them, sender, recipient or nobody",
            example="who:us",
            column=_WHO_ACTS,
            facets=(Facet("who acts", _WHO_ACTS.counts, tab=None),),
        ),
        Field(
            name="state",
            help="State of the incident at the end of the log: ongoing, quiet or over",
            example="state:ongoing",
            column=_STATES,
            facets=(Facet("states", _STATES.counts, tab=None),),
        ),
        Field(
            name="sure",
            help="How sure the cause is: sure, likely or guess",
            example="sure:guess",
            column=_CONFIDENCES,
            facets=(Facet("confidences", _CONFIDENCES.counts, tab=None),),
        ),
        Field(
            name="marked",
            help="Whether you marked the incident: yes or no",
            example="marked:yes",
            column=IncidentsAmong(lambda store: store.annotations.marked),
        ),
        Field(
            name="noted",
            help="Whether you wrote a note on the incident: yes or no",
            example="noted:yes",
            column=IncidentsAmong(lambda store: store.annotations.noted),
        ),
        Field(
            name="since",
            help="From this time on (a day counts from its start)",
            example="since:11-16",
            column=TimeColumn("since"),
            aliases=("after",),
        ),
        Field(
            name="until",
            help="Up to this time (a day counts to its end)",
            example="until:11-20",
            column=TimeColumn("until"),
            aliases=("before",),
        ),
        Field(
            name="on",
            help="During this month, day, minute or second",
            example="on:2026-11-16",
            column=TimeColumn("on"),
            aliases=("day",),
        ),
        Field(
            name="id",
            help="Event id",
            example="id:7002",
            column=_EVENT_IDS,
            aliases=("event",),
            facets=(Facet("event ids", _EVENT_IDS.counts, exact=False, tab=9),),
        ),
        Field(
            name="level",
            help="Level: critical, error, warning, information or verbose",
            example="level:error",
            column=_LEVELS,
            facets=(Facet("levels", _LEVELS.counts, tab=None),),
        ),
        Field(
            name="file",
            help="Part of the file's path",
            example="file:EXCH01",
            column=_FILES,
            aliases=("log",),
            facets=(Facet("files", _FILES.counts, tab=10),),
        ),
        Field(
            name="connection",
            help="Connection number of the event",
            example="connection:550",
            column=_CONNECTIONS,
            aliases=("conn",),
        ),
    ),
    anywhere=Field(
        name=ANYWHERE,
        help="Words anywhere in reply, remote host, command or mailbox",
        example="contoso",
        column=Anywhere(_CODES, _REPLIES, _HOSTS, _COMMANDS, (_RECIPIENTS, _SENDERS)),
    ),
)


def help_lines() -> tuple[tuple[str, str], ...]:
    """The whole language as example and explanation, in the order to show: bare words first, then each field."""
    anywhere = FIELDS.of_term(ANYWHERE)
    return (
        (anywhere.example, anywhere.help),
        ('"user unknown"', "A phrase, spaces included"),
        ("550   4xx", "Three digits are a reply code, 4xx all codes that start with 4"),
        ("-host:mx2", "A minus excludes what the term matches"),
        ("550,554", "A comma means or; separate terms must all match"),
        ("host:=mx1.contoso.example", "An equals sign matches the whole value, not just part of it"),
        *((field.example, field.help) for field in FIELDS),
        ("since:24h   until:13:00", "Times: 11-16, 2026-11-16T13:00, 13:00, today, 24h, 7d, from the end of the log"),
    )
