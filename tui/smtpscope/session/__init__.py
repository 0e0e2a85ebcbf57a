"""The use case: one run over some logs, without a face. The command line and the browser both stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.record import FileInformation, Format
from smtpscope.reading.registry import formats
from smtpscope.session.analysis import Session
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
    # Only the browser knows whole sessions, and only as a type.
    from smtpscope.reading.smtp_session import Dialogue as Dialogue
    from smtpscope.reading.smtp_session import Sign as Sign

__all__ = [
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
    "Session",
    "View",
    "known_formats",
    "open_session",
]


def open_session(
    arguments: Sequence[str], *, zone: tzinfo | None = None, knowledge_folders: Sequence[Path] = ()
) -> Session:
    """A session over the logs that `arguments` name, nothing read yet. Raises LogError and KnowledgeError."""
    session = Session(KnowledgeBase.load(*knowledge_folders), zone=zone)
    session.open(arguments)
    return session


def known_formats() -> tuple[Format, ...]:
    """The kinds of files that are read, in the order in which they are tried."""
    return formats()
