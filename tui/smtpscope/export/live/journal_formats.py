"""The journal of live checks as text and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from smtpscope.export.formats.json_text import JsonValue, json_text
from smtpscope.export.live.live_formats import SCHEMA
from smtpscope.export.summaries.incident_wording import utc_text
from smtpscope.harmless import shown
from smtpscope.probes.journal import JournalEntry
from smtpscope.store.times import format_time


def journal_text(entries: Sequence[JournalEntry], zone: tzinfo) -> str:
    """A line for each check, and below it a line for each thing that was sent."""
    lines: list[str] = []
    for entry in entries:
        found = entry.outcome if entry.finding == entry.outcome else f"{entry.outcome} ({entry.finding})"
        lines.append(shown(f"{format_time(entry.time_ms, zone)}  {entry.subject}: {found}"))
        lines += [shown(f"    {line}") for line in entry.sent]
        if entry.asked:
            lines.append(shown(f"    answered: {', '.join(entry.asked)}"))
    return "".join(f"{line}\n" for line in lines)


def journal_json(entries: Sequence[JournalEntry]) -> str:
    """The same as JSON; times in UTC."""
    rows: list[JsonValue] = [
        {
            "time": utc_text(entry.time_ms),
            "check": entry.check,
            "title": entry.subject,
            "sent": list(entry.sent),
            "asked": list(entry.asked),
            "outcome": entry.outcome,
            "finding": entry.finding,
        }
        for entry in entries
    ]
    return json_text({"schema": SCHEMA, "checks": rows}) + "\n"
