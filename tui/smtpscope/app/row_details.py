"""The contents of the detail pane for a row; built off the UI thread."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from textual.content import Content

from smtpscope.app.widgets.prose.prose_blocks import BLANK, Heading, ProseBlock, ProseParagraph, bullet, text
from smtpscope.app.widgets.table.group_outline import OutlineEntry
from smtpscope.app.widgets.texts.detail_pane import Detail
from smtpscope.app.widgets.texts.exchange_text import exchange_blocks
from smtpscope.app.widgets.texts.guidance_text import gist_blocks, guidance_blocks, who_acts
from smtpscope.app.widgets.texts.incident_text import incident_blocks, note_blocks, several_blocks
from smtpscope.app.widgets.texts.live_text import live_blocks
from smtpscope.harmless import shown
from smtpscope.knowledge.advice import Advice
from smtpscope.session import ListedIncident, View
from smtpscope.session.browsing.browsed import Browsed
from smtpscope.store.grouping.group_tree import TreePart

MOST_INCIDENTS = 50
"""A row may cover thousands of incidents; the pane lists the largest."""


def detail_of(analysis: Browsed, view: View, place: OutlineEntry, check_key: str = "") -> Detail:
    """The facts and guidance for an event, an incident, or a row covering several incidents.

    `check_key` is the key of live checks, "" where there are none.
    """
    if place.row is not None:
        event = analysis.event(place.row)
        match = event.advice.match
        facts = exchange_blocks(event.exchange, match, analysis.zone)
        one = TreePart(view.tree, place.level, place.index, place.row)
        results = analysis.live_results.of_one(lambda: analysis.questions.incident_keys(one))
        live = live_blocks(results, analysis.zone)
        guidance = guidance_blocks(event.advice, (), live, check_key)
        return Detail("Event", facts, guidance, with_gist(facts, event.advice, live), check_key)
    part = TreePart(view.tree, place.level, place.index)
    incidents = analysis.listed(part, MOST_INCIDENTS)
    if len(incidents) == 1:
        (only,) = analysis.incidents(part)
        note = analysis.user_data.note(only.incident.key)
        facts = (*incident_blocks(only.incident, analysis.zone, only.explanations), *note_blocks(note))
        live = live_blocks(analysis.live_results.of(only.incident.key), analysis.zone)
        guidance = guidance_blocks(only.advice, only.explanations, live, check_key)
        return Detail("Incident", facts, guidance, with_gist(facts, only.advice, live), check_key)
    group = view.tree.group(place.level, place.index)
    title = f"{group.count:,} events, {group.hosts:,} {'host' if group.hosts == 1 else 'hosts'}, " + (
        "one cause" if group.categories == 1 else f"{group.categories} causes"
    )
    shown_with = [(detail.incident, detail.advice) for detail in incidents]
    alone = several_blocks(title, shown_with, steps=True)
    return Detail("Incidents", several_blocks(title, shown_with), _several_guidance(incidents), alone)


def with_gist(facts: tuple[ProseBlock, ...], advice: Advice, live: Sequence[ProseBlock] = ()) -> tuple[ProseBlock, ...]:
    """`facts` with the gist of `advice` below their headline: who has to act, and the first thing to do; and what live
    checks found.
    """
    return (*facts[:1], *gist_blocks(advice), *live, *facts[1:])


def _several_guidance(incidents: Sequence[ListedIncident]) -> tuple[ProseBlock, ...]:
    """Full guidance for a single cause; for several, only their summaries, since advice for the wrong one would
    mislead.
    """
    by_cause: dict[str, list[ListedIncident]] = {}
    for detail in incidents:
        by_cause.setdefault(detail.advice.match.entry_id, []).append(detail)
    if len(by_cause) == 1:
        notes = {detail.advice.our_note for detail in incidents}
        # A note on one of the hosts says nothing about the others.
        return guidance_blocks(incidents[0].advice if len(notes) == 1 else replace(incidents[0].advice, our_note=""))
    blocks: list[ProseBlock] = [Heading(text(f"This row covers {len(by_cause)} different causes"))]
    alone = incidents[0].advice.match.code_alone
    codes = {detail.incident.key.code for detail in incidents}
    if alone and len(codes) == 1:
        blocks.append(ProseParagraph(text(shown(f"The code alone can't tell them apart: {alone}"), "$text-muted")))
    for details in by_cause.values():
        advice = details[0].advice
        count = sum(detail.incident.count for detail in details)
        blocks += [
            BLANK,
            ProseParagraph(
                Content.assemble((f"{count:,} x ", "$text-accent"), (str(shown(advice.title)), "bold")),
            ),
            ProseParagraph(Content.assemble((who_acts(advice), "bold"), str(shown(f": {advice.reading}"))), indent=2),
        ]
        if advice.actions:
            blocks.append(bullet(text(shown(advice.actions[0])), sign="->", indent=2))
    return tuple(blocks)
