"""Two views of logs -> a comparison: the incidents of both by their key, with counts and rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from smtpscope.errors import FilterError, UsageError
from smtpscope.export.comparison.comparison import CHANGES, ComparedIncident, ComparedSide, Comparison, change_of
from smtpscope.knowledge.entry import WhoActs
from smtpscope.session.analysis import Analysis
from smtpscope.session.filtering import rows_that_match
from smtpscope.store.event_store import NO_TIME, Rows
from smtpscope.store.filter.filter_editing import add_term
from smtpscope.store.grouping.incident import IncidentHead, IncidentKey
from smtpscope.store.grouping.incidents import incident_heads
from smtpscope.store.times import TIME_WORDS, format_short, parse_time_word, resolve

_ATTENTION: Final[Mapping[WhoActs, int]] = {"us": 0, "them": 1, "sender": 1, "recipient": 1, "nobody": 2}


class Period(Struct, frozen=True):
    """`since` (included) and `until` as the user wrote them; "" for the log's own beginning or end."""

    since: str = ""
    until: str = ""


class _Part(Struct, frozen=True):
    side: ComparedSide
    heads: dict[IncidentKey, IncidentHead]
    analysis: Analysis


def compare_logs(before: Analysis, after: Analysis, filter_text: str = "") -> Comparison:
    """Two logs, both read to their end. Raises FilterError."""
    parts = [_whole(analysis, filter_text) for analysis in (before, after)]
    return _comparison(parts[0], parts[1], filter_text, skipped=before.skipped + after.skipped)


def compare_periods(analysis: Analysis, before: Period, after: Period, filter_text: str = "") -> Comparison:
    """Two periods of the same logs, read to their end. Raises FilterError, UsageError for an invalid time."""
    rows = rows_that_match(analysis.store, filter_text, analysis.zone, twice=analysis.count_duplicates)
    undated = int((rows & (analysis.store.columns.time_ms == NO_TIME)).sum())
    first, second = (_period(analysis, period, rows) for period in (before, after))
    return _comparison(first, second, filter_text, undated=undated, skipped=analysis.skipped)


def compare_values(analysis: Analysis, field: str, before: str, after: str, filter_text: str = "") -> Comparison:
    """Two values of a filter field in the same logs, such as two servers. Raises FilterError."""
    parts = [
        _whole(analysis, add_term(filter_text, field, f"={value}", False), name=value) for value in (before, after)
    ]
    return _comparison(parts[0], parts[1], filter_text, skipped=analysis.skipped)


def _whole(analysis: Analysis, filter_text: str, name: str = "") -> _Part:
    rows = rows_that_match(analysis.store, filter_text, analysis.zone, twice=analysis.count_duplicates)
    store = analysis.store
    side = ComparedSide(
        name or ", ".join(analysis.files), analysis.files, store.log_start_ms, store.log_end_ms, int(rows.sum())
    )
    return _Part(side, _heads(analysis, rows), analysis)


def _period(analysis: Analysis, period: Period, rows: Rows) -> _Part:
    store = analysis.store
    times = store.columns.time_ms
    since, until = _start("--since", period.since, analysis), _start("--until", period.until, analysis)
    inside = times != NO_TIME
    if since is not None:
        inside &= times >= since
    if until is not None:
        inside &= times < until
    chosen = inside & rows if rows is not None else inside
    # Outside the log's time span, nothing can be counted.
    start, end = store.log_start_ms, store.log_end_ms
    first = since if since is None or start is None else max(since, start)
    last = until if until is None or end is None else min(until, end)
    name = _period_name(format_short(since, analysis.zone), format_short(until, analysis.zone))
    return _Part(
        ComparedSide(
            name,
            analysis.files,
            start if first is None else first,
            end if last is None else last,
            int(chosen.sum()),
            is_period=True,
        ),
        _heads(analysis, chosen),
        analysis,
    )


def _start(option: str, word: str, analysis: Analysis) -> int | None:
    """When the time `word` begins; None where none is given. Raises UsageError."""
    if not word:
        return None
    end = analysis.store.log_end_ms
    try:
        return resolve(parse_time_word(word), 0 if end is None else end, analysis.zone).start_ms
    except (ValueError, FilterError) as error:
        raise UsageError(where=option, what=f"{word!r} is not a time", remedy=f"Write {TIME_WORDS}") from error


def _period_name(since: str, until: str) -> str:
    if since and until:
        return f"{since} to {until}"
    if since:
        return f"since {since}"
    return f"before {until}" if until else "the whole log"


def _heads(analysis: Analysis, rows: Rows) -> dict[IncidentKey, IncidentHead]:
    return {head.key: head for head in incident_heads(analysis.store, rows)}


def _comparison(before: _Part, after: _Part, filter_text: str, *, undated: int = 0, skipped: int) -> Comparison:
    lengths = before.side.length_ms, after.side.length_ms
    times_as_long = lengths[1] / lengths[0] if lengths[0] and lengths[1] else 1.0
    found = [_compared(key, before, after, times_as_long) for key in dict.fromkeys([*after.heads, *before.heads])]
    found.sort(key=lambda each: (CHANGES.index(each.change), _ATTENTION[each.who_acts], -max(each.before, each.after)))
    return Comparison(
        before=before.side,
        after=after.side,
        incidents=tuple(found),
        filter_text=filter_text,
        zone=after.analysis.zone,
        zone_name=after.analysis.zone_name,
        undated=undated,
        skipped=skipped,
    )


def _compared(key: IncidentKey, before: _Part, after: _Part, times_as_long: float) -> ComparedIncident:
    counts = [part.heads[key].count if key in part.heads else 0 for part in (before, after)]
    change, ratio = change_of(counts[0], counts[1], times_as_long)
    part = after if key in after.heads else before
    head, store = part.heads[key], part.analysis.store
    return ComparedIncident(
        key=key,
        host=head.host,
        cause=part.analysis.knowledge.categories.get(key.category, key.category),
        who_acts=store.who_acts(head.sample_row),
        change=change,
        before=counts[0],
        after=counts[1],
        ratio=ratio,
        first_ms=head.first_ms,
        last_ms=head.last_ms,
        state=head.state,
        quiet_ms=head.quiet_ms,
    )
