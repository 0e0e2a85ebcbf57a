"""The overview of everything read, and the groups of a view as rows of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec.structs import replace

from smtpscope.errors import Problem
from smtpscope.export.report.report import Named, Report, ReportRow
from smtpscope.session.log_loader import LogLoader
from smtpscope.session.view_values import IncidentDetail, Overview, View
from smtpscope.store.event_store import DIRECTIONS
from smtpscope.store.grouping.dimensions import DIMENSIONS, NO_HOST, Dimension
from smtpscope.store.grouping.groups import Group

if TYPE_CHECKING:
    from smtpscope.export.summaries.summary import SummaryDocument

_NAMED: Final[Mapping[str, Named]] = {"recipient": "recipient", "server": "server"}
"""Dimension -> the kind of name its label is."""


def overview_of(loader: LogLoader, events: int) -> Overview:
    """The overview of everything `loader` read; `events` are those that count."""
    store = loader.store
    directions = store.columns.direction
    if events < len(store):
        directions = directions[~store.columns.is_duplicate]
    counts = np.bincount(directions, minlength=len(DIRECTIONS)).tolist()
    return Overview(
        files=loader.files,
        events=events,
        duplicates=len(store) - events,
        unrelated_records=loader.unrelated_records,
        skipped=loader.skipped,
        first_ms=store.log_start_ms,
        last_ms=store.log_end_ms,
        directions=tuple((direction, count) for direction, count in zip(DIRECTIONS, counts, strict=True) if count),
        times_assumed=store.times_assumed,
        service_logs=loader.service_logs_only,
    )


def report_of(
    view: View,
    overview: Overview,
    titles: Mapping[str, str],
    problems: Sequence[Problem],
    zone: tuple[tzinfo, str],
    most: int | None,
) -> Report:
    """The report of `view`. `titles` are the categories' short names, `zone` the zone and its name.

    With `most`, at most that many groups of the first level, and members of each.
    """
    levels = view.tree.levels
    outer = view.order[0].tolist() if levels else []
    left_out = 0 if most is None else max(0, len(outer) - most)
    places: list[tuple[int, int]] = []
    for index in outer[:most]:
        places.append((0, index))
        if len(levels) == 2:
            start, end = int(levels[0].first_child[index]), int(levels[0].end_child[index])
            members = view.order[1][start:end].tolist()
            places += [(1, child) for child in members[:most]]
            left_out += len(members) - len(members[:most])
    for number in range(len(levels)):
        shown = None if most is None else [index for level, index in places if level == number]
        view.tree.prepare(number, indices=shown)
    rows = [_row(view, level, index, titles) for level, index in places]
    return Report(
        files=overview.files,
        first_ms=overview.first_ms,
        last_ms=overview.last_ms,
        events=overview.events,
        events_in_view=view.count,
        unrelated_records=overview.unrelated_records,
        skipped=overview.skipped,
        directions=tuple((direction.value, count) for direction, count in overview.directions),
        rows=tuple(rows),
        filter_text=view.filter_text,
        zone=zone[0],
        zone_name=zone[1],
        problems=tuple(problems),
        group_by=DIMENSIONS.title(view.grouping),
        rows_left_out=left_out,
        time_assumed=overview.times_assumed,
        duplicates=overview.duplicates,
        service_logs=overview.service_logs,
    )


def _row(view: View, level: int, index: int, titles: Mapping[str, str]) -> ReportRow:
    group = view.tree.group(level, index)
    one_cause = group.categories == 1
    words, named = _host_words(group, view.tree.levels[level].dimension)
    title = titles.get(group.category, group.category)
    return ReportRow(
        depth=level,
        code="" if group.codes != 1 else "no code" if group.code is None else str(group.code),
        host=words,
        cause=title if one_cause else f"{group.categories} causes, most: {title}",
        category=group.category,
        direction=group.direction,
        who_acts=group.who_acts if one_cause else None,
        count=group.count,
        first_ms=group.first_ms,
        last_ms=group.last_ms,
        state=group.state,
        quiet_ms=group.quiet_ms,
        recipients=group.recipients,
        spark=view.tree.sparkline(level, index),
        named=named,
        reply_code=group.code,
        reply_codes=group.codes,
        remote_host=group.host,
        remote_hosts=group.hosts,
        categories=group.categories,
        acting=group.acting,
    )


def with_summaries(
    report: Report,
    view: View,
    most: int,
    incidents: Callable[[int, int], list[IncidentDetail]],
    document: Callable[[list[IncidentDetail], View], SummaryDocument],
) -> Report:
    """`report` of `view` with about `most` summaries: the incidents of its first rows, which lead to them.

    `incidents` are those of a group, given by its level and its index.
    """
    places = _places(report, view)
    details: list[IncidentDetail] = []
    numbers = [0] * len(places)
    for at, (level, index) in enumerate(places):
        if level < len(view.tree.levels) - 1 or len(details) >= most:
            continue
        numbers[at] = len(details) + 1
        details += incidents(level, index)
        if level and not places[at - 1][0] and (at + 1 == len(places) or not places[at + 1][0]):
            # A group with one member is shown without it.
            numbers[at - 1] = numbers[at]
    if not details:
        return report
    rows = (replace(row, summary=number) for row, number in zip(report.rows, numbers, strict=True))
    return replace(report, rows=tuple(rows), incidents=document(details, view))


def _places(report: Report, view: View) -> list[tuple[int, int]]:
    """The level and the index in it of each row, which are in the order of the view."""
    outer = view.order[0].tolist() if view.tree.levels else []
    places: list[tuple[int, int]] = []
    group, member = -1, 0
    for row in report.rows:
        if row.depth == 0:
            group, member = group + 1, 0
            places.append((0, outer[group]))
        else:
            start = int(view.tree.levels[0].first_child[outer[group]])
            places.append((1, int(view.order[1][start + member])))
            member += 1
    return places


def _host_words(group: Group, dimension: Dimension) -> tuple[str, Named]:
    """The host column of a report: what the group is, apart from its code; and which kind of name that is."""
    if dimension.in_report and group.label:
        return group.label, _NAMED.get(dimension.name, "")
    if dimension.in_report:
        return dimension.missing, ""
    if group.hosts == 1:
        return (group.host, "host") if group.host else (NO_HOST, "")
    return f"{group.hosts:,} hosts", ""
