"""Duplicate events: exported twice, collected twice, or in two copies of a log.

An event is a duplicate if record id, provider, computer and time agree with an earlier one. Where a log has no record
ids, what is said has to agree as well (remote host, command, reply, connection); the same may be said twice in a
second, so the first of such in one log is the first in the other, and so on. Many exports name no computer (Event
Viewer's CSV, Exim's main and reject log): to the second and to the word the same in two logs is taken for one event, as
two servers are hardly told the same by the same host in the same second. So is what a log with record ids and one
without them say (an .evtx and what PowerShell printed of it), whatever they call source and computer. The time counts
in whole seconds, as exports cut the rest off; without a time nobody knows, so such an event does not count as one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

_SECOND: Final = 1000
_NEXT_WRITING: Final = 1 << 32
"""More than there are logs."""
# The multipliers of SplitMix64's finalizer: each input bit changes half the bits of the result.
_FIRST, _SECOND_FACTOR = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class EventFingerprint(Struct, frozen=True):
    """What some rows of one log tell, row by row; `none` stands for no record id and for no time.

    `origin` is a number for provider and computer; `said` are numbers for what was said. `file` is the number of the
    log.
    """

    record_id: NDArray[np.int64]
    time_ms: NDArray[np.int64]
    origin: NDArray[np.signedinteger]
    said: tuple[NDArray[np.signedinteger], ...]
    file: int
    none: int


class SeenEvents:
    """The events of all logs so far, eight bytes each, or some dozens where there are several. For the thread that
    reads.

    `several` means that more than one log is read: then events with record ids are also kept by content.
    """

    __slots__ = (
        "_again",
        "_largest_id",
        "_runs",
        "_said_with_id",
        "_said_with_number",
        "_said_without",
        "_words",
        "several",
    )

    def __init__(self) -> None:
        self._runs = _Runs()
        self._largest_id = -1
        self._words = _SaidInLogs()
        self.several = False
        self._said_with_id, self._said_without = _SaidInLogs(), _SaidInLogs()
        self._said_with_number = _SaidInLogs()
        self._again: dict[int, int] = {}

    def begin_again(self, file: int) -> None:
        """From now on, the log `file` is another log than before: it holds what it held, written again."""
        self._again[file] = self._again.get(file, file) + _NEXT_WRITING

    def find(self, events: EventFingerprint) -> NDArray[np.bool_]:
        """Which of some events are duplicates, of earlier calls or of earlier ones among themselves."""
        found = np.zeros(len(events.record_id), np.bool_)
        timed = events.time_ms != events.none
        has_id = events.record_id != events.none
        by_id = np.flatnonzero(timed & has_id)
        by_words = np.flatnonzero(timed & ~has_id)
        if len(by_id):
            ids = events.record_id[by_id]
            keys = mixed(moments(events, by_id) ^ ids.astype(np.uint64))
            if self._are_new(ids):
                self._runs.add_new(keys)
            else:
                found[by_id] = self._runs.again(keys)
        if len(by_words):
            self._words.enter(self._again.get(events.file, events.file))
            found[by_words] = self._words.also_in(self._words, said_keys(events, by_words, moments(events, by_words)))
        if self.several:
            self._compare_kinds_of_logs(events, by_id, by_words, found)
        return found

    def _compare_kinds_of_logs(
        self, events: EventFingerprint, by_id: NDArray[np.int64], by_words: NDArray[np.int64], found: NDArray[np.bool_]
    ) -> None:
        """Notes in `found` what another kind of log has, which names source and computer in another way or not."""
        for said in (self._said_with_number, self._said_with_id, self._said_without):
            said.enter(self._again.get(events.file, events.file))
        # Duplicates are not stored twice.
        by_id, by_words = by_id[~found[by_id]], by_words[~found[by_words]]
        words = said_keys(events, by_id)
        numbered = mixed(words ^ events.record_id[by_id].astype(np.uint64))
        again = self._said_with_number.earlier(numbered)
        self._said_with_number.keep(numbered)
        found[by_id] |= again | self._said_with_id.also_in(self._said_without, words)
        found[by_words] |= self._said_without.also_in(self._said_with_id, said_keys(events, by_words))

    def _are_new(self, ids: NDArray[np.int64]) -> bool:
        """Whether each of `ids` is larger than all before it, as in a single log: then none can be a duplicate."""
        new = int(ids[0]) > self._largest_id and bool(np.all(ids[1:] > ids[:-1]))
        self._largest_id = max(self._largest_id, int(np.max(ids)))
        return new


class _SaidInLogs:
    """What was said when, log by log: in those with record ids, in those without, or with the ids.

    A log may be entered again, where several are followed: what it said itself before is not that of another one.
    """

    __slots__ = ("_before", "_file", "_here", "_here_with_doubles", "_in_file", "_left", "_mine")

    def __init__(self) -> None:
        self._before = _Runs()
        self._here: list[Keys] = []
        self._here_with_doubles: list[Keys] = []
        self._left: dict[int, tuple[list[Keys], list[Keys]]] = {}
        self._mine = _Runs()
        self._in_file: _Runs | None = None
        self._file = -1

    def enter(self, file: int) -> None:
        """What was kept of another log than `file` is that of an earlier one from now on."""
        if file == self._file:
            return
        if self._here_with_doubles:
            self._leave()
        self._file = file
        self._here, self._here_with_doubles, self._in_file = [], [], None
        self._mine = _Runs()
        for keys in self._left.get(file, ((), ()))[0]:
            self._mine.add(keys)

    def _leave(self) -> None:
        kept, said = self._left.setdefault(self._file, ([], []))
        run = _sorted(self._here)
        if len(run):
            self._before.add(run)
            kept.append(run)
        total = sum(map(len, self._here_with_doubles))
        said.append(run if total == len(run) else _sorted(self._here_with_doubles))

    def keep(self, keys: Keys, all_keys: Keys | None = None) -> None:
        """Takes in `keys` of the log that was entered, the doubles among `all_keys` left out; sorted when the next one
        is entered.
        """
        self._here.append(keys)
        self._here_with_doubles.append(keys if all_keys is None else all_keys)

    def earlier(self, keys: Keys) -> NDArray[np.bool_]:
        """Which of `keys` another log has that was entered before."""
        return self._elsewhere(keys) > 0

    def also_in(self, others: _SaidInLogs, keys: Keys) -> NDArray[np.bool_]:
        """Which of `keys` an earlier log of the `others` has, each as often as it has it; the rest is kept."""
        if not others._before.runs:
            self.keep(keys)
            return np.zeros(len(keys), np.bool_)
        found = others._elsewhere(keys) > self._rank(keys)
        self.keep(keys[~found], keys)
        return found

    def _elsewhere(self, keys: Keys) -> NDArray[np.int64]:
        """How often each of `keys` was said in the logs before, without those of this name."""
        if not self._before.runs:
            return np.zeros(len(keys), np.int64)
        return self._before.counted(keys) - self._mine.counted(keys) if self._mine.runs else self._before.counted(keys)

    def _rank(self, keys: Keys) -> NDArray[np.int64]:
        """For each of `keys`, the number of earlier equal ones in this log."""
        if self._in_file is None:
            self._in_file = _Runs()
            for run in (*self._left.get(self._file, ((), ()))[1], _sorted(self._here_with_doubles)):
                self._in_file.add(run)
        rank = self._in_file.counted(keys) + _rank_among_equals(keys)
        self._in_file.add(np.sort(keys))
        return rank


def _sorted(keys: list[Keys]) -> Keys:
    return np.sort(np.concatenate(keys)) if keys else np.zeros(0, np.uint64)


class _Runs:
    """Sorted runs of keys, each at least twice as long as the next: few to search, and rarely merged."""

    __slots__ = ("_unsorted", "runs")

    def __init__(self) -> None:
        self.runs: list[Keys] = []
        self._unsorted: list[Keys] = []

    def again(self, keys: Keys) -> NDArray[np.bool_]:
        """Which of `keys` are already here, or earlier among themselves; adds all of them."""
        self._sort()
        distinct, first = np.unique(keys, return_index=True)
        is_first = np.zeros(len(keys), np.bool_)
        is_first[first] = True
        again = ~is_first
        for run in self.runs:
            again |= _among(keys, run)
        self.add(distinct if not again.any() else np.unique(keys[~again]))
        return again

    def counted(self, keys: Keys) -> NDArray[np.int64]:
        """The number of occurrences of each of `keys`."""
        self._sort()
        counts = np.zeros(len(keys), np.int64)
        for run in self.runs:
            counts += np.searchsorted(run, keys, side="right") - np.searchsorted(run, keys)
        return counts

    def add_new(self, keys: Keys) -> None:
        """Takes in keys of which none is here; sorted only when somebody asks, which in most runs nobody does."""
        self._unsorted.append(keys)

    def _sort(self) -> None:
        if self._unsorted:
            keys = np.concatenate(self._unsorted)
            keys.sort()
            self._unsorted = []
            self.add(keys)

    def add(self, run: Keys) -> None:
        """Takes in a sorted run."""
        while self.runs and len(self.runs[-1]) < 2 * len(run):
            run = np.concatenate([self.runs.pop(), run])
            # Two concatenated sorted runs: a stable sort just merges them.
            run.sort(kind="stable")
        self.runs.append(run)


def _rank_among_equals(keys: Keys) -> NDArray[np.int64]:
    """For each key, the number of earlier equal ones."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    lengths = np.diff(np.append(starts, len(keys)))
    ranks = np.empty(len(keys), np.int64)
    ranks[order] = np.arange(len(keys)) - np.repeat(starts, lengths)
    return ranks


def said_keys(events: EventFingerprint, rows: NDArray[np.int64], keys: Keys | None = None) -> Keys:
    """For each of `rows` one number for second and what was said, or for `keys` and what was said."""
    if keys is None:
        keys = mixed((events.time_ms[rows] // _SECOND).astype(np.uint64))
    for said in events.said:
        keys = mixed(keys ^ said[rows].astype(np.uint64))
    return keys


def moments(events: EventFingerprint, rows: NDArray[np.int64]) -> Keys:
    """For each of `rows` one number for second and origin."""
    keys = mixed((events.time_ms[rows] // _SECOND).astype(np.uint64))
    return mixed(keys ^ events.origin[rows].astype(np.uint64))


def mixed(values: Keys) -> Keys:
    """A number for each of `values` in which each of its bits matters."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * _FIRST
    values = (values ^ (values >> np.uint64(27))) * _SECOND_FACTOR
    result: Keys = values ^ (values >> np.uint64(31))
    return result


def _among(keys: Keys, run: Keys) -> NDArray[np.bool_]:
    """Which of `keys` are in the sorted `run`."""
    if not len(run):
        return np.zeros(len(keys), np.bool_)
    places = np.searchsorted(run, keys)
    places[places == len(run)] = 0
    found: NDArray[np.bool_] = run[places] == keys
    return found
