"""A summary as CSV: one row per incident, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from smtpscope.export.formats.csv_rows import Cell, csv_lines
from smtpscope.export.summaries.beside import event_words, how_often_before
from smtpscope.export.summaries.incident_wording import Calendar
from smtpscope.export.summaries.summary import IncidentSummary, SummaryDocument
from smtpscope.export.summaries.summary_outline import NULL_SENDER
from smtpscope.store.grouping.incident import Counted

COLUMNS = (
    "direction",
    "remote_host",
    "reply_code",
    "enhanced_codes",
    "category",
    "cause",
    "who_acts",
    "confidence",
    "matched_by",
    "count",
    "first",
    "last",
    "zone",
    "zone_assumed",
    "ongoing",
    "episodes",
    "recipients",
    "recipient_list",
    "sender_list",
    "server_list",
    "reply",
    "meaning",
    "files",
    "filter",
    "state",
    "our_note",
    "explaining_events",
    "live_checks",
)


def render(document: SummaryDocument) -> str:
    """`document` as CSV with a header row; lists are joined by line feeds within their cell, without counts."""
    return "".join(csv_lines(_rows(document)))


def _rows(document: SummaryDocument) -> Iterator[tuple[Cell, ...]]:
    yield COLUMNS
    calendar = Calendar(document.zone, document.zone_name)
    for summary in document.incidents:
        yield _row(summary, document, calendar)


def _row(summary: IncidentSummary, document: SummaryDocument, calendar: Calendar) -> tuple[Cell, ...]:
    incident, advice = summary.incident, summary.advice
    return (
        incident.key.direction.value,
        incident.host,
        incident.key.code,
        _joined(incident.enhanced_codes),
        incident.key.category,
        advice.title,
        advice.who_acts,
        advice.match.confidence,
        advice.match.matched_by,
        incident.count,
        None if incident.first_ms is None else calendar.brief(incident.first_ms),
        None if incident.last_ms is None else calendar.brief(incident.last_ms),
        document.zone_name,
        incident.time_assumed,
        incident.ongoing,
        len(incident.episodes),
        len(incident.recipients),
        _joined(incident.recipients),
        "\n".join(value or NULL_SENDER for value, _ in incident.senders),
        _joined(incident.servers),
        incident.replies[0][0] if incident.replies else None,
        advice.meaning,
        "\n".join(document.files),
        document.filter_text,
        incident.state,
        advice.our_note,
        "\n".join(f"{event_words(each)}: {how_often_before(each)}" for each in summary.explanations),
        _live(summary, calendar),
    )


def _live(summary: IncidentSummary, calendar: Calendar) -> str:
    """A line for each result of a live check: its outcome, what was found, who was asked and when."""
    if not summary.live:
        return ""
    from smtpscope.export.summaries.live_words import holds_words, when_and_who

    lines = (
        f"{each.outcome}: {' '.join(each.says.split())} {when_and_who(each, calendar.zone)}. {holds_words(each)}"
        for each in summary.live
    )
    return "\n".join(map(str.rstrip, lines))


def _joined(values: Counted) -> str:
    return "\n".join(value for value, _ in values)
