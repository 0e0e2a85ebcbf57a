"""Results of live checks as a section of a summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpscope.export.summaries.content import Block, Bullets, Line, Paragraph, Section, plain, strong, verbatim
from smtpscope.export.summaries.incident_wording import Calendar
from smtpscope.export.summaries.live_words import holds_words, when_and_who

if TYPE_CHECKING:
    from smtpscope.probes.live_check import LiveResult

_MOST_EVIDENCE = 12


def live_sections(results: tuple[LiveResult, ...], calendar: Calendar) -> Iterator[Section]:
    """What was found, with the raw answers; nothing where nothing was checked."""
    if results:
        yield Section("Checked now", tuple(block for result in results for block in _blocks(result, calendar)))


def _blocks(result: LiveResult, calendar: Calendar) -> Iterator[Block]:
    # Sentences quote answers of strangers, so they are text like that of the log.
    yield Paragraph((strong(f"{result.outcome.capitalize()}: "), verbatim(result.says)))
    notes = [f"{when_and_who(result, calendar.zone)} ({calendar.zone_name})", holds_words(result)]
    yield Paragraph(tuple(plain(f"{note} ") for note in notes if note))
    evidence: tuple[Line, ...] = tuple((verbatim(line),) for line in result.evidence[:_MOST_EVIDENCE])
    if evidence:
        yield Bullets(evidence)
