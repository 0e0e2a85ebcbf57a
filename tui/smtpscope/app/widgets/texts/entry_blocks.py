"""An entry of the knowledge base as written: both directions, without an event's values."""

from __future__ import annotations

from smtpscope.app.widgets.prose.prose_blocks import (
    BLANK,
    Heading,
    ProseBlock,
    ProseParagraph,
    bullet,
    labelled,
    sources,
    text,
)
from smtpscope.app.widgets.texts.guidance_text import WHO_ACTS, listed
from smtpscope.harmless import shown
from smtpscope.knowledge.entry import Entry, Side
from smtpscope.knowledge.matching.codes import CodeMeaning


def entry_blocks(entry: Entry, category_title: str) -> tuple[ProseBlock, ...]:
    blocks: list[ProseBlock] = [
        Heading(text(shown(entry.title))),
        labelled("cause", text(shown(f"{category_title} ({entry.category})"))),
        labelled("entry", text(shown(entry.id))),
        labelled("usually", text({"either": "temporary or permanent"}.get(entry.duration, entry.duration))),
        BLANK,
        ProseParagraph(text(shown(entry.meaning))),
        ProseParagraph(text(shown(entry.duration_note))),
    ]
    blocks += _side("When a remote host refuses us", entry.outbound)
    blocks += _side("When our server refuses", entry.inbound)
    blocks += listed("Likely causes", entry.causes)
    blocks += [BLANK, Heading(text("What to check"))]
    for check in entry.checks:
        only = f" ({check.only_for} only)" if check.only_for else ""
        blocks.append(bullet(text(shown(check.what + only))))
        if check.command:
            blocks.append(ProseParagraph(text(shown(check.command), "$text-accent"), indent=4))
    blocks += listed("What not to do", entry.avoid)
    blocks += [BLANK, labelled("ignore", text(shown(entry.ignore_when)))]
    blocks.append(labelled("fixed when", text(shown(entry.over_when))))
    blocks += sources([(source.title, source.url) for source in entry.sources])
    return tuple(blocks)


def _side(title: str, side: Side) -> list[ProseBlock]:
    blocks: list[ProseBlock] = [BLANK, Heading(text(title)), ProseParagraph(text(shown(side.reading)))]
    blocks.append(ProseParagraph(text(shown(f"{WHO_ACTS[side.who_acts]}. {side.who_note}"))))
    blocks += [bullet(text(shown(action)), sign=f"{number}.") for number, action in enumerate(side.actions, 1)]
    return blocks


def code_blocks(code: CodeMeaning, leads_to: str) -> tuple[ProseBlock, ...]:
    """The meaning of a code alone, and what it leads to if the text is of no help."""
    return (
        Heading(text(shown(code.code))),
        ProseParagraph(text(shown(code.words))),
        BLANK,
        labelled("defined in", text(shown(code.source))),
        labelled("alone", text(shown(f"treated as: {leads_to}"))),
        ProseParagraph(text("The reply text often says more than the code, or something different.")),
    )
