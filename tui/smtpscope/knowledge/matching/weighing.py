"""Prefers what a reply states to what it advises, and blames nobody who wasn't named yet.

`550 Mail from 192.0.2.7 refused for abuse. Please use your provider's relay` is about abuse, whatever the second
sentence mentions. A domain that doesn't exist is the sender's in a reply to MAIL, ours in a reply to EHLO.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from smtpscope.knowledge.advice import Confidence
from smtpscope.knowledge.matching.codes import VAGUE, CodeMeaning
from smtpscope.knowledge.matching.reply_tokens import ReplyTokens
from smtpscope.knowledge.matching.rule_result import Finding
from smtpscope.knowledge.matching.rules import RuleHit
from smtpscope.knowledge.matching.stage import Stage

_ADVICE: Final = re.compile(
    r" (?:please (?:see|visit|contact|refer|read|check|use|ask|call|consult|go|send|report|click|request|fix|correct"
    r"|verify|configure|make|ensure|review|resolve|repair)"
    r"|for (?:more|further|additional|details|help|assistance|explanation|information)"
    r"|see|visit|refer to|go to|if you|if this|contact|more information|ask your|ask the|use your|use the|fix this"
    r"|fix your|check your|instead"
    r"|to (?:resolve|fix|correct|request|learn|unblock|delist|remove|avoid|review)) "
)
"""Words that begin what somebody is to do about it."""

_VAGUE: Final = frozenset({"policy"})
"""A statement of this kind says less than a piece of advice does."""

_SENDERS_AT_MAIL: Final[Mapping[str, str]] = {
    "recipient-unknown": "sender-rejected",
    "recipient-disabled": "sender-rejected",
    "recipient-restricted": "sender-rejected",
    "recipient-domain": "sender-domain",
    "mailbox-full": "rate-limited",
}
_OURS_AT_HELLO: Final[Mapping[str, str]] = {"recipient-domain": "helo", "sender-domain": "helo", "spam": "blocked"}
_OURS_AT_GREETING: Final[Mapping[str, str]] = {
    "recipient-domain": "rdns",
    "sender-domain": "rdns",
    "spam": "blocked",
    "policy": "blocked",
}
_LOGIN_AT_AUTH: Final[Mapping[str, str]] = dict.fromkeys(
    ("recipient-unknown", "recipient-disabled", "recipient-restricted", "sender-rejected", "policy"), "auth-failed"
)
_TLS_AT_STARTTLS: Final[Mapping[str, str]] = dict.fromkeys(
    (
        "recipient-unknown",
        "recipient-disabled",
        "sender-rejected",
        "unavailable",
        "server-error",
        "policy",
        "auth-failed",
    ),
    "tls",
)
_MEANT: Final[Mapping[Stage, Mapping[str, str]]] = {
    "mail": _SENDERS_AT_MAIL,
    "hello": _OURS_AT_HELLO,
    "greeting": _OURS_AT_GREETING,
    "auth": _LOGIN_AT_AUTH,
    "starttls": _TLS_AT_STARTTLS,
}
"""Stage -> cause by the words alone -> the cause that it can only be there (RFC 5321 section 3.3 and 4.1.1)."""

_OF_NAMES: Final = frozenset({"domain", "hostname", "name", "dns", "resolve", "resolved", "lookup", "exist", "found"})
"""One of these is in a greeting that is about our name; `521 server does not accept mail` is about theirs."""

_OF_OUR_ADDRESS: Final = frozenset({"spam", "policy"})
"""The client's IP address is all that a server knows when it greets, so that is what it judges."""

_OF_MESSAGES: Final = frozenset(
    {"message", "messages", "content", "body", "line", "lines", "header", "headers", "mime", "charset", "encoding"}
)
"""One of these is in an answer to the message that finds fault with it, and not with a command."""

_OF_LOGINS: Final = frozenset({"authentication", "auth", "login", "logon", "credentials", "password", "sasl"})

_NAMES_A_RECIPIENT: Final = re.compile(r" (?:recipient|recipients|rcpt|destinataire|empfanger|destinatario|mailbox) ")


WORDS: Final = frozenset(re.findall("[a-z]+", _ADVICE.pattern + _NAMES_A_RECIPIENT.pattern)).union(
    _OF_NAMES, _OF_MESSAGES, _OF_LOGINS
)
"""All words that anything here may depend on."""


def advice_start(words: ReplyTokens) -> int | None:
    """The offset at which advice begins in the text; None if it gives none."""
    found = _ADVICE.search(words.line)
    if found is None:
        return None
    return words.spans(found.start() + 1, found.end() - 1)[0][0]


def stated_first(hits: Sequence[RuleHit], words: ReplyTokens) -> Sequence[RuleHit]:
    """`hits` with the first one from the statement moved before those that occur only in the advice.

    A distinctive rule (Spamhaus) counts wherever its words are.
    """
    if len(hits) < 2 or hits[0].rule.distinctive:
        return hits
    start = advice_start(words)
    if start is None or any(span[0] < start for span in hits[0].spans):
        return hits
    for place, hit in enumerate(hits):
        if hit.rule.category not in _VAGUE and any(span[0] < start for span in hit.spans):
            return [hit, *hits[:place], *hits[place + 1 :]]
    return hits


def subject_first(finding: Finding, code: CodeMeaning | None, stage: Stage) -> Finding:
    """`finding`, or the cause of `code` if the text only says that something is invalid or not supported.

    The second number of the enhanced code says what: an address (X.1), the message (X.6) or security (X.7; RFC 3463
    section 3). And "authentication" is a login or a check of SPF and DKIM, which X.7.20 to X.7.29 tell. A code of
    logins says nothing of a message: Yahoo answers headers with 5.7.9.
    """
    if code is None or code.code in VAGUE or code.category in (finding.category, "not-a-refusal"):
        return finding
    if not _is_named_by_code(finding, code) or (stage == "content" and code.category == "auth-failed"):
        return finding
    return replace(
        finding, entry_id=code.leads_to, category=code.category, confidence="likely", runner_up=finding.category
    )


def _is_named_by_code(finding: Finding, code: CodeMeaning) -> bool:
    subject = code.code[:4]
    match finding.category:
        case "protocol":
            return subject in ("x.1.", "x.6.") or (subject == "x.7." and finding.confidence == "guess")
        case "malformed":
            return subject == "x.7." and finding.confidence == "guess"
        case "auth-failed":
            return code.category == "email-auth"
    return False


def _at_fault(finding: Finding, stage: Stage, words: ReplyTokens) -> str | None:
    """What "invalid" or "not supported" refers to: the message after DATA, the login after AUTH."""
    if finding.category != "protocol":
        return None
    if stage == "content" and not words.distinct.isdisjoint(_OF_MESSAGES):
        return "malformed"
    return "auth-failed" if stage == "auth" and not words.distinct.isdisjoint(_OF_LOGINS) else None


def at_stage(finding: Finding, stage: Stage, words: ReplyTokens) -> Finding:
    """`finding` with its causes replaced by those possible at this stage, unless the reply itself names a recipient."""
    fault = _at_fault(finding, stage, words)
    if fault is not None and finding.entry_id == finding.category:
        confidence: Confidence = "likely" if finding.confidence == "sure" else finding.confidence
        return replace(finding, entry_id=fault, category=fault, confidence=confidence, runner_up="protocol")
    meant = _MEANT.get(stage)
    if meant is None or (stage == "mail" and _NAMES_A_RECIPIENT.search(words.line)):
        return finding
    if stage == "greeting" and finding.category not in _OF_OUR_ADDRESS and words.distinct.isdisjoint(_OF_NAMES):
        return finding
    category = meant.get(finding.category, finding.category)
    runner_up = meant.get(finding.runner_up, finding.runner_up) if finding.runner_up else None
    found = replace(finding, runner_up=None if runner_up == category else runner_up)
    if category == finding.category:
        return found
    confidence = "likely" if finding.confidence == "sure" else finding.confidence
    return replace(found, entry_id=category, category=category, confidence=confidence)
