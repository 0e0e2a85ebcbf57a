"""One host or mailbox under several spellings: which of them to show."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from smtpscope.store.column_set import NOBODY
from smtpscope.store.columns import EventStore
from smtpscope.store.encoding import folded_mailbox
from smtpscope.store.grouping import compacted
from smtpscope.store.incident import Counted


def counted(numbers: NDArray[np.signedinteger], text_of: Callable[[int], str | None]) -> Counted:
    """The texts of `numbers` with how often each occurs: the most frequent first, then by alphabet.

    Numbers with the same text are counted together, those without one (None) are left out.
    """
    distinct, positions = compacted(numbers)
    totals: dict[str, int] = {}
    for number, count in zip(distinct.tolist(), np.bincount(positions).tolist(), strict=True):
        text = text_of(number)
        if text is not None:
            totals[text] = totals.get(text, 0) + count
    return tuple(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def host_spellings(store: EventStore, rows: NDArray[np.int64]) -> Counted:
    """The spellings of the remote hosts of `rows`, verbatim."""
    hosts_by_number = store.words.hosts
    return counted(store.columns.host[rows], lambda number: hosts_by_number[number].verbatim)


def host_label(store: EventStore, rows: NDArray[np.int64]) -> str:
    """The most frequent spelling of the remote host of `rows`, which are all of one host."""
    spellings = host_spellings(store, rows)
    return spellings[0][0] if spellings else ""


def by_key(
    spellings: NDArray[np.signedinteger], text_of: Callable[[int], str], key_of: Callable[[int], str]
) -> Counted:
    """Counts of `spellings` by their key, each key in its most frequent spelling."""
    distinct, positions = compacted(spellings)
    best: dict[str, tuple[int, str]] = {}
    totals: dict[str, int] = {}
    for number, count in zip(distinct.tolist(), np.bincount(positions).tolist(), strict=True):
        key, text = key_of(number), text_of(number)
        totals[key] = totals.get(key, 0) + count
        if key not in best or (-count, text) < best[key]:
            best[key] = (-count, text)
    return tuple(sorted(((best[key][1], total) for key, total in totals.items()), key=lambda item: (-item[1], item[0])))


def hosts(store: EventStore, rows: NDArray[np.int64]) -> Counted:
    """Remote hosts of `rows`, each in its most frequent spelling; "" is the host that an event does not name."""
    known = store.words.hosts
    return by_key(store.columns.host[rows], lambda number: known[number].verbatim, lambda number: known[number].key)


def mailboxes(store: EventStore, rows: NDArray[np.int64], folded: NDArray[np.int32]) -> Counted:
    """Mailboxes of `rows`, those that differ only in their domain's case counted as one, in its most frequent spelling.

    `folded` is the column that says which commands count: `recipient` for RCPT, `sender` for MAIL.
    """
    rows = rows[folded[rows] != NOBODY]
    known = store.words.mailboxes
    spellings = store.words.command_mailbox.view()[store.columns.command[rows]]
    return by_key(spellings, known.__getitem__, lambda number: folded_mailbox(known[number]))


def mailbox_label(store: EventStore, rows: NDArray[np.int64]) -> str:
    """The most frequent spelling of the one recipient of `rows`."""
    found = mailboxes(store, rows, store.columns.recipient)
    return found[0][0] if found else ""
