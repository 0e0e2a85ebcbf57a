"""Shared steps of the commands: open, read and filter logs, and report what was missing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from smtpscope.cli.configured import cache_folder, knowledge_folders, loaded_settings
from smtpscope.cli.options import Query
from smtpscope.cli.streams import Target, say, talk
from smtpscope.errors import ExportError, LogError, UsageError

if TYPE_CHECKING:
    from datetime import tzinfo

    from smtpscope.configuration.settings import Settings
    from smtpscope.knowledge.base import KnowledgeBase
    from smtpscope.session import Analysis, AskedSpan, Progress, View
    from smtpscope.session.sets.answering import Answering
    from smtpscope.session.view_values import IncidentDetail
    from smtpscope.store.grouping.dimensions import Grouping
    from smtpscope.workspace.workspace import Workspace

_SECONDS: Final = 5.0
_SECONDS_TO_LOOK: Final = 2.0
"""Before the logs in a folder are known there is nothing else on the screen."""


def opened(
    query: Query, settings: Settings | None = None, workspace: Workspace | None = None, *, growing: bool = False
) -> Analysis:
    """An analysis of the logs in `query`, with nothing read yet; `growing` logs will be followed.

    The settings fill in whatever the command line omits. Raises LogError if no log can be opened.
    """
    from smtpscope.session import Analysis
    from smtpscope.session.parallel.spread import usable_cores

    settings = loaded_settings().settings if settings is None else settings
    zone = _zone(query, settings)
    analysis = Analysis(
        _knowledge(query, settings),
        zone=zone,
        cache=cache_folder(settings),
        workspace=workspace,
        salvage=query.salvage,
        growing=growing,
        date_order=query.date_order or (None if settings.date_order == "auto" else settings.date_order),
        read_as=query.read_as,
        jobs=usable_cores() if query.jobs is None else query.jobs,
        asked=_asked_span(query, zone),
    )
    analysis.count_duplicates = query.count_duplicates
    try:
        analysis.open(
            query.files,
            lambda name, what_for: talk(f"{name}: {what_for}"),
            Patience(first=_SECONDS_TO_LOOK).look,
        )
    except LogError as last:
        _say_others(analysis, last)
        raise
    return analysis


def _asked_span(query: Query, zone: tzinfo) -> AskedSpan | None:
    """What `--since` and `--until` ask for, counted from now; None without them. Raises UsageError."""
    if query.since is None and query.until is None:
        return None
    from smtpscope.session import AskedSpan
    from smtpscope.store.times import TIME_WORDS, Span, parse_time_word, resolve

    def span(option: str, text: str | None) -> Span | None:
        try:
            return None if text is None else resolve(parse_time_word(text), round(time.time() * 1000), zone)
        except ValueError as error:
            raise UsageError(where=option, what=str(error), remedy=f"Write it like {TIME_WORDS}") from error

    since, until = span("--since", query.since), span("--until", query.until)
    if since is not None and until is not None and since.start_ms >= until.end_ms:
        raise UsageError(where="--until", what="this is before --since", remedy="Name the earlier time with --since")
    return AskedSpan(None if since is None else since.start_ms, None if until is None else until.end_ms)


def sets_among(files: Sequence[str]) -> list[str]:
    """Those of `files` that are sets."""
    from smtpscope.asking.set_manifest import is_set

    return list(filter(is_set, files))


def _zone(query: Query, settings: Settings) -> tzinfo:
    from smtpscope.store.times import zone_named

    return zone_named(settings.timezone) if query.zone is None else query.zone


def _knowledge(query: Query, settings: Settings) -> KnowledgeBase:
    from smtpscope.knowledge.base import KnowledgeBase

    return KnowledgeBase.load(*knowledge_folders(query.knowledge, settings, own=query.own_knowledge))


def asked(query: Query) -> Answering:
    """What is asked by a command that reads no further: logs that have been read, or a set.

    Raises LogError if neither can be opened, UsageError for a set among logs.
    """
    sets = sets_among(query.files)
    if not sets:
        return read(query)
    if len(query.files) > 1:
        raise UsageError(
            where=sets[0],
            what="this is a set, which is opened alone",
            remedy="Name the set only, or read the other logs into it with smtpscope fleet read",
        )
    if query.since is not None or query.until is not None:
        raise UsageError(
            where="--since" if query.since is not None else "--until",
            what="a set is not read from its beginning",
            remedy="Ask for a time with --filter, as in since:2026-11-16 until:2026-11-20",
        )
    from smtpscope.session.sets.set_analysis import SetAnalysis

    settings = loaded_settings().settings
    return SetAnalysis(
        _knowledge(query, settings),
        sets[0],
        zone=_zone(query, settings),
        count_duplicates=query.count_duplicates,
    )


def read(query: Query, *, growing: bool = False) -> Analysis:
    """An analysis that has read all logs in `query`. Raises LogError if none can be read."""
    analysis = opened(query, growing=growing)
    try:
        analysis.read_all(Patience().show)
    except LogError as last:
        _say_others(analysis, last)
        raise
    return analysis


class Patience:
    """Shows the progress of a long read on standard error, if that is a terminal."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, first: float = _SECONDS) -> None:
        """`first` is the number of seconds until something is said."""
        self._monotonic = monotonic
        self._next = monotonic() + first

    def show(self, progress: Progress) -> None:
        """Reports `progress`."""
        if self._is_time():
            name = "standard input" if progress.file == "-" else progress.file
            talk(f"reading {name}: {progress.words} (ctrl+c stops)")

    def look(self, folder: str, files: int) -> None:
        """Reports that logs are looked for in `folder`, and how many `files` there were up to now."""
        if self._is_time():
            talk(f"looking for logs in {folder}: {files:,} files so far (ctrl+c stops)")

    def say(self, words: str) -> None:
        """Says `words` of what was done so far."""
        if self._is_time():
            talk(f"{words} (ctrl+c stops)")

    def _is_time(self) -> bool:
        if self._monotonic() < self._next:
            return False
        self._next = self._monotonic() + _SECONDS
        return sys.stderr is not None and sys.stderr.isatty()


def _say_others(analysis: Analysis, last: LogError) -> None:
    """Prints an error for each file that failed, since only one can be raised."""
    for error in analysis.errors:
        if error is not last:
            say(error)


def grouped(analysis: Answering, filter_text: str, grouping: Grouping = "code") -> View:
    """The view of the filter. Raises FilterError."""
    return analysis.view(filter_text, grouping=grouping)


def check_named(query: Query, target: Target) -> None:
    """Checks what can be checked before anything is read.

    Raises UsageError if no log is given, ExportError if the output file already exists.
    """
    if not query.files:
        raise UsageError(
            where="command line",
            what="no log given",
            remedy="Give a file, a folder, or - for standard input; smtpscope --help shows examples",
        )
    target.check()


def check_target(target: Target, analysis: Answering) -> None:
    """Raises ExportError if the output file is one of the logs."""
    for name in analysis.named_files:
        try:
            same = target.path is not None and os.path.samefile(target.path, name)  # noqa: PTH121 - names may be "-"
        except OSError:
            continue
        if same:
            raise ExportError(where=str(target.path), what="this is one of the logs", remedy="Choose another name")


def matching_incidents(analysis: Answering, filter_text: str, most: int | None) -> tuple[View, list[IncidentDetail]]:
    """The view of the filter, and its incidents in the order of the table, at most `most`.

    If there are none, says so and ends with exit code 1. Raises FilterError.
    """
    view = grouped(analysis, filter_text)
    details = analysis.incidents_in(view, most=most)
    if not details:
        say_when_nothing_fits(analysis, view)
        end(analysis)
        sys.exit(1)
    return view, details


def say_when_nothing_fits(analysis: Answering, view: View) -> None:
    """Prints one line on standard error if the result is empty."""
    if view.count:
        return
    service_logs = analysis.overview().service_logs
    if view.total:
        meant = analysis.suggestion(view.filter_text)
        advice = f" Did you mean: {meant}" if meant else ""
        events = "refusals" if service_logs else "SMTP refusals"
        talk(f"none of {view.total:,} {events} match the filter.{advice}")
        return
    from smtpscope.export.report.report_words import (
        HOW_TO_GET_EVENTS,
        NO_RECORD_AT_ALL,
        doubt_words,
        no_refusal_words,
    )
    from smtpscope.export.summaries.incident_wording import counted

    doubt = doubt_words(analysis.problems, analysis.unrelated_records, files=len(analysis.files) > 1)
    if doubt is not None:
        talk(f"no SMTP refusal could be read from {', '.join(analysis.files)}: {doubt}")
        return
    if not analysis.unrelated_records:
        talk(f"no record could be read from {', '.join(analysis.files)}. {NO_RECORD_AT_ALL}")
        return
    if service_logs:
        talk(f"{', '.join(analysis.files)}: {no_refusal_words(analysis.unrelated_records)}")
        return
    others = counted(analysis.unrelated_records, "other record", "other records")
    talk(f"no SMTP refusals in {', '.join(analysis.files)}, among {others}. {HOW_TO_GET_EVENTS[0]}")


def end(analysis: Answering) -> None:
    """Reports what could not be read, and exits with 1 if a whole file is missing."""
    for error in analysis.errors:
        say(error)
    if analysis.skipped:
        records = "record" if analysis.skipped == 1 else "records"
        talk(f"{analysis.skipped:,} {records} skipped; see the report, or press f in the browser.")
    if analysis.errors:
        sys.exit(1)
