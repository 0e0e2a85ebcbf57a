"""The checks that fit an incident, and what their results mean for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

import msgspec

from smtpscope.knowledge.placeholders import values_of
from smtpscope.probes.incident_checks import FittingCheck, concluded, fitting_checks
from smtpscope.probes.live_check import LiveCheck, LiveResult
from smtpscope.probes.live_subject import LiveSubject, live_subject
from smtpscope.session.live.live_session import LiveSession
from smtpscope.session.view_values import IncidentDetail
from smtpscope.store.grouping.incident import Incident
from smtpscope.store.times import format_time

OurAddress = Callable[[str], str]
"""Server -> the IP address that its mail leaves from, "" if unknown."""


class LivePlan(msgspec.Struct, frozen=True):
    """`fitting` are all checks for one incident; `values` those of its sample, for the sentences.

    `server` is our server of the incident, "" if the log names none.
    """

    fitting: tuple[FittingCheck, ...]
    subject: LiveSubject
    server: str
    values: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def checks(self) -> tuple[LiveCheck, ...]:
        """In the order in which they are listed."""
        return tuple(each.check for each in self.fitting)

    def concluded(self, result: LiveResult) -> LiveResult:
        """`result` with what it means for this incident."""
        for each in self.fitting:
            if each.check.key == result.check.key:
                return concluded(result, each.rule, self.values)
        return result


def live_plan(live: LiveSession, detail: IncidentDetail, zone: tzinfo, our_address: OurAddress) -> LivePlan:
    """The plan for an incident; nothing is asked for it."""
    incident, sample = detail.incident, detail.sample
    server = sample.computer or ""
    subject = live_subject(
        sample,
        live.lists,
        recipients=[mailbox for mailbox, _ in incident.recipients],
        senders=[mailbox for mailbox, _ in incident.senders],
        our_address=our_address(server),
    )
    match = detail.advice.match
    rules = live.rules.fitting(match.entry_id, match.category, sample.direction)
    values = {**values_of(sample), "last": _last(incident, zone)}
    return LivePlan(fitting_checks(rules, subject, live.planner), subject, server, values)


def _last(incident: Incident, zone: tzinfo) -> str:
    """`03-22 17:39`; the log knows no more than when the last refusal was."""
    return format_time(incident.last_ms, zone, year=False)[:-3] or "the end of the log"
