"""A summary as one HTML file: nothing fetched, light and dark, printable.

Every text goes through `html.escape`, and a content security policy forbids what escaping should have prevented.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from smtpscope.export.formats.days_drawing import days_drawing
from smtpscope.export.summaries.content import (
    Block,
    Bullets,
    Chapter,
    CodeBlock,
    Days,
    Line,
    Paragraph,
    Piece,
    Section,
    SummaryFacts,
    SummaryOutline,
    Table,
    is_web_address,
)
from smtpscope.export.summaries.incident_wording import raw_lines
from smtpscope.export.summaries.summary import SummaryDocument
from smtpscope.export.summaries.summary_outline import outline
from smtpscope.harmless import shown

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #ffffff; --soft: #5b6168; --line: #d5d9de;
  --code: #f2f4f6; --mark: #b4540a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e6e9; --paper: #16181b; --soft: #a0a7af; --line: #3a4047;
  --code: #22262b; --mark: #f0a35e; } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; } a { overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1.05rem; }
code, pre { font-family: ui-monospace, Consolas, Menlo, monospace; font-size: .9em; background: var(--code);
  border-radius: 3px; }
code { padding: .1em .3em; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
pre { padding: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; min-width: 0; }
table { border-collapse: collapse; } th, td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line);
  text-align: left; vertical-align: top; } .number { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; } svg rect { fill: var(--mark); } svg text { fill: var(--soft); }
.headline { font-size: 1.1rem; } td code { overflow-wrap: break-word; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin: 0 0 .4rem; } }
@media print { body { margin: 0; max-width: none; } h2, h3 { break-after: avoid; }
  pre, tr, dl, svg { break-inside: avoid; }
  :root { --ink: #000; --paper: #fff; --soft: #444; --code: #f4f4f4; } }
""".strip()

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(document: SummaryDocument) -> str:
    """`document` as a whole HTML file; all lists are complete."""
    return draw(outline(document, limit=None))


def draw(content: SummaryOutline) -> str:
    """Any outline as a whole HTML file."""
    several = len(content.chapters) > 1
    body: list[str] = [f"<h1>{text(content.title)}</h1>"]
    for block in content.overview:
        body += _contents(block) if several else _block(block)
    for number, chapter in enumerate(content.chapters, 1):
        body += article(chapter, number, several=several)
    body += _section(content.origin, "h2")
    return page(content.title, body)


def article(chapter: Chapter, number: int, *, several: bool = True) -> list[str]:
    """The summary of an incident, which `#incident-1` leads to; one of `several` has its number above it."""
    lines = [f'<article id="incident-{number}">']
    if several:
        lines.append(f"<h2>Incident {number}</h2>")
    lines.append(f'<p class="headline">{line_html(chapter.headline)}</p>')
    for section in chapter.sections:
        lines += _section(section, "h3" if several else "h2")
    return [*lines, "</article>"]


def page(title: str, body: list[str], *, style: str = "", script: str = "", script_hash: str = "") -> str:
    """A whole HTML file around `body`, whose elements are already HTML; `style` is added to the usual one.

    `script`, ours alone, runs at the end; `script_hash` is its SHA-256 in base64, without which nothing runs.
    """
    policy = f"{_POLICY}; script-src 'sha256-{script_hash}'" if script else _POLICY
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{text(title)}</title>",
            "<style>",
            STYLE,
            *([style] if style else []),
            "</style>",
            "</head>",
            "<body>",
            *body,
            *([f"<script>{script}</script>"] if script else []),
            "</body>",
            "</html>",
            "",
        ]
    )


def text(words: str) -> str:
    """Any text as HTML that shows it: controls and bidi signs as escapes, then the five signs of HTML."""
    return escape(shown(words), quote=True)


def code(words: str) -> str:
    """Text from the log as `<code>`, or a placeholder if empty."""
    return f"<code>{text(words)}</code>" if words else "(empty)"


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]], numeric: frozenset[int]) -> list[str]:
    """A table; the cells of `rows` are already HTML."""

    def cells(row: tuple[str, ...], tag: str) -> str:
        return "".join(
            f'<{tag} class="number">{cell}</{tag}>' if column in numeric else f"<{tag}>{cell}</{tag}>"
            for column, cell in enumerate(row)
        )

    lines = ["<table>", f"<thead><tr>{cells(tuple(text(title) for title in head), 'th')}</tr></thead>", "<tbody>"]
    lines += [f"<tr>{cells(row, 'td')}</tr>" for row in rows]
    return [*lines, "</tbody>", "</table>"]


def _piece(piece: Piece) -> str:
    match piece.kind:
        case "verbatim":
            return code(piece.text)
        case "strong":
            return f"<strong>{text(piece.text)}</strong>"
        case "link" if is_web_address(piece.text):
            return f'<a href="{text(piece.text)}" rel="noreferrer noopener">{text(piece.text)}</a>'
        case _:
            return text(piece.text)


def line_html(line: Line) -> str:
    """The pieces of a line as HTML."""
    return "".join(_piece(piece) for piece in line)


def _section(section: Section, tag: str) -> list[str]:
    lines = ["<section>", f"<{tag}>{text(section.title)}</{tag}>"]
    for block in section.blocks:
        lines += _block(block)
    return [*lines, "</section>"]


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph(line):
            return [f"<p>{line_html(line)}</p>"]
        case Bullets(items, numbered):
            tag = "ol" if numbered else "ul"
            return [f"<{tag}>", *(f"<li>{line_html(item)}</li>" for item in items), f"</{tag}>"]
        case SummaryFacts(items):
            return ["<dl>", *(f"<dt>{text(label)}</dt><dd>{line_html(line)}</dd>" for label, line in items), "</dl>"]
        case Table(head, rows, numeric):
            return table(head, (tuple(line_html(line) for line in row) for row in rows), numeric)
        case CodeBlock(raw):
            body = "\n".join(escape(line, quote=True) for line in raw_lines(raw))
            # A line feed directly after <pre> is dropped by the reader, so it costs nothing and saves a leading one.
            return [f"<pre>\n{body}</pre>"]
        case Days(counts):
            days = ((text(day), f"{count:,}") for day, count in counts)
            return [*days_drawing(counts), *table(("Day", "Events"), days, frozenset({1}))]


def _contents(block: Block) -> list[str]:
    if not isinstance(block, Bullets):
        return _block(block)
    entries = (
        f'<li><a href="#incident-{number}">Incident {number}</a>: {line_html(item)}</li>'
        for number, item in enumerate(block.items, 1)
    )
    return ["<nav>", "<h2>Contents</h2>", "<ol>", *entries, "</ol>", "</nav>"]
