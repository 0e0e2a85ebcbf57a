"""Replies to Microsoft's own verbs: there the command says more than the words of the reply.

A refused XEXCH50, X-LINK2STATE or X-EXPS stops no mail between organisations: only the extra is refused, and the
words ("Need to authenticate first") mean that verb alone (Microsoft KB 843106, KB 818222, KB 320027).
"""

from __future__ import annotations

from smtpscope.knowledge.advice import Confidence
from smtpscope.knowledge.finding import Finding
from smtpscope.knowledge.stage import MICROSOFT_VERBS
from smtpscope.knowledge.words import Words
from smtpscope.parsing.exchange import Reply

_AUTHENTICATION = frozenset({"authenticate", "authentication", "authenticated", "auth", "login"})
_DAMAGED = frozenset({"processing", "malformed", "corrupt", "invalid", "parsing"})
_LOGIN_CODES = frozenset({432, 454, 534, 535, 538})


def from_command(verb: str, reply: Reply, words: Words) -> Finding | None:
    """The finding for a verb of Microsoft's, or None: another verb, or a reply that is about the session (421)."""
    if verb not in MICROSOFT_VERBS or reply.code is None or reply.code == 421 or reply.code < 400:
        return None
    span = ((0, 3),) if reply.verbatim[:3] == str(reply.code) else ()
    if verb in ("X-EXPS", "XEXPS", "X-ANONYMOUSTLS"):
        return _about_x_exps(verb, reply.code, words, span)
    if verb == "XEXCH50":
        return _about_xexch50(reply.code, words, span)
    if verb in ("X-LINK2STATE", "XLINK2STATE"):
        return _refused("x-link2state-refused", verb, reply.code, "sure", span)
    return _refused("verb-refused", verb, reply.code, "sure", span)


def _refused(entry_id: str, verb: str, code: int, confidence: Confidence, span: tuple[tuple[int, int], ...]) -> Finding:
    return Finding(entry_id, "verb-refused", "command", f"{code} to {verb}", confidence, span)


def _about_x_exps(verb: str, code: int, words: Words, span: tuple[tuple[int, int], ...]) -> Finding:
    name = f"{code} to {verb}"
    if code in _LOGIN_CODES:
        return Finding("xexps-auth-failed", "auth-failed", "command", name, "sure", span)
    if code == 451 and ("timeout" in words.distinct or not words.distinct):
        # The event often keeps the code alone; the server's own log then says that it waited for the client's blob.
        return Finding("xexps-timeout", "unavailable", "command", name, "likely", span, "verb-refused")
    return _refused("verb-refused", verb, code, "likely", span)


def _about_xexch50(code: int, words: Words, span: tuple[tuple[int, int], ...]) -> Finding:
    if code == 505:
        return _refused("xexch50-exchange-55", "XEXCH50", code, "sure", span)
    if code == 500 and words.distinct & _DAMAGED:
        return _refused("xexch50-damaged", "XEXCH50", code, "sure", span)
    if code in (504, 530) or words.distinct & _AUTHENTICATION:
        return _refused("xexch50-refused", "XEXCH50", code, "sure", span)
    return _refused("verb-refused", "XEXCH50", code, "likely", span)
