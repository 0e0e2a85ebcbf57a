"""The product without a face: opens logs, fills the store, holds the filter and the marks, and answers.

The command line and the browser both stand on it, so that they can't differ. It has no threads and prints nothing:
`read` may run in a reading thread while one other thread adds what it yields and asks the questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smtpscope.errors import LogError, Problem
from smtpscope.export.event_text import event_text
from smtpscope.export.report import Report, ReportRow
from smtpscope.export.summary import IncidentSummary, SummaryDocument
from smtpscope.knowledge.advice import Advice, Match
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.exchange import Direction, Exchange, RemoteHost
from smtpscope.parsing.records import ExchangeParser
from smtpscope.parsing.reply import parse_reply
from smtpscope.reading.record import FileInformation, Format, LogReader, ReadOptions
from smtpscope.reading.registry import formats, open_log
from smtpscope.reading.sources import expand
from smtpscope.store.activity import ongoing
from smtpscope.store.columns import DIRECTIONS, EncodedBatch, EventStore
from smtpscope.store.facets import Facet, facets
from smtpscope.store.filter_evaluation import matching
from smtpscope.store.filter_grammar import parse_filter
from smtpscope.store.groups import Group, Grouping, GroupTree, SortColumn
from smtpscope.store.incident import Counted, Episode, Incident, IncidentKey
from smtpscope.store.incidents import incident_of, incidents
from smtpscope.store.suggestions import suggest
from smtpscope.store.timeline import Step, Timeline, activity, episode_sentence, episodes, sorted_times, timeline
from smtpscope.store.times import LocalZone, zone_label

__all__ = [
    "EventDetail",
    "Explainer",
    "FileInformation",
    "Format",
    "IncidentDetail",
    "LoadedBatch",
    "Overview",
    "Progress",
    "Rows",
    "Session",
    "View",
    "known_formats",
    "open_session",
]

Rows = NDArray[np.int64]

_CODES = 1000


@dataclass(frozen=True, slots=True)
class Progress:
    """`bytes_read` of `bytes_total` over all files; `file` is the one being read."""

    file: str
    bytes_read: int
    bytes_total: int


@dataclass(frozen=True, slots=True)
class LoadedBatch:
    """What `read` yields and `add` takes. `error` ends one file, never the rest."""

    encoded: EncodedBatch
    others: int
    problems: tuple[Problem, ...]
    progress: Progress
    error: LogError | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """The picture of all that was read so far; times in milliseconds since 1970-01-01 UTC."""

    files: tuple[str, ...]
    events: int
    others: int
    skipped: int
    first_ms: int | None
    last_ms: int | None
    directions: tuple[tuple[Direction, int], ...]
    times_assumed: bool


@dataclass(frozen=True, slots=True)
class View:
    """What a filter lets through, grouped and ordered: a picture of the store at one moment, never changed.

    `order` are the groups of each level of `tree` in the order to show.
    """

    filter_text: str
    grouping: Grouping
    sort: SortColumn
    descending: bool
    tree: GroupTree
    order: tuple[Rows, ...]
    total: int

    @property
    def count(self) -> int:
        """How many events the filter lets through."""
        return len(self.tree.order)


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One event and its guidance."""

    row: int
    exchange: Exchange
    advice: Advice


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """An incident and the guidance for it, filled with the values of its sample."""

    incident: Incident
    advice: Advice
    sample: Exchange


class Session:
    """One run over some logs. `zone` is taken for times without a zone, and all times are shown in it."""

    def __init__(self, knowledge: KnowledgeBase, *, zone: tzinfo | None = None) -> None:
        self.knowledge = knowledge
        self.zone: tzinfo = LocalZone() if zone is None else zone
        self.zone_name = zone_label(self.zone)
        self.store = EventStore(knowledge)
        self.problems: list[Problem] = []
        self.errors: list[LogError] = []
        self.others = 0
        self.marks: set[IncidentKey] = set()
        self._readers: dict[str, LogReader] = {}
        self._to_read: list[tuple[str, int]] = []

    # Opening and reading

    def open(self, arguments: Sequence[str]) -> None:
        """Finds and recognises the logs that `arguments` (files, folders, patterns, "-") name.

        What can't be opened is kept in `errors`. Raises LogError when nothing at all can be read.
        """
        good: list[str] = []
        for argument in arguments:
            try:
                expand([argument])
            except LogError as error:
                self.errors.append(error)
            else:
                good.append(argument)
        # All good ones together, so that a file named twice is read once.
        found = expand(good)
        self.problems += found.problems
        for source in found.sources:
            try:
                reader = open_log(source, ReadOptions(zone=self.zone))
            except LogError as error:
                self.errors.append(error)
                continue
            self._readers[source.name] = reader
            self._to_read.append((source.name, source.size))
        if not self._readers and self.errors:
            raise self.errors[0]

    def read(self) -> Iterator[LoadedBatch]:
        """Reads what `open` found, file by file. Close the generator to cancel; what came until then stays."""
        parser = ExchangeParser()
        total = sum(size for _, size in self._to_read)
        before = 0
        for name, size in self._to_read:
            reader = self._readers[name]
            batches = reader.batches()
            try:
                for batch in batches:
                    parsed = [parser.parse(record) for record in batch.records]
                    exchanges = [exchange for exchange in parsed if exchange is not None]
                    yield LoadedBatch(
                        self.store.encode(exchanges),
                        batch.others + len(parsed) - len(exchanges),
                        tuple(batch.problems),
                        Progress(name, before + batch.bytes_read, total),
                    )
            except LogError as error:
                yield LoadedBatch(self.store.encode([]), 0, (), Progress(name, before + size, total), error)
            except Exception as defect:
                # One file that brings a reader of ours down must not take the others with it.
                stopped = LogError(
                    where=name,
                    what=f"reading stopped because of a mistake in smtpscope ({type(defect).__name__}: {defect})",
                    remedy="What was read until then is there; please report this with the file if you may share it",
                )
                yield LoadedBatch(self.store.encode([]), 0, (), Progress(name, before + size, total), stopped)
            finally:
                # A generator's `close` is not part of the Iterator protocol, but all our readers are generators.
                getattr(batches, "close", lambda: None)()
            before += size

    def add(self, batch: LoadedBatch) -> None:
        """Makes what was read visible."""
        self.store.append(batch.encoded)
        self.others += batch.others
        self.problems += batch.problems
        if batch.error is not None:
            self.errors.append(batch.error)

    @property
    def read_anything(self) -> bool:
        """Whether anything was added yet."""
        return bool(len(self.store) or self.others or self.errors)

    def read_all(self) -> None:
        """Reads everything. Raises LogError when no file could be read at all."""
        for batch in self.read():
            self.add(batch)
        failed = len(self.errors)
        if failed and not len(self.store) and not self.others and failed >= len(self._readers):
            raise self.errors[0]

    # Questions

    @property
    def skipped(self) -> int:
        """How many records were lost to us, as far as it is known."""
        return sum(problem.records or 1 for problem in self.problems if problem.outcome == "skipped")

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._to_read)

    def overview(self) -> Overview:
        columns = self.store.columns
        counts = np.bincount(columns.direction, minlength=len(DIRECTIONS)).tolist()
        return Overview(
            files=self.files,
            events=len(self.store),
            others=self.others,
            skipped=self.skipped,
            first_ms=self.store.log_start_ms,
            last_ms=self.store.log_end_ms,
            directions=tuple((direction, count) for direction, count in zip(DIRECTIONS, counts, strict=True) if count),
            times_assumed=bool(len(self.store)) and self.store.exchange(0).time_assumed,
        )

    def view(
        self,
        filter_text: str = "",
        *,
        grouping: Grouping = "code",
        sort: SortColumn = "attention",
        descending: bool = False,
    ) -> View:
        """What `filter_text` lets through, grouped and ordered. Raises FilterError; changes nothing."""
        mask = matching(self.store, parse_filter(filter_text), self.zone)
        tree = GroupTree(self.store, mask, grouping, self.zone)
        return View(filter_text, grouping, sort, descending, tree, tree.sorted_by(sort, descending), len(self.store))

    def suggestion(self, filter_text: str) -> str | None:
        """The filter that was probably meant when `filter_text` finds nothing."""
        return suggest(self.store, filter_text)

    def event(self, row: int) -> EventDetail:
        exchange = self.store.exchange(row)
        return EventDetail(row, exchange, self.knowledge.advice(exchange))

    def match(self, row: int) -> Match:
        return self.store.match(row)

    def count_of_entry(self, entry_id: str) -> int:
        """How many events the entry explains; a category's general entry stands for the whole category."""
        judgements = self.store.words.judgements
        wanted = [n for n, judgement in enumerate(judgements) if entry_id in _names_of(judgement.match)]
        return int(np.isin(self.store.columns.judgement, wanted).sum()) if wanted else 0

    def incident_keys(self, rows: Rows) -> tuple[IncidentKey, ...]:
        """The keys of the incidents that `rows` belong to, the most frequent first."""
        columns, words = self.store.columns, self.store.words
        _, first, counts = np.unique(self._incident_numbers(rows), return_index=True, return_counts=True)
        examples = rows[first[np.argsort(-counts, kind="stable")]].tolist()
        return tuple(
            IncidentKey(
                DIRECTIONS[int(columns.direction[row])],
                words.host_keys[int(columns.host_key[row])],
                int(columns.code[row]) or None,
                words.categories[int(columns.category[row])],
            )
            for row in examples
        )

    def _incident_numbers(self, rows: Rows) -> Rows:
        """A number for each row, the same for the rows of one incident."""
        columns, words = self.store.columns, self.store.words
        number = columns.host_key[rows].astype(np.int64)
        number = number * len(DIRECTIONS) + columns.direction[rows]
        number = number * max(1, len(words.categories)) + columns.category[rows]
        return number * _CODES + columns.code[rows]

    def incidents(self, rows: Rows, *, most: int | None = None) -> list[IncidentDetail]:
        """`rows` split into incidents, the most frequent first (only so many when `most` is given), with guidance."""
        if most is not None:
            numbers = self._incident_numbers(rows)
            distinct, counts = np.unique(numbers, return_counts=True)
            if len(distinct) > most:
                rows = rows[np.isin(numbers, distinct[np.argsort(-counts, kind="stable")[:most]])]
        return [self._detail(incident) for incident in incidents(self.store, rows, self.zone)]

    def _detail(self, incident: Incident) -> IncidentDetail:
        sample = self.store.exchange(incident.sample_row)
        return IncidentDetail(incident, self.knowledge.advice(sample), sample)

    def marked(self, view: View) -> list[IncidentDetail]:
        """The marked incidents as far as `view` shows them, the most frequent first."""
        words, rows = self.store.words, view.tree.order
        hosts = [number for key in self.marks if (number := words.host_keys.number(key.host_key)) is not None]
        rows = rows[np.isin(self.store.columns.host_key[rows], hosts)]
        return [detail for detail in self.incidents(rows) if detail.incident.key in self.marks]

    def mark(self, rows: Rows) -> bool:
        """Marks the incidents of `rows`, or unmarks them when all are marked; says whether they are marked now."""
        keys = set(self.incident_keys(rows))
        if keys <= self.marks:
            self.marks -= keys
            return False
        self.marks |= keys
        return True

    def incident_of(self, row: int, view: View) -> list[IncidentDetail]:
        """The incident that the event `row` belongs to, as far as `view` shows it."""
        return [self._detail(incident_of(self.store, view.tree.order, row, self.zone))]

    def facets(self, rows: Rows, facet: Facet) -> Counted:
        """The distinct values of `facet` among `rows`, the most frequent first."""
        return facets(self.store, rows, facet)

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
        summaries = tuple(
            IncidentSummary(
                incident=detail.incident,
                advice=detail.advice,
                sample=detail.sample,
                sample_raw=self.raw(detail.incident.sample_row),
            )
            for detail in details
        )
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

    def event_text(self, row: int) -> str:
        """One event as people paste it into a ticket; verbatim, not yet harmless."""
        return event_text(self.store.exchange(row), self.zone)

    def raw(self, row: int) -> str:
        """The record of `row` as its file holds it (text, or the event's XML); a sentence when that is gone."""
        exchange = self.store.exchange(row)
        reader = self._readers.get(exchange.file)
        if reader is None:
            return self.event_text(row)
        try:
            return reader.raw(exchange.place)
        except (LogError, OSError) as error:
            return f"The record can't be read again: {error}\n\n{self.event_text(row)}"

    def report(self, view: View, *, most: int | None = None) -> Report:
        """The groups of `view` as rows of a report; with `most` only so many groups of the first level."""
        overview = self.overview()
        levels = view.tree.levels
        outer = view.order[0].tolist() if levels else []
        rows: list[ReportRow] = []
        for index in outer[:most]:
            rows.append(self._report_row(view, 0, index))
            if len(levels) == 2:
                start, end = int(levels[0].first_child[index]), int(levels[0].end_child[index])
                rows += [self._report_row(view, 1, child) for child in view.order[1][start:end].tolist()]
        return Report(
            files=overview.files,
            first_ms=overview.first_ms,
            last_ms=overview.last_ms,
            events=overview.events,
            events_in_view=view.count,
            others=overview.others,
            skipped=overview.skipped,
            directions=tuple((direction.value, count) for direction, count in overview.directions),
            rows=tuple(rows),
            filter_text=view.filter_text,
            zone=self.zone,
            zone_name=self.zone_name,
            problems=tuple(self.problems),
            group_by=_GROUPED_BY[view.grouping],
            rows_left_out=0 if most is None else max(0, len(outer) - most),
            time_assumed=overview.times_assumed,
        )

    def _report_row(self, view: View, level: int, index: int) -> ReportRow:
        group = view.tree.group(level, index)
        one_cause = group.categories == 1
        title = self.knowledge.categories.get(group.category, group.category)
        return ReportRow(
            depth=level,
            code="" if group.codes != 1 else "no code" if group.code is None else str(group.code),
            host=_host_words(group, view.tree.levels[level].column),
            cause=title if one_cause else f"{group.categories} causes, most: {title}",
            category=group.category,
            direction=group.direction,
            who_acts=group.who_acts if one_cause else None,
            count=group.count,
            first_ms=group.first_ms,
            last_ms=group.last_ms,
            ongoing=group.ongoing,
            recipients=group.recipients,
            spark=view.tree.sparkline(level, index),
        )

    def information(self) -> tuple[FileInformation, ...]:
        """What each open file says of itself."""
        return tuple(reader.information() for reader in self._readers.values())


_GROUPED_BY: Mapping[Grouping, str] = {
    "code": "reply code and remote host",
    "host": "remote host and reply code",
    "cause": "cause and remote host",
    "recipient": "recipient and remote host",
    "server": "our server and reply code",
    "none": "nothing",
}


def _names_of(match: Match) -> tuple[str, str]:
    return match.entry_id, match.category


def _host_words(group: Group, column: str) -> str:
    """What a report writes into the column of hosts: what the group is, as far as that is not its code."""
    if column == "recipient":
        return group.recipient or "(no recipient)"
    if column == "server":
        return group.server or "(no server named)"
    if group.hosts == 1:
        return group.host or "(no host)"
    return f"{group.hosts:,} hosts"


class Explainer:
    """Guidance for replies that come from no log."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge

    @classmethod
    def load(cls, folders: Sequence[Path] = ()) -> Explainer:
        """With the bundled knowledge and that of `folders`. Raises KnowledgeError."""
        return cls(KnowledgeBase.load(*folders))

    def explain(self, reply: str, command: str, direction: str) -> tuple[Exchange, Advice]:
        """`command` is a verb or a whole command line, "" for none; `direction` is "outbound" or "inbound"."""
        verb = command.split(maxsplit=1)[0] if command.strip() else ""
        exchange = Exchange(
            file="",
            place=0,
            time_ms=None,
            time_assumed=False,
            record_id=None,
            event_id=None,
            level=None,
            provider=None,
            channel=None,
            computer=None,
            direction=Direction(direction),
            virtual_server=None,
            connection=None,
            remote_host=RemoteHost("", "", False),
            command=parse_command(verb, command if command.strip() != verb else ""),
            reply=parse_reply(reply),
            certainty=None,
        )
        return exchange, self.knowledge.advice(exchange)


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
