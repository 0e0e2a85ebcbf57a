"""Answers that are kept: each distinct question is computed once, and replies with one outline share theirs."""

from __future__ import annotations

from msgspec.structs import replace

from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.matching.enhanced_codes import code_spans
from smtpscope.knowledge.matching.fallbacks import quoted_reply
from smtpscope.knowledge.matching.matcher import Matcher
from smtpscope.knowledge.matching.reply_outline import Outline, Places, ReplyOutlines, places_of, spans_at
from smtpscope.parsing.reply_shape import shape_of
from smtpscope.parsing.smtp_exchange import Command, Direction, Reply

_MOST_KEPT = 200_000
_FEW = 200
"""Distinct replies up to which outlines are not worth the words of all rules."""
_BY_WORDS = frozenset({"phrase", "provider code", "own note", "command", "enhanced code"})
"""Steps that depend on nothing beside the outline. A similar reply shares words that no rule knows."""

_Question = tuple[str, bool, Direction, tuple[str, ...]]


class KeptMatches:
    """The answers of one matcher. Asking changes nothing that is seen, so several threads can share it."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._outlines: ReplyOutlines | None = None
        self._by_text: dict[tuple[str, _Question], Match] = {}
        self._by_outline: dict[tuple[Outline, int | None, str | None, _Question], tuple[Match, Places | None]] = {}

    def match(self, reply: Reply, command: Command, direction: Direction, hosts: tuple[str, ...]) -> Match:
        """The answer of the matcher."""
        question = command.verb, command.sender == "", direction, hosts
        key = shape_of(reply.verbatim), question
        known = self._by_text.get(key)
        if known is not None:
            return known
        if len(self._by_text) >= _MOST_KEPT:
            self._by_text.clear()
        outline = self._outline(reply) if len(self._by_text) >= _FEW else None
        if outline is None:
            found = self._by_text[key] = self._matcher.match(reply, command, direction, hosts)
            return found
        found = self._by_text[key] = self._shared(outline, question, reply, command)
        return found

    def _outline(self, reply: Reply) -> Outline | None:
        text = reply.verbatim
        if not text or (("=" in text or '"' in text) and quoted_reply(text) is not None):
            return None
        if self._outlines is None:
            self._outlines = self._matcher.outlines()
        return self._outlines.of(text)

    def _shared(self, outline: Outline, question: _Question, reply: Reply, command: Command) -> Match:
        key = outline, reply.code, reply.enhanced, question
        known = self._by_outline.get(key)
        if known is not None:
            match, places = known
            if match.step == "enhanced code":
                return replace(match, evidence=code_spans(reply, match.rule))
            if places is not None:
                return replace(match, evidence=spans_at(places, reply.verbatim))
        match = self._matcher.match(reply, command, question[2], question[3])
        if match.step in _BY_WORDS and known is None:
            if len(self._by_outline) >= _MOST_KEPT:
                self._by_outline.clear()
            self._by_outline[key] = match, places_of(match.evidence, reply.verbatim, outline)
        return match
