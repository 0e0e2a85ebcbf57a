"""A summary as plain text of 72 columns, for mails and tickets that show no markup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smtpscope.export.formats.sparkline import day_bar
from smtpscope.export.formats.text_columns import cell_width, padded, wrapped
from smtpscope.export.summaries.content import (
    Block,
    Bullets,
    CodeBlock,
    Days,
    Line,
    Paragraph,
    Section,
    SummaryFacts,
    SummaryOutline,
    Table,
    is_web_address,
)
from smtpscope.export.summaries.incident_wording import counted, raw_lines
from smtpscope.export.summaries.summary import SummaryDocument
from smtpscope.export.summaries.summary_outline import outline
from smtpscope.harmless import shown

WIDTH: Final = 72
LIST_LIMIT: Final = 50
_LABEL_LIMIT: Final = 22


def render(document: SummaryDocument) -> str:
    """`document` as plain text, no line wider than 72 cells but addresses of sources.

    Lists beyond 50 end with "and N more".
    """
    return draw(outline(document, limit=LIST_LIMIT))


def draw(content: SummaryOutline) -> str:
    """Any outline as plain text."""
    lines = [*_underlined(content.title, "="), ""]
    several = len(content.chapters) > 1
    if several:
        lines += [*_underlined("Contents", "-"), ""]
    for block in content.overview:
        lines += [*_block(block), ""]
    for number, chapter in enumerate(content.chapters, 1):
        if several:
            lines += ["", *_underlined(f"Incident {number}", "="), ""]
        lines += [*wrapped(line_words(chapter.headline), WIDTH), ""]
        for section in chapter.sections:
            lines += _section(section)
    lines += _section(content.origin)
    return "\n".join(lines).rstrip("\n") + "\n"


def line_words(line: Line) -> str:
    """The words of a line, harmless; text from the log is in double quotes, so its spaces can be seen."""
    return "".join(f'"{shown(piece.text)}"' if piece.kind == "verbatim" else shown(piece.text) for piece in line)


def _underlined(title: str, mark: str) -> list[str]:
    lines = wrapped(shown(title), WIDTH)
    return [*lines, mark * max(cell_width(line) for line in lines)]


def _section(section: Section) -> list[str]:
    lines = [*_underlined(section.title, "-"), ""]
    for block in section.blocks:
        lines += [*_block(block), ""]
    return lines


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph(line):
            return wrapped(line_words(line), WIDTH)
        case Bullets(items, numbered):
            return list(_bullets(items, numbered))
        case SummaryFacts(items):
            return list(_facts(items))
        case Table(head, rows, numeric):
            return list(_table(head, rows, numeric))
        case CodeBlock(text):
            return list(_code(text))
        case Days():
            return list(_days(block))


def _bullets(items: tuple[Line, ...], numbered: bool) -> Iterator[str]:
    for index, item in enumerate(items, 1):
        mark = f"{index}. " if numbered else "- "
        indent = " " * len(mark)
        if item and item[-1].kind == "link" and is_web_address(item[-1].text):
            # An address that is broken in two leads nowhere, so it alone may be wider.
            yield from wrapped(line_words(item[:-1]).rstrip(), WIDTH, first=mark, rest=indent)
            yield indent + item[-1].text
        else:
            yield from wrapped(line_words(item), WIDTH, first=mark, rest=indent)


def _facts(items: tuple[tuple[str, Line], ...]) -> Iterator[str]:
    width = min(_LABEL_LIMIT, max(len(label) for label, _ in items) + 2)
    for label, line in items:
        yield from wrapped(line_words(line), WIDTH, first=padded(f"{label}: ", width), rest=" " * width)


def _table(head: tuple[str, ...], rows: tuple[tuple[Line, ...], ...], numeric: frozenset[int]) -> Iterator[str]:
    cells = [list(head), *([line_words(line) for line in row] for row in rows)]
    widths = [max(cell_width(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        drawn = (
            padded(text, width, right=column in numeric)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        yield from wrapped("  ".join(drawn).rstrip(), WIDTH)


def _code(text: str) -> Iterator[str]:
    for line in raw_lines(text):
        yield from wrapped(line, WIDTH, first="    ", rest="    ")


def _days(block: Days) -> Iterator[str]:
    top = max((count for _, count in block.counts), default=0)
    width = max((len(f"{count:,}") for _, count in block.counts), default=0)
    for day, count in block.counts:
        yield from wrapped(f"{shown(day)}  {count:>{width},}  {day_bar(count, top)}", WIDTH)
    if block.earlier_days:
        days = counted(block.earlier_days, "earlier day", "earlier days")
        yield f"And {days} with {counted(block.earlier_events, 'event', 'events')}."
