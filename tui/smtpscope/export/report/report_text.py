"""The report as a table for a terminal of a given width: long text is wrapped, never cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from smtpscope.errors import Problem
from smtpscope.export.formats.sparkline import shortened, sparkline
from smtpscope.export.formats.text_columns import broken_name, cell_width, padded, wrapped
from smtpscope.export.report.report import Report, ReportRow
from smtpscope.export.report.report_words import heading_facts, no_rows_words, row_details, shown_rows
from smtpscope.harmless import shown
from smtpscope.store.times import format_time

_NARROWEST: Final = 40
_CODE_LIMIT: Final = 16
_HOST_LEAST: Final = 20
_SPARK_LIMIT: Final = 32
_LAST_WIDTH: Final = 16
_GAP: Final = "  "
_MOST_PROBLEMS: Final = 10


def render_text(report: Report, *, width: int = 80, ascii_only: bool = False) -> str:
    """`report` in at most `width` cells (40 at least), with a line feed at its end; controls are shown as escapes.

    `ascii_only` draws bars and separators in ASCII; text of the log keeps its own letters.
    """
    width = max(_NARROWEST, width)
    lines: list[str] = []
    for label, value in heading_facts(report):
        lead = padded(f"{label}: ", 12)
        lines += wrapped(shown(value), width, first=lead, rest=" " * len(lead))
    lines.append("")
    lines += _table(report, width, ascii_only)
    if report.rows_left_out:
        lines += ["", f"And {report.rows_left_out:,} more rows."]
    lines += _problems(report.problems, width)
    return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"


class _Columns(Struct, frozen=True):
    """Widths in cells; `last` and `spark` are 0 if there is no room for them."""

    code: int
    host: int
    count: int
    last: int
    spark: int


def _columns(report: Report, width: int) -> _Columns:
    code = min(_CODE_LIMIT, max(4, *(cell_width(_code(row)) for row in report.rows)))
    count = max(5, *(len(f"{row.count:,}") for row in report.rows))
    hosts = max(4, *(cell_width(shown(row.host)) for row in report.rows))
    bins = min(_SPARK_LIMIT, max((len(row.spark) for row in report.rows), default=0))
    last, spark = _LAST_WIDTH, min(12, bins)
    room = width - code - count - 2 * len(_GAP)
    host = room - last - len(_GAP) - (spark + len(_GAP) if spark else 0)
    if host < min(hosts, _HOST_LEAST) and spark:
        host, spark = host + spark + len(_GAP), 0
    if host < min(hosts, _HOST_LEAST):
        host, last = host + last + len(_GAP), 0
    spare = max(0, host - hosts)
    if spark:
        spark = min(bins, spark + spare)
    return _Columns(code, min(host, hosts), count, last, spark)


def _table(report: Report, width: int, ascii_only: bool) -> Iterator[str]:
    if not report.rows:
        for index, sentence in enumerate(no_rows_words(report)):
            if index:
                yield ""
            yield from wrapped(sentence, width)
        return
    columns = _columns(report, width)
    head = [padded("Code", columns.code), padded("Host", columns.host), padded("Count", columns.count, right=True)]
    if columns.last:
        head.append(padded("Last", columns.last))
    if columns.spark:
        head.append(padded("Activity", columns.spark)[: max(8, columns.spark)])
    yield _GAP.join(head).rstrip()
    yield ("-" if ascii_only else "─") * min(width, cell_width(_GAP.join(head)))
    for row in shown_rows(report):
        yield from _row(row, report, columns, ascii_only)
        indent = " " * (2 * row.depth + 4)
        details = (" - " if ascii_only else " · ").join(row_details(row, report, last=not columns.last))
        yield from wrapped(shown(details), width, first=indent, rest=indent)


def _row(row: ReportRow, report: Report, columns: _Columns, ascii_only: bool) -> Iterator[str]:
    codes = wrapped(_code(row), columns.code, rest="  " * row.depth)
    hosts = broken_name(shown(row.host), columns.host)
    for index in range(max(len(codes), len(hosts))):
        cells = [
            padded(codes[index] if index < len(codes) else "", columns.code),
            padded(hosts[index] if index < len(hosts) else "", columns.host),
        ]
        if index == 0:
            cells.append(padded(f"{row.count:,}", columns.count, right=True))
            if columns.last:
                cells.append(padded(format_time(row.last_ms, report.zone, seconds=False), columns.last))
            if columns.spark:
                cells.append(sparkline(shortened(row.spark, columns.spark), ascii_only=ascii_only))
        yield _GAP.join(cells)


def _code(row: ReportRow) -> str:
    return "  " * row.depth + shown(row.code)


def _problems(problems: tuple[Problem, ...], width: int) -> Iterator[str]:
    if not problems:
        return
    yield ""
    yield "Problems"
    for problem in problems[:_MOST_PROBLEMS]:
        words = f"{problem.file}, {problem.place}: {problem.reason} ({problem.outcome})"
        yield from wrapped(shown(words), width, first="  ", rest="    ")
    if len(problems) > _MOST_PROBLEMS:
        yield f"  and {len(problems) - _MOST_PROBLEMS:,} more"
