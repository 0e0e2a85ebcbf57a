"""The results of this run, by incident: the latest of each check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Every run has this store, and hardly any of them a result.
    from smtpscope.probes.live_check import LiveResult
    from smtpscope.store.incident_key import IncidentKey


class KeptResults:
    """Results go stale, so they last as long as the run and no longer."""

    def __init__(self) -> None:
        self._results: dict[IncidentKey, dict[object, LiveResult]] = {}
        self._left_out: set[IncidentKey] = set()

    def keep(self, key: IncidentKey, results: Iterable[LiveResult]) -> None:
        """Adds `results` to an incident; a check that ran again replaces its older result."""
        kept = self._results.setdefault(key, {})
        for result in results:
            kept.pop(result.check.key, None)
            kept[result.check.key] = result

    def of(self, key: IncidentKey) -> tuple[LiveResult, ...]:
        """The results on an incident, in the order they came."""
        return tuple(self._results.get(key, {}).values())

    def of_one(self, keys: Callable[[], Sequence[IncidentKey]]) -> tuple[LiveResult, ...]:
        """The results on the one incident of which `keys` gives the key; it is not asked where there are none."""
        if not self._results:
            return ()
        (key,) = keys()
        return self.of(key)

    def for_ticket(self, key: IncidentKey) -> tuple[LiveResult, ...]:
        """Those that go into a summary: all, or none if the user took them out."""
        return () if key in self._left_out else self.of(key)

    def in_ticket(self, key: IncidentKey) -> bool:
        return key not in self._left_out

    def toggle_ticket(self, key: IncidentKey) -> bool:
        """Takes the results of an incident out of summaries, or puts them in again; returns whether they are in."""
        self._left_out ^= {key}
        return self.in_ticket(key)
