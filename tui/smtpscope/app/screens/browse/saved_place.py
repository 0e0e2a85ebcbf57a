"""The last state of these logs: filter, grouping, order, layout and row, saved for the next run."""

from __future__ import annotations

from smtpscope.app.screens.browse.browse_state import BrowseState
from smtpscope.app.screens.browse.view_controller import ViewController
from smtpscope.configuration.settings import LAYOUTS, Layout, Settings
from smtpscope.workspace.log_state import LogState


class SavedPlace:
    """Restores it when the screen is created, and saves it on exit."""

    def __init__(self, state: BrowseState, views: ViewController) -> None:
        self._state = state
        self._views = views

    def restore(self, filter_text: str, layout: Layout) -> Layout:
        """Restores the last state of these logs; explicit options take precedence. Returns the layout to use."""
        state = self._state
        saved = state.analysis.user_data.state()
        if saved is None:
            return layout
        default = Settings()
        saved = saved.under(
            filter_text=filter_text or None,
            grouping=None if state.grouping == default.grouping else state.grouping,
            sort=None if state.sort == default.sort else state.sort,
        )
        state.filter_text, state.grouping, state.sort = saved.filter_text, saved.grouping, saved.sort
        state.descending = saved.descending
        if not filter_text:
            self._views.saved_position = saved.position
        return saved.layout if layout == "auto" and saved.layout in LAYOUTS else layout

    def keep(self, layout: Layout) -> None:
        """Saves the state of these logs."""
        state, position = self._state, self._views.position
        if position is not None:
            state.analysis.user_data.save_state(
                LogState(
                    position=position,
                    filter_text="" if state.view is None else state.view.filter_text,
                    grouping=state.grouping,
                    sort=state.sort,
                    descending=state.descending,
                    layout=layout,
                )
            )
