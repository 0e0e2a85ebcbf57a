"""Advice on an incident -> sections of its summary: what it means, what to check and do, and why it matched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smtpscope.export.summaries.content import (
    Block,
    Bullets,
    Line,
    Paragraph,
    Piece,
    Section,
    SummaryFacts,
    link,
    plain,
    strong,
    verbatim,
)
from smtpscope.export.summaries.incident_wording import CONFIDENCE_WORDS, TOOL_WORDS, who_acts_words
from smtpscope.knowledge.advice import Advice, FilledCheck
from smtpscope.parsing.smtp_exchange import Direction

_TEMPORARY: Final[dict[bool | None, str]] = {
    True: "temporary (4yz code): the sending server retries",
    False: "permanent (5yz code): the sending server gives up and sends an NDR",
    None: "unknown: the reply has no 4yz or 5yz code",
}


def meaning_section(advice: Advice, direction: Direction) -> Section:
    """What happened, what it means, who has to act, whether it is temporary, and its likely causes."""
    blocks: list[Block] = [Paragraph((plain(text),)) for text in (advice.reading, advice.meaning) if text]
    note = f": {advice.who_note}" if advice.who_note else ""
    facts: list[tuple[str, Line]] = [
        ("Action", (strong(_who_acts(advice, direction)), plain(note))),
        ("By code", (plain(_TEMPORARY[advice.temporary]),)),
    ]
    if advice.duration_note:
        facts.append(("In practice", (plain(advice.duration_note),)))
    if advice.other is not None:
        facts.append(("Or perhaps", (plain(f"{advice.other.title}. {advice.other.question}"),)))
    blocks.append(SummaryFacts(tuple(facts)))
    if advice.causes:
        blocks.append(Paragraph((strong("Likely causes"),)))
        blocks.append(_bullets(advice.causes))
    return Section("What it means", tuple(blocks))


def our_note_sections(advice: Advice) -> Iterator[Section]:
    """Our note on refusals like this, as written; empty if there is none."""
    if advice.our_note:
        lines = (line for line in advice.our_note.splitlines() if line.strip())
        yield Section("Our note", tuple(Paragraph((plain(line),)) for line in lines))


def _who_acts(advice: Advice, direction: Direction) -> str:
    """Names both if the runner-up cause has somebody else act."""
    words = who_acts_words(advice.who_acts, direction)
    if advice.other is None or advice.who_is_sure:
        return words
    return f"probably {words}; perhaps {who_acts_words(advice.other.who_acts, direction)}"


def guidance_sections(advice: Advice, reply: str) -> Iterator[Section]:
    """What to check, do and avoid, when it is fixed or can be ignored, why it matched, and the sources; empty
    sections are omitted. `reply` is the verbatim reply that `advice` explains.
    """
    if advice.checks:
        checks = tuple(_check(check) for check in advice.checks)
        yield Section("What to check", (Bullets(checks, numbered=True),))
    if advice.actions:
        yield Section("What to do", (_bullets(advice.actions, numbered=True),))
    if advice.avoid:
        yield Section("What not to do", (_bullets(advice.avoid),))
    if advice.over_when:
        yield Section("Fixed when", (Paragraph((plain(advice.over_when),)),))
    if advice.ignore_when:
        yield Section("Ignore when", (Paragraph((plain(advice.ignore_when),)),))
    yield _reasons(advice, reply)
    if advice.sources:
        yield Section("Sources", (Bullets(tuple(_source(source.title, source.url) for source in advice.sources)),))


def _bullets(texts: tuple[str, ...], *, numbered: bool = False) -> Bullets:
    return Bullets(tuple((plain(text),) for text in texts), numbered)


def _check(check: FilledCheck) -> Line:
    tool = TOOL_WORDS[check.tool]
    pieces: list[Piece] = [plain(check.what)]
    commands = [line for line in check.command.splitlines() if line.strip()]
    for index, command in enumerate(commands):
        pieces.append(plain((f" ({tool}): " if tool else ": ") if index == 0 else ", then "))
        pieces.append(verbatim(command))
    if tool and not commands:
        pieces.append(plain(f" ({tool})"))
    return tuple(pieces)


def _reasons(advice: Advice, reply: str) -> Section:
    match = advice.match
    facts: list[tuple[str, Line]] = [
        ("Category", (verbatim(match.category),)),
        ("Matched by", (plain(f"{match.step}"), *((plain(": "), verbatim(match.rule)) if match.rule else ()))),
        ("Confidence", (plain(CONFIDENCE_WORDS[match.confidence]),)),
    ]
    words = evidence_words(advice, reply)
    if words:
        pieces: list[Piece] = []
        for word in words:
            pieces += [plain(", "), verbatim(word)] if pieces else [verbatim(word)]
        facts.append(("Deciding words", tuple(pieces)))
    if match.code_alone:
        facts.append(("The code alone says", (plain(match.code_alone),)))
    if match.disagreement:
        facts.append(("Conflict", (plain(match.disagreement),)))
    if match.runner_up:
        facts.append(("Runner-up", (verbatim(match.runner_up),)))
    return Section("Why this guidance", (SummaryFacts(tuple(facts)),))


def evidence_words(advice: Advice, reply: str) -> tuple[str, ...]:
    """The words of the sample's reply that decided, in order."""
    return tuple(word for start, end in advice.match.evidence if (word := reply[start:end]))


def _source(title: str, url: str) -> Line:
    return (plain(title), plain(": "), link(url)) if url else (plain(title),)
