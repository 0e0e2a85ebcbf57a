"""The last steps of the chain: a reply quoted inside the reply, Exchange's own commands, and code plus command."""

from __future__ import annotations

import re

from smtpscope.knowledge.advice import Confidence
from smtpscope.knowledge.matching.codes import CodeTable
from smtpscope.knowledge.matching.enhanced_codes import code_spans
from smtpscope.knowledge.matching.reply_tokens import LONGEST_TEXT, ReplyTokens
from smtpscope.knowledge.matching.rule_result import Finding
from smtpscope.knowledge.matching.stage import MICROSOFT_VERBS, Stage
from smtpscope.parsing.reply import is_reply
from smtpscope.parsing.smtp_exchange import Reply

_MARKS = (
    # What precedes the reply, what follows it, and what else may end it.
    ('target IP address responded with: "', '" Attempted failover', '"'),
    ('communicating with primary target IP address: "', '" Attempted failover', '"'),
    # Exchange Online and Exchange 2016 on.
    ("[Message=", "] [Last", "]"),
    # The recipient status in the tracking log of Exchange 2013 on.
    ("{LED=", "};{MSG=", "}"),
)
_DEEPEST = 3


def quoted_reply(verbatim: str) -> tuple[int, int] | None:
    """The position of the reply quoted in `verbatim`, the innermost of up to three; None if none is quoted.

    Reads at most the first 4,000 characters, in linear time.
    """
    found = None
    start, end = 0, min(len(verbatim), LONGEST_TEXT)
    for _ in range(_DEEPEST):
        inner = _first_inside(verbatim, start, end)
        if inner is None:
            break
        found = start, end = inner
    return found


def _first_inside(text: str, start: int, end: int) -> tuple[int, int] | None:
    places = [(place, mark) for mark in _MARKS if (place := text.find(mark[0], start, end)) >= 0]
    for place, (before, behind, last) in sorted(places):
        begin = place + len(before)
        stop = text.find(behind, begin, end)
        if stop < 0:
            stop = text.rfind(last, begin, end)
        if stop < 0:
            # Logs cut long lines.
            stop = end
        if is_reply(text[begin : min(stop, begin + 8)]):
            return begin, stop
    return None


_POSTFIX = re.compile(r">?: Recipient address rejected: (?=\S)")
_BY_POLICY = frozenset({"x.7.1", "x.7.0"})


def policy_text(reply: Reply) -> int | None:
    """The position of what a policy service or an access map has told Postfix to say; None if nothing has.

    Postfix's own reasons (`User unknown in local recipient table`) have other codes (SMTPD_POLICY_README, access(5)).
    """
    if reply.enhanced is None or f"x{reply.enhanced[1:]}" not in _BY_POLICY:
        return None
    found = _POSTFIX.search(reply.verbatim, 0, LONGEST_TEXT)
    return None if found is None else found.end()


_AUTHENTICATION = frozenset({"authenticate", "authentication", "authenticated", "auth", "login"})
_DAMAGED = frozenset({"processing", "malformed", "corrupt", "invalid", "parsing"})
WORDS = _AUTHENTICATION | _DAMAGED | {"timeout", "recipient", "address", "rejected"}
"""All words that anything here may depend on."""
_LOGIN_CODES = frozenset({432, 454, 534, 535, 538})


def from_command(verb: str, reply: Reply, words: ReplyTokens) -> Finding | None:
    """The finding for one of Exchange's own commands. None for other commands, and for a 421, which is about the
    session.
    """
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


def _about_x_exps(verb: str, code: int, words: ReplyTokens, span: tuple[tuple[int, int], ...]) -> Finding:
    name = f"{code} to {verb}"
    if code in _LOGIN_CODES:
        return Finding("xexps-auth-failed", "auth-failed", "command", name, "sure", span)
    if code == 451 and ("timeout" in words.distinct or not words.distinct):
        # The event often keeps the code alone; the server's own log then says that it waited for the client's blob.
        return Finding("xexps-timeout", "unavailable", "command", name, "likely", span, "verb-refused")
    return _refused("verb-refused", verb, code, "likely", span)


def _about_xexch50(code: int, words: ReplyTokens, span: tuple[tuple[int, int], ...]) -> Finding:
    if code == 505:
        return _refused("xexch50-exchange-55", "XEXCH50", code, "sure", span)
    if code == 500 and words.distinct & _DAMAGED:
        return _refused("xexch50-damaged", "XEXCH50", code, "sure", span)
    if code in (504, 530) or words.distinct & _AUTHENTICATION:
        return _refused("xexch50-refused", "XEXCH50", code, "sure", span)
    return _refused("verb-refused", "XEXCH50", code, "likely", span)


_BY_STAGE: dict[int, dict[Stage, str]] = {
    421: {"greeting": "unavailable"},
    450: {"hello": "helo"},
    452: {"rcpt": "resources"},
    454: {"starttls": "tls", "auth": "auth-failed", "microsoft": "auth-failed", "rcpt": "relay-denied"},
    500: {"microsoft": "verb-refused"},
    501: {
        "hello": "helo",
        "mail": "sender-rejected",
        "rcpt": "recipient-unknown",
        "auth": "auth-failed",
        "microsoft": "verb-refused",
    },
    502: {"microsoft": "verb-refused"},
    503: {"microsoft": "verb-refused"},
    504: {"auth": "auth-failed", "microsoft": "verb-refused"},
    505: {"microsoft": "verb-refused"},
    530: {"microsoft": "verb-refused"},
    550: {
        "rcpt": "recipient-unknown",
        "mail": "sender-rejected",
        "content": "spam",
        "hello": "blocked",
        "greeting": "blocked",
        "auth": "auth-failed",
        "other": "policy",
    },
    551: {"mail": "sender-rejected"},
    552: {"content": "too-large", "mail": "too-large"},
    553: {"mail": "sender-rejected", "content": "sender-rejected", "hello": "blocked", "greeting": "blocked"},
    554: {"greeting": "blocked", "hello": "blocked"},
}
_BY_SUBJECT: dict[str, str] = {
    "2": "recipient-restricted",
    "3": "server-error",
    "4": "unavailable",
    "5": "protocol",
    "6": "malformed",
    "7": "policy",
}
"""RFC 3463 section 3: what the second number of an enhanced code is about, where the third is not known."""

_SEVERAL_WORDS = re.compile(r"[^\W\d_]{2,}")
_WHATEVER_THE_CODE: dict[Stage, str] = {"auth": "auth-failed", "starttls": "tls"}
_FIRST_DIGIT: dict[int, str] = {4: "unavailable", 5: "policy"}


def from_code_and_command(reply: Reply, stage: Stage, table: CodeTable) -> Finding:
    """The finding of the last step. Every reply gets one, even an empty reply."""
    code = reply.code
    if code is None:
        return Finding("policy", "policy", "code and command", "no code", "guess")
    evidence = code_spans(reply, str(code))
    name = f"{code} to {stage}" if stage not in ("other", "unknown") else str(code)
    enhanced = reply.enhanced
    # A vague code still says something: 5.7.1 and 5.7.0 mean that it was a decision.
    if enhanced is not None and enhanced[1:] in (".7.1", ".7.0") and code in (550, 551, 553, 554, 450, 451):
        if stage == "content" and code < 500:
            # Nobody judges a message and asks for it again: what is put off has failed on the way, or waits.
            name = f"{enhanced} to {stage}"
            return Finding("unavailable", "unavailable", "code and command", name, "guess", evidence, "policy")
        if stage == "content":
            return Finding("spam", "spam", "code and command", f"{enhanced} to {stage}", "guess", evidence, "policy")
        return Finding("policy", "policy", "code and command", enhanced, "guess", code_spans(reply, enhanced))
    subject = _BY_SUBJECT.get(enhanced.split(".")[1]) if enhanced is not None else None
    if enhanced is not None and subject is not None and stage in ("rcpt", "unknown", "other") and enhanced[-2:] != ".0":
        return Finding(subject, subject, "code and command", enhanced, "guess", code_spans(reply, enhanced))
    category = _BY_STAGE.get(code, {}).get(stage)
    if category is None and code != 421:
        category = _WHATEVER_THE_CODE.get(stage)
    if category is None:
        known = table.basic(code)
        category = known.category if known is not None else _FIRST_DIGIT.get(code // 100, "policy")
    if category == "recipient-unknown" and len(_SEVERAL_WORDS.findall(reply.text)) > 1:
        # We know the words for an unknown mailbox, so a text without them means something else.
        return Finding("policy", "policy", "code and command", name, "guess", evidence, category)
    return Finding(category, category, "code and command", name, "guess", evidence)
