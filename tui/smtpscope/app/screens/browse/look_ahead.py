"""Computes the next grouping while the user is idle, so its key responds at once."""

from __future__ import annotations

from typing import Final

from textual.timer import Timer

from smtpscope.app.query_queue import QueryQueue, StoreQuery
from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState
from smtpscope.store.grouping.dimensions import DIMENSIONS

_RESTING_SECONDS: Final = 0.5


class LookAhead:
    """Asks for it half a second after the last view was shown."""

    def __init__(self, state: BrowseState, page: BrowsePage, queries: QueryQueue) -> None:
        self._state = state
        self._page = page
        self._queries = queries
        self._timer: Timer | None = None

    def rest(self) -> None:
        """A view was shown: the user may be idle from now on."""
        if self._timer is not None:
            self._timer.stop()
        if self._state.read_all and self._state.cursor_before_typing is None:
            self._timer = self._page.later(_RESTING_SECONDS, self._ask)

    def _ask(self) -> None:
        view = self._state.view
        # Of a set it may be minutes of work, and its own groupings are kept.
        if view is None or not self._queries.idle or self._state.analysis.logs is None:
            return
        following = DIMENSIONS.after(view.grouping, 1)

        def ask() -> None:
            self._state.analysis.view(view.filter_text, grouping=following)

        self._queries.submit("ahead", StoreQuery(ask, lambda _: None, lambda _: None))
