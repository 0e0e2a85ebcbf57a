"""Commands on the logs: raw record, whole session, files, time zone, and duplicates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from smtpscope.app.query_queue import QueryQueue, StoreQuery
from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState, Selection
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.app.screens.file_information import information_blocks
from smtpscope.app.screens.text_view import TextScreen
from smtpscope.app.screens.zone import ZoneChoice, ZoneScreen
from smtpscope.app.widgets.prose.prose_blocks import ProseParagraph, blocks_text, text
from smtpscope.app.widgets.texts.session_text import session_blocks
from smtpscope.errors import LogError, SmtpscopeError
from smtpscope.export.summaries.incident_wording import counted
from smtpscope.harmless import Shown, shown, shown_lines
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.session import FileInformation
from smtpscope.store.times import zone_label

if TYPE_CHECKING:
    from smtpscope.session import SmtpSession


class LogCommands:
    """Reads from the logs again, or changes how times and duplicates are handled.

    `changed` is called after the latter, with True if the detail must be redrawn too.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # Earlier versions' settings use this id.
        part_binding("logs", "d", "show_session", "Whole session", show=False, id="browse.dialogue"),
        part_binding("logs", "r", "show_record", "Raw record", show=False, id="browse.raw"),
        part_binding("logs", "f", "show_files", "Files", show=False, id="browse.information"),
        part_binding("logs", "z", "choose_zone", "Time zone", show=False, id="browse.zone"),
        part_binding("logs", "D", "count_duplicates", "Count duplicates", show=False, id="browse.duplicates"),
    ]

    def __init__(
        self,
        state: BrowseState,
        page: BrowsePage,
        queries: QueryQueue,
        selection: Selection,
        changed: Callable[[bool], None],
    ) -> None:
        self._state = state
        self._page = page
        self._queries = queries
        self._selection = selection
        self._changed = changed

    def show_record(self) -> None:
        analysis, found = self._state.analysis, self._selection.sample_row()

        def ask() -> list[Shown] | None:
            row = found()
            return None if row is None else shown_lines(analysis.raw(row))

        # In a thread: an archive is read from its beginning.
        self._queries.submit("record", StoreQuery(ask, self._show_lines))

    def _show_lines(self, lines: list[Shown] | None) -> None:
        if lines is None or not self._page.is_in_front:
            return
        blocks = [ProseParagraph(text(line)) for line in lines]
        copied_as = "\n".join(lines) + "\n"
        self._page.open_screen(TextScreen("Raw record, as it is in the file", blocks, copied_as=copied_as))

    # The whole session

    def show_session(self) -> None:
        row = self._selection.row
        if row is None:
            return
        exchange = self._state.analysis.store.exchange(row)
        if not self._state.analysis.holds_sessions(exchange):
            self._page.say("This log holds single events, not whole sessions; r shows the record")
            return
        self._page.run_in_thread(lambda: self._read_session(row, exchange), "session")

    def _read_session(self, row: int, exchange: SmtpExchange) -> None:
        try:
            found = self._state.analysis.smtp_session(row)
        except LogError as error:
            self._page.from_thread(self._session_failed, error)
        except Exception as defect:
            # A reader that crashes on one session must not crash the browser.
            what = f"the session can't be read because of a bug in smtpscope ({type(defect).__name__}: {defect})"
            failed = LogError(where=exchange.file, what=what, remedy="r shows the record")
            self._page.from_thread(self._session_failed, failed)
        else:
            self._page.from_thread(self._show_session, exchange, found)

    def _session_failed(self, error: LogError) -> None:
        self._page.say(shown(f"{error.where}: {error.what}"), severity="error")

    def _show_session(self, exchange: SmtpExchange, smtp_session: SmtpSession | None) -> None:
        if not self._page.is_alive or not self._page.is_in_front:
            return
        if smtp_session is None:
            self._page.say("The session of this reply is no longer in the log", severity="warning")
            return
        blocks, wanted = session_blocks(smtp_session, exchange.offset, self._state.analysis.zone)
        title = shown(f"Session with {exchange.remote_host.verbatim or 'an unnamed host'}")
        self._page.open_screen(TextScreen(title, blocks, copied_as=blocks_text(blocks) + "\n", first=wanted))

    # Files

    def show_files(self) -> None:
        # Some logs are read again for their information.
        query = StoreQuery(self._state.analysis.information, self._show_information, self._information_failed)
        self._queries.submit("information", query)

    def _information_failed(self, error: Exception) -> None:
        if not isinstance(error, SmtpscopeError):
            raise error
        # A log can be moved or renamed while it is open, and this screen reads its file again.
        self._show_information((), error)

    def _show_information(self, files: tuple[FileInformation, ...], *gone: SmtpscopeError) -> None:
        if not self._page.is_in_front:
            return
        analysis = self._state.analysis
        blocks = information_blocks(files, analysis.noted, [*analysis.errors, *gone])
        copied_as = blocks_text(blocks) + "\n"
        self._page.open_screen(TextScreen("Files and skipped records", blocks, copied_as=copied_as))

    # Clocks

    def choose_zone(self) -> None:
        analysis = self._state.analysis
        without = analysis.store.events_without_zone
        screen = ZoneScreen(analysis.zone, without, zone_label(analysis.assumed_zone))
        self._page.open_screen(screen, self._zone_chosen)

    def _zone_chosen(self, choice: ZoneChoice | None) -> None:
        if choice is None:
            return

        def change() -> None:
            self._state.analysis.zone = choice.zone
            if choice.also_without:
                self._state.analysis.set_assumed_zone(choice.zone)

        # As a query, so nothing else uses the store meanwhile.
        self._queries.submit("zone", StoreQuery(change, lambda _: self._zone_changed(choice)))

    def _zone_changed(self, choice: ZoneChoice) -> None:
        also = "; times without a zone are read in it too" if choice.also_without else ""
        self._page.say(shown(f"Times shown in {zone_label(choice.zone)}{also}"))
        self._changed(True)

    # Duplicates

    def count_duplicates(self) -> None:
        analysis = self._state.analysis
        duplicates = analysis.store.duplicates
        if not duplicates:
            self._page.say("No duplicate events in these logs")
            return
        analysis.count_duplicates = not analysis.count_duplicates
        verdict = "counted" if analysis.count_duplicates else "skipped"
        self._page.say(f"{counted(duplicates, 'duplicate', 'duplicates')} {verdict}")
        self._changed(False)
