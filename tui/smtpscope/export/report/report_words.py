"""The report in words that all its formats share: its heading, and what is told of a row beside its code and host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smtpscope.export.report.report import Report, ReportRow
from smtpscope.export.summaries.incident_wording import Calendar, counted
from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.grouping.activity import state_words
from smtpscope.store.times import format_time

_WHO: Final[dict[WhoActs, str]] = {
    "us": "we act",
    "them": "they act",
    "sender": "the sender acts",
    "recipient": "the recipient acts",
    "nobody": "nobody acts",
}

HOW_TO_GET_EVENTS: Final = (
    "Exchange 2000 and 2003 write these events only when diagnostic logging of MSExchangeTransport, category SMTP "
    "Protocol, is at Medium or higher.",
    "To switch it on: Exchange System Manager, Properties of the server, Diagnostics Logging, MSExchangeTransport, "
    "SMTP Protocol: Medium. Then wait for the next refusal and save the Application log of that server.",
    "Exchange 2007 and later do not write them: their commands and replies are in the SMTP protocol logs.",
)
"""What to do about a log without events of ours, in sentences; Microsoft KB 843106."""

NO_RECORD_AT_ALL: Final = (
    "It is empty or damaged: copy the log from the server once more, or export it again in Event Viewer."
)
"""What to do about a log of which not one record was read, whoever wrote it."""


def events_words(events: int, service_logs: bool) -> str:
    """How many there are, in the word that fits the logs."""
    return counted(events, "refusal", "refusals") if service_logs else counted(events, "SMTP event", "SMTP events")


def no_refusal_words(rows: int) -> str:
    """For logs of a mail server itself without a refusal: that is good news, or the wrong log."""
    return f"No refusal is in what was read: of {counted(rows, 'row', 'rows')} none holds a reply of 400 or more."


def who_words(who: WhoActs | None) -> str:
    """Who acts, in two words; the members of a group may differ."""
    return "who acts differs" if who is None else _WHO[who]


def direction_word(direction: Direction | None) -> str:
    """`outbound`, `inbound`, `unknown`, or `both directions` where the members of a group differ."""
    return "both directions" if direction is None else direction.value


def row_details(row: ReportRow, report: Report, *, last: bool = False) -> list[str]:
    """What stands below a row: cause, direction, who acts, recipients, since when, whether it is over.

    `last` adds the last time, for tables that have no room for it in its own column.
    """
    details = [row.cause or row.category or "no cause known", direction_word(row.direction), who_words(row.who_acts)]
    if row.recipients:
        details.append(counted(row.recipients, "recipient", "recipients"))
    if row.first_ms is not None:
        details.append(f"since {format_time(row.first_ms, report.zone, seconds=False)}")
    if last and row.last_ms is not None:
        details.append(f"last {format_time(row.last_ms, report.zone, seconds=False)}")
    details.append(state_words(row.state, row.quiet_ms))
    return details


def told_rows(report: Report) -> Iterator[ReportRow]:
    """The rows for people: a member that only repeats its group is left out."""
    rows = report.rows
    for index, row in enumerate(rows):
        group = rows[index - 1] if index else None
        last = index + 1 == len(rows) or rows[index + 1].depth == 0
        only = group is not None and group.depth == 0 and row.depth and last
        if only and group is not None and (group.code, group.host, group.count) == (row.code, row.host, row.count):
            continue
        yield row


def heading_facts(report: Report) -> list[tuple[str, str]]:
    """Label and value of each line above the table; values may hold text of the log or of paths."""
    calendar = Calendar(report.zone, report.zone_name)
    facts = [("Files" if len(report.files) > 1 else "File", ", ".join(report.files) or "none")]
    if report.events and (report.first_ms is None or report.last_ms is None):
        facts.append(("Span", f"no times ({report.zone_name})"))
    if report.first_ms is not None and report.last_ms is not None:
        note = f"{report.zone_name}, zone assumed" if report.time_assumed else report.zone_name
        span = f"{calendar.brief(report.first_ms)} to {calendar.brief(report.last_ms)} ({note})"
        facts.append(("Span", span))
    others = (
        counted(report.unrelated_records, "other row", "other rows")
        if report.service_logs
        else counted(report.unrelated_records, "other record", "other records")
    )
    facts.append(
        (
            "Events",
            f"{events_words(report.events, report.service_logs)}, {others}, {report.skipped:,} skipped"
            + (f", {report.duplicates:,} left out as already there" if report.duplicates else ""),
        )
    )
    if report.directions:
        facts.append(("Direction", ", ".join(f"{name} {count:,}" for name, count in report.directions)))
    if report.filter_text:
        facts.append(("Filter", report.filter_text))
        facts.append(("In view", f"{report.events_in_view:,} of {events_words(report.events, report.service_logs)}"))
    if report.rows:
        facts.append(("Grouped by", report.group_by))
    if report.masked:
        facts.append(("Masked", "names, mailboxes, hosts and IP addresses replaced by pseudonyms"))
    return facts


def no_rows_words(report: Report) -> tuple[str, ...]:
    """What stands in place of the table when it has no row, in sentences; the first says why it has none."""
    if report.events:
        return (f"None of {events_words(report.events, report.service_logs)} fits the filter.",)
    if not report.unrelated_records:
        return ("Not one record could be read.", NO_RECORD_AT_ALL)
    if report.service_logs:
        return (no_refusal_words(report.unrelated_records),)
    return (
        "No SMTP protocol event (MSExchangeTransport 7002, 7004, 7010) is in what was read.",
        *HOW_TO_GET_EVENTS,
    )
