"""Uses the enhanced status code if the text didn't decide. Seven codes are too vague to decide anything."""

from __future__ import annotations

from smtpscope.knowledge.matching.codes import VAGUE, CodeMeaning, CodeTable
from smtpscope.knowledge.matching.reply_tokens import Span
from smtpscope.knowledge.matching.rule_result import Finding
from smtpscope.knowledge.matching.stage import Stage
from smtpscope.parsing.smtp_exchange import Reply


def code_spans(reply: Reply, code: str) -> tuple[Span, ...]:
    """The positions of `code` in the verbatim reply."""
    start = reply.verbatim.find(code)
    return ((start, start + len(code)),) if start >= 0 else ()


def from_enhanced_code(reply: Reply, stage: Stage, code: CodeMeaning | None) -> Finding | None:
    """The finding for a precise code; None if the code is missing, unknown, vague or a success code.

    The answer is only a guess for a code that some vendor uses differently: the sending server's vendor is not known.
    """
    enhanced = reply.enhanced
    if enhanced is None or f"x{enhanced[1:]}" in VAGUE or enhanced[0] == "2":
        return None
    evidence = code_spans(reply, enhanced)
    special = _in_context(reply, stage)
    if special is not None:
        return Finding(special, special, "enhanced code", enhanced, "guess", evidence)
    if code is None or code.category == "not-a-refusal":
        return None
    other = code.vendors[0].category if code.vendors else None
    confidence = "guess" if code.vendors else code.confidence
    return Finding(code.leads_to, code.category, "enhanced code", enhanced, confidence, evidence, other)


def from_detailed_code(reply: Reply, table: CodeTable) -> Finding | None:
    """The finding for a code such as 5.7.606 or 4.7.500. Microsoft assigns each to one reason, so it outranks any text.

    Temporary codes count only if they are about policy (4.7). For others (4.4.3), and for codes that are only a guess
    (5.0.350: whatever the recipient's server said), the text says more.
    """
    enhanced = reply.enhanced
    if enhanced is None or len(enhanced.rpartition(".")[2]) < 3 or not enhanced.startswith(("5.", "4.7.")):
        return None
    code = table.enhanced(enhanced)
    if code is None or code.confidence == "guess":
        return None
    evidence = code_spans(reply, enhanced)
    return Finding(code.leads_to, code.category, "provider code", f"{enhanced} (Microsoft)", code.confidence, evidence)


def _in_context(reply: Reply, stage: Stage) -> str | None:
    """The cause for codes whose meaning depends on the reply code or the command."""
    match reply.enhanced:
        # Exchange Online: "550 5.4.1 Recipient address rejected: Access denied" (directory-based edge blocking).
        case "5.4.1" if reply.code == 550:
            return "recipient-unknown"
        # In RFC 3463 it is about encryption, from Exchange about the login.
        case "5.7.3" | "4.7.3" if reply.code in (535, 451, 454):
            return "auth-failed"
        # In RFC 3463 it is about the command's arguments; which ones is clear after these commands.
        case "5.5.4" | "5.5.2" if reply.code == 501 and stage == "hello":
            return "helo"
    return None
