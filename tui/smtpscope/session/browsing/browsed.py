"""What the browser needs of a run: the same of logs that were read (`Analysis`) and of a set (`BrowsedSet`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Protocol

from smtpscope.errors import Problem
from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.record import FileInformation
from smtpscope.session.live.kept_results import KeptResults
from smtpscope.session.questions.questions import Questions
from smtpscope.session.user_data import UserData
from smtpscope.session.view_values import EventDetail, IncidentDetail, ListedIncident, LoadedBatch, View
from smtpscope.session.viewed_run import ViewedRun
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.store.grouping.incident import IncidentKey

if TYPE_CHECKING:
    from smtpscope.reading.smtp_session import SmtpSession
    from smtpscope.session.analysis import Analysis


class BrowsedStore(Protocol):
    """Single exchanges by the numbers of their rows, and what is known of all."""

    def __len__(self) -> int: ...

    @property
    def log_start_ms(self) -> int | None: ...

    @property
    def log_end_ms(self) -> int | None: ...

    @property
    def duplicates(self) -> int: ...

    @property
    def events_without_zone(self) -> int: ...

    def exchange(self, row: int) -> SmtpExchange:
        """The exchange of `row`; this may take a while."""
        ...

    def known(self, row: int) -> SmtpExchange | None:
        """The exchange of `row`, if it is in memory."""
        ...


class Browsed(ViewedRun, Protocol):
    """See `Analysis` for what each answer means. Questions are asked by one thread at a time."""

    zone: tzinfo
    count_duplicates: bool
    knowledge: KnowledgeBase
    user_data: UserData
    live_results: KeptResults

    @property
    def logs(self) -> Analysis | None:
        """The run whose logs are in memory, None for a set: for what only logs in memory can tell."""
        ...

    @property
    def store(self) -> BrowsedStore: ...

    @property
    def questions(self) -> Questions: ...

    @property
    def noted(self) -> list[Problem]: ...

    @property
    def zone_name(self) -> str: ...

    @property
    def assumed_zone(self) -> tzinfo: ...

    @property
    def events(self) -> int: ...

    @property
    def can_grow(self) -> bool: ...

    @property
    def marks(self) -> set[IncidentKey]: ...

    def read(self) -> Iterator[LoadedBatch]: ...

    def follow(self) -> Iterator[LoadedBatch]: ...

    def add(self, batch: LoadedBatch) -> None: ...

    def load(self, part: TreePart, first: int, number: int) -> None:
        """Brings `number` events of a group from `first` on into memory, so that they can be shown at once."""
        ...

    def interrupt(self) -> bool:
        """Ends the question that another thread is asking with an exception; returns whether that can be done."""
        ...

    def set_assumed_zone(self, zone: tzinfo) -> None: ...

    def event(self, row: int) -> EventDetail: ...

    def match(self, row: int) -> Match: ...

    def counts_of_entries(self) -> Counter[str]: ...

    def incidents(self, chosen: TreePart, *, most: int | None = None) -> list[IncidentDetail]: ...

    def listed(self, part: TreePart, most: int) -> list[ListedIncident]: ...

    def marked(self, view: View) -> list[IncidentDetail]: ...

    def mark(self, part: TreePart) -> bool: ...

    def incident_of(self, row: int, view: View) -> list[IncidentDetail]: ...

    def event_text(self, row: int) -> str: ...

    def raw(self, row: int) -> str: ...

    def holds_sessions(self, exchange: SmtpExchange) -> bool: ...

    def smtp_session(self, row: int) -> SmtpSession | None: ...

    def information(self) -> Sequence[FileInformation]: ...
