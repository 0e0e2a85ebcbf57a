"""A set as the browser sees it: groups from the engine, events when their group is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from smtpscope.asking.set_heads import heads
from smtpscope.asking.sql import TRUE, Sql, all_of
from smtpscope.asking.sql_filter import of_incident
from smtpscope.asking.tree.set_tree import SetTree
from smtpscope.errors import LogError, Problem
from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.record import FileInformation
from smtpscope.session.filtering import annotations_for
from smtpscope.session.live.kept_results import KeptResults
from smtpscope.session.sets.set_analysis import SetAnalysis
from smtpscope.session.sets.set_questions import SetQuestions
from smtpscope.session.sets.set_store import SetStore
from smtpscope.session.user_data import UserData
from smtpscope.session.view_values import EventDetail, IncidentDetail, ListedIncident, LoadedBatch, Overview, View
from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.group_sorting import SortColumn
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.store.grouping.incident import IncidentKey

if TYPE_CHECKING:
    from smtpscope.export.summaries.summary import SummaryDocument
    from smtpscope.reading.smtp_session import SmtpSession
    from smtpscope.workspace.workspace import Workspace


class _SetFolder(Struct, frozen=True):
    """The folder of a set, by which marks and notes find it again; it has no bytes of its own."""

    name: str

    def open(self) -> BinaryIO:
        return BytesIO()


class BrowsedSet:
    """`asked` for the browser; marks and notes are those of `workspace`. See `Browsed`."""

    def __init__(self, asked: SetAnalysis, workspace: Workspace | None) -> None:
        self.knowledge: KnowledgeBase = asked.knowledge
        self.user_data = UserData(workspace)
        self.user_data.open([_SetFolder(asked.files[0])])
        self.live_results = KeptResults()
        self.zone: tzinfo = asked.zone
        self._activity: dict[int, tuple[int, ...]] = {}
        self._asked = asked
        self._set = asked.exchange_set
        self._store = SetStore(self._set, asked.overview())
        self.count_duplicates: bool = self._set.count_duplicates

    @property
    def logs(self) -> None:
        """A set is not in memory."""
        return

    @property
    def store(self) -> SetStore:
        return self._store

    @property
    def questions(self) -> SetQuestions:
        return SetQuestions(self._set, self.zone, self._rows_of, self._activity)

    @property
    def files(self) -> tuple[str, ...]:
        return self._asked.files

    @property
    def errors(self) -> list[LogError]:
        return self._asked.errors

    @property
    def problems(self) -> list[Problem]:
        return self._asked.problems

    @property
    def noted(self) -> list[Problem]:
        return self._asked.problems

    @property
    def zone_name(self) -> str:
        return self._asked.zone_name

    @property
    def assumed_zone(self) -> tzinfo:
        return self.zone

    @property
    def events(self) -> int:
        return self.overview().events

    @property
    def can_grow(self) -> bool:
        """A set is as it was when it was opened."""
        return False

    @property
    def marks(self) -> set[IncidentKey]:
        return self.user_data.marks

    def read(self) -> Iterator[LoadedBatch]:
        """Nothing: a set is open at once."""
        return iter(())

    def follow(self) -> Iterator[LoadedBatch]:
        return iter(())

    def add(self, batch: LoadedBatch) -> None:
        """Nothing comes in."""

    def interrupt(self) -> bool:
        self._set.interrupt()
        return True

    def set_assumed_zone(self, zone: tzinfo) -> None:
        """Zones were assumed while the logs were read."""

    def load(self, part: TreePart, first: int, number: int) -> None:
        """Brings `number` events of a group from `first` on into memory."""
        tree = _tree(part)
        rows = tree.events.of(part.level, part.index)[first : first + number].tolist()
        self._store.load(rows, tree.rows_of(part.level, part.index))

    def overview(self) -> Overview:
        self._follow_settings()
        return self._asked.overview()

    def view(
        self,
        filter_text: str = "",
        *,
        grouping: Grouping = "code",
        sort: SortColumn = "attention",
        descending: bool = False,
    ) -> View:
        """The events that match `filter_text`, grouped and sorted. Raises FilterError."""
        self._follow_settings()
        self._set.annotations = annotations_for(self.user_data, filter_text)
        return self._asked.view(filter_text, grouping=grouping, sort=sort, descending=descending)

    def suggestion(self, filter_text: str) -> str | None:
        return self._asked.suggestion(filter_text)

    def event(self, row: int) -> EventDetail:
        exchange = self._store.exchange(row)
        return EventDetail(row, exchange, self.knowledge.advice(exchange))

    def match(self, row: int) -> Match:
        return self.event(row).advice.match

    def counts_of_entries(self) -> Counter[str]:
        """How many events each entry explains; a category's general entry counts for the whole category."""
        counts: Counter[str] = Counter()
        for entry, category, events in self._set.tuples(
            f"SELECT entry, category, sum(events)::BIGINT FROM {self._set.relation(TRUE)} GROUP BY ALL"
        ):
            for entry_id in {entry, category}:
                counts[entry_id] += events
        return counts

    def incidents(self, chosen: TreePart, *, most: int | None = None) -> list[IncidentDetail]:
        """The chosen rows split into incidents with guidance, most frequent first, at most `most` of them."""
        return self._asked.incidents_of(self._rows_of(chosen), most)

    def listed(self, part: TreePart, most: int) -> list[ListedIncident]:
        """The `most` most frequent incidents in `part` with guidance, with only the fields a list needs."""
        rows = self._rows_of(part)
        found = heads(self._set, rows, most)
        self._store.load([head.sample_row for head in found], rows)
        return [ListedIncident(head, self.knowledge.advice(self._store.exchange(head.sample_row))) for head in found]

    def marked(self, view: View) -> list[IncidentDetail]:
        """The marked incidents in `view`, most frequent first."""
        found = []
        for key in self.marks:
            rows = all_of((of_incident(key), self._rows_of(TreePart(view.tree))))
            found += self._asked.incidents_of(rows, 1)
        return sorted(found, key=lambda detail: -detail.incident.count)

    def mark(self, part: TreePart) -> bool:
        """Marks the incidents of `part`, or unmarks them if all are marked; returns whether they are marked now."""
        return self.user_data.toggle(set(self.questions.incident_keys(part)))

    def incident_of(self, row: int, view: View) -> list[IncidentDetail]:
        """The incident of the event `row`, restricted to `view`."""
        rows = all_of((of_incident(self._store.key(row)), self._rows_of(TreePart(view.tree))))
        return self._asked.incidents_of(rows, 1)

    def document(self, details: Iterable[IncidentDetail], view: View) -> SummaryDocument:
        return self._asked.document(details, view, self.live_results.for_ticket)

    def event_text(self, row: int) -> str:
        """One event as text for a ticket; not yet harmless, but without credentials."""
        from smtpscope.session.documents import text_of_event

        return text_of_event(self._store.exchange(row), self.zone)

    def raw(self, row: int) -> str:
        """The event as parsed: a set has no raw records."""
        return self.event_text(row)

    def holds_sessions(self, exchange: SmtpExchange) -> bool:
        """A set has refusals, not whole sessions."""
        return False

    def smtp_session(self, row: int) -> SmtpSession | None:
        return None

    def information(self) -> tuple[FileInformation, ...]:
        return ()

    def _follow_settings(self) -> None:
        """Zone and duplicates may have been changed since."""
        self._asked.zone = self.zone
        if self._set.count_duplicates != self.count_duplicates:
            self._asked.count_duplicates(self.count_duplicates)

    def _rows_of(self, part: TreePart) -> Sql:
        tree = _tree(part)
        rows = tree.rows_of(part.level, part.index)
        if part.row is None:
            return rows
        # An event is asked for as its incident, which is what all questions about one are about.
        return all_of((rows, self._set.one_row(part.row), of_incident(self._store.key(part.row))))


def _tree(part: TreePart) -> SetTree:
    if not isinstance(part.tree, SetTree):
        raise TypeError(f"a part of a set is asked for, not one of {type(part.tree).__name__}")
    return part.tree
