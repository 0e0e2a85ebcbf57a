"""A result of a live check as a JSON object: verbatim, its time in UTC."""

from __future__ import annotations

from smtpscope.export.formats.json_text import JsonValue
from smtpscope.export.summaries.incident_wording import utc_text
from smtpscope.knowledge.live.check_kinds import KINDS
from smtpscope.probes.live_check import LiveResult


def result_value(result: LiveResult) -> dict[str, JsonValue]:
    """One result as a JSON object."""
    return {
        "check": result.check.kind,
        "group": KINDS[result.check.kind].group,
        "title": result.check.title,
        "subject": result.check.target.subject,
        "outcome": result.outcome,
        "finding": result.finding,
        "sentence": result.sentence,
        "conclusion": result.conclusion or None,
        "evidence": list(result.evidence),
        "asked": list(result.asked),
        "time": utc_text(result.time_ms),
        "holds_from": result.holds_from,
    }
