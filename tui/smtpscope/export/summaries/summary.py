"""An incident's summary, in the order of a ticket reader's questions; all formats render this value."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from msgspec import Struct

from smtpscope.knowledge.advice import Advice
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.store.grouping.explanations import Explanation
from smtpscope.store.grouping.incident import Incident

if TYPE_CHECKING:
    from smtpscope.probes.live_check import LiveResult


class IncidentSummary(Struct, frozen=True):
    """An incident, its guidance, one sample with the raw text of its record, and the events beside it that explain it.
    `live` are the results of live checks on it.

    All text is verbatim: each format makes it harmless in its own way as its last step.
    """

    incident: Incident
    advice: Advice
    sample: SmtpExchange
    sample_raw: str
    explanations: tuple[Explanation, ...] = ()
    live: tuple[LiveResult, ...] = ()


class SummaryDocument(Struct, frozen=True):
    """One or more incidents, and where they come from.

    `filter_text` is the filter in force ("" when none), `files` the paths as given, `zone` the zone for all times
    shown, `zone_name` how to call it. `events_in_view` of `events_in_log` says how much the filter lets through.
    `masked` means that whatever is not known to be public has a pseudonym (see masking.py).
    `letter_anyway` asks for a letter to the other side where they need not act, too.
    """

    incidents: tuple[IncidentSummary, ...]
    filter_text: str
    files: tuple[str, ...]
    zone: tzinfo
    zone_name: str
    events_in_view: int
    events_in_log: int
    skipped: int
    masked: bool = False
    letter_anyway: bool = False
