"""An entry of the knowledge base as text in 72 columns: both directions, without an event's values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from smtpscope.export.formats.text import draw
from smtpscope.export.summaries.content import (
    Block,
    Bullets,
    Chapter,
    Line,
    Paragraph,
    Piece,
    Section,
    SummaryFacts,
    SummaryOutline,
    link,
    plain,
    verbatim,
)
from smtpscope.export.summaries.incident_wording import TOOL_WORDS, who_acts_words
from smtpscope.knowledge.entry import Check, Entry, Side
from smtpscope.parsing.smtp_exchange import Direction

_DURATION: Final = {"either": "temporary or permanent"}


def entry_as_text(entry: Entry, category_title: str, *, rules: Sequence[str], place: str) -> str:
    """`rules` describe what leads to the entry, `place` is its file. Words in braces are placeholders."""
    facts: list[tuple[str, Line]] = [
        ("Entry", (plain(entry.id),)),
        ("Cause", (plain(f"{category_title} ({entry.category})"),)),
        ("Usually", (plain(_DURATION.get(entry.duration, entry.duration)),)),
        ("File", (plain(place),)),
    ]
    sections = [
        Section("What it means", (SummaryFacts(tuple(facts)), *_paragraphs(entry.duration_note))),
        _side("When a remote host refuses us", entry.outbound, Direction.OUTBOUND),
        _side("When our server refuses", entry.inbound, Direction.INBOUND),
        _listed("Likely causes", entry.causes),
        Section("What to check", (Bullets(tuple(map(_check, entry.checks)), numbered=True),) if entry.checks else ()),
        _listed("What not to do", entry.avoid),
        Section("Fixed when", _paragraphs(entry.over_when)),
        Section("Ignore when", _paragraphs(entry.ignore_when)),
        _listed("Matched by", rules),
    ]
    sources = tuple((plain(source.title), *_address(source.url)) for source in entry.sources)
    return draw(
        SummaryOutline(
            entry.title,
            (),
            (Chapter((plain(entry.meaning),), tuple(section for section in sections if section.blocks)),),
            Section("Sources", (Bullets(sources),)),
        )
    )


def _side(title: str, side: Side, direction: Direction) -> Section:
    who = f"{who_acts_words(side.who_acts, direction)}: {side.who_note}"
    actions = Bullets(tuple((plain(action),) for action in side.actions), numbered=True)
    return Section(title, (*_paragraphs(side.reading, who), *((actions,) if side.actions else ())))


def _check(check: Check) -> Line:
    only = f" ({check.only_for} only)" if check.only_for else ""
    tool = TOOL_WORDS[check.tool]
    pieces: list[Piece] = [plain(f"{check.what}{only}")]
    if check.command:
        pieces += [plain(f" ({tool}): " if tool else ": "), verbatim(check.command)]
    return tuple(pieces)


def _address(url: str) -> tuple[Piece, ...]:
    return (plain(": "), link(url)) if url else ()


def _paragraphs(*texts: str) -> tuple[Block, ...]:
    return tuple(Paragraph((plain(text),)) for text in texts if text)


def _listed(title: str, texts: Sequence[str]) -> Section:
    return Section(title, (Bullets(tuple((plain(text),) for text in texts)),) if texts else ())
