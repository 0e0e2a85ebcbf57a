"""Live checks and their results as blocks of text: what is sent to whom, what was found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from textual.content import Content

from smtpscope.app.widgets.prose.prose_blocks import BLANK, Heading, ProseBlock, ProseParagraph, bullet, text
from smtpscope.harmless import shown

if TYPE_CHECKING:
    from smtpscope.probes.live_check import LiveCheck, LiveResult

_STYLES: Final = {"there": "bold $text-accent", "not there": "bold $text-accent", "unknown": "bold $text-warning"}


def live_blocks(results: Sequence[LiveResult], zone: tzinfo) -> list[ProseBlock]:
    """Results beside the guidance: what they mean, who was asked when; nothing if there are none."""
    if not results:
        return []
    from smtpscope.export.summaries.live_words import SIGNS, holds_words, when_and_who

    blocks: list[ProseBlock] = [Heading(text("Checked now"))]
    for result in results:
        blocks.append(bullet(text(shown(result.says)), sign=SIGNS[result.outcome]))
        notes = " ".join(filter(None, (when_and_who(result, zone) + ".", holds_words(result))))
        blocks.append(ProseParagraph(text(shown(notes), "$text-muted"), indent=2))
    return [*blocks, BLANK]


def check_line(check: LiveCheck, result: LiveResult | None, *, running: bool) -> Content:
    """A check in the list: a sign for its result, its title, and what was found."""
    from smtpscope.export.summaries.live_words import SIGNS

    if running:
        sign, style = "…", "$text-muted"
    elif result is not None:
        sign, style = SIGNS[result.outcome], _STYLES[result.outcome]
    else:
        sign, style = (" ", "") if not check.refusal else ("x", "$text-muted")
    title = str(shown(check.title))
    found = "" if result is None or running else f"  {result.finding.replace('-', ' ')}"
    return Content.assemble((f"{sign} ", style), (title, "$text-muted" if check.refusal else ""), (found, style))


def _words(sentence: str) -> set[str]:
    return {word.strip(".,;:()").casefold() for word in sentence.split()} - {""}


def check_blocks(
    check: LiveCheck, result: LiveResult | None, resolvers: Sequence[str], zone: tzinfo
) -> list[ProseBlock]:
    """One check in full: its result with the raw answers, and exactly what it sends to whom."""
    from smtpscope.export.summaries.live_words import holds_words, sends_lines, when_and_who

    blocks: list[ProseBlock] = [Heading(text(shown(check.title)))]
    if result is not None:
        blocks.append(ProseParagraph(text(shown(result.says), "bold")))
        if result.conclusion and not _words(result.sentence) <= _words(result.conclusion):
            blocks.append(ProseParagraph(text(shown(result.sentence))))
        asked = f"{result.outcome.capitalize()}. {when_and_who(result, zone)}."
        blocks.append(ProseParagraph(text(shown(asked), "$text-muted")))
        if holds_words(result):
            blocks.append(ProseParagraph(text(holds_words(result), "$text-warning")))
        blocks += [ProseParagraph(text(shown(line), "$text-accent"), indent=2) for line in result.evidence]
        blocks += [BLANK, Heading(text("What it sends"))]
    for line in sends_lines(check, resolvers):
        indent = 2 if line.startswith("  ") else 0
        blocks.append(ProseParagraph(text(shown(line.strip()), "$text-accent" if indent else ""), indent=indent))
    return blocks
