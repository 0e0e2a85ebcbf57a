"""What to say when there is nothing to show: no event of ours in the log, or none that the filter lets through."""

from __future__ import annotations

from collections.abc import Sequence

from smtpscope.app.widgets.texts.prose import BLANK, Heading, ProseBlock, ProseParagraph, bullet, text
from smtpscope.errors import Problem, SmtpscopeError
from smtpscope.export.report.report_words import doubt_words, no_refusal_words
from smtpscope.export.summaries.incident_wording import counted
from smtpscope.harmless import shown
from smtpscope.session import Overview

_HOW_TO_GET_THEM = (
    "Exchange 2000/2003: System Manager, the server's Properties, Diagnostics Logging, MSExchangeTransport, "
    "SMTP Protocol: set it to Medium. Maximum fills the log within hours.",
    "Then wait for the next refusal, and save the Application log of that server (Save Log File As, .evt or .evtx).",
    "Exchange 2007 and later have no such events: their commands and replies are in the SMTP protocol logs.",
)


_NO_LOG: tuple[ProseBlock, ...] = (
    ProseParagraph(text("No log is open.", "bold")),
    ProseParagraph(text("smtpscope FILE opens one: an .evtx, text copied out of Event Viewer, or a folder of them.")),
    BLANK,
    ProseParagraph(text("K shows the knowledge base: what a reply or a code means, without any log.")),
)


def no_events_blocks(
    overview: Overview, errors: Sequence[SmtpscopeError], problems: Sequence[Problem] = ()
) -> tuple[tuple[ProseBlock, ...], tuple[ProseBlock, ...]]:
    """Facts and guidance for a log without SMTP protocol events."""
    if not overview.files and not errors:
        return _NO_LOG, _guidance()
    nothing = "No SMTP protocol event (7002, 7004, 7010 of MSExchangeTransport and their kin) is in what was read."
    doubt = doubt_words(problems, overview.unrelated_records, files=len(overview.files) > 1)
    if doubt is not None:
        nothing = f"No {'refusal' if overview.service_logs else 'SMTP protocol event'} could be read: {doubt}."
    elif overview.service_logs:
        nothing = no_refusal_words(overview.unrelated_records)
    read = counted(overview.unrelated_records, "other record was", "other records were")
    facts: list[ProseBlock] = [
        ProseParagraph(text(shown(nothing), "bold")),
        ProseParagraph(text(f"{read} read, {overview.skipped:,} skipped.")),
        ProseParagraph(text("f tells what each file says of itself and lists what was skipped.")),
    ]
    facts += [bullet(text(shown(f"{error.where}: {error.what}. {error.remedy}"))) for error in errors[:20]]
    return tuple(facts), () if overview.service_logs or doubt is not None else _guidance()


def _guidance() -> tuple[ProseBlock, ...]:
    heading: list[ProseBlock] = [Heading(text("How to get these events")), BLANK]
    return (*heading, *(bullet(text(line)) for line in _HOW_TO_GET_THEM))


def nothing_found_blocks(filter_text: str, total: int) -> tuple[ProseBlock, ...]:
    """For a filter that lets nothing through."""
    return (
        ProseParagraph(text("No event fits the filter.", "bold")),
        ProseParagraph(text(shown(f"{filter_text}"))),
        BLANK,
        ProseParagraph(text(f"{total:,} events are there. u takes back the last change, x takes the filter away.")),
    )
