"""What `smtpscope report` says: the files, what is in them, and the table of groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

from smtpscope.errors import Problem
from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.grouping.activity import State
from smtpscope.store.grouping.incident import Counted

Named = Literal["host", "recipient", "server", ""]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A group (`depth` 0) or one of its members (`depth` 1, directly after it).

    `code` and `host` are what to show ("550", "550 5.7.1", "all hosts", "(no host)"); text of the log is verbatim.
    `cause` is the title of the guidance, `category` its id; `direction` and `who_acts` are None where the members
    differ. `recipients` counts distinct addresses, `spark` holds counts in equal steps of the report's span.

    `named` tells what the log names in `host`: a "host", a "recipient", a "server", or "" for words of ours.

    The last fields are for programs: the reply code and the remote host that all members share (None where they
    differ, or have none), how many different ones there are, and how long it was quiet when the log ends.
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

    @property
    def ongoing(self) -> bool | None:
        """Whether it goes on at the end of the log; None without times."""
        return None if self.state is None else self.state == "ongoing"


@dataclass(frozen=True, slots=True)
class Report:
    """`events` are ours (SMTP protocol events), `others` records of other kinds, `skipped` records nobody could read.

    `events_in_view` is how many of ours the filter lets through; the rows count only these. `directions` counts them
    by direction. `group_by` says in words what a row is ("reply code and remote host"). `rows_left_out` is how many
    rows a limit cut off. `time_assumed` tells that some times were read in an assumed zone. `duplicates` are events
    that were in the logs before and are left out of `events`. `service_logs` tells that all logs are of a mail server
    itself: then `events` are refusals, and `others` the other rows.
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
    time_assumed: bool = False
    masked: bool = False
    duplicates: int = 0
    service_logs: bool = False
