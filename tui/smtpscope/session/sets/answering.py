"""What the commands ask: the same of logs that were read (`Analysis`) and of a set (`SetAnalysis`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from smtpscope.errors import LogError, Problem
from smtpscope.export.report.report import Report
from smtpscope.session.view_values import IncidentDetail, Overview, View
from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.group_sorting import SortColumn

if TYPE_CHECKING:
    from smtpscope.export.summaries.summary import SummaryDocument
    from smtpscope.parsing.smtp_exchange import SmtpExchange


class Answering(Protocol):
    """A run of which reports, summaries and events are asked; see `Analysis` for what each answer means."""

    @property
    def files(self) -> tuple[str, ...]: ...

    @property
    def named_files(self) -> tuple[str, ...]: ...

    @property
    def errors(self) -> list[LogError]: ...

    @property
    def problems(self) -> list[Problem]: ...

    @property
    def skipped(self) -> int: ...

    @property
    def unrelated_records(self) -> int: ...

    def overview(self) -> Overview: ...

    def view(
        self,
        filter_text: str = "",
        *,
        grouping: Grouping = "code",
        sort: SortColumn = "attention",
        descending: bool = False,
    ) -> View: ...

    def suggestion(self, filter_text: str) -> str | None: ...

    def incidents_in(self, view: View, *, most: int | None = None) -> list[IncidentDetail]: ...

    def exchanges_in(self, view: View) -> Iterator[tuple[SmtpExchange, str]]: ...

    def document(self, details: Iterable[IncidentDetail], view: View) -> SummaryDocument: ...

    def report(self, view: View, *, most: int | None = None, summaries: int = 0) -> Report: ...
