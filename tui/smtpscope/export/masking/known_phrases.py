"""Reduces a reply to its codes and the words by which the bundled knowledge base recognises its cause."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Command, Direction

LEFT_OUT: Final = "(left out)"
_BETWEEN: Final = " ... "


@lru_cache(maxsize=4096)
def known_phrases(reply: str, verb: str, direction: Direction) -> str:
    """`reply` to the command `verb` as "550 5.1.1 User unknown", without any other words.

    Only the bundled rules are used, because the phrases of a user's own rules may contain names. The words keep their
    spelling in the log.
    """
    parsed = parse_reply(reply)
    if parsed.code is None and not parsed.text:
        return ""
    match = _bundled().match_parts(parsed, Command(verb, verb, verb, "", None), direction)
    words = _BETWEEN.join(reply[start:end].strip() for start, end in match.evidence)
    codes = [str(parsed.code) if parsed.code is not None else "", parsed.enhanced or ""]
    return " ".join(filter(None, (*codes, words or LEFT_OUT)))


@cache
def _bundled() -> KnowledgeBase:
    return KnowledgeBase.load()
