"""Documents of an analysis: the summary of incidents, and a raw record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING, Protocol

from smtpscope.errors import LogError
from smtpscope.export.event_text import event_text
from smtpscope.export.masking.credentials import hidden
from smtpscope.export.summaries.summary import IncidentSummary, SummaryDocument
from smtpscope.session.log_loader import LogLoader
from smtpscope.session.view_values import IncidentDetail, View
from smtpscope.store.incident_key import IncidentKey
from smtpscope.store.times import zone_label

if TYPE_CHECKING:
    from smtpscope.parsing.smtp_exchange import SmtpExchange
    from smtpscope.probes.live_check import LiveResult


class NamedLogs(Protocol):
    """What a document says of the logs: their paths as given, and how many records were lost."""

    @property
    def files(self) -> tuple[str, ...]: ...

    @property
    def skipped(self) -> int: ...


def summary_document(
    logs: NamedLogs,
    details: Iterable[IncidentDetail],
    view: View,
    zone: tzinfo,
    raw_of: Callable[[int], str],
    live_of: Callable[[IncidentKey], tuple[LiveResult, ...]] = lambda _: (),
) -> SummaryDocument:
    """The summary of some incidents, for any export format; `raw_of` returns a row's record as text, `live_of` the
    results of live checks on an incident.
    """
    return SummaryDocument(
        incidents=tuple(
            _summary(detail, raw_of(detail.incident.sample_row), live_of(detail.incident.key)) for detail in details
        ),
        filter_text=view.filter_text,
        files=logs.files,
        zone=zone,
        zone_name=zone_label(zone),
        events_in_view=view.count,
        events_in_log=view.total,
        skipped=logs.skipped,
    )


def _summary(detail: IncidentDetail, raw: str, live: tuple[LiveResult, ...]) -> IncidentSummary:
    # Others read the ticket, so credentials stay out of it.
    sample, raw = hidden(detail.sample, raw)
    return IncidentSummary(
        incident=detail.incident,
        advice=detail.advice,
        sample=sample,
        sample_raw=raw,
        explanations=detail.explanations,
        live=live,
    )


def text_of_event(exchange: SmtpExchange, zone: tzinfo) -> str:
    """One event as text for a ticket; not yet harmless, but without credentials."""
    return event_text(hidden(exchange, "")[0], zone)


def raw_text(loader: LogLoader, row: int, event: str) -> str:
    """The raw record of `row` (text, or the event's XML); a sentence and `event` if it is gone."""
    try:
        raw = loader.raw(row)
    except (LogError, OSError) as error:
        return f"The raw record can't be read: {error}\n\n{event}"
    except Exception as defect:
        # A reader that crashes on one record must not crash the browser.
        what = f"a bug in smtpscope ({type(defect).__name__}: {defect})"
        return f"The raw record can't be read: {what}\n\n{event}"
    return event if raw is None else raw
