"""The distinct values of a field among some rows, with how often each occurs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from smtpscope.store.event_store import EventStore, Rows
from smtpscope.store.grouping.incident import Counted
from smtpscope.store.grouping.spellings import counted, hosts, mailboxes
from smtpscope.store.search_texts import command_line
from smtpscope.store.vocabularies import DIRECTIONS, WHO_ACTS

Facet = Literal[
    "recipients",
    "senders",
    "servers",
    "hosts",
    "replies",
    "commands",
    "verbs",
    "codes",
    "enhanced codes",
    "causes",
    "who acts",
    "directions",
    "levels",
    "event ids",
    "files",
]


def facets(store: EventStore, rows: Rows, field: Facet) -> Counted:
    """The values of `field` in `rows` (mask, row numbers or None for all): the most frequent first, then by alphabet.

    Replies and full commands are compared without the blanks around them. Hosts and mailboxes come in their most
    frequent spelling. Values that are missing (no mailbox, no reply code, no computer) are left out, except for the
    empty remote host and the null sender, which are answers.
    """
    return _COUNTS[field](store, store.rows_by_time(rows))


def _by_text(numbers: NDArray[np.signedinteger], text_of: Callable[[int], str | None]) -> Counted:
    """Counts of `numbers` by their text; an empty text is a missing value and left out."""
    return counted(numbers, lambda number: text_of(number) or None)


def _replies(store: EventStore, rows: NDArray[np.int64]) -> Counted:
    replies = store.words.replies
    return _by_text(store.columns.reply[rows], lambda number: replies[number].verbatim.strip())


def _commands(store: EventStore, rows: NDArray[np.int64]) -> Counted:
    commands = store.words.commands
    return _by_text(store.columns.command[rows], lambda number: command_line(commands[number]).strip())


def _context(store: EventStore, rows: NDArray[np.int64]) -> NDArray[np.int32]:
    return store.columns.context[rows]


_COUNTS: dict[Facet, Callable[[EventStore, NDArray[np.int64]], Counted]] = {
    "recipients": lambda store, rows: mailboxes(store, rows, store.columns.recipient),
    "senders": lambda store, rows: mailboxes(store, rows, store.columns.sender),
    "servers": lambda store, rows: _by_text(store.columns.server[rows], store.words.servers.__getitem__),
    "hosts": hosts,
    "replies": _replies,
    "commands": _commands,
    "verbs": lambda store, rows: _by_text(
        store.words.command_verb.view()[store.columns.command[rows]], store.words.verbs.__getitem__
    ),
    "codes": lambda store, rows: _by_text(store.columns.code[rows], lambda code: str(code) if code else None),
    "enhanced codes": lambda store, rows: _by_text(
        store.columns.reply[rows], lambda number: store.words.replies[number].enhanced
    ),
    "causes": lambda store, rows: _by_text(store.columns.category[rows], store.words.categories.__getitem__),
    "who acts": lambda store, rows: _by_text(
        store.words.judgement_who.view()[store.columns.judgement[rows]], WHO_ACTS.__getitem__
    ),
    "directions": lambda store, rows: _by_text(store.columns.direction[rows], DIRECTIONS.__getitem__),
    "levels": lambda store, rows: _by_text(_context(store, rows), store.words.level),
    "event ids": lambda store, rows: _by_text(_context(store, rows), store.words.event_id),
    "files": lambda store, rows: _by_text(
        store.words.context_file.view()[_context(store, rows)], store.words.files.__getitem__
    ),
}
FACETS: tuple[Facet, ...] = tuple(_COUNTS)
