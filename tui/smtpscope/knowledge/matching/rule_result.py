"""The result of one step of the chain, before it becomes the answer."""

from __future__ import annotations

from msgspec import Struct

from smtpscope.knowledge.advice import Confidence, Step
from smtpscope.knowledge.matching.reply_tokens import Span


class Finding(Struct, frozen=True):
    """`rule` names the rule, code or example; `evidence` are offsets in the verbatim reply."""

    entry_id: str
    category: str
    step: Step
    rule: str
    confidence: Confidence
    evidence: tuple[Span, ...] = ()
    runner_up: str | None = None
