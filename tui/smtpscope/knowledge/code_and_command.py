"""The last resort: a basic code together with the command it answers, always a guess."""

from __future__ import annotations

from smtpscope.knowledge.codes import CodeTable
from smtpscope.knowledge.enhanced_codes import code_spans
from smtpscope.knowledge.finding import Finding
from smtpscope.knowledge.stage import Stage
from smtpscope.parsing.exchange import Reply

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

_WHATEVER_THE_CODE: dict[Stage, str] = {"auth": "auth-failed", "starttls": "tls"}
_FIRST_DIGIT: dict[int, str] = {4: "unavailable", 5: "policy"}


def from_code_and_command(reply: Reply, stage: Stage, table: CodeTable) -> Finding:
    """The finding for what is left: there is one for every reply, even an empty one."""
    code = reply.code
    if code is None:
        return Finding("policy", "policy", "code and command", "no code", "guess")
    evidence = code_spans(reply, str(code))
    name = f"{code} to {stage}" if stage not in ("other", "unknown") else str(code)
    enhanced = reply.enhanced
    # A vague code is worth a little: 5.7.1 and 5.7.0 say at least that somebody decided so.
    if enhanced is not None and enhanced[1:] in (".7.1", ".7.0") and code in (550, 551, 553, 554, 450, 451):
        if stage == "content":
            return Finding("spam", "spam", "code and command", f"{enhanced} to {stage}", "guess", evidence, "policy")
        return Finding("policy", "policy", "code and command", enhanced, "guess", code_spans(reply, enhanced))
    subject = _BY_SUBJECT.get(enhanced.split(".")[1]) if enhanced is not None else None
    if subject is not None and stage in ("rcpt", "unknown", "other") and not enhanced.endswith(".0"):
        return Finding(subject, subject, "code and command", enhanced, "guess", code_spans(reply, enhanced))
    category = _BY_STAGE.get(code, {}).get(stage)
    if category is None and code != 421:
        category = _WHATEVER_THE_CODE.get(stage)
    if category is None:
        known = table.basic(code)
        category = known.category if known is not None else _FIRST_DIGIT.get(code // 100, "policy")
    return Finding(category, category, "code and command", name, "guess", evidence)
