"""What an analysis writes out: the summary of incidents, and a raw record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo

from smtpscope.errors import LogError
from smtpscope.export.masking.credentials import hidden
from smtpscope.export.summaries.summary import IncidentSummary, SummaryDocument
from smtpscope.session.log_loader import LogLoader
from smtpscope.session.view_values import IncidentDetail, View
from smtpscope.store.times import zone_label


def summary_document(
    loader: LogLoader, details: Iterable[IncidentDetail], view: View, zone: tzinfo, raw_of: Callable[[int], str]
) -> SummaryDocument:
    """The summary of some incidents, ready for any format of `export`; `raw_of` gives a row's record as text."""
    return SummaryDocument(
        incidents=tuple(_summary(detail, raw_of(detail.incident.sample_row)) for detail in details),
        filter_text=view.filter_text,
        files=loader.files,
        zone=zone,
        zone_name=zone_label(zone),
        events_in_view=view.count,
        events_in_log=view.total,
        skipped=loader.skipped,
    )


def _summary(detail: IncidentDetail, raw: str) -> IncidentSummary:
    # A ticket is read by others, so what logs somebody in stays out of it.
    sample, raw = hidden(detail.sample, raw)
    return IncidentSummary(
        incident=detail.incident,
        advice=detail.advice,
        sample=sample,
        sample_raw=raw,
        explanations=detail.explanations,
    )


def raw_text(loader: LogLoader, row: int, event: str) -> str:
    """The record of `row` as its file holds it (text, or the event's XML); a sentence and `event` when that is gone."""
    try:
        raw = loader.raw(loader.store.exchange(row))
    except (LogError, OSError) as error:
        return f"The record can't be read again: {error}\n\n{event}"
    except Exception as defect:
        # A reader that comes to grief over one record must not take the browser with it.
        what = f"a mistake in smtpscope ({type(defect).__name__}: {defect})"
        return f"The record can't be read again: {what}\n\n{event}"
    return event if raw is None else raw
