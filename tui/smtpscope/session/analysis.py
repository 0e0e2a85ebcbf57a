"""The product without a face: opens logs, fills the store, holds the filter and the marks, and answers.

What a plain report does not need is imported where it is needed: that a report is there at once is half of its use.

The command line and the browser both stand on it, so that they can't differ. It has no threads and prints nothing:
`read` may run in a reading thread while one other thread adds what it yields and asks the questions.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from smtpscope.errors import LogError
from smtpscope.export.report.report import Report
from smtpscope.knowledge.advice import Match
from smtpscope.session.incident_split import incident_keys, largest
from smtpscope.session.log_loader import LogLoader
from smtpscope.session.reporting import report_of
from smtpscope.session.view_values import EventDetail, IncidentDetail, ListedIncident, Rows, View
from smtpscope.store.grouping.activity import ongoing
from smtpscope.store.grouping.facets import facets
from smtpscope.store.grouping.groups import Grouping, GroupTree, SortColumn
from smtpscope.store.grouping.incident import Counted, Episode, Incident, IncidentKey
from smtpscope.store.grouping.incidents import incident_heads, incident_of, incidents
from smtpscope.store.grouping.time_bins import (
    Step,
    Timeline,
    activity,
    episode_sentence,
    episodes,
    sorted_times,
    timeline,
)

if TYPE_CHECKING:
    from smtpscope.export.summaries.summary import IncidentSummary, SummaryDocument


class Analysis(LogLoader):
    """One run over some logs; see `LogLoader` for what it is made with."""

    # Questions

    def view(
        self,
        filter_text: str = "",
        *,
        grouping: Grouping = "code",
        sort: SortColumn = "attention",
        descending: bool = False,
    ) -> View:
        """What `filter_text` lets through, grouped and ordered. Raises FilterError; changes nothing."""
        made_of = (filter_text.strip(), grouping, len(self.store), self.events, self.zone)

        def make() -> GroupTree:
            return GroupTree(self.store, self._mask(filter_text), grouping, self.zone)

        tree = self._recent_trees.of(made_of, make)
        return View(filter_text, grouping, sort, descending, tree, tree.sorted_by(sort, descending), self.events)

    def _mask(self, filter_text: str) -> NDArray[np.bool_]:
        once: NDArray[np.bool_] = np.ones(len(self.store), np.bool_)
        if self.events < len(self.store):
            once = ~self.store.columns.is_duplicate
        if not filter_text.strip():
            return once
        from smtpscope.store.filter.filter_evaluation import matching
        from smtpscope.store.filter.filter_grammar import parse_filter

        return once & matching(self.store, parse_filter(filter_text), self.zone)

    def suggestion(self, filter_text: str) -> str | None:
        """The filter that was probably meant when `filter_text` finds nothing."""
        from smtpscope.store.filter.suggestions import suggest

        return suggest(self.store, filter_text)

    def event(self, row: int) -> EventDetail:
        exchange = self.store.exchange(row)
        return EventDetail(row, exchange, self.knowledge.advice(exchange))

    def match(self, row: int) -> Match:
        return self.store.match(row)

    def count_of_entry(self, entry_id: str) -> int:
        """How many events the entry explains; a category's general entry stands for the whole category."""
        judgements = self.store.words.judgements
        wanted = [
            n
            for n, judgement in enumerate(judgements)
            if entry_id in (judgement.match.entry_id, judgement.match.category)
        ]
        return int(np.isin(self.store.columns.judgement, wanted).sum()) if wanted else 0

    def incidents(self, rows: Rows, *, most: int | None = None) -> list[IncidentDetail]:
        """`rows` split into incidents, the most frequent first (only so many when `most` is given), with guidance."""
        if most is not None:
            rows = largest(self.store, rows, most)
        return [self._detail(incident) for incident in incidents(self.store, rows, self.zone)]

    def listed(self, rows: Rows, most: int) -> list[ListedIncident]:
        """The `most` most frequent incidents in `rows` with guidance; only what a list says of each."""
        heads = incident_heads(self.store, largest(self.store, rows, most))
        return [ListedIncident(head, self.knowledge.advice(self.store.exchange(head.sample_row))) for head in heads]

    def _detail(self, incident: Incident) -> IncidentDetail:
        sample = self.store.exchange(incident.sample_row)
        return IncidentDetail(incident, self.knowledge.advice(sample), sample)

    def marked(self, view: View) -> list[IncidentDetail]:
        """The marked incidents as far as `view` shows them, the most frequent first."""
        words, rows = self.store.words, view.tree.order
        hosts = [number for key in self.marks if (number := words.host_keys.number(key.host_key)) is not None]
        rows = rows[np.isin(self.store.columns.host_key[rows], hosts)]
        return [detail for detail in self.incidents(rows) if detail.incident.key in self.marks]

    @property
    def marks(self) -> set[IncidentKey]:
        """The marked incidents."""
        return self.user_data.marks

    def mark(self, rows: Rows) -> bool:
        """Marks the incidents of `rows`, or unmarks them when all are marked; says whether they are marked now."""
        keys = set(incident_keys(self.store, rows))
        marked = not keys <= self.marks
        self.user_data.mark(keys, marked=marked)
        return marked

    def incident_of(self, row: int, view: View) -> list[IncidentDetail]:
        """The incident that the event `row` belongs to, as far as `view` shows it."""
        return [self._detail(incident_of(self.store, view.tree.order, row, self.zone))]

    def facets(self, rows: Rows, name: str) -> Counted:
        """The distinct values of the facet `name` among `rows`, the most frequent first."""
        return facets(self.store, rows, name)

    def timeline(self, rows: Rows, *, step: Step | None = None) -> Timeline:
        """Counts of `rows` by calendar steps of the session's zone; without `step` one that fits."""
        return timeline(self.store, rows, self.zone, step=step)

    def episodes_of(self, rows: Rows) -> tuple[Episode, ...]:
        """The bursts in `rows`, in order of time."""
        return episodes(sorted_times(self.store, rows))

    def episodes(self, rows: Rows) -> str:
        """The bursts in `rows` in one sentence, "" where no row has a time."""
        times = sorted_times(self.store, rows)
        end = self.store.log_end_ms
        goes_on = ongoing(times, self.store.log_start_ms, end)
        return episode_sentence(episodes(times), end, goes_on, self.zone)

    def activity(self, bins: int) -> tuple[int, ...]:
        """All events counted in `bins` equal parts of the log's span."""
        return activity(self.store, bins)

    def document(self, details: Iterable[IncidentDetail], view: View) -> SummaryDocument:
        """The summary of some incidents, ready for any format of `export`."""
        from smtpscope.export.summaries.summary import SummaryDocument

        summaries = tuple(self._summary(detail) for detail in details)
        return SummaryDocument(
            incidents=summaries,
            filter_text=view.filter_text,
            files=self.files,
            zone=self.zone,
            zone_name=self.zone_name,
            events_in_view=view.count,
            events_in_log=view.total,
            skipped=self.skipped,
        )

    def _summary(self, detail: IncidentDetail) -> IncidentSummary:
        from smtpscope.export.masking.credentials import hidden
        from smtpscope.export.summaries.summary import IncidentSummary

        # A ticket is read by others, so what logs somebody in stays out of it.
        sample, raw = hidden(detail.sample, self.raw(detail.incident.sample_row))
        return IncidentSummary(incident=detail.incident, advice=detail.advice, sample=sample, sample_raw=raw)

    def write_own_knowledge(self, detail: IncidentDetail, note: str) -> Path:
        """Makes `note` guidance of one's own for the replies of this incident's host: its first line is the title.

        Raises KnowledgeError when it can't be written or contradicts what is there.
        """
        from smtpscope.configuration.paths import own_knowledge_folder
        from smtpscope.knowledge.authoring.own_notes import free_id, write_note

        incident = detail.incident
        title, _, rest = note.strip().partition("\n")
        replies = [reply for reply, _ in incident.replies]
        folder = own_knowledge_folder()
        return write_note(
            folder,
            entry_id=free_id(folder, incident.key.host_key or "no-host", str(incident.key.code or "no-code")),
            title=title,
            text=rest.strip() or title,
            remote_host=incident.key.host_key,
            category=incident.key.category,
            example=replies[0],
            more_examples=replies[1:],
        )

    def event_text(self, row: int) -> str:
        """One event as people paste it into a ticket; not yet harmless, but without what logs somebody in."""
        from smtpscope.export.event_text import event_text
        from smtpscope.export.masking.credentials import hidden

        return event_text(hidden(self.store.exchange(row), "")[0], self.zone)

    def raw(self, row: int) -> str:
        """The record of `row` as its file holds it (text, or the event's XML); a sentence when that is gone."""
        exchange = self.store.exchange(row)
        try:
            raw = self._logs.raw(exchange.file, exchange.offset)
        except (LogError, OSError) as error:
            return f"The record can't be read again: {error}\n\n{self.event_text(row)}"
        except Exception as defect:
            # A reader that comes to grief over one record must not take the browser with it.
            what = f"a mistake in smtpscope ({type(defect).__name__}: {defect})"
            return f"The record can't be read again: {what}\n\n{self.event_text(row)}"
        return self.event_text(row) if raw is None else raw

    def report(self, view: View, *, most: int | None = None) -> Report:
        """The groups of `view` as rows of a report; with `most` only so many groups of the first level."""
        titles = self.knowledge.categories
        return report_of(view, self.overview(), titles, self.noted, (self.zone, self.zone_name), most)
