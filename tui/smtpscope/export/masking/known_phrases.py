"""A reply cut down to its codes and the words by which the bundled knowledge base recognises its cause."""

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
    """`reply`, given to the command `verb`, as "550 5.1.1 User unknown": all other words are left out.

    Only the bundled knowledge is asked: the phrases of the user's own rules may name anybody. The words themselves are
    still as in the log.
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
