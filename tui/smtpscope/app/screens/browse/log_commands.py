"""The logs behind the table: the raw record, the whole session, the files, their clocks, and events that are twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from smtpscope.app.query_queue import Query
from smtpscope.app.screens.browse.browse_state import BrowseState
from smtpscope.app.screens.file_information import information_blocks
from smtpscope.app.screens.text_view import TextScreen
from smtpscope.app.screens.zone import ZoneChoice, ZoneScreen
from smtpscope.app.widgets.texts.prose import ProseParagraph, blocks_text, text
from smtpscope.app.widgets.texts.session_text import session_blocks
from smtpscope.errors import LogError, SmtpscopeError
from smtpscope.harmless import shown, shown_lines
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.session import FileInformation
from smtpscope.store.times import zone_label

if TYPE_CHECKING:
    from smtpscope.session import SmtpSession


class AskingLogs(BrowseState):
    """Actions of the browse screen that ask the logs again, or change how their times and doubles count."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "smtp_session", "Whole session", show=False, id="browse.dialogue"),
        Binding("r", "raw", "Raw record", show=False, id="browse.raw"),
        Binding("f", "information", "Files", show=False, id="browse.information"),
        Binding("z", "zone", "Time zone", show=False, id="browse.zone"),
        Binding("D", "duplicates", "Count duplicates", show=False, id="browse.duplicates"),
    ]

    def action_raw(self) -> None:
        row = self.row_here()
        if row is None:
            return
        raw = self.analysis.raw(row)
        lines = shown_lines(raw)
        blocks = [ProseParagraph(text(line)) for line in lines]
        self.app.push_screen(TextScreen("The record as its file holds it", blocks, copied_as="\n".join(lines) + "\n"))

    # The whole session

    def action_smtp_session(self) -> None:
        row = self.row_here()
        if row is None:
            return
        exchange = self.analysis.store.exchange(row)
        if not self.analysis.holds_sessions(exchange):
            self.notify("This log holds single events, not whole sessions; r shows the record", markup=False)
            return
        self.run_worker(lambda: self._read_session(exchange), thread=True, group="session", exclusive=True)

    def _read_session(self, exchange: SmtpExchange) -> None:
        try:
            found = self.analysis.smtp_session(exchange)
        except LogError as error:
            self.app.call_from_thread(self._session_failed, error)
        except Exception as defect:
            # A reader that comes to grief over one session must not take the browser with it.
            what = f"the session can't be read because of a mistake in smtpscope ({type(defect).__name__}: {defect})"
            failed = LogError(where=exchange.file, what=what, remedy="r shows the record")
            self.app.call_from_thread(self._session_failed, failed)
        else:
            self.app.call_from_thread(self._show_session, exchange, found)

    def _session_failed(self, error: LogError) -> None:
        self.notify(shown(f"{error.where}: {error.what}"), markup=False, severity="error", timeout=8)

    def _show_session(self, exchange: SmtpExchange, smtp_session: SmtpSession | None) -> None:
        if not self.is_alive or self.app.screen is not self:
            return
        if smtp_session is None:
            self.notify("The log no longer holds the session of this reply", markup=False, severity="warning")
            return
        blocks, wanted = session_blocks(smtp_session, exchange.offset, self.analysis.zone)
        title = shown(f"The session with {exchange.remote_host.verbatim or 'a host without a name'}")
        self.app.push_screen(TextScreen(title, blocks, copied_as=blocks_text(blocks) + "\n", first=wanted))

    # Files

    def action_information(self) -> None:
        # Some logs are read once more for what they say of themselves.
        question = Query(self.analysis.information, self._show_information, self._information_failed)
        self._queries.submit("information", question)

    def _information_failed(self, error: Exception) -> None:
        if not isinstance(error, SmtpscopeError):
            raise error
        # A log can be moved or renamed while it is open, and its file is asked again for this screen.
        self._show_information((), error)

    def _show_information(self, files: tuple[FileInformation, ...], *gone: SmtpscopeError) -> None:
        if self.app.screen is not self:
            return
        blocks = information_blocks(files, self.analysis.noted, [*self.analysis.errors, *gone])
        self.app.push_screen(TextScreen("Files, and what was not read", blocks, copied_as=blocks_text(blocks) + "\n"))

    # Clocks

    def action_zone(self) -> None:
        analysis = self.analysis
        without = analysis.store.events_without_zone
        self.app.push_screen(ZoneScreen(analysis.zone, without, zone_label(analysis.assumed_zone)), self._zone_chosen)

    def _zone_chosen(self, choice: ZoneChoice | None) -> None:
        if choice is None:
            return

        def change() -> None:
            self.analysis.zone = choice.zone
            if choice.also_without:
                self.analysis.set_assumed_zone(choice.zone)

        # As a question, so that nothing else asks or fills the store meanwhile.
        self._queries.submit("zone", Query(change, lambda _: self._zone_changed(choice)))

    def _zone_changed(self, choice: ZoneChoice) -> None:
        taken = ", also those without a zone" if choice.also_without else ""
        self.notify(shown(f"Times are shown in {zone_label(choice.zone)}{taken}"), markup=False, timeout=4)
        self._show_header()
        self.refresh_view()
        self.show_detail_again()

    # Duplicates

    def action_duplicates(self) -> None:
        analysis = self.analysis
        doubles = analysis.store.duplicates
        if not doubles:
            self.notify("No event is in these logs more than once", markup=False, timeout=4)
            return
        analysis.count_duplicates = not analysis.count_duplicates
        events = "event that was there before is" if doubles == 1 else "events that were there before are"
        state = "counted, too" if analysis.count_duplicates else "left out"
        self.notify(f"{doubles:,} {events} {state}", markup=False, timeout=4)
        self._show_header()
        self.refresh_view()
