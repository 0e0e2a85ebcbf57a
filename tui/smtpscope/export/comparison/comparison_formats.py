"""A comparison as text, Markdown, HTML and JSON; the first three from one outline, so they are identical in content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from smtpscope.export.comparison.comparison import CHANGES, Change, ComparedIncident, ComparedSide, Comparison
from smtpscope.export.formats import html, markdown, text
from smtpscope.export.formats.json_text import JsonValue, json_text
from smtpscope.export.masking.masking import Mask
from smtpscope.export.report.report_words import action_words
from smtpscope.export.summaries.content import (
    Bullets,
    Chapter,
    Line,
    Paragraph,
    Section,
    SummaryFacts,
    SummaryOutline,
    plain,
    strong,
    verbatim,
)
from smtpscope.export.summaries.incident_wording import Calendar, counted, utc_text
from smtpscope.store.activity import state_words
from smtpscope.store.times import format_time

SCHEMA: Final = "smtpscope/comparison/1"
TITLE: Final = "SMTP refusals compared"

_HEADINGS: Final[Mapping[Change, str]] = {
    "new": "New",
    "gone": "Gone",
    "more": "More than before",
    "fewer": "Fewer than before",
    "same": "As before",
}


def rendered(comparison: Comparison, name: str, mask: Mask | None = None) -> str:
    """`comparison` in the format `name` (a key of COMPARISON_FORMATS), with a line end."""
    return COMPARISON_FORMATS[name](comparison if mask is None else _masked(comparison, mask))


def headline(comparison: Comparison) -> str:
    """`2 incidents are new, 1 of them for us to fix; 3 are gone; 1 has more events; 4 have fewer events.`"""
    counts = {change: sum(each.change == change for each in comparison.incidents) for change in CHANGES}
    ours = len(comparison.new_for_us)
    new = "Nothing is new" if not counts["new"] else f"{counted(counts['new'], 'incident is', 'incidents are')} new"
    if ours:
        new += f", {ours:,} of them for us to fix" if counts["new"] > 1 else ", for us to fix"
    parts = [
        new,
        f"{counts['gone']:,} {'is' if counts['gone'] == 1 else 'are'} gone" if counts["gone"] else "",
        *(
            f"{counts[change]:,} {'has' if counts[change] == 1 else 'have'} {change} events" if counts[change] else ""
            for change in ("more", "fewer")
        ),
        f"{counts['same']:,} as before" if counts["same"] else "",
    ]
    return "; ".join(filter(None, parts)) + "."


def comparison_outline(comparison: Comparison) -> SummaryOutline:
    """The outline for the human-readable formats."""
    sections = []
    for change in CHANGES:
        found = [each for each in comparison.incidents if each.change == change]
        if found:
            lines = tuple(_line(each, comparison) for each in found)
            sections.append(Section(f"{_HEADINGS[change]} ({len(found):,})", (Bullets(lines),)))
    if not sections:
        sections.append(Section("Nothing to compare", (Paragraph((plain("No event matches on either side."),)),)))
    chapter = Chapter((plain(headline(comparison)),), tuple(sections))
    return SummaryOutline(TITLE, (), (chapter,), _origin(comparison))


def _line(each: ComparedIncident, comparison: Comparison) -> Line:
    code = "no code" if each.key.code is None else str(each.key.code)
    host = (verbatim(each.host),) if each.host else (plain("(no host)"),)
    facts = [each.key.direction.value, _counts(each)]
    if each.change != "gone" and each.first_ms is not None:
        facts.append(f"since {format_time(each.first_ms, comparison.zone, seconds=False)}")
    if each.last_ms is not None:
        facts.append(f"last {format_time(each.last_ms, comparison.zone, seconds=False)}")
    if each.change != "gone":
        facts.append(state_words(each.state, each.quiet_ms))
    return (
        strong(code),
        plain(" "),
        *host,
        plain(f": {each.cause}. {action_words(each.who_acts).capitalize()}. {', '.join(facts).capitalize()}."),
    )


def _counts(each: ComparedIncident) -> str:
    if each.change == "new":
        return counted(each.after, "event", "events")
    if each.change == "gone":
        return f"{each.before:,} before, none now"
    both_counts = f"{each.before:,} before, {each.after:,} now"
    return both_counts if each.ratio is None else f"{both_counts} ({each.ratio:.1f} times the rate)"


def _origin(comparison: Comparison) -> Section:
    facts: list[tuple[str, Line]] = [
        ("Before", _side_line(comparison.before, comparison)),
        ("Now", _side_line(comparison.after, comparison)),
        ("Filter", (verbatim(comparison.filter_text),) if comparison.filter_text else (plain("none"),)),
        ("Times", (plain(comparison.zone_name),)),
    ]
    if comparison.undated:
        facts.append(("No time", (plain(f"{counted(comparison.undated, 'event', 'events')} belong to no period"),)))
    if comparison.skipped:
        facts.append(("Skipped", (plain(f"{counted(comparison.skipped, 'record', 'records')} could not be read"),)))
    if comparison.masked:
        facts.append(("Masked", (plain("names, mailboxes, hosts and IP addresses replaced by pseudonyms"),)))
    return Section("What was compared", (SummaryFacts(tuple(facts)),))


def _side_line(side: ComparedSide, comparison: Comparison) -> Line:
    calendar = Calendar(comparison.zone, comparison.zone_name)
    span = "no times"
    if side.first_ms is not None and side.last_ms is not None:
        span = f"{calendar.brief(side.first_ms)} to {calendar.brief(side.last_ms)}"
    name = plain(side.name) if side.is_period else verbatim(side.name)
    return (name, plain(f": {counted(side.events, 'event', 'events')}, {span}"))


def _json(comparison: Comparison) -> str:
    value: JsonValue = {
        "schema": SCHEMA,
        "masked": comparison.masked,
        "filter": comparison.filter_text,
        "zone": comparison.zone_name,
        "before": _json_side(comparison.before),
        "after": _json_side(comparison.after),
        "undated": comparison.undated,
        "skipped": comparison.skipped,
        "new_for_us": len(comparison.new_for_us),
        "incidents": [_json_incident(each) for each in comparison.incidents],
    }
    return json_text(value) + "\n"


def _json_side(side: ComparedSide) -> JsonValue:
    return {
        "name": side.name,
        "files": list(side.files),
        "first": utc_text(side.first_ms),
        "last": utc_text(side.last_ms),
        "events": side.events,
    }


def _json_incident(each: ComparedIncident) -> JsonValue:
    return {
        "change": each.change,
        "direction": each.key.direction.value,
        "remote_host": each.host,
        "reply_code": each.key.code,
        "category": each.key.category,
        "cause": each.cause,
        "who_acts": each.who_acts,
        "before": each.before,
        "after": each.after,
        "ratio": None if each.ratio is None else round(each.ratio, 3),
        "first": utc_text(each.first_ms),
        "last": utc_text(each.last_ms),
        "state": each.state,
        "quiet_ms": each.quiet_ms,
    }


def _masked(comparison: Comparison, mask: Mask) -> Comparison:
    def side(each: ComparedSide) -> ComparedSide:
        files = tuple(map(mask.file, each.files))
        return replace(each, name=each.name if each.is_period else ", ".join(files), files=files)

    incidents = tuple(
        replace(
            each,
            host=mask.host(each.host),
            # An entry of the user's own may name anybody.
            cause=mask.text(each.cause),
            key=replace(each.key, host_key=mask.host(each.key.host_key)),
        )
        for each in comparison.incidents
    )
    return replace(
        comparison,
        before=side(comparison.before),
        after=side(comparison.after),
        incidents=incidents,
        filter_text=mask.filter(comparison.filter_text),
        masked=True,
    )


COMPARISON_FORMATS: Final[Mapping[str, Callable[[Comparison], str]]] = MappingProxyType(
    {
        "text": lambda comparison: text.draw(comparison_outline(comparison)),
        "markdown": lambda comparison: markdown.draw(comparison_outline(comparison)),
        "html": lambda comparison: html.draw(comparison_outline(comparison)),
        "json": _json,
    }
)
