"""One run over a set: the same answers as `Analysis` has of logs, asked of DuckDB instead of read into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.set_incidents import incident, incident_keys
from smtpscope.asking.set_manifest import SetManifest, read_manifest
from smtpscope.asking.set_rows import SetRows
from smtpscope.asking.sql import TRUE, Sql
from smtpscope.asking.sql_filter import of_incident
from smtpscope.asking.tree.set_tree import SetTree
from smtpscope.errors import LogError, Problem
from smtpscope.export.report.report import Report
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.session.recent_trees import RecentTrees
from smtpscope.session.reporting import report_of, with_summaries
from smtpscope.session.view_values import IncidentDetail, Overview, View
from smtpscope.store.assumed_times import Assumed, how_assumed
from smtpscope.store.event_store import DIRECTIONS
from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.group_sorting import SortColumn
from smtpscope.store.times import LocalZone, zone_label

if TYPE_CHECKING:
    from smtpscope.export.summaries.summary import SummaryDocument
    from smtpscope.probes.live_check import LiveResult
    from smtpscope.store.incident_key import IncidentKey

_MOST_PROBLEMS: Final = 200


class SetAnalysis:
    """A run over the set in `folder`; `zone` is the one of times on display. Raises LogError if it can't be opened."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        folder: str,
        *,
        zone: tzinfo | None = None,
        count_duplicates: bool = False,
    ) -> None:
        self.knowledge = knowledge
        self.zone: tzinfo = LocalZone() if zone is None else zone
        self.files: tuple[str, ...] = (folder,)
        self.named_files: tuple[str, ...] = (folder,)
        manifest = read_manifest(folder)
        self.errors: list[LogError] = list(_errors(manifest, folder))
        self.problems: list[Problem] = list(_problems(manifest))
        self.skipped = sum(log.skipped for log in manifest.logs)
        self.unrelated_records = sum(log.unrelated for log in manifest.logs)
        self._manifest = manifest
        self._set = ExchangeSet.of_manifest(folder, manifest, count_duplicates=count_duplicates)
        self._rows = SetRows(self._set)
        self._recent_trees = RecentTrees()
        self._overview: Overview | None = None

    @property
    def zone_name(self) -> str:
        """The display name of the zone times are shown in."""
        return zone_label(self.zone)

    @property
    def exchange_set(self) -> ExchangeSet:
        """The set, to be asked directly."""
        return self._set

    def count_duplicates(self, counted: bool) -> None:
        """Counts what is in several logs once for each of them, or once."""
        self._set.count_duplicates = counted
        self._overview = None

    def close(self) -> None:
        """Lets go of the set."""
        self._set.close()

    def overview(self) -> Overview:
        """The overview of the whole set."""
        if self._overview is None:
            self._overview = self._counted()
        return self._overview

    def view(
        self,
        filter_text: str = "",
        *,
        grouping: Grouping = "code",
        sort: SortColumn = "attention",
        descending: bool = False,
    ) -> View:
        """The events that match `filter_text`, grouped and sorted. Raises FilterError."""
        made_of = (filter_text.strip(), grouping, self._set.count_duplicates, self.zone, self._set.annotations)
        tree = self._recent_trees.of(
            made_of, lambda: SetTree(self._set, self._set.asked(filter_text, self.zone), grouping)
        )
        order = tree.sorted_by(sort, descending)
        return View(filter_text, grouping, sort, descending, tree, order, self.overview().events)

    def suggestion(self, filter_text: str) -> str | None:
        """A similar filter that finds something, if `filter_text` finds nothing."""
        from smtpscope.asking.set_words import WordsOfSet
        from smtpscope.store.filter.suggestions import suggest

        return suggest(WordsOfSet(self._set), filter_text)

    def incidents_in(self, view: View, *, most: int | None = None) -> list[IncidentDetail]:
        """The incidents of `view` with guidance, most frequent first, at most `most` of them."""
        return self.incidents_of(self._set.asked(view.filter_text, self.zone), most)

    def exchanges_in(self, view: View) -> Iterator[tuple[SmtpExchange, str]]:
        """The exchanges of `view` in order of time, each with its cause."""
        return self._rows.in_order_of_time(self._set.asked(view.filter_text, self.zone))

    def document(
        self,
        details: Iterable[IncidentDetail],
        view: View,
        live: Callable[[IncidentKey], tuple[LiveResult, ...]] = lambda _: (),
    ) -> SummaryDocument:
        """The summary of some incidents, for any export format, with the results of live checks. A set has no raw
        records, so samples are as parsed.
        """
        from smtpscope.session.documents import summary_document, text_of_event

        details = tuple(details)
        samples = {detail.incident.sample_row: detail.sample for detail in details}

        def text_of(row: int) -> str:
            return text_of_event(samples[row], self.zone)

        return summary_document(self, details, view, self.zone, text_of, live)

    def report(self, view: View, *, most: int | None = None, summaries: int = 0) -> Report:
        """`view` as a report of at most `most` groups on the first level, with about `summaries` incidents in it."""
        titles, zone = self.knowledge.categories, (self.zone, self.zone_name)
        report = report_of(view, self.overview(), titles, self.problems, zone, most)
        tree = view.tree
        if not summaries or not isinstance(tree, SetTree):
            return report

        def incidents_of(level: int, index: int) -> list[IncidentDetail]:
            return self.incidents_of(tree.rows_of(level, index), None)

        return with_summaries(report, view, summaries, incidents_of, self.document)

    def incidents_of(self, rows: Sql, most: int | None) -> list[IncidentDetail]:
        """The incidents in `rows` with guidance, most frequent first, at most `most` of them."""
        details = []
        for key in incident_keys(self._set, rows, most):
            found = incident(self._set, rows, key, self.zone)
            sample = self._rows.exchange(found.sample_row, of_incident(key))
            details.append(IncidentDetail(found, self.knowledge.advice(sample), sample))
        return details

    def _counted(self) -> Overview:
        counts = dict.fromkeys(DIRECTIONS, 0)
        duplicates = without_zone = events = 0
        for direction, again, rows, of_assumed in self._set.tuples(
            "SELECT direction, again, sum(events)::BIGINT, sum(assumed)::BIGINT "
            f"FROM {self._set.relation(TRUE)} GROUP BY ALL"
        ):
            events += rows
            without_zone += of_assumed
            if again and not self._set.count_duplicates:
                duplicates += rows
            else:
                counts[Direction(direction)] += rows
        start_ms, end_ms = self._manifest.span
        assumed: Assumed = ""
        if without_zone or any(log.span_assumed for log in self._manifest.logs):
            assumed = how_assumed(without_zone, events) or "partly"
        return Overview(
            files=self.files,
            events=sum(counts.values()),
            duplicates=duplicates,
            unrelated_records=self.unrelated_records,
            skipped=self.skipped,
            first_ms=start_ms,
            last_ms=end_ms,
            directions=tuple((direction, count) for direction, count in counts.items() if count),
            times_assumed=assumed,
            service_logs=bool(self._manifest.logs) and all(log.service_log for log in self._manifest.logs),
        )


def _errors(manifest: SetManifest, folder: str) -> Iterator[LogError]:
    failed = [log for log in manifest.logs if log.error is not None]
    if failed:
        number = "1 log is" if len(failed) == 1 else f"{len(failed):,} logs are"
        yield LogError(
            where=folder,
            what=f"{number} not in this set because reading failed, for example {failed[0].name}: {failed[0].error}",
            remedy="List them all with: smtpscope fleet check --list-failed",
        )


def _problems(manifest: SetManifest) -> Iterator[Problem]:
    """What was skipped, a line for each log with how much of it, and the first reasons."""
    told = [log for log in manifest.logs if log.skipped or log.problems]
    for log in told[:_MOST_PROBLEMS]:
        reason = "; ".join(log.problems[:3]) or "some records could not be read"
        yield Problem(log.name, "the log", reason, "skipped" if log.skipped else "noted", log.skipped or None)
    rest = told[_MOST_PROBLEMS:]
    if rest:
        skipped = sum(log.skipped for log in rest)
        reason = f"{len(rest):,} more logs have problems"
        yield Problem(rest[0].name, "and others", reason, "skipped" if skipped else "noted", skipped or None)
