"""Guidance as blocks of text: cause, action and first steps first; causes, checks and sources below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

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
from smtpscope.export.summaries.beside import event_words
from smtpscope.harmless import shown, shown_lines
from smtpscope.knowledge.advice import Advice, Confidence
from smtpscope.knowledge.entry import WhoActs
from smtpscope.store.grouping.explanations import Explanation

WHO_ACTS: Final[dict[WhoActs, str]] = {
    "us": "Action: us",
    "them": "Action: the other side",
    "sender": "Action: the sender",
    "recipient": "Action: the recipient",
    "nobody": "No action needed",
}
_WHO_STYLES: Final[dict[WhoActs, str]] = {
    "us": "bold $text-error",
    "them": "bold $text-warning",
    "sender": "bold $text-warning",
    "recipient": "bold $text-warning",
    "nobody": "bold $text-success",
}
_CONFIDENCE: Final[dict[Confidence, str]] = {"sure": "sure", "likely": "likely", "guess": "a guess"}
_TOOLS_TO_READ = frozenset({"read"})


def duration_words(temporary: bool | None) -> str:
    if temporary is None:
        return "no reply code"
    return "temporary, will be retried" if temporary else "permanent for this message"


def who_acts(advice: Advice) -> str:
    """Hedged if the runner-up cause has somebody else act."""
    words = WHO_ACTS[advice.who_acts]
    return words if advice.who_is_sure else f"probably {words}"


def our_note_blocks(note: str) -> list[ProseBlock]:
    """Our note on refusals like this, above everything else; empty if there is none."""
    if not note:
        return []
    return [Heading(text("Our note")), *(ProseParagraph(text(line)) for line in shown_lines(note)), BLANK]


def gist_blocks(advice: Advice) -> tuple[ProseBlock, ...]:
    """Who has to act and the first step, in as few lines as possible."""
    who = text(who_acts(advice), _WHO_STYLES[advice.who_acts])
    step = text(shown(f". {advice.actions[0]}" if advice.actions else ""))
    return (bullet(Content.assemble(who, step), sign="->"),)


def guidance_blocks(
    advice: Advice, beside: Sequence[Explanation] = (), live: Sequence[ProseBlock] = (), check_key: str = ""
) -> tuple[ProseBlock, ...]:
    """All of the advice, the answer first, so even a small pane shows cause, action and first steps without
    scrolling.

    `beside` are the events that explain the incident: what follows from them comes after what to do. `live` is what
    live checks found: it is newer than all the rest, and above it. `check_key` is the key that runs them, "" for none.
    """
    blocks: list[ProseBlock] = [
        *live,
        *our_note_blocks(advice.our_note),
        Heading(text(shown(advice.title))),
        ProseParagraph(
            Content.assemble(
                (who_acts(advice), _WHO_STYLES[advice.who_acts]),
                (f" | {duration_words(advice.temporary)} | {_CONFIDENCE[advice.match.confidence]}", "$text-muted"),
            )
        ),
        ProseParagraph(text(shown(advice.reading))),
    ]
    if advice.other is not None:
        blocks.append(bullet(text(shown(f"Or perhaps: {advice.other.title}. {advice.other.question}")), sign="?"))
    blocks += _numbered("What to do", advice.actions)
    if advice.match.disagreement:
        blocks.append(bullet(text(shown(advice.match.disagreement)), sign="!"))
    for explanation in beside:
        blocks += [BLANK, Heading(text(shown(f"What follows from {event_words(explanation)}")))]
        blocks.append(ProseParagraph(text(shown(explanation.kind.means))))
        blocks += [bullet(text(shown(line)), sign="->") for line in explanation.kind.advice]
    blocks += [BLANK, Heading(text("What it means")), ProseParagraph(text(shown(advice.meaning)))]
    blocks.append(ProseParagraph(text(shown(advice.duration_note))))
    blocks.append(labelled("action", text(shown(advice.who_note))))
    blocks += listed("Likely causes", advice.causes)
    blocks += _checks(advice, check_key)
    blocks += listed("What not to do", advice.avoid)
    blocks += [BLANK, labelled("ignore", text(shown(advice.ignore_when)))]
    blocks.append(labelled("fixed when", text(shown(advice.over_when))))
    blocks += _why(advice)
    blocks += sources([(source.title, source.url) for source in advice.sources])
    return tuple(blocks)


def listed(title: str, lines: tuple[str, ...]) -> list[ProseBlock]:
    """`lines` as bullets under a heading; nothing if there are none."""
    if not lines:
        return []
    return [BLANK, Heading(text(title)), *(bullet(text(shown(line))) for line in lines)]


def _numbered(title: str, lines: tuple[str, ...]) -> list[ProseBlock]:
    if not lines:
        return []
    numbered = (bullet(text(shown(line)), sign=f"{number}.") for number, line in enumerate(lines, 1))
    return [Heading(text(title)), *numbered]


def _checks(advice: Advice, check_key: str) -> list[ProseBlock]:
    if not advice.checks:
        return []
    now = f"  {check_key} checks now what can be checked from here" if check_key else ""
    title = Content.assemble("What to check", (now, "$text-muted not bold"))
    blocks: list[ProseBlock] = [BLANK, Heading(title)]
    for check in advice.checks:
        tool = "" if check.tool in _TOOLS_TO_READ else f" ({check.tool})"
        blocks.append(bullet(Content.assemble(str(shown(check.what)), (tool, "$text-muted"))))
        if check.command:
            blocks.append(ProseParagraph(text(shown(check.command), "$text-accent"), indent=4))
    return blocks


def _why(advice: Advice) -> list[ProseBlock]:
    match = advice.match
    blocks: list[ProseBlock] = [BLANK, Heading(text("Why this guidance"))]
    blocks.append(labelled("matched by", text(shown(f"{match.matched_by} ({_CONFIDENCE[match.confidence]})"))))
    blocks.append(labelled("entry", text(shown(f"{match.entry_id} in {match.category}"))))
    if match.runner_up:
        blocks.append(labelled("close to", text(shown(match.runner_up))))
    if match.code_alone:
        blocks.append(labelled("code alone", text(shown(match.code_alone))))
    return blocks
