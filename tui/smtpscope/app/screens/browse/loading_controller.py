"""Loading and following: adds batches, shows progress and the log's summary in the header."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.worker import Worker

from smtpscope.app.loading import follow, load
from smtpscope.app.query_queue import QueryQueue
from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.app.screens.browse.view_controller import ViewController
from smtpscope.app.widgets.log_header import HeaderText, LogHeader, span_words
from smtpscope.export.summaries.incident_wording import counted
from smtpscope.harmless import shown
from smtpscope.session import LoadedBatch
from smtpscope.store.times import format_time


class LoadingController:
    """Owns the thread that reads. Batches wait while a query runs; the view is refreshed at most three times a second.

    `ring` sounds the terminal's bell. `following` may be set before reading starts: then the logs are followed once
    read.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        part_binding("loading", "F", "toggle_following", "Follow the logs", show=False, id="browse.follow"),
        part_binding("loading", "B", "toggle_bell", "Bell for new lines", show=False, id="browse.bell"),
    ]

    def __init__(
        self,
        state: BrowseState,
        page: BrowsePage,
        queries: QueryQueue,
        views: ViewController,
        header: LogHeader,
        post: Callable[[Message], object],
        ring: Callable[[], None],
    ) -> None:
        self._state = state
        self._page = page
        self._queries = queries
        self._views = views
        self._header = header
        self._post = post
        self._ring = ring
        self._bell = False
        self._since_key = 0
        self.following = False
        self._progress = ""
        self._cancelled = False
        self._worker: Worker[None] | None = None
        self._follower: Worker[None] | None = None
        self._one_follower = threading.Lock()

    def begin(self) -> None:
        """Starts the thread that reads."""
        self._worker = self._page.run_in_thread(lambda: load(self._state.analysis, self._post), "loading")

    def stop(self) -> None:
        """Stops reading; batches read so far are kept."""
        if self._worker is not None and not self._state.read_all:
            self._worker.cancel()

    def take(self, batch: LoadedBatch, *, added: bool) -> None:
        """A batch was read; `added` means that a log has grown."""
        self._state.arrived.append(batch)
        if added and len(batch.encoded):
            self._since_key += len(batch.encoded)
            if self._bell:
                self._ring()
        if not added:
            self._progress = f"reading {batch.progress.words} (escape stops)"
        if not self._queries.busy:
            self.add_waiting()
        self._views.refresh_soon()

    def end(self, *, cancelled: bool) -> None:
        """Everything is read, or the user stopped it."""
        self._progress = ""
        self._cancelled = cancelled
        self._state.read_all = True
        if self.following:
            self._begin_following()
        if not self._queries.busy:
            self.add_waiting()
        self._views.refresh()
        if self._state.analysis.errors:
            first = self._state.analysis.errors[0]
            self._page.say(shown(f"{first.where}: {first.what}"), severity="error")

    def add_waiting(self) -> None:
        """No query is running: adds the batches read meanwhile."""
        for batch in self._state.arrived:
            self._state.analysis.add(batch)
        self._state.arrived.clear()
        self.show_header()

    # Following

    def key_pressed(self) -> None:
        """The user is there, so what comes from now on is new."""
        if self._since_key:
            self._since_key = 0
            self.show_header()

    def toggle_bell(self) -> None:
        """Turns the bell for new refusals on or off, and follows the logs if they are not yet."""
        self._bell = not self._bell
        if self._bell and not self.following:
            self.toggle_following()
        self._page.say("The bell rings when new refusals come in" if self._bell else "The bell is off")

    def toggle_following(self) -> None:
        """Turns following on or off."""
        self.following = not self.following
        if not self.following:
            if self._follower is not None:
                self._follower.cancel()
            self._page.say("Stopped following the logs")
        elif self._state.read_all:
            self._begin_following()
        self.show_header()

    def _begin_following(self) -> None:
        if self._cancelled:
            self.following = False
            self._page.say("Can't follow: loading was cancelled before the end of the log")
            return
        if not self._state.analysis.can_grow:
            self.following = False
            self._page.say(
                "Nothing to follow: packed, piped and remote logs (host:path) are read once", severity="warning"
            )
            return
        if self._state.first_new is None:
            self._state.first_new = len(self._state.analysis.store) + sum(
                len(each.encoded) for each in self._state.arrived
            )
        self._follower = self._page.run_in_thread(
            lambda: follow(self._state.analysis, self._post, self._one_follower), "following"
        )
        self._page.say("Following: new lines appear automatically (F to stop)")

    # The header

    def show_header(self) -> None:
        """Updates files, time span, counts, progress and warnings."""
        overview = self._state.analysis.overview()
        names = ", ".join(Path(name).name for name in overview.files) or "no file"
        directions = ", ".join(f"{count:,} {direction}" for direction, count in overview.directions)
        refusals = counted(overview.events, "SMTP refusal", "SMTP refusals")
        others = counted(overview.unrelated_records, "other record", "other records")
        in_full = f"{refusals} ({directions})" if directions else refusals
        if self.following:
            new = f", {self._since_key:,} new" if self._since_key else ""
            others += f", following{new}"
        warnings = [f"{overview.skipped:,} skipped"] if overview.skipped else []
        if overview.duplicates:
            warnings.append(f"{overview.duplicates:,} duplicates skipped")
        if self._cancelled:
            warnings.append("loading cancelled")
        self._header.header = HeaderText(
            shown(names),
            self._span(),
            f"{in_full}, {others}",
            f"{refusals}, {others}",
            self._progress,
            ", ".join(warnings),
        )

    def _span(self) -> str:
        analysis = self._state.analysis
        overview = analysis.overview()
        if overview.first_ms is None:
            return "no times" if overview.events else ""
        first, last = format_time(overview.first_ms, analysis.zone), format_time(overview.last_ms, analysis.zone)
        assumed = {"": "", "partly": " partly assumed", "all": " assumed"}[overview.times_assumed]
        return f"{first} to {last} {analysis.zone_name}{assumed}, {span_words(overview.first_ms, overview.last_ms)}"
