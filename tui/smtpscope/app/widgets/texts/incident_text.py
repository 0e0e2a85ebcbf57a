"""One incident, or all incidents of a row, as blocks of text: how often, since when, affected recipients, state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from textual.content import Content

from smtpscope.app.widgets.prose.prose_blocks import (
    BLANK,
    FlowingColumns,
    Heading,
    ProseBlock,
    ProseParagraph,
    bullet,
    labelled,
    text,
)
from smtpscope.app.widgets.texts.exchange_text import NO_HOST
from smtpscope.app.widgets.texts.guidance_text import who_acts
from smtpscope.export.summaries.beside import (
    ASSUMED_NOTE,
    BESIDE_TITLE,
    event_words,
    how_many_after,
    how_often_before,
)
from smtpscope.export.summaries.incident_wording import when_log_ends
from smtpscope.harmless import shown, shown_lines
from smtpscope.knowledge.advice import Advice
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.activity import State, state_words
from smtpscope.store.grouping.explanations import Explanation
from smtpscope.store.grouping.incident import Counted, Incident, IncidentHead
from smtpscope.store.times import format_time

_MOST_LISTED = 400
_BARS = " ▁▂▃▄▅▆▇█"


def headline(incident: Incident) -> str:
    """Who refuses whom, with what; verbatim text in it."""
    host = incident.host or "an unnamed host"
    code = "without a reply code" if incident.key.code is None else f"with {incident.key.code}"
    if incident.key.direction is Direction.OUTBOUND:
        return f"{host} refuses us {code}"
    if incident.key.direction is Direction.INBOUND:
        return f"we refuse {host} {code}"
    return "events that could not be parsed"


_STATE_COLOURS: Final[dict[State | None, str]] = {
    "ongoing": "$text-error",
    "quiet": "$text-warning",
    "over": "$text-success",
    None: "$text-success",
}


def incident_blocks(
    incident: Incident, zone: tzinfo, explanations: Sequence[Explanation] = ()
) -> tuple[ProseBlock, ...]:
    """`explanations` are the events beside it that explain it."""
    events = "event" if incident.count == 1 else "events"
    blocks: list[ProseBlock] = [
        ProseParagraph(text(shown(headline(incident)), "bold")),
        ProseParagraph(
            Content.assemble(
                (f"{incident.count:,} {events}", "bold"),
                ", ",
                (when_log_ends(incident, zone), _STATE_COLOURS[incident.state]),
            )
        ),
    ]
    if incident.first_ms is not None and incident.last_ms is not None:
        for label, time_ms, assumed in (
            ("first", incident.first_ms, incident.first_assumed),
            ("last", incident.last_ms, incident.last_assumed),
        ):
            blocks.append(labelled(label, text(format_time(time_ms, zone) + (" (zone assumed)" if assumed else ""))))
    if len(incident.replies) == 1:
        blocks.append(labelled("reply", text(shown(incident.replies[0][0].rstrip()))))
    if len(incident.episodes) > 1:
        blocks.append(labelled("episodes", text(_episodes(incident, zone))))
    blocks += _beside(explanations, incident.count, zone)
    if incident.days:
        days = "1 day" if len(incident.days) == 1 else f"{len(incident.days)} days"
        blocks += [Heading(text(f"Per day ({days} with events)")), _days(incident.days)]
    blocks += _counted("Recipients", incident.recipients)
    blocks += _counted("Senders", incident.senders, empty="<> (bounces)")
    if len(incident.replies) != 1:
        blocks += _replies(incident)
    blocks += _counted("Our servers", incident.servers)
    if len(incident.spellings) > 1:
        blocks.append(labelled("spelled", text(shown(", ".join(incident.spellings)))))
    verbs = ", ".join(f"{verb} {count}" for verb, count in incident.verbs if verb)
    if verbs:
        blocks.append(labelled("commands", text(shown(verbs))))
    return tuple(blocks)


def _episodes(incident: Incident, zone: tzinfo) -> str:
    last = incident.episodes[-1]
    span = f"from {format_time(last.first_ms, zone)} to {format_time(last.last_ms, zone)}"
    return f"{len(incident.episodes)}, the last {span}"


def _days(days: Counted) -> FlowingColumns:
    most = max(count for _, count in days)
    width = len(f"{most:,}")
    cells = []
    for day, count in days:
        bar = _BARS[max(1, round(8 * count / most))]
        cells.append(Content.assemble(day, " ", (bar, "$text-accent"), f" {count:>{width},}"))
    return FlowingColumns(tuple(cells))


def _counted(title: str, counted: Counted, *, empty: str = "(none named)") -> list[ProseBlock]:
    if not counted:
        return []
    width = len(f"{counted[0][1]:,}")
    cells = tuple(
        Content.assemble((f"{count:>{width},} ", "$text-accent"), str(shown(value) if value else empty))
        for value, count in counted[:_MOST_LISTED]
    )
    values = tuple(str(shown(value) if value else empty) for value, _ in counted[:_MOST_LISTED])
    blocks: list[ProseBlock] = [Heading(text(f"{title} ({len(counted):,})")), FlowingColumns(cells, values=values)]
    if len(counted) > _MOST_LISTED:
        blocks.append(
            ProseParagraph(text(f"and {len(counted) - _MOST_LISTED:,} more (all in the export)", "$text-muted"))
        )
    return blocks


def _replies(incident: Incident) -> list[ProseBlock]:
    blocks: list[ProseBlock] = [Heading(text(f"Replies ({len(incident.replies):,})"))]
    width = len(f"{incident.replies[0][1]:,}") if incident.replies else 1
    for reply, count in incident.replies[:20]:
        blocks.append(ProseParagraph(text(shown(reply.rstrip())), text(f"{count:>{width},} ", "$text-accent")))
    if len(incident.replies) > 20:
        blocks.append(ProseParagraph(text(f"and {len(incident.replies) - 20:,} more", "$text-muted")))
    return blocks


def _beside(explanations: Sequence[Explanation], count: int, zone: tzinfo) -> list[ProseBlock]:
    if not explanations:
        return []
    blocks: list[ProseBlock] = [Heading(text(BESIDE_TITLE))]
    for each in explanations:
        line = f": {how_often_before(each)}; {how_many_after(each, count)}; last {format_time(each.last_ms, zone)}"
        blocks.append(bullet(Content.assemble((str(shown(event_words(each))), "bold"), str(shown(line)))))
        if each.computers:
            blocks.append(ProseParagraph(text(shown(f"on {', '.join(each.computers)}"), "$text-muted"), indent=2))
        if each.time_assumed:
            blocks.append(ProseParagraph(text(ASSUMED_NOTE, "$text-warning"), indent=2))
    return blocks


def note_blocks(note: str) -> tuple[ProseBlock, ...]:
    """The user's note on the incident; nothing if there is none."""
    if not note:
        return ()
    return (BLANK, Heading(text("Your note")), *(ProseParagraph(text(line)) for line in shown_lines(note)))


def several_blocks(
    title: str, incidents: Sequence[tuple[IncidentHead, Advice]], *, steps: bool = False
) -> tuple[ProseBlock, ...]:
    """A row with several incidents: which, how often, and who has to act.

    With `steps`, the first step follows each incident that needs action.
    """
    blocks: list[ProseBlock] = [
        ProseParagraph(text(shown(title), "bold")),
        ProseParagraph(
            text("Press Enter to open the row, then select an incident for recipients, times and full guidance.")
        ),
        BLANK,
    ]
    for incident, advice in incidents[:100]:
        host = incident.host or NO_HOST
        state = "" if incident.state is None else f", {state_words(incident.state, incident.quiet_ms)}"
        blocks.append(
            bullet(
                Content.assemble(
                    (f"{incident.count:,} x ", "$text-accent"),
                    (str(shown(f"{incident.key.code or 'no code'} {host}")), "bold"),
                    str(shown(f": {advice.title}. ")),
                    f"{who_acts(advice)}{state}",
                )
            )
        )
        if steps and advice.actions and advice.who_acts != "nobody":
            blocks.append(bullet(text(shown(advice.actions[0])), sign="->", indent=2))
    if len(incidents) > 100:
        blocks.append(ProseParagraph(text(f"and {len(incidents) - 100:,} more", "$text-muted")))
    return tuple(blocks)
