"""The report as one HTML page: a table that can be sorted, and below it the summaries that its rows lead to.

The only script is ours. The page's content security policy names its hash, so a browser runs no other, and the page is
complete without it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Final

from smtpscope.export.formats import html
from smtpscope.export.formats.sparkline import sparkline
from smtpscope.export.report.report import Report, ReportRow
from smtpscope.export.report.report_words import (
    action_words,
    direction_word,
    heading_facts,
    no_rows_words,
    shown_rows,
    who_words,
)
from smtpscope.export.summaries.summary_outline import outline
from smtpscope.store.activity import state_words
from smtpscope.store.times import format_time

TITLE: Final = "SMTP refusals: report"
_HEAD: Final = (
    "Code", "Host", "Cause", "Direction", "Action", "Count", "Recipients", "First", "Last", "State", "Activity",
)  # fmt: skip
_NUMERIC: Final = frozenset({"Count", "Recipients"})

# Printed, the table is the report: the summaries would be another four pages for each incident.
STYLE: Final = """
:root { --us: #b3261e; --others: #1c1e21; --none: #2e6b34; }
@media (prefers-color-scheme: dark) { :root { --us: #ff8a80; --others: #e4e6e9; --none: #8fd19a; } }
body { max-width: 75rem; } .wide { overflow-x: auto; } .wide table { font-size: .8rem; }
.wide td, .wide th { padding-right: .45rem; } .wide th { vertical-align: bottom; }
.wide td:last-child code { padding: 0; background: none; font-size: .55rem; }
.wide td:nth-child(1), .wide td:nth-child(8), .wide td:nth-child(9), .wide td:last-child code { white-space: nowrap; }
.wide a { color: inherit; } .group td:nth-child(-n+2), .group td:nth-child(6) { font-weight: 600; }
.narrow { display: none; }
.us { color: var(--us); font-weight: 600; } .others { color: var(--others); } .none { color: var(--none); }
th[aria-sort] { cursor: pointer; } th[aria-sort=ascending]::after { content: " \\2191"; }
th[aria-sort=descending]::after { content: " \\2193"; } :target { outline: 2px solid var(--mark); }
@media (max-width: 30rem) { .narrow { display: block; } }
@media print { @page { size: landscape; } .wide { overflow: visible; } .wide table { font-size: .7rem; }
  article, nav { display: none; } :root { --us: #8c0f08; --others: #000; --none: #1d4d22; } }
""".strip()

SCRIPT: Final = """
const table = document.querySelector(".wide table"), body = table.tBodies[0];
const value = (row, at) => row.cells[at].dataset.value ?? row.cells[at].textContent;
const groups = [];
for (const row of body.rows) {
  if (row.className === "member" && groups.length) groups[groups.length - 1].push(row); else groups.push([row]);
}
const original = groups.map(group => group.slice());
table.tHead.querySelectorAll("th").forEach((head, at) => {
  if (head.className === "bars") return;
  head.setAttribute("aria-sort", "none"); head.tabIndex = 0;
  // Numbers are sorted from the top first.
  const orders = [...(head.className ? ["descending", "ascending"] : ["ascending", "descending"]), "none"];
  const sort = () => {
    const now = orders[(orders.indexOf(head.getAttribute("aria-sort")) + 1) % 3];
    table.tHead.querySelectorAll("th[aria-sort]").forEach(each => each.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", now);
    const sign = now === "descending" ? -1 : 1;
    const compare = (a, b) => sign * value(a, at).localeCompare(value(b, at), undefined, {numeric: true});
    const ordered = now === "none" ? original : original
      .map(group => [group[0], ...group.slice(1).sort(compare)]).sort((a, b) => compare(a[0], b[0]));
    body.append(...ordered.flat());
  };
  head.addEventListener("click", sort);
  head.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === " ") sort(); });
});
""".strip()
"""Sorts by the heading that is clicked: up, down, as before. Members stay below their group."""

_HASH: Final = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()


def render_html(report: Report, *, ascii_only: bool) -> str:
    """The whole page; everything from a log is escaped."""
    body = [f"<h1>{html.text(TITLE)}</h1>", "<dl>"]
    body += [f"<dt>{html.text(label)}</dt><dd>{html.text(value)}</dd>" for label, value in heading_facts(report)]
    body.append("</dl>")
    if report.rows:
        body += ['<section class="wide" id="table">', *_table(report, ascii_only), "</section>"]
    else:
        body += [f"<p>{html.text(sentence)}</p>" for sentence in no_rows_words(report)]
    if report.rows_left_out:
        body.append(f"<p>And {report.rows_left_out:,} more rows.</p>")
    if report.problems:
        body += ["<h2>Problems</h2>", "<ul>"]
        body += [
            f"<li>{html.code(problem.file)}, {html.text(f'{problem.place}: {problem.reason} ({problem.outcome})')}</li>"
            for problem in report.problems
        ]
        body.append("</ul>")
    if report.incidents is not None:
        for number, chapter in enumerate(outline(report.incidents, limit=None).chapters, 1):
            body += html.article(chapter, number)
            body.append('<nav><a href="#table">Back to the table</a></nav>')
    return html.page(TITLE, body, style=STYLE, script=SCRIPT if report.rows else "", script_hash=_HASH)


def _table(report: Report, ascii_only: bool) -> Iterator[str]:
    activity = any(row.spark for row in report.rows)
    head = _HEAD if activity else _HEAD[:-1]
    yield "<table>"
    yield f"<thead><tr>{''.join(map(_heading, head))}</tr></thead>"
    yield "<tbody>"
    for row in shown_rows(report):
        cells = "".join(_cells(row, report, ascii_only, activity))
        yield f'<tr class="{"member" if row.depth else "group"}">{cells}</tr>'
    yield "</tbody>"
    yield "</table>"


def _heading(name: str) -> str:
    kind = "number" if name in _NUMERIC else "bars" if name == "Activity" else ""
    return f'<th class="{kind}">{name}</th>' if kind else f"<th>{name}</th>"


def _cells(row: ReportRow, report: Report, ascii_only: bool, activity: bool) -> Iterator[str]:
    mark = ("&gt; " if ascii_only else "↳ ") if row.depth else ""
    yield f"<td>{mark}{html.code(row.code)}</td>"
    host = html.code(row.host) if row.host else ""
    link = f'<a href="#incident-{row.summary}">' if row.summary else ""
    end = "</a>" if row.summary else ""
    action = f'<span class="{_action_class(row)}'
    words = html.text(action_words(row.who_acts, row.acting))
    # A phone shows the first columns alone, and who has to act must be there.
    yield f'<td data-value="{html.text(row.host)}">{link}{host}{end}{action} narrow">{words}</span></td>'
    yield f"<td>{link}{html.text(row.cause or row.category)}{end}</td>"
    yield f"<td>{html.text(direction_word(row.direction))}</td>"
    yield f'<td>{action}">{html.text(who_words(row.who_acts, row.acting))}</span></td>'
    yield _number(row.count)
    yield _number(row.recipients)
    yield _time(row.first_ms, report)
    yield _time(row.last_ms, report)
    yield f'<td data-value="{row.quiet_ms or 0}">{html.text(state_words(row.state, row.quiet_ms))}</td>'
    if activity:
        # A browser may fold spaces, which would misplace the bars.
        bars = sparkline(row.spark, ascii_only=ascii_only).replace(" ", "_" if ascii_only else "·") if row.spark else ""
        yield f"<td>{html.code(bars) if bars else ''}</td>"


def _action_class(row: ReportRow) -> str:
    acting = row.acting if row.who_acts is None else (row.who_acts,)
    return "us" if "us" in acting else "none" if acting == ("nobody",) else "others"


def _number(number: int) -> str:
    return f'<td class="number" data-value="{number}">{number:,}</td>'


def _time(time_ms: int | None, report: Report) -> str:
    # The zone is in the heading, once.
    shown = "" if time_ms is None else format_time(time_ms, report.zone)
    return f'<td data-value="{0 if time_ms is None else time_ms}">{shown}</td>'
