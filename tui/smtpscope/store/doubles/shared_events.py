"""Events that seem to be in two logs and are counted in both: what a note says of them.

They are not duplicates that could be left out without doubt (see `duplicates.py`): the two logs say it in different
forms, or one of them lacks what was said.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.parsing.smtp_exchange import Reply
from smtpscope.store.doubles.duplicates import Keys, mixed

_SECOND: Final = 1000
_TOGETHER: Final = 2 * _SECOND
"""Milliseconds between the entries that two logs of one server make of the same refusal."""
_NONE: Final = -1


class SharedEvents(Struct, frozen=True):
    """`count` events that are in both logs `first` and `second`, in different forms."""

    first: int
    second: int
    count: int


def shared_refusals(
    time_ms: NDArray[np.int64],
    said: tuple[NDArray[np.signedinteger], ...],
    provider: NDArray[np.signedinteger],
    file: NDArray[np.signedinteger],
) -> list[SharedEvents]:
    """Refusals in logs of different kinds: one is in a protocol log, and again in message tracking.

    All are columns of the same rows, each with a time. `said` is what both kinds of log have of a refusal (recipient,
    code, direction); it is the same one if that agrees and the times are at most two seconds apart.
    """
    keys = _keys(*said)
    order = np.lexsort((time_ms, keys))
    one, next_one = order[:-1], order[1:]
    same = (keys[one] == keys[next_one]) & (time_ms[next_one] - time_ms[one] <= _TOGETHER)
    same &= (provider[one] != provider[next_one]) & (file[one] != file[next_one])
    return _counted(np.sort(np.stack([file[one][same], file[next_one][same]], axis=1), axis=1))


class LoggedFacts(Struct, frozen=True):
    """What is known of some events besides what was said; all are columns of the same rows, each with a time.

    -1 stands for an event id, a recipient or a server that a log does not have.
    """

    time_ms: NDArray[np.int64]
    event_id: NDArray[np.signedinteger]
    recipient: NDArray[np.signedinteger]
    server: NDArray[np.signedinteger]
    file: NDArray[np.signedinteger]

    def of(self, rows: NDArray[np.bool_]) -> LoggedFacts:
        """The facts of some of the rows."""
        return LoggedFacts(
            self.time_ms[rows], self.event_id[rows], self.recipient[rows], self.server[rows], self.file[rows]
        )


def replies_of_none(replies: Iterable[Reply]) -> list[int]:
    """The numbers of those of `replies` that have neither a code nor a word."""
    return [number for number, reply in enumerate(replies) if reply.code is None and not reply.verbatim.strip()]


def short_names(servers: Iterable[str]) -> NDArray[np.int64]:
    """For each of `servers` a number that is the same with and without its domain; -1 for no name."""
    shorts: dict[str, int] = {"": _NONE}
    names = (name.partition(".")[0].casefold() for name in servers)
    return np.array([shorts.setdefault(name, len(shorts)) for name in names], np.int64)


def without_reply(facts: LoggedFacts, silent: NDArray[np.bool_]) -> list[SharedEvents]:
    """Events without a reply, which are in another log with it: `first` is the log with the reply.

    Some exports lose all that was said (a list without messages, a cell that holds "System.String[]"). Such a `silent`
    event is taken for one with a reply if both are of the same second, have the same event id and no different servers,
    or if they have the same recipient and are at most two seconds apart.
    """
    if not silent.any() or silent.all():
        return []
    these, others = facts.of(silent), facts.of(~silent)
    these_seconds, others_seconds = these.time_ms // _SECOND, others.time_ms // _SECOND
    found = np.full(len(these.file), _NONE, np.int64)
    # By id, where both name a server, and where at least one does not.
    named, others_named = these.server != _NONE, others.server != _NONE
    for mine, theirs, with_server in (
        (named, others_named, True),
        (named, ~others_named, False),
        (~named, np.ones_like(others_named), False),
    ):
        parts = (these_seconds, these.event_id, *((these.server,) if with_server else ()))
        others_parts = (others_seconds, others.event_id, *((others.server,) if with_server else ()))
        _look_up(
            found,
            mine & (these.event_id != _NONE),
            (these.file, parts),
            theirs & (others.event_id != _NONE),
            (others.file, others_parts),
        )
    for seconds in range(-_TOGETHER // _SECOND, _TOGETHER // _SECOND + 1):
        _look_up(
            found,
            these.recipient != _NONE,
            (these.file, (these_seconds + seconds, these.recipient)),
            others.recipient != _NONE,
            (others.file, (others_seconds, others.recipient)),
        )
    again = found != _NONE
    return _counted(np.stack([found[again], these.file[again].astype(np.int64)], axis=1))


_Rows = tuple[NDArray[np.signedinteger], tuple[NDArray[np.signedinteger], ...]]
"""The log of each row, and the columns that have to agree."""


def _look_up(
    found: NDArray[np.int64], mine: NDArray[np.bool_], rows: _Rows, theirs: NDArray[np.bool_], others: _Rows
) -> None:
    """Notes in `found`, for those of `rows` that are `mine` and not found yet, another log with such a row."""
    open_rows = np.flatnonzero(mine & (found == _NONE))
    their_rows = np.flatnonzero(theirs)
    if not len(open_rows) or not len(their_rows):
        return
    their_keys, their_files = _keys(*(part[their_rows] for part in others[1])), others[0][their_rows]
    order = np.lexsort((their_files, their_keys))
    their_keys, their_files = their_keys[order], their_files[order]
    keys, files = _keys(*(part[open_rows] for part in rows[1])), rows[0][open_rows]
    first = np.searchsorted(their_keys, keys)
    behind = np.searchsorted(their_keys, keys, side="right")
    for places in (first, behind - 1):
        places = np.minimum(places, len(their_keys) - 1)
        good = (behind > first) & (their_files[places] != files) & (found[open_rows] == _NONE)
        found[open_rows[good]] = their_files[places[good]]


def _keys(*parts: NDArray[np.signedinteger]) -> Keys:
    """One number for what agrees where all `parts` agree."""
    keys = np.zeros(len(parts[0]), np.uint64)
    for part in parts:
        keys = mixed(keys ^ part.astype(np.uint64))
    return keys


def _counted(pairs: NDArray[np.signedinteger]) -> list[SharedEvents]:
    found, counts = np.unique(pairs.astype(np.int64), axis=0, return_counts=True)
    return [
        SharedEvents(first, second, count)
        for (first, second), count in zip(found.tolist(), counts.tolist(), strict=True)
    ]
