"""Chooses the spelling to show for a host or mailbox."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from smtpscope.store.column_set import NO_MAILBOX
from smtpscope.store.distinct import compacted
from smtpscope.store.event_store import EventStore

Counted = tuple[tuple[str, int], ...]
"""Distinct values with their counts, most frequent first, ties in alphabetical order."""


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
    keys: NDArray[np.signedinteger], spellings: NDArray[np.signedinteger], text_of: Callable[[int], str]
) -> Counted:
    """Counts by key, each key in its most frequent spelling; `keys` and `spellings` are numbers, row by row."""
    kinds = int(np.max(spellings, initial=0)) + 1
    both, positions = compacted(keys.astype(np.int64) * kinds + spellings)
    best: dict[int, tuple[int, str]] = {}
    totals: dict[int, int] = {}
    for pair, count in zip(both.tolist(), np.bincount(positions, minlength=len(both)).tolist(), strict=True):
        key, spelling = divmod(pair, kinds)
        totals[key] = totals.get(key, 0) + count
        candidate = (-count, text_of(spelling))
        if key not in best or candidate < best[key]:
            best[key] = candidate
    return tuple(sorted(((best[key][1], total) for key, total in totals.items()), key=lambda item: (-item[1], item[0])))


def hosts(store: EventStore, rows: NDArray[np.int64]) -> Counted:
    """Remote hosts of `rows`, each in its most frequent spelling; "" is the host that an event does not name."""
    known = store.words.hosts
    return by_key(store.columns.host_key[rows], store.columns.host[rows], lambda number: known[number].verbatim)


def mailboxes(store: EventStore, rows: NDArray[np.int64], folded: NDArray[np.int32]) -> Counted:
    """Mailboxes of `rows`, those that differ only in their domain's case counted as one, in its most frequent spelling.

    `folded` is the column that says which commands count: `recipient` or `sender`.
    """
    rows = rows[folded[rows] != NO_MAILBOX]
    spellings = store.words.command_mailbox.view()[store.columns.command[rows]]
    return by_key(folded[rows], spellings, store.words.mailboxes.__getitem__)
