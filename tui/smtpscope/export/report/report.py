"""The contents of `smtpscope report`: the files, what is in them, and the table of groups."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from smtpscope.errors import Problem
from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.activity import State
from smtpscope.store.assumed_times import Assumed
from smtpscope.store.grouping.incident import Counted

if TYPE_CHECKING:
    from smtpscope.export.summaries.summary import SummaryDocument

Named = Literal["host", "recipient", "server", ""]


class ReportRow(Struct, frozen=True):
    """A group (`depth` 0) or one of its members (`depth` 1, directly after it).

    `code` and `host` are what to show ("550", "550 5.7.1", "all hosts", "(no host)"); text of the log is verbatim.
    `cause` is the title of the guidance, `category` its id; `direction` and `who_acts` are None if the members differ.
    `recipients` is the number of distinct mailboxes, `spark` has counts in equal steps of the report's time span.

    `named` says what `host` is: a "host", a "recipient", a "server", or "" for our own text.

    The last fields are for programs: the reply code and remote host shared by all members (None if they differ, or have
    none), the number of distinct ones, and how long it has been quiet at the end of the log. `acting` are all who have
    to act. `summary` is the number of the row's first summary in the report, 0 for none.
    """

    depth: int
    code: str
    host: str
    cause: str
    category: str
    direction: Direction | None
    who_acts: WhoActs | None
    count: int
    first_ms: int | None
    last_ms: int | None
    state: State | None
    recipients: int
    spark: tuple[int, ...] = ()
    named: Named = "host"
    reply_code: int | None = None
    reply_codes: int = 1
    remote_host: str | None = None
    remote_hosts: int = 1
    categories: int = 1
    quiet_ms: int | None = None
    acting: tuple[WhoActs, ...] = ()
    summary: int = 0

    @property
    def ongoing(self) -> bool | None:
        """Whether it is ongoing at the end of the log; None without times."""
        return None if self.state is None else self.state == "ongoing"


class Report(Struct, frozen=True):
    """`events` are SMTP refusals, `unrelated_records` other records, `skipped` unreadable ones.

    `events_in_view` is how many match the filter; the rows count only these. `directions` counts them by direction.
    `group_by` names the grouping ("reply code and remote host"). `rows_left_out` is how many rows a limit cut off.
    `time_assumed` says whether times were read in an assumed zone. `duplicates` are not counted in `events`.
    `service_logs` means that all logs are a mail server's own: then `unrelated_records` are their other rows.
    `incidents` are the summaries that rows lead to, None where there are none.
    """

    files: tuple[str, ...]
    first_ms: int | None
    last_ms: int | None
    events: int
    events_in_view: int
    unrelated_records: int
    skipped: int
    directions: Counted
    rows: tuple[ReportRow, ...]
    filter_text: str
    zone: tzinfo
    zone_name: str
    problems: tuple[Problem, ...] = ()
    group_by: str = "reply code and remote host"
    rows_left_out: int = 0
    time_assumed: Assumed = ""
    masked: bool = False
    duplicates: int = 0
    service_logs: bool = False
    incidents: SummaryDocument | None = None
