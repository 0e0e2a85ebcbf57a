"""The result of `smtpscope compare`: two sides, and each incident with its counts on both."""

from __future__ import annotations

from datetime import tzinfo
from typing import Literal, get_args

from msgspec import Struct

from smtpscope.knowledge.entry import WhoActs
from smtpscope.store.activity import State
from smtpscope.store.grouping.incident import IncidentKey

Change = Literal["new", "gone", "more", "fewer", "same"]
CHANGES: tuple[Change, ...] = get_args(Change)
"""In report order: most urgent first."""

LEAST_EXPECTED = 3.0
"""An incident is gone if at least this many events were expected: fewer may be missing by chance (5 in 100)."""


class ComparedSide(Struct, frozen=True):
    """`name` says which log it is, or which period (`is_period`).

    `first_ms` and `last_ms` are its limits, None if nothing has a time. `events` are those that match the filter;
    `files` the paths as given.
    """

    name: str
    files: tuple[str, ...]
    first_ms: int | None
    last_ms: int | None
    events: int
    is_period: bool = False

    @property
    def length_ms(self) -> int | None:
        """The length of the side, None if unknown."""
        if self.first_ms is None or self.last_ms is None or self.last_ms <= self.first_ms:
            return None
        return self.last_ms - self.first_ms


class ComparedIncident(Struct, frozen=True):
    """`before` and `after` count its events; `ratio` is the rate after by the rate before, None when one is 0.

    `host` is the spelling in the later log, if it occurs there. `first_ms`, `last_ms` and `state` are those of the
    later side, for what is gone those of the earlier one.
    """

    key: IncidentKey
    host: str
    cause: str
    who_acts: WhoActs
    change: Change
    before: int
    after: int
    ratio: float | None
    first_ms: int | None
    last_ms: int | None
    state: State | None
    quiet_ms: int | None


class Comparison(Struct, frozen=True):
    """`undated` events have no time and belong to no period. `masked` means that names are pseudonyms."""

    before: ComparedSide
    after: ComparedSide
    incidents: tuple[ComparedIncident, ...]
    filter_text: str
    zone: tzinfo
    zone_name: str
    undated: int = 0
    skipped: int = 0
    masked: bool = False

    @property
    def new_for_us(self) -> tuple[ComparedIncident, ...]:
        """What is new and ours to fix."""
        return tuple(each for each in self.incidents if each.change == "new" and each.who_acts == "us")


def change_of(before: int, after: int, times_as_long: float) -> tuple[Change, float | None]:
    """The change of an incident, and the ratio of its rates; the later side is `times_as_long` as the earlier one.

    `more` and `fewer` are a change by half or more that chance does not explain: the difference from what was to be
    expected is more than three times its square root (a count of independent events scatters by its root).
    """
    expected = before * times_as_long
    if not before:
        return "new", None
    if not after:
        return ("gone" if expected >= LEAST_EXPECTED else "same"), None
    ratio = after / expected
    # The expectation is itself a count, so both sides scatter.
    scatter = 3 * (after + expected * times_as_long) ** 0.5
    if ratio >= 1.5 and after - expected > scatter:
        return "more", ratio
    if ratio <= 2 / 3 and expected - after > scatter:
        return "fewer", ratio
    return "same", ratio
