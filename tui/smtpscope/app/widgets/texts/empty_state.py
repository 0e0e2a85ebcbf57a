"""The text shown if there is nothing to list: no SMTP refusals in the log, or none that match the filter."""

from __future__ import annotations

from collections.abc import Sequence

from smtpscope.app.widgets.prose.prose_blocks import BLANK, Heading, ProseBlock, ProseParagraph, bullet, text
from smtpscope.errors import Problem, SmtpscopeError
from smtpscope.export.report.report_words import doubt_words, no_refusal_words
from smtpscope.export.summaries.incident_wording import counted
from smtpscope.harmless import shown
from smtpscope.session import Overview

_HOW_TO_GET_THEM = (
    "Exchange 2000/2003: System Manager, the server's Properties, Diagnostics Logging, MSExchangeTransport, "
    "SMTP Protocol: set it to Medium. Maximum fills the log within hours.",
    "Then wait for the next refusal, and save that server's Application log (Save Log File As, .evt or .evtx).",
    "Exchange 2007 and later do not log these events: open the SMTP protocol logs instead.",
)


_NO_LOG: tuple[ProseBlock, ...] = (
    ProseParagraph(text("No log is open.", "bold")),
    ProseParagraph(
        text("Run smtpscope FILE to open one: an .evtx file, text copied from Event Viewer, or a folder of logs.")
    ),
    BLANK,
    ProseParagraph(text("Press K for the knowledge base: what a reply or code means, no log needed.")),
)


def no_events_blocks(
    overview: Overview, errors: Sequence[SmtpscopeError], problems: Sequence[Problem] = ()
) -> tuple[tuple[ProseBlock, ...], tuple[ProseBlock, ...]]:
    """Facts and guidance for a log without SMTP protocol events."""
    if not overview.files and not errors:
        return _NO_LOG, _guidance()
    nothing = "No SMTP refusals in these files: no event such as MSExchangeTransport 7002, 7004 or 7010."
    doubt = doubt_words(problems, overview.unrelated_records, files=len(overview.files) > 1)
    if doubt is not None:
        nothing = f"No SMTP refusal could be read: {doubt}."
    elif overview.service_logs:
        nothing = no_refusal_words(overview.unrelated_records)
    read = counted(overview.unrelated_records, "other record", "other records")
    facts: list[ProseBlock] = [
        ProseParagraph(text(shown(nothing), "bold")),
        ProseParagraph(text(f"{read}, {overview.skipped:,} skipped.")),
        ProseParagraph(text("Press f for details of each file and a list of what was skipped.")),
    ]
    facts += [bullet(text(shown(f"{error.where}: {error.what}. {error.remedy}"))) for error in errors[:20]]
    return tuple(facts), () if overview.service_logs or doubt is not None else _guidance()


def _guidance() -> tuple[ProseBlock, ...]:
    heading: list[ProseBlock] = [Heading(text("How to get these events")), BLANK]
    return (*heading, *(bullet(text(line)) for line in _HOW_TO_GET_THEM))


def nothing_found_blocks(filter_text: str, total: int, keys: Sequence[tuple[str, str]] = ()) -> tuple[ProseBlock, ...]:
    """For a filter that lets nothing through. `keys` are those that help here, each with what it does."""
    hints = ", ".join(f"{key} {does}" for key, does in keys)
    return (
        ProseParagraph(text("No event matches the filter.", "bold")),
        ProseParagraph(text(shown(f"{filter_text}"))),
        BLANK,
        ProseParagraph(text(f"{total:,} events without the filter.{f' Press {hints}.' if hints else ''}")),
    )
