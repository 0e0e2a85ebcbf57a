"""What the commands ask: the same of logs that were read (`Analysis`) and of a set (`SetAnalysis`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from smtpscope.export.report.report import Report
from smtpscope.session.view_values import IncidentDetail, View
from smtpscope.session.viewed_run import ViewedRun

if TYPE_CHECKING:
    from smtpscope.parsing.smtp_exchange import SmtpExchange


class Answering(ViewedRun, Protocol):
    """A run of which reports, summaries and events are asked; see `Analysis` for what each answer means."""

    @property
    def named_files(self) -> tuple[str, ...]: ...

    @property
    def skipped(self) -> int: ...

    @property
    def unrelated_records(self) -> int: ...

    def incidents_in(self, view: View, *, most: int | None = None) -> list[IncidentDetail]: ...

    def exchanges_in(self, view: View) -> Iterator[tuple[SmtpExchange, str]]: ...

    def report(self, view: View, *, most: int | None = None, summaries: int = 0) -> Report: ...
