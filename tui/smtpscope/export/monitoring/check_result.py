"""The result of `smtpscope check`: incidents in a time window, and how urgent each is."""

from __future__ import annotations

from datetime import tzinfo
from enum import IntEnum

from msgspec import Struct

from smtpscope.knowledge.entry import WhoActs
from smtpscope.store.activity import State
from smtpscope.store.grouping.incident import IncidentKey


class Status(IntEnum):
    """Status and exit code of a monitoring plugin (Monitoring Plugins Guidelines, "Plugin Return Codes")."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


class CheckedIncident(Struct, frozen=True):
    """An incident with events in the window.

    `events` counts those in the window, `messages` counts each message once, however many delivery attempts failed.
    `enhanced` is the enhanced status code, "" if there is none or several. `overdue_ms` is how long a message has been
    deferred if that is as bad as a refusal by now, else None. `known` incidents were reported by an earlier check.
    `first_step` and `sample` are for the mail: what to do first, and a reply with its time as logged.
    """

    key: IncidentKey
    host: str
    cause: str
    who_acts: WhoActs
    events: int
    messages: int
    first_ms: int | None
    last_ms: int | None
    state: State | None
    quiet_ms: int | None
    overdue_ms: int | None
    known: bool
    reply: str
    first_step: str = ""

    @property
    def status(self) -> Status:
        """How urgent it is, whether known or not.

        Critical: ours to fix, ongoing, and mail is lost. Warning: ours to fix, but mail is only delayed or the incident
        is quiet now; or for others to fix, and a message is overdue.
        """
        if self.state == "over" or self.state is None:
            return Status.OK
        if self.who_acts != "us":
            return Status.WARNING if self.overdue_ms is not None and self.state == "ongoing" else Status.OK
        lost = self.key.code is None or self.key.code >= 500 or self.overdue_ms is not None
        return Status.CRITICAL if self.state == "ongoing" and lost else Status.WARNING


class CheckResult(Struct, frozen=True):
    """The result of a check.

    `window` is the time span as the user wrote it ("24h"); it ends at `log_end_ms`, the end of the log. `stale_ms` is
    how long ago the log ended if that exceeds the limit, else None. `incidents` are sorted by urgency. `skipped` counts
    records that could not be read.
    """

    files: tuple[str, ...]
    window: str
    log_end_ms: int | None
    stale_ms: int | None
    incidents: tuple[CheckedIncident, ...]
    skipped: int
    zone: tzinfo
    zone_name: str

    @property
    def new(self) -> tuple[CheckedIncident, ...]:
        """New incidents that need action."""
        return tuple(each for each in self.incidents if not each.known and each.status is not Status.OK)

    @property
    def reported(self) -> tuple[IncidentKey, ...]:
        """Incidents not to report again. Those that are over are left out, so that they are reported if they return."""
        reported = (
            each for each in self.incidents if each.state != "over" and (each.known or each.status is not Status.OK)
        )
        return tuple(each.key for each in reported)

    @property
    def status(self) -> Status:
        """The status of the most urgent new incident. A log that ended too long ago is a warning."""
        urgent = max((each.status for each in self.new), default=Status.OK)
        return max(urgent, Status.OK if self.stale_ms is None else Status.WARNING)

    @property
    def events(self) -> int:
        """The number of events in the window."""
        return sum(each.events for each in self.incidents)

    @property
    def messages(self) -> int:
        """The number of messages in the window, each counted once however many delivery attempts failed."""
        return sum(each.messages for each in self.incidents)
