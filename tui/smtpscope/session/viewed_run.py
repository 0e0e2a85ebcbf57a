"""What every run over logs or a set answers, whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from smtpscope.errors import LogError, Problem
from smtpscope.session.view_values import IncidentDetail, Overview, View
from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.group_sorting import SortColumn

if TYPE_CHECKING:
    from smtpscope.export.summaries.summary import SummaryDocument


class ViewedRun(Protocol):
    """A run of which views are asked; see `Analysis` for what each answer means."""

    @property
    def files(self) -> tuple[str, ...]: ...

    @property
    def errors(self) -> list[LogError]: ...

    @property
    def problems(self) -> list[Problem]: ...

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

    def document(self, details: Iterable[IncidentDetail], view: View) -> SummaryDocument: ...
