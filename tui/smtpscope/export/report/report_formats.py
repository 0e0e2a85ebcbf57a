"""The report in all its formats, by the name that the command line uses: text, markdown, html, json, csv."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from smtpscope.export.formats.sparkline import sparkline
from smtpscope.export.report.report import Report, ReportRow
from smtpscope.export.report.report_text import render_text
from smtpscope.export.report.report_words import (
    direction_word,
    heading_facts,
    no_rows_words,
    shown_rows,
    who_words,
)
from smtpscope.export.summaries.incident_wording import Calendar, utc_text
from smtpscope.store.activity import state_words
from smtpscope.store.times import format_time

# Each format is imported when needed: most reports are text.
if TYPE_CHECKING:
    from smtpscope.export.formats.csv_rows import Cell
    from smtpscope.export.formats.json_text import JsonValue
    from smtpscope.export.masking.masking import Mask
    from smtpscope.export.summaries.content import Line, Piece

SCHEMA: Final = "smtpscope.report/2"
TITLE: Final = "SMTP refusals: report"
_HEAD: Final = (
    "Code", "Host", "Cause", "Direction", "Action", "Count", "Recipients", "First", "Last", "State", "Activity",
)  # fmt: skip
_NUMERIC: Final = frozenset({5, 6})
_CSV_HEAD: Final = (
    "depth", "reply_code", "remote_host", "category", "cause", "direction", "who_acts", "count", "recipients", "first",
    "last", "zone", "ongoing", "state",
)  # fmt: skip


class ReportFormat(Struct, frozen=True):
    """`title` is for people, `suffix` is the end of a file name with its dot."""

    name: str
    title: str
    suffix: str
    draw: Callable[[Report, int, bool], str]

    def render(self, report: Report, *, width: int = 80, ascii_only: bool = False, mask: Mask | None = None) -> str:
        """`report` as text; `width` (cells) concerns `text` alone, `ascii_only` also the bars of the others."""
        return self.draw(report if mask is None else masked_report(report, mask), width, ascii_only)


def masked_report(report: Report, mask: Mask) -> Report:
    """A copy of `report` with everything from the log masked that is not known to be public."""
    return replace(
        report,
        files=tuple(map(mask.file, report.files)),
        rows=tuple(_masked_row(row, mask) for row in report.rows),
        problems=tuple(
            dataclasses.replace(
                problem,
                file=mask.file(problem.file),
                place=mask.text(problem.place),
                reason=mask.text(problem.reason),
            )
            for problem in report.problems
        ),
        filter_text=mask.filter(report.filter_text),
        incidents=None if report.incidents is None else mask.document(report.incidents),
        masked=True,
    )


def without_activity(report: Report) -> Report:
    """A copy of `report` without bars, and without the column for them."""
    return replace(report, rows=tuple(replace(row, spark=()) for row in report.rows))


def _head(report: Report) -> tuple[str, ...]:
    return _HEAD if _has_activity(report) else _HEAD[:-1]


def _has_activity(report: Report) -> bool:
    return any(row.spark for row in report.rows)


def _text(report: Report, width: int, ascii_only: bool) -> str:
    return render_text(report, width=width, ascii_only=ascii_only)


def _lines(report: Report, ascii_only: bool) -> Iterator[tuple[Line, ...]]:
    """The cells of each row."""
    from smtpscope.export.summaries.content import plain, verbatim

    calendar = Calendar(report.zone, report.zone_name)
    activity = _has_activity(report)
    for row in shown_rows(report):
        mark = (plain("↳ " if not ascii_only else "> "),) if row.depth else ()
        yield (
            (*mark, verbatim(row.code)),
            (verbatim(row.host),) if row.host else (),
            (plain(row.cause or row.category),),
            (plain(direction_word(row.direction)),),
            (plain(who_words(row.who_acts, row.acting)),),
            (plain(f"{row.count:,}"),),
            (plain(f"{row.recipients:,}"),),
            (plain(_time(row.first_ms, calendar)),),
            (plain(_time(row.last_ms, calendar)),),
            (plain(state_words(row.state, row.quiet_ms)),),
            *(((_activity(row, ascii_only),),) if activity else ()),
        )


def _time(time_ms: int | None, calendar: Calendar) -> str:
    # The heading has the zone; in each cell it would take a line more.
    return "" if time_ms is None else format_time(time_ms, calendar.zone)


def _activity(row: ReportRow, ascii_only: bool) -> Piece:
    from smtpscope.export.summaries.content import plain, verbatim

    if not row.spark:
        return plain("")
    # Markdown and HTML may collapse spaces, which would misplace the bars.
    return verbatim(sparkline(row.spark, ascii_only=ascii_only).replace(" ", "_" if ascii_only else "·"))


def _markdown(report: Report, width: int, ascii_only: bool) -> str:
    from smtpscope.export.formats import markdown

    lines = [f"# {TITLE}", ""]
    lines += [f"- **{label}:** {_heading_value(label, value)}" for label, value in heading_facts(report)]
    if report.rows:
        lines += ["", *markdown.table(_head(report), tuple(_lines(report, ascii_only)), _NUMERIC)]
    else:
        lines += [line for sentence in no_rows_words(report) for line in ("", markdown.escaped(sentence))]
    if report.rows_left_out:
        lines += ["", f"And {report.rows_left_out:,} more rows."]
    if report.problems:
        lines += ["", "## Problems", ""]
        lines += [
            f"- {markdown.inline_code(problem.file)}, {markdown.escaped(f'{problem.place}: {problem.reason}')} "
            f"({problem.outcome})"
            for problem in report.problems
        ]
    return "\n".join(lines) + "\n"


def _heading_value(label: str, value: str) -> str:
    from smtpscope.export.formats import markdown

    return markdown.inline_code(value) if label in ("File", "Files", "Filter") else markdown.escaped(value)


def _html(report: Report, width: int, ascii_only: bool) -> str:
    from smtpscope.export.report.report_html import render_html

    return render_html(report, ascii_only=ascii_only)


def _json(report: Report, width: int, ascii_only: bool) -> str:
    value: JsonValue = {
        "schema": SCHEMA,
        "masked": report.masked,
        "files": list(report.files),
        "filter": report.filter_text,
        "zone": report.zone_name,
        "time_assumed": bool(report.time_assumed),
        "first": utc_text(report.first_ms),
        "last": utc_text(report.last_ms),
        "events": report.events,
        "events_in_view": report.events_in_view,
        "others": report.unrelated_records,
        "skipped": report.skipped,
        "duplicates": report.duplicates,
        "directions": dict(report.directions),
        "group_by": report.group_by,
        "rows": [_json_row(row) for row in report.rows],
        "rows_left_out": report.rows_left_out,
        "problems": [
            {
                "file": problem.file,
                "place": problem.place,
                "reason": problem.reason,
                "outcome": problem.outcome,
                "records": problem.records,
            }
            for problem in report.problems
        ],
    }
    from smtpscope.export.formats.json_text import json_text

    return json_text(value) + "\n"


def _masked_row(row: ReportRow, mask: Mask) -> ReportRow:
    masked = {"host": mask.host, "server": mask.host, "recipient": mask.mailbox, "": mask.text}[row.named]
    return replace(
        row,
        code=mask.text(row.code),
        host=masked(row.host),
        cause=mask.text(row.cause),
        remote_host=None if row.remote_host is None else mask.host(row.remote_host),
    )


def _json_row(row: ReportRow) -> JsonValue:
    return {
        "depth": row.depth,
        "reply_code": row.reply_code,
        "reply_codes": row.reply_codes,
        "remote_host": row.remote_host,
        "remote_hosts": row.remote_hosts,
        "category": row.category,
        "categories": row.categories,
        "words": {"code": row.code, "remote_host": row.host, "cause": row.cause},
        "direction": None if row.direction is None else row.direction.value,
        "who_acts": row.who_acts,
        "acting": list(row.acting),
        "count": row.count,
        "first": utc_text(row.first_ms),
        "last": utc_text(row.last_ms),
        "ongoing": row.ongoing,
        "state": row.state,
        "quiet_ms": row.quiet_ms,
        "recipients": row.recipients,
        "activity": list(row.spark),
    }


def _csv(report: Report, width: int, ascii_only: bool) -> str:
    from smtpscope.export.formats.csv_rows import csv_lines

    return "".join(csv_lines(_csv_rows(report)))


def _csv_rows(report: Report) -> Iterator[tuple[Cell, ...]]:
    yield _CSV_HEAD
    calendar = Calendar(report.zone, report.zone_name)
    for row in report.rows:
        yield (
            row.depth,
            row.code,
            row.host,
            row.category,
            row.cause,
            None if row.direction is None else row.direction.value,
            row.who_acts,
            row.count,
            row.recipients,
            None if row.first_ms is None else calendar.brief(row.first_ms),
            None if row.last_ms is None else calendar.brief(row.last_ms),
            report.zone_name,
            row.ongoing,
            row.state,
        )


_ALL: Final = (
    ReportFormat("text", "Table for a terminal", ".txt", _text),
    ReportFormat("markdown", "Markdown, for GitHub and Jira", ".md", _markdown),
    ReportFormat("html", "HTML, one file", ".html", _html),
    ReportFormat("json", "JSON, verbatim", ".json", _json),
    ReportFormat("csv", "CSV, one row per group", ".csv", _csv),
)

REPORT_FORMATS: Final[Mapping[str, ReportFormat]] = MappingProxyType({each.name: each for each in _ALL})
