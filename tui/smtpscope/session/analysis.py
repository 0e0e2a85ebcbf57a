"""The core of the program: opens logs, fills the store, holds filter and marks, and answers queries.

Modules that a plain report does not need are imported lazily, since half the value of a report is that it appears at
once. The command line and the browser both use it, so they can't differ.

It has no threads and prints nothing: `read` may run in a reading thread while one other thread adds what it yields and
asks the questions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smtpscope.errors import LogError, Problem
from smtpscope.export.report.report import Report
from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.log_span import AskedSpan
from smtpscope.reading.record import DateOrderName, FileInformation, ReadOptions
from smtpscope.session.filtering import annotations_for, counts_of_entries, rows_that_match
from smtpscope.session.incident_split import incident_detail, incident_keys, largest
from smtpscope.session.live.kept_results import KeptResults
from smtpscope.session.log_loader import LogLoader, cache_in
from smtpscope.session.parallel.spread import spread_over
from smtpscope.session.recent_trees import RecentTrees
from smtpscope.session.reporting import overview_of, report_of, with_summaries
from smtpscope.session.user_data import UserData
from smtpscope.session.view_values import (
    EventDetail,
    IncidentDetail,
    ListedIncident,
    LoadedBatch,
    Overview,
    Progress,
    Rows,
    View,
    rows_in,
)
from smtpscope.store.event_store import EventStore
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.store.grouping.groups import Grouping, GroupTree, SortColumn
from smtpscope.store.grouping.incident import IncidentKey
from smtpscope.store.times import LocalZone, zone_label

if TYPE_CHECKING:
    from smtpscope.export.summaries.summary import SummaryDocument
    from smtpscope.parsing.smtp_exchange import SmtpExchange
    from smtpscope.reading.smtp_session import SmtpSession
    from smtpscope.reading.sources.expanding import Looking, Waiting
    from smtpscope.session.questions.questions import Questions
    from smtpscope.workspace.workspace import Workspace


class Analysis:
    """One run over some logs. `zone` applies to times without a zone, and to display.

    `cache` is the folder for cached large logs; None disables caching. With `salvage`, deleted records are read too;
    `growing` logs are still being written, so an unfinished record at the end is left for `follow` (which also works
    without it). Both bypass the cache. `date_order` is the order of ambiguous dates; None infers it from the log's
    other dates. `read_as` is the name of a format to read all logs as, None to detect it. Only the `asked`
    span is kept of what `loader` reads, in at most `jobs` processes.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        *,
        zone: tzinfo | None = None,
        cache: Path | None = None,
        workspace: Workspace | None = None,
        salvage: bool = False,
        growing: bool = False,
        date_order: DateOrderName | None = None,
        read_as: str | None = None,
        jobs: int = 1,
        asked: AskedSpan | None = None,
    ) -> None:
        self.knowledge = knowledge
        self.zone: tzinfo = LocalZone() if zone is None else zone
        self.count_duplicates = False
        self.user_data = UserData(workspace)
        self.live_results = KeptResults()
        self._recent_trees = RecentTrees()
        kept = None
        if cache is not None and not (salvage or growing or read_as):
            kept = cache_in(cache, knowledge.folders, self.zone, date_order)
        options = ReadOptions(self.zone, None, salvage, growing, date_order, knowledge.explaining.sources, asked)
        self.loader = LogLoader(EventStore(knowledge), options, kept, read_as, spread_over(jobs, knowledge.folders[1:]))

    def open(self, arguments: Sequence[str], waiting: Waiting | None = None, looking: Looking | None = None) -> None:
        """Finds and recognises the logs, and loads their marks, notes and state (see `LogLoader`). Raises LogError."""
        try:
            self.loader.open(arguments, waiting, looking)
        finally:
            self.user_data.open(self.loader.sources)

    def read(self) -> Iterator[LoadedBatch]:
        return self.loader.read()

    def follow(self) -> Iterator[LoadedBatch]:
        return self.loader.follow()

    def add(self, batch: LoadedBatch) -> None:
        self.loader.add(batch)

    def read_all(self, on_progress: Callable[[Progress], None] | None = None) -> None:
        self.loader.read_all(on_progress)

    def load(self, part: TreePart, first: int, number: int) -> None:
        """All events are in memory."""

    def interrupt(self) -> bool:
        """Nothing takes long in memory."""
        return False

    def set_assumed_zone(self, zone: tzinfo) -> None:
        self.loader.set_assumed_zone(zone)
        self._recent_trees.clear()

    @property
    def store(self) -> EventStore:
        return self.loader.store

    @property
    def assumed_zone(self) -> tzinfo:
        return self.loader.assumed_zone

    @property
    def can_grow(self) -> bool:
        return self.loader.can_grow

    @property
    def unrelated_records(self) -> int:
        return self.loader.unrelated_records

    @property
    def skipped(self) -> int:
        return self.loader.skipped

    @property
    def files(self) -> tuple[str, ...]:
        return self.loader.files

    @property
    def named_files(self) -> tuple[str, ...]:
        return self.loader.named_files

    @property
    def errors(self) -> list[LogError]:
        return self.loader.errors

    @property
    def problems(self) -> list[Problem]:
        return self.loader.problems

    @property
    def noted(self) -> list[Problem]:
        return self.loader.noted

    def holds_sessions(self, exchange: SmtpExchange) -> bool:
        return self.loader.holds_sessions(exchange)

    def smtp_session(self, row: int) -> SmtpSession | None:
        return self.loader.smtp_session(row)

    def information(self) -> tuple[FileInformation, ...]:
        return self.loader.information()

    @property
    def zone_name(self) -> str:
        """The display name of the zone times are shown in."""
        return zone_label(self.zone)

    @property
    def events(self) -> int:
        """The number of events; a duplicate counts only if duplicates are counted."""
        return len(self.store) if self.count_duplicates else len(self.store) - self.store.duplicates

    def overview(self) -> Overview:
        return overview_of(self.loader, self.events)

    def view(
        self,
        filter_text: str = "",
        *,
        grouping: Grouping = "code",
        sort: SortColumn = "attention",
        descending: bool = False,
    ) -> View:
        """The events that match `filter_text`, grouped and sorted. Raises FilterError; changes nothing."""
        said = self.store.annotations = annotations_for(self.user_data, filter_text)
        made_of = (filter_text.strip(), grouping, len(self.store), self.events, self.zone, said)

        def make() -> GroupTree:
            rows = rows_that_match(self.store, filter_text, self.zone, twice=self.count_duplicates)
            return GroupTree(self.store, rows, grouping, self.zone)

        tree = self._recent_trees.of(made_of, make)
        return View(filter_text, grouping, sort, descending, tree, tree.sorted_by(sort, descending), self.events)

    def suggestion(self, filter_text: str) -> str | None:
        """A similar filter that finds something, if `filter_text` finds nothing."""
        from smtpscope.store.filter.suggestions import WordsOfStore, suggest

        return suggest(WordsOfStore(self.store), filter_text)

    def event(self, row: int) -> EventDetail:
        exchange = self.store.exchange(row)
        return EventDetail(row, exchange, self.knowledge.advice(exchange))

    def match(self, row: int) -> Match:
        return self.store.match(row)

    def counts_of_entries(self) -> Counter[str]:
        """How many events each entry explains; a category's general entry counts for the whole category."""
        return counts_of_entries(self.store)

    def incidents(self, chosen: Rows | TreePart, *, most: int | None = None) -> list[IncidentDetail]:
        """The chosen rows split into incidents with guidance, most frequent first, at most `most` of them."""
        from smtpscope.store.grouping.incidents import incidents

        rows = rows_in(chosen)
        if most is not None:
            rows = largest(self.store, rows, most)
        found = incidents(self.store, rows, self.zone)
        return [incident_detail(self.store, self.knowledge, incident) for incident in found]

    def incidents_in(self, view: View, *, most: int | None = None) -> list[IncidentDetail]:
        """The incidents of `view`, as `incidents` of its rows."""
        return self.incidents(view.tree.order, most=most)

    def exchanges_in(self, view: View) -> Iterator[tuple[SmtpExchange, str]]:
        """The exchanges of `view`, which is not grouped, in order of time, each with its cause."""
        return ((self.store.exchange(row), self.match(row).category) for row in view.tree.order.tolist())

    def listed(self, part: TreePart, most: int) -> list[ListedIncident]:
        """The `most` most frequent incidents in `part` with guidance, with only the fields a list needs."""
        from smtpscope.store.grouping.incidents import incident_heads

        heads = incident_heads(self.store, largest(self.store, part.rows, most))
        return [ListedIncident(head, self.knowledge.advice(self.store.exchange(head.sample_row))) for head in heads]

    def marked(self, view: View) -> list[IncidentDetail]:
        """The marked incidents in `view`, most frequent first."""
        words, rows = self.store.words, view.tree.order
        hosts = [number for key in self.marks if (number := words.host_keys.number(key.host_key)) is not None]
        rows = rows[np.isin(self.store.columns.host_key[rows], hosts)]
        return [detail for detail in self.incidents(rows) if detail.incident.key in self.marks]

    @property
    def marks(self) -> set[IncidentKey]:
        """The marked incidents."""
        return self.user_data.marks

    def mark(self, part: TreePart) -> bool:
        """Marks the incidents of `part`, or unmarks them if all are marked; returns whether they are marked now."""
        return self.user_data.toggle(set(incident_keys(self.store, part.rows)))

    def incident_of(self, row: int, view: View) -> list[IncidentDetail]:
        """The incident of the event `row`, restricted to `view`."""
        from smtpscope.store.grouping.incidents import incident_of

        incident = incident_of(self.store, view.tree.order, row, self.zone)
        return [incident_detail(self.store, self.knowledge, incident)]

    @property
    def logs(self) -> Analysis:
        return self

    @property
    def questions(self) -> Questions:
        from smtpscope.session.questions.log_questions import LogQuestions

        return LogQuestions(self.store, self.zone, twice=self.count_duplicates)

    def document(self, details: Iterable[IncidentDetail], view: View) -> SummaryDocument:
        """The summary of some incidents, for any export format."""
        from smtpscope.session.documents import summary_document

        return summary_document(self.loader, details, view, self.zone, self.raw, self.live_results.for_ticket)

    def event_text(self, row: int) -> str:
        """One event as text for a ticket; not yet harmless, but without credentials."""
        from smtpscope.session.documents import text_of_event

        return text_of_event(self.store.exchange(row), self.zone)

    def raw(self, row: int) -> str:
        """The raw record of `row` (text, or the event's XML); a sentence if it is gone."""
        from smtpscope.session.documents import raw_text

        return raw_text(self.loader, row, self.event_text(row))

    def report(self, view: View, *, most: int | None = None, summaries: int = 0) -> Report:
        """`view` as a report of at most `most` groups on the first level, with about `summaries` incidents in it."""
        titles, zone = self.knowledge.categories, (self.zone, self.zone_name)
        report = report_of(view, self.overview(), titles, self.noted, zone, most)
        if not summaries:
            return report
        return with_summaries(
            report, view, summaries, lambda level, index: self.incidents(view.tree.rows(level, index)), self.document
        )
