"""The use case: one run over some logs, without a user interface. Used by the command line and the browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.log_span import AskedSpan
from smtpscope.reading.record import FileInformation, Format
from smtpscope.reading.registry import formats
from smtpscope.session.analysis import Analysis
from smtpscope.session.explainer import Explainer
from smtpscope.session.view_values import (
    EventDetail,
    IncidentDetail,
    ListedIncident,
    LoadedBatch,
    Overview,
    Progress,
    Rows,
    View,
)

if TYPE_CHECKING:
    # Only the browser uses whole sessions, and only as a type.
    from smtpscope.reading.smtp_session import Sign as Sign
    from smtpscope.reading.smtp_session import SmtpSession as SmtpSession

__all__ = [
    "Analysis",
    "AskedSpan",
    "EventDetail",
    "Explainer",
    "FileInformation",
    "Format",
    "IncidentDetail",
    "ListedIncident",
    "LoadedBatch",
    "Overview",
    "Progress",
    "Rows",
    "View",
    "known_formats",
    "open_analysis",
]


def open_analysis(
    arguments: Sequence[str], *, zone: tzinfo | None = None, knowledge_folders: Sequence[Path] = ()
) -> Analysis:
    """An analysis of the logs in `arguments`, with nothing read yet. Raises LogError and KnowledgeError."""
    analysis = Analysis(KnowledgeBase.load(*knowledge_folders), zone=zone)
    analysis.open(arguments)
    return analysis


def known_formats() -> tuple[Format, ...]:
    """The supported file formats, in the order they are tried."""
    return formats()
