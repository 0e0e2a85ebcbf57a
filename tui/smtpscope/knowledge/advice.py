"""What the knowledge base answers: which entry fits and why, and the guidance with the event's own values in it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from smtpscope.knowledge.entry import Duration, SourceReference, Tool, WhoActs

Confidence = Literal["sure", "likely", "guess"]
Step = Literal[
    "command", "provider code", "phrase", "enhanced code", "similar reply", "code and command", "own note", "nothing"
]


class Match(Struct, frozen=True):
    """Which entry explains a reply, and why we think so.

    `evidence` are the (start, end) offsets in the reply's verbatim text of the words that decided, in order and not
    overlapping. `rule` names the rule, code or example; `runner_up` is the category that came close, or None.
    `code_alone` says in plain words what the code alone means; `disagreement` is a sentence where text and code say
    different things and says which one we trust and why, else None.
    """

    entry_id: str
    category: str
    step: Step
    rule: str
    confidence: Confidence
    evidence: tuple[tuple[int, int], ...] = ()
    runner_up: str | None = None
    code_alone: str | None = None
    disagreement: str | None = None

    @property
    def matched_by(self) -> str:
        """For people and JSON: the step and its rule."""
        return f"{self.step}: {self.rule}" if self.rule else self.step


class FilledCheck(Struct, frozen=True):
    """A check with the event's own values; `command` is "" where there is nothing to type."""

    what: str
    tool: Tool
    command: str


class OtherCause(Struct, frozen=True):
    """A cause that came close, what it is called, who would have to act then, and how to tell the two apart."""

    category: str
    title: str
    who_acts: WhoActs
    question: str


class Advice(Struct, frozen=True):
    """Guidance for one exchange, of one direction, all values filled in.

    `temporary` follows the first digit of the basic code (RFC 5321 section 4.2.1), never the category; None where
    there is no code. `other` is the cause that came close, None where the answer is sure or no other came. `our_note`
    is what was written in this house about such replies, "" where nothing was. Text that came from the log may be in
    it: it is not yet harmless to draw.
    """

    match: Match
    title: str
    meaning: str
    reading: str
    temporary: bool | None
    duration: Duration
    duration_note: str
    who_acts: WhoActs
    who_note: str
    causes: tuple[str, ...]
    checks: tuple[FilledCheck, ...]
    actions: tuple[str, ...]
    ignore_when: str
    avoid: tuple[str, ...]
    over_when: str
    sources: tuple[SourceReference, ...]
    other: OtherCause | None = None
    our_note: str = ""

    @property
    def who_is_sure(self) -> bool:
        """Whether the cause that came close has the same one act."""
        return self.other is None or self.other.who_acts == self.who_acts
