"""An incident's summary, in the order of a ticket reader's questions; all formats render this value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from smtpscope.knowledge.advice import Advice
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.store.grouping.incident import Incident


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """An incident, its guidance, and one sample with the raw text of its record.

    All text is verbatim: each format makes it harmless in its own way as its last step.
    """

    incident: Incident
    advice: Advice
    sample: SmtpExchange
    sample_raw: str


@dataclass(frozen=True, slots=True)
class SummaryDocument:
    """One or more incidents, and where they come from.

    `filter_text` is the current filter ("" if none), `files` are the paths as given, `zone` is the display zone,
    `zone_name` its name. `events_in_view` of `events_in_log` events match the filter. `masked` means that everything
    not known to be public is replaced with pseudonyms (see masking.py).
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
