"""Whose clock the times are: which logs name a zone, which do not, and what follows when both are open."""

from __future__ import annotations

from smtpscope.errors import Problem
from smtpscope.store.columns import EventStore

_NAMED: int = 3


def mixed_clocks(store: EventStore, taken_for: str) -> tuple[Problem, ...]:
    """A word on each log whose times name no zone, while those of another log do; nothing where all are alike.

    `taken_for` is the name of the zone that such times are taken for.
    """
    without, certain = store.words.clocks()
    if not without or not certain:
        return ()
    others = ", ".join(certain[:_NAMED]) + (f" and {len(certain) - _NAMED} more" if len(certain) > _NAMED else "")
    reason = (
        f"The times name no zone and are taken for {taken_for}, those of {others} are certain: "
        "what comes before what between them holds only if that zone is right"
    )
    return tuple(Problem(file, "dates", reason, "noted") for file in without)
