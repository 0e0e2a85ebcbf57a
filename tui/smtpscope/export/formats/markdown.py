"""A summary as Markdown (CommonMark with GitHub's tables) that hostile text can't break out of.

Text from the log is in code only, where Markdown interprets nothing, so it can't become a link, image, mention, issue
number or HTML. Our own words are escaped; a word that a site would turn into a link or a mention (a mail address, a
URL, `#12`) is put in code too, since a backslash does not stop those. Sources: CommonMark 0.31 sections
4.5, 6.1, GitHub Flavored Markdown 4.10 (tables) and 6.9 (autolinks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from smtpscope.export.formats.sparkline import day_bar
from smtpscope.export.summaries.content import (
    Block,
    Bullets,
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
from smtpscope.export.summaries.incident_wording import counted, raw_lines
from smtpscope.export.summaries.summary import SummaryDocument
from smtpscope.export.summaries.summary_outline import outline
from smtpscope.harmless import shown

LIST_LIMIT: Final = 50

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>|~&#!{}$]")
_LINKED_BY_SITES: Final = re.compile(r"@|://|www\.|mailto:|xmpp:|#\d", re.IGNORECASE)
_BULLET_START: Final = re.compile(r"[-+=](?=\s|$)")
_NUMBER_START: Final = re.compile(r"(\d+)([.)])(?=\s|$)")


def render(document: SummaryDocument) -> str:
    """`document` as one Markdown text that ends with a line feed; lists beyond 50 end with "and N more"."""
    return draw(outline(document, limit=LIST_LIMIT))


def draw(content: SummaryOutline) -> str:
    """Any outline as Markdown."""
    lines = [f"# {escaped(content.title)}", ""]
    several = len(content.chapters) > 1
    for block in content.overview:
        lines += _overview(block) if several else [*_block(block), ""]
    for number, chapter in enumerate(content.chapters, 1):
        if several:
            lines += [f"## Incident {number}", ""]
        lines += [_line(chapter.headline), ""]
        for section in chapter.sections:
            lines += _section(section, "###" if several else "##")
    lines += _section(content.origin, "##")
    return "\n".join(lines).rstrip("\n") + "\n"


# Hundreds of incidents have the same guidance.
@lru_cache(maxsize=2048)
def escaped(text: str) -> str:
    """Our own text, escaped for Markdown, on one line."""
    safe = shown(text)
    if not _LINKED_BY_SITES.search(safe):
        return _SPECIAL.sub(r"\\\g<0>", safe)
    return "".join(_word(word) for word in re.split(r"(\s+)", safe))


def _word(word: str) -> str:
    if not _LINKED_BY_SITES.search(word):
        return _SPECIAL.sub(r"\\\g<0>", word)
    body = word.rstrip(".,;:!?)")
    return inline_code(body) + _SPECIAL.sub(r"\\\g<0>", word[len(body) :])


def inline_code(text: str) -> str:
    """Text from the log as a code span: its fence is longer than any run of backticks within (CommonMark 6.1)."""
    safe = shown(text)
    if not safe.strip():
        # Renderers differ on a code span of spaces only.
        return "(spaces)" if safe else "(empty)"
    fence = "`" * (_longest_run(safe) + 1)
    # If both ends are spaces, or a space separates a backtick from the fence, renderers strip one space from each end.
    pad = " " if "`" in (safe[0], safe[-1]) or (safe[0] == " " and safe[-1] == " ") else ""
    return f"{fence}{pad}{safe}{pad}{fence}"


def code_block(text: str) -> list[str]:
    """Several lines of the log as a fenced block, its fence longer than any run of backticks within."""
    body = raw_lines(text)
    fence = "`" * max(3, *(_longest_run(line) + 1 for line in body))
    return [f"{fence}text", *body, fence]


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _piece(piece: Piece) -> str:
    if piece.kind == "verbatim":
        return inline_code(piece.text)
    if piece.kind == "link":
        return f"<{piece.text}>" if is_web_address(piece.text) else inline_code(piece.text)
    if piece.kind == "strong":
        # Spaces next to the asterisks would disable the emphasis.
        words = piece.text.rstrip()
        return f"**{escaped(words)}**{piece.text[len(words) :]}" if words.strip() else piece.text
    return escaped(piece.text)


@lru_cache(maxsize=2048)
def _line(line: Line) -> str:
    text = "".join(_piece(piece) for piece in line).lstrip(" ")
    # At the start of a line, a dash, a plus or a number with a dot would start a list.
    if _BULLET_START.match(text):
        return f"\\{text}"
    return _NUMBER_START.sub(r"\1\\\2", text, count=1) if _NUMBER_START.match(text) else text


def cell(line: Line) -> str:
    """A table cell. GitHub splits cells before it reads code, so a pipe in code needs a backslash, and one that follows
    a backslash can't have it: there the code is interrupted.
    """
    return "".join(_cell_piece(piece) for piece in line)


def _cell_piece(piece: Piece) -> str:
    if piece.kind == "plain" or piece.kind == "strong":
        return _piece(piece).replace("\n", " ")
    if "\\|" in piece.text:
        return "&#124;".join(inline_code(part) if part else "" for part in piece.text.split("|"))
    return inline_code(piece.text).replace("|", "\\|")


def table(head: tuple[str, ...], rows: tuple[tuple[Line, ...], ...], numeric: frozenset[int]) -> list[str]:
    """A table of GitHub Flavored Markdown."""
    return [
        "| " + " | ".join(escaped(title) for title in head) + " |",
        "|" + "|".join(" ---: " if index in numeric else " --- " for index in range(len(head))) + "|",
        *("| " + " | ".join(cell(line) for line in row) + " |" for row in rows),
    ]


def _section(section: Section, mark: str) -> list[str]:
    lines = [f"{mark} {escaped(section.title)}", ""]
    for block in section.blocks:
        lines += [*_block(block), ""]
    return lines


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph(line):
            return [_line(line)]
        case Bullets(items, numbered):
            return [f"{f'{index}.' if numbered else '-'} {_line(item)}" for index, item in enumerate(items, 1)]
        case SummaryFacts(items):
            return [f"- **{escaped(label)}:** {_line(line)}" for label, line in items]
        case Table(head, rows, numeric):
            return table(head, rows, numeric)
        case CodeBlock(text):
            return code_block(text)
        case Days():
            return list(_days(block))


def _days(block: Days) -> Iterator[str]:
    top = max((count for _, count in block.counts), default=0)
    yield "| Day | Events | |"
    yield "| --- | ---: | --- |"
    for day, count in block.counts:
        yield f"| {escaped(day)} | {count:,} | {day_bar(count, top)} |"
    if block.earlier_days:
        yield ""
        days = counted(block.earlier_days, "earlier day", "earlier days")
        yield f"And {days} with {counted(block.earlier_events, 'event', 'events')}."


def _overview(block: Block) -> list[str]:
    if not isinstance(block, Bullets):
        return [*_block(block), ""]
    entries = [
        f"{number}. [Incident {number}](#incident-{number}): {_line(item)}"
        for number, item in enumerate(block.items, 1)
    ]
    return ["## Contents", "", *entries, ""]
