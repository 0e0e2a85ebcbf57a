"""What only a look at all events of all logs shows: clocks that differ, refusals in two logs, events without a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from smtpscope.errors import Problem
from smtpscope.store.event_store import NO_TIME, EventStore

_NAMED: Final = 3
_SAYS_SO: Final = "no time"
"""Words of a reader that saw it itself."""


def mixed_clocks(store: EventStore, assumed_zone: str) -> tuple[Problem, ...]:
    """A note on each log whose times name no zone, if those of another log do; nothing if all are alike.

    `assumed_zone` is the name of the zone assumed for them.
    """
    without, certain = store.words.clocks()
    if not without or not certain:
        return ()
    others = ", ".join(certain[:_NAMED]) + (f" and {len(certain) - _NAMED} more" if len(certain) > _NAMED else "")
    reason = (
        f"The times name no zone and were read as {assumed_zone}, while those of {others} are certain: "
        "the order of events between these logs is right only if that zone is"
    )
    return tuple(Problem(file, "dates", reason, "noted") for file in without)


def duplicate_events(store: EventStore) -> tuple[Problem, ...]:
    """A note on each two logs that contain the same events in different forms."""
    files = store.words.files
    refusals = [
        (
            shared,
            f"{shared.count:,} {'refusal is' if shared.count == 1 else 'refusals are'} counted twice: also in "
            f"{files[shared.first]}, a log of another kind",
        )
        for shared in store.shared_refusals()
    ]
    without_reply = [
        (
            shared,
            f"{shared.count:,} {'event' if shared.count == 1 else 'events'} without a reply "
            f"{'is' if shared.count == 1 else 'are'} probably counted twice: {files[shared.first]} has the reply",
        )
        for shared in store.shared_without_reply()
    ]
    return tuple(
        Problem(files[shared.second], "whole file", reason, "noted", shared.count)
        for shared, reason in (*refusals, *without_reply)
    )


def without_time(store: EventStore, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """A note on each log with events whose time is missing or can't be read, unless `problems` say it of its dates."""
    rows = np.flatnonzero(store.columns.time_ms == NO_TIME)
    if not len(rows):
        return ()
    of_file = store.words.context_file.view()
    counts = np.bincount(of_file[store.columns.context[rows]], minlength=len(store.words.files))
    known = {problem.file for problem in problems if _SAYS_SO in problem.reason}
    notes = []
    for file, count in zip(store.words.files, counts.tolist(), strict=False):
        if count and file not in known:
            what = "1 event has" if count == 1 else f"{count:,} events have"
            reason = (
                f"{what} no time that can be read, so no period and no timeline has {'it' if count == 1 else 'them'}"
            )
            notes.append(Problem(file, "dates", reason, "noted", count))
    return tuple(notes)
