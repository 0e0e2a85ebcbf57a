"""Text shared by all report formats: the heading, and the details of a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from smtpscope.errors import NOT_UNDERSTOOD, Problem, skipped_records
from smtpscope.export.report.report import Report, ReportRow
from smtpscope.export.summaries.incident_wording import Calendar, counted
from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.activity import state_words
from smtpscope.store.assumed_times import zone_words
from smtpscope.store.times import format_time

_WHO: Final[dict[WhoActs, str]] = {
    "us": "us",
    "them": "the other side",
    "sender": "the sender",
    "recipient": "the recipient",
    "nobody": "none needed",
}

HOW_TO_GET_EVENTS: Final = (
    "Exchange 2000 and 2003 log these events only if diagnostic logging for MSExchangeTransport, category SMTP "
    "Protocol, is set to Medium or higher.",
    "To turn it on: Exchange System Manager, server Properties, Diagnostics Logging, MSExchangeTransport, SMTP "
    "Protocol: Medium. Then wait for the next refusal and save that server's Application log.",
    "Exchange 2007 and later do not log them: open their SMTP protocol logs instead.",
)
"""What to do about a log without SMTP events; Microsoft KB 843106."""

NO_RECORD_AT_ALL: Final = (
    "The log is empty or damaged: copy it from the server again, or export it again in Event Viewer."
)
"""What to do about a log of which no record could be read."""


def events_words(events: int, service_logs: bool) -> str:
    """The number of refusals, in words."""
    return counted(events, "SMTP refusal", "SMTP refusals")


def doubt_words(problems: Iterable[Problem], others: int, *, files: bool) -> str | None:
    """How many records were not understood, and the first of them with its place; None where all were.

    With `files` the place names its file, too. Where no `others` were read, a file that is not text is damaged as a
    whole: also None.
    """
    doubtful = [each for each in problems if each.outcome == "skipped" or each.reason.startswith(NOT_UNDERSTOOD)]
    if not doubtful or not (others or any(each.place.startswith("line ") for each in doubtful)):
        return None
    first = doubtful[0]
    place = f"{first.file}, {first.place}" if files else first.place
    reason = first.reason.removeprefix(f"{NOT_UNDERSTOOD}: ")
    skipped = skipped_records(doubtful)
    if not skipped:
        return f"not all records were understood, the first at {place}: {reason}"
    return f"{counted(skipped, 'record', 'records')} not understood, the first at {place}: {reason}"


def no_refusal_words(rows: int) -> str:
    """For a mail server's log without refusals: good news, or the wrong log."""
    return f"No SMTP refusals found: none of {counted(rows, 'row', 'rows')} has a reply code of 400 or higher."


def who_words(who: WhoActs | None, acting: tuple[WhoActs, ...] = ()) -> str:
    """Who acts, for a column headed "Action"; where the members of a group differ, whether we are among `acting`."""
    if who is not None:
        return _WHO[who]
    return "varies" if not acting else "us and others" if "us" in acting else "others"


def action_words(who: WhoActs | None, acting: tuple[WhoActs, ...] = ()) -> str:
    """The same where no heading says what it is: `action: us`, `no action needed`."""
    return "no action needed" if who == "nobody" else f"action: {who_words(who, acting)}"


def direction_word(direction: Direction | None) -> str:
    """`outbound`, `inbound`, `unknown`, or `both directions` where the members of a group differ."""
    return "both directions" if direction is None else direction.value


def row_details(row: ReportRow, report: Report, *, last: bool = False) -> list[str]:
    """The details below a row: cause, direction, action, recipients, start, state.

    `last` adds the last time, for tables that have no room for it in its own column.
    """
    action = action_words(row.who_acts, row.acting)
    details = [row.cause or row.category or "unknown cause", direction_word(row.direction), action]
    if row.recipients:
        details.append(counted(row.recipients, "recipient", "recipients"))
    if row.first_ms is not None:
        details.append(f"since {format_time(row.first_ms, report.zone, seconds=False)}")
    if last and row.last_ms is not None:
        details.append(f"last {format_time(row.last_ms, report.zone, seconds=False)}")
    details.append(state_words(row.state, row.quiet_ms))
    return details


def shown_rows(report: Report) -> Iterator[ReportRow]:
    """The rows to display: a member that only repeats its group is omitted."""
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
        note = zone_words(report.zone_name, report.time_assumed)
        first, last = calendar.brief(report.first_ms), calendar.brief(report.last_ms)
        # The zone once, unless its offset has changed between the two.
        offset = last.rpartition(" ")[2]
        facts.append(("Span", f"{first.removesuffix(f' {offset}')} to {last} ({note})"))
    others = (
        counted(report.unrelated_records, "other row", "other rows")
        if report.service_logs
        else counted(report.unrelated_records, "other record", "other records")
    )
    facts.append(
        (
            "Records",
            f"{events_words(report.events, report.service_logs)}, {others}, {report.skipped:,} skipped"
            + (f", {report.duplicates:,} duplicates skipped" if report.duplicates else ""),
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
        facts.append(("Masked", "names, mailboxes, hosts and IP addresses replaced with pseudonyms"))
    return facts


def no_rows_words(report: Report) -> tuple[str, ...]:
    """The text shown instead of an empty table; the first sentence says why it is empty."""
    if report.events:
        return (f"None of {events_words(report.events, report.service_logs)} matches the filter.",)
    doubt = doubt_words(report.problems, report.unrelated_records, files=len(report.files) > 1)
    if doubt is not None:
        return (f"No SMTP refusal could be read: {doubt}.",)
    if not report.unrelated_records:
        return ("No record could be read.", NO_RECORD_AT_ALL)
    if report.service_logs:
        return (no_refusal_words(report.unrelated_records),)
    return (
        "No SMTP protocol events (MSExchangeTransport 7002, 7004, 7010) found.",
        *HOW_TO_GET_EVENTS,
    )
