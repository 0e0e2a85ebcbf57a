"""Events that explain an incident, in words: what, when, how often, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator

from smtpscope.export.summaries.content import (
    Block,
    Bullets,
    Line,
    Paragraph,
    Section,
    SummaryFacts,
    link,
    plain,
    strong,
    verbatim,
)
from smtpscope.export.summaries.incident_wording import Calendar, times
from smtpscope.store.grouping.explanations import Explanation
from smtpscope.store.times import duration

BESIDE_TITLE = "Events that explain it"
ASSUMED_NOTE = "one of the two logs names no time zone: this holds only if the assumed one is right"
_TOGETHER_MS = 1_000


def event_words(explanation: Explanation) -> str:
    """`15006 MSExchangeTransport, back pressure, disk full`."""
    return f"{explanation.event_id} {explanation.provider}, {explanation.kind.name}"


def how_often_before(explanation: Explanation) -> str:
    """`12 times, usually 3 min before a refusal`."""
    before = f"{duration(explanation.lead_ms)} before"
    if explanation.lead_ms < _TOGETHER_MS:
        before = "in the same second as"
    usually = "" if explanation.count == 1 else "usually "
    return f"{times(explanation.count)}, {usually}{before} a refusal"


def how_many_after(explanation: Explanation, count: int) -> str:
    """How many of `count` refusals it explains: `30 of 36 refusals came within 60 min after it`."""
    within = f"came within {duration(explanation.kind.within_ms)} after it"
    if count == 1:
        return f"the refusal {within}"
    if explanation.refusals == count:
        return f"{'both' if count == 2 else f'all {count:,}'} refusals {within}"
    return f"{explanation.refusals:,} of {count:,} refusals {within}"


def beside_sections(explanations: tuple[Explanation, ...], count: int, calendar: Calendar) -> Iterator[Section]:
    """All of them, with what they mean and what follows; nothing where there is none. `count` are the refusals."""
    if explanations:
        yield Section(BESIDE_TITLE, tuple(block for each in explanations for block in _blocks(each, count, calendar)))


def _blocks(explanation: Explanation, count: int, calendar: Calendar) -> Iterator[Block]:
    kind = explanation.kind
    yield Paragraph((strong(event_words(explanation)), plain(f". {kind.means}")))
    facts: list[tuple[str, Line]] = [
        ("How often", (plain(how_often_before(explanation)),)),
        ("Refusals", (plain(how_many_after(explanation, count)),)),
        ("When", (plain(_when(explanation, calendar)),)),
    ]
    if explanation.computers:
        pieces = [verbatim(name) for name in explanation.computers]
        facts.append(("Computer", tuple(piece for name in pieces for piece in (plain(", "), name))[1:]))
    if explanation.time_assumed:
        facts.append(("Note on time", (plain(ASSUMED_NOTE),)))
    facts.append(("Documented in", (plain(f"{kind.source.title}: "), link(kind.source.url))))
    yield SummaryFacts(tuple(facts))
    yield Bullets(tuple((plain(text),) for text in kind.advice), numbered=True)


def _when(explanation: Explanation, calendar: Calendar) -> str:
    first, last = calendar.brief(explanation.first_ms), calendar.brief(explanation.last_ms)
    return first if first == last else f"{first} to {last}"
