"""One incident and its live checks, as a screen needs them: the plan, the results, our IP address, the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from smtpscope.harmless import shown_lines
from smtpscope.probes.engine import LiveCheckEngine
from smtpscope.probes.live_check import DnsQuery, FollowedQueries, HttpsFetch, LiveCheck, LiveResult, SmtpConnection
from smtpscope.probes.safe_targets import UnsafeTargetError
from smtpscope.session.live.kept_results import KeptResults
from smtpscope.session.live.live_plan import LivePlan, live_plan
from smtpscope.session.live.live_session import LiveSession
from smtpscope.session.user_data import UserData
from smtpscope.session.view_values import IncidentDetail


class LiveDesk:
    """`results` are those of the whole run, `user_data` remembers our IP addresses."""

    def __init__(
        self, live: LiveSession, detail: IncidentDetail, results: KeptResults, user_data: UserData, zone: tzinfo
    ) -> None:
        self._live = live
        self._detail = detail
        self._key = detail.incident.key
        self._results = results
        self._user_data = user_data
        self.zone = zone
        self._plan = self._planned()

    def _planned(self) -> LivePlan:
        return live_plan(self._live, self._detail, self.zone, self._known_address)

    def _known_address(self, server: str) -> str:
        return self._user_data.our_address(server) or self._live.our_address(server)

    @property
    def engine(self) -> LiveCheckEngine:
        return self._live.engine

    @property
    def resolvers(self) -> tuple[str, ...]:
        return self._live.resolvers

    @property
    def checks(self) -> tuple[LiveCheck, ...]:
        """The checks that fit, in the order in which they are listed."""
        return self._plan.checks

    @property
    def server(self) -> str:
        """Our server of the incident, "" if the log names none."""
        return self._plan.server

    @property
    def our_address(self) -> str:
        """The IP address that its mail leaves from, "" if unknown."""
        return self._plan.subject.address

    def take_our_address(self, address: str) -> str:
        """Remembers our IP address and plans again; returns why it is refused, "" if it is not."""
        try:
            address = self._live.options.reach.address(address) if address else ""
        except UnsafeTargetError as error:
            return str(error)
        if not self._user_data.keep_our_address(self.server, address):
            # Nothing is kept in this run: it lasts as long as the browser.
            self._live.known_address = address
        self._plan = self._planned()
        return ""

    def take(self, result: LiveResult) -> None:
        """Keeps a result, with what it means for this incident."""
        self._results.keep(self._key, [self._plan.concluded(result)])

    def result(self, check: LiveCheck) -> LiveResult | None:
        """The latest result of a check."""
        return next((each for each in self._results.of(self._key) if each.check.key == check.key), None)

    @property
    def results(self) -> tuple[LiveResult, ...]:
        return self._results.of(self._key)

    @property
    def has_results(self) -> bool:
        return bool(self.results)

    @property
    def in_ticket(self) -> bool:
        """Whether the results go into summaries of the incident."""
        return self._results.in_ticket(self._key)

    def toggle_ticket(self) -> None:
        self._results.toggle_ticket(self._key)

    def copied(self) -> str:
        """The results as Markdown for the clipboard, harmless; "" if there are none."""
        if not self.results:
            return ""
        from smtpscope.export.live.live_formats import results_markdown

        written = results_markdown([("", self.results)], self.zone)
        return "\n".join(shown_lines(written))

    @property
    def journal_failure(self) -> str | None:
        return self._live.journal.failure

    def summed_up(self, checks: Sequence[LiveCheck]) -> str:
        """The question before several checks run: how much goes to whom."""
        sends = [each for check in checks for each in check.sends]
        questions = sum(1 for each in sends if isinstance(each, DnsQuery))
        following = sum(each.most for each in sends if isinstance(each, FollowedQueries))
        servers = dict.fromkeys(
            f"{each.host} port {each.port}" for each in sends if isinstance(each, SmtpConnection | HttpsFetch)
        )
        more = f", at most {following} more that follow from answers" if following else ""
        to = f". It connects to {', '.join(servers)}" if servers else ""
        return (
            f"Run {len(checks)} checks: {questions} DNS questions to {self.resolvers[0]}{more}{to}? "
            "The list shows what each of them sends."
        )
