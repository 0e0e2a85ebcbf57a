"""Reading logs on the browse screen: batches come in, progress and the picture of the log at the top."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.worker import Worker

from smtpscope.app.loading import BatchArrived, LoadingEnded, follow, load
from smtpscope.app.screens.browse.browse_state import BrowseState
from smtpscope.app.widgets.log_header import HeaderText, LogHeader, span_words
from smtpscope.harmless import shown
from smtpscope.store.times import format_time

_REFRESH_SECONDS = 0.3


class ReadingLogs(BrowseState):
    """Batches wait while a question runs; the view follows at most some times a second."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "escape", "Cancel reading", show=False, id="browse.cancel"),
        Binding("F", "follow", "Follow the logs", show=False, id="browse.follow"),
    ]

    _progress = ""
    _cancelled = False
    _follower: Worker[None] | None = None
    _one_follower = threading.Lock()

    def begin_reading(self) -> None:
        """Starts the thread that reads, and the one that asks."""
        self.run_worker(self._queries.run(), group="queries")
        self.loading_worker = self.run_worker(
            lambda: load(self.analysis, self.post_message), thread=True, group="loading", exclusive=True
        )

    def on_batch_arrived(self, message: BatchArrived) -> None:
        if not self.is_alive:
            return
        self._arrived.append(message.batch)
        if not message.added:
            self._progress = f"reading {message.batch.progress.words} (escape stops)"
        if not self._queries.busy:
            self._add_waiting()
        self._refresh_soon()

    def on_loading_ended(self, message: LoadingEnded) -> None:
        if not self.is_alive:
            return
        self._progress = ""
        self._cancelled = message.cancelled
        self.read_all = True
        if self.following:
            self._begin_following()
        if not self._queries.busy:
            self._add_waiting()
        self.refresh_view()
        if self.analysis.errors:
            first = self.analysis.errors[0]
            self.notify(shown(f"{first.where}: {first.what}"), severity="error", markup=False, timeout=10)

    def action_follow(self) -> None:
        """What is added to the logs comes in by itself, or no longer does."""
        self.following = not self.following
        if not self.following:
            if self._follower is not None:
                self._follower.cancel()
            self.notify("No longer following the logs", markup=False, timeout=3)
        elif self.read_all:
            self._begin_following()
        self._show_header()

    def _begin_following(self) -> None:
        if self._cancelled:
            self.following = False
            self.notify("Reading was stopped before the end, so there is no end to go on from", markup=False)
            return

        def run() -> None:
            follow(self.analysis, self.post_message, self._one_follower)

        self._follower = self.run_worker(run, thread=True, group="following", exclusive=True)
        self.notify("What is added to the logs comes in by itself; F stops that", markup=False, timeout=4)

    def _add_waiting(self) -> None:
        for batch in self._arrived:
            self.analysis.add(batch)
        self._arrived.clear()
        self._show_header()

    def _refresh_soon(self) -> None:
        if self.view is None:
            self.refresh_view()
        elif self._refresh_timer is None:
            self._refresh_timer = self.set_timer(_REFRESH_SECONDS, self.refresh_view)

    def stop_reading(self) -> None:
        """What was read until now stays."""
        if self.loading_worker is not None and not self.read_all:
            self.loading_worker.cancel()

    def _show_header(self) -> None:
        overview = self.analysis.overview()
        names = ", ".join(Path(name).name for name in overview.files) or "no file"
        zone = self.analysis.zone
        span = "no event with a time" if overview.events else ""
        if overview.first_ms is not None:
            first, last = format_time(overview.first_ms, zone), format_time(overview.last_ms, zone)
            without = self.analysis.store.events_without_zone
            assumed = " assumed" if without == len(self.analysis.store) else " partly assumed"
            assumed = assumed if overview.times_assumed else ""
            span = f"{first} to {last} {self.analysis.zone_name}{assumed}"
            span += f", {span_words(overview.first_ms, overview.last_ms)}"
        directions = ", ".join(f"{count:,} {direction}" for direction, count in overview.directions)
        counts = f"{overview.events:,} of ours ({directions})" if directions else "none of ours"
        counts += f", {overview.unrelated_records:,} {'other' if overview.unrelated_records == 1 else 'others'}"
        if self.following:
            counts += ", following"
        warnings = [f"{overview.skipped:,} skipped"] if overview.skipped else []
        if overview.duplicates:
            warnings.append(f"{overview.duplicates:,} duplicates left out")
        if self._cancelled:
            warnings.append("stopped before the end")
        warning = ", ".join(warnings)
        header = self.query_one(LogHeader)
        header.header = HeaderText(shown(names), span, counts, self._progress, warning)
        self.table.times_width = 19 if self.with_year() else 14

    def with_year(self) -> bool:
        """Times carry the year when the log covers more than one."""
        store = self.analysis.store
        first, last = store.log_start_ms, store.log_end_ms
        return format_time(first, self.analysis.zone)[:4] != format_time(last, self.analysis.zone)[:4]
