"""An analysis -> what needs action in a time window, and what an earlier check has already reported."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.export.monitoring.check_result import CheckedIncident, CheckResult
from smtpscope.session.analysis import Analysis
from smtpscope.session.filtering import rows_that_match
from smtpscope.store.event_store import NO_MAILBOX, NO_TIME, EventStore
from smtpscope.store.grouping.incident import IncidentKey
from smtpscope.store.grouping.incidents import incident_head, sample_row, split
from smtpscope.store.times import DAY, HOUR

OVERDUE_MS: Final = 2 * DAY
"""Exchange gives up after two days by default (ExpirationTimeout of the SMTP virtual server; MessageExpiration),
other servers after up to five: a message retried that long will hardly arrive.
"""
LONGEST_RETRY_MS: Final = 12 * HOUR
"""No server waits longer for the next try by default (Exim's last interval is 6 hours), so what comes later is another
message."""


def checked(
    analysis: Analysis,
    *,
    since: str,
    filter_text: str = "",
    known: Collection[IncidentKey] = (),
    now_ms: int | None = None,
    stale_ms: int | None = None,
) -> CheckResult:
    """The incidents of the last `since` ("24h") of the logs, which are read to their end, the most urgent first.

    `known` incidents were reported before. With `stale_ms` a log that ended longer than that before `now_ms` is stale.
    Raises FilterError for an invalid filter or time.
    """
    store = analysis.store
    window = rows_that_match(store, f'{filter_text} since:"{since}"', analysis.zone, twice=analysis.count_duplicates)
    every = rows_that_match(store, filter_text, analysis.zone, twice=analysis.count_duplicates)
    found = []
    for part in split(store, every):
        recent = part[window[part]]
        if not len(recent):
            continue
        # The state is that of the whole log: an incident does not end with the time window.
        head, sample = incident_head(store, part), store.exchange(sample_row(store, recent))
        advice = analysis.knowledge.advice(sample)
        found.append(
            CheckedIncident(
                key=head.key,
                host=head.host,
                cause=analysis.knowledge.categories.get(head.key.category, head.key.category),
                who_acts=advice.who_acts,
                events=len(recent),
                messages=_messages(store, recent),
                first_ms=head.first_ms,
                last_ms=head.last_ms,
                state=head.state,
                quiet_ms=head.quiet_ms,
                overdue_ms=_overdue_ms(store, part, int(store.columns.time_ms[recent[0]])),
                known=head.key in known,
                reply=sample.reply.verbatim.strip(),
                first_step=advice.actions[0] if advice.actions else "",
            )
        )
    found.sort(key=lambda each: (-each.status, each.state != "ongoing", -each.messages))
    end_ms = store.log_end_ms
    age_ms = None if now_ms is None or end_ms is None else now_ms - end_ms
    return CheckResult(
        files=analysis.files,
        window=since,
        log_end_ms=end_ms,
        stale_ms=age_ms if age_ms is not None and stale_ms is not None and age_ms > stale_ms else None,
        incidents=tuple(found),
        skipped=analysis.skipped,
        zone=analysis.zone,
        zone_name=analysis.zone_name,
    )


class _Deferred(Struct, frozen=True):
    """Deferred messages: the first and last attempt of each, and how many. `others` are single refusals."""

    first_ms: NDArray[np.int64]
    last_ms: NDArray[np.int64]
    tries: NDArray[np.int64]
    others: int


def _deferred(store: EventStore, rows: NDArray[np.int64]) -> _Deferred:
    """The messages of `rows` (in order of time): 4yz replies for the same sender and recipient, one after the other
    without a long gap, are tries of one; everything else is a refusal by itself.
    """
    columns = store.columns
    code = columns.code[rows]
    put_off = (code >= 400) & (code < 500) & (columns.recipient[rows] != NO_MAILBOX)
    put_off &= columns.time_ms[rows] != NO_TIME
    chosen = rows[put_off]
    if not len(chosen):
        nothing = np.zeros(0, np.int64)
        return _Deferred(nothing, nothing, nothing, len(rows))
    recipient, sender, times = columns.recipient[chosen], columns.sender[chosen], columns.time_ms[chosen]
    order = np.lexsort((times, sender, recipient))
    recipient, sender, times = recipient[order], sender[order], times[order]
    begins = np.ones(len(chosen), np.bool_)
    same = (recipient[1:] == recipient[:-1]) & (sender[1:] == sender[:-1])
    begins[1:] = ~same | (np.diff(times) > LONGEST_RETRY_MS)
    starts = np.flatnonzero(begins)
    ends: NDArray[np.int64] = np.append(starts[1:], len(chosen))
    return _Deferred(times[starts], times[ends - 1], ends - starts, len(rows) - len(chosen))


def _messages(store: EventStore, rows: NDArray[np.int64]) -> int:
    found = _deferred(store, rows)
    return len(found.tries) + found.others


def _overdue_ms(store: EventStore, rows: NDArray[np.int64], since_ms: int) -> int | None:
    """How long a message still tried after `since_ms` has been deferred; None if not long."""
    found = _deferred(store, rows)
    waited = (found.last_ms - found.first_ms)[found.last_ms >= since_ms].tolist()
    longest: int = max(waited, default=0)
    return longest if longest >= OVERDUE_MS else None
