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
        from smtpscope.session.live.live_session import hindrance

        why = hindrance(self._state.settings.checks)
        if why:
            self._page.say(why, severity="warning")
            return
        self._submit("check", StoreQuery(self._selection.largest(), self._show))

    def _show(self, found: tuple[IncidentDetail, int] | None) -> None:
        if found is None:
            self._page.say("There is nothing to check")
            return
        if not self._page.is_in_front:
            return
        try:
            session = self._session = self._session or self._opened()
        except SmtpscopeError as error:
            self._page.say(shown(f"{error.where}: {error.what}. {error.remedy}"), severity="error")
            return
        from smtpscope.app.screens.live.check_now import CheckNowScreen
        from smtpscope.session.live.live_desk import LiveDesk

        analysis, (detail, incidents) = self._state.analysis, found
        desk = LiveDesk(session, detail, analysis.live_results, analysis.user_data, analysis.zone)
        more = f" (the most frequent of {incidents:,} incidents here)" if incidents > 1 else ""
        about = shown(f"{detail.advice.title}: {headline(detail.incident)}{more}")
        self._page.open_screen(CheckNowScreen(desk, about), lambda _: self._changed())

    def _opened(self) -> LiveSession:
        from pathlib import Path

        from smtpscope.configuration.paths import paths
        from smtpscope.session.live.live_session import LiveSession

        settings = self._state.settings
        journal = paths(Path.cwd()).journal_file if settings.remember else None
        _, *own = self._state.analysis.knowledge.folders
        return LiveSession.made(settings, own, journal)
