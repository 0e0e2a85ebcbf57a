"""The key of live checks: opens them for the incident under the cursor, and shows their results beside the guidance."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from smtpscope.app.query_queue import StoreQuery
from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState, Selection
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.app.widgets.texts.incident_text import headline
from smtpscope.errors import SmtpscopeError
from smtpscope.harmless import shown

if TYPE_CHECKING:
    from smtpscope.session import IncidentDetail
    from smtpscope.session.live.live_session import LiveSession


class _NoChecksError(Exception):
    """Live checks are off, or can't be made; the message says why."""


class LiveCheckKeys:
    """`changed` is called when the detail must be redrawn. Nothing of live checks is loaded before the key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        part_binding("live", "X", "check_now", "Check now", id="browse.check_now"),
    ]

    def __init__(
        self,
        state: BrowseState,
        page: BrowsePage,
        selection: Selection,
        changed: Callable[[], None],
        submit: Callable[[str, StoreQuery], None],
    ) -> None:
        """`submit` runs a query of its kind in a thread."""
        self._state = state
        self._page = page
        self._selection = selection
        self._changed = changed
        self._submit = submit
        self._session: LiveSession | None = None

    def check_now(self) -> None:
        """Lists the checks that fit the incident; of a row with several, the most frequent one."""
        largest = self._selection.largest()
        self._submit("check", StoreQuery(lambda: (largest(), self._opened()), self._show, self._failed))

    def _failed(self, error: Exception) -> None:
        if isinstance(error, _NoChecksError):
            self._page.say(str(error), severity="warning")
        elif isinstance(error, SmtpscopeError):
            self._page.say(shown(f"{error.where}: {error.what}. {error.remedy}"), severity="error")
        else:
            raise error

    def _show(self, answer: tuple[tuple[IncidentDetail, int] | None, LiveSession]) -> None:
        found, session = answer
        if found is None:
            self._page.say("There is nothing to check")
            return
        if not self._page.is_in_front:
            return
        from smtpscope.app.screens.live.check_now import CheckNowScreen
        from smtpscope.session.live.live_desk import LiveDesk

        analysis, (detail, incidents) = self._state.analysis, found
        desk = LiveDesk(session, detail, analysis.live_results, analysis.user_data, analysis.zone)
        more = f" (the most frequent of {incidents:,} incidents here)" if incidents > 1 else ""
        about = shown(f"{detail.advice.title}: {headline(detail.incident)}{more}")
        self._page.open_screen(CheckNowScreen(desk, about), lambda _: self._changed())

    def _opened(self) -> LiveSession:
        """Runs in the thread of queries: what is imported and read takes a tenth of a second. Raises _NoChecksError."""
        if self._session is not None:
            return self._session
        from pathlib import Path

        from smtpscope.configuration.paths import paths
        from smtpscope.session.live.live_session import LiveSession, hindrance

        settings = self._state.settings
        if why := hindrance(settings.checks):
            raise _NoChecksError(why)
        journal = paths(Path.cwd()).journal_file if settings.remember else None
        _, *own = self._state.analysis.knowledge.folders
        self._session = LiveSession.made(settings, own, journal)
        return self._session
