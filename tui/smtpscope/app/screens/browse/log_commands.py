"""The logs behind the table: the raw record, the whole session, the files, their clocks, and events that are twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from smtpscope.app.query_queue import Question
from smtpscope.app.screens.browse.browse_state import BrowseState
from smtpscope.app.screens.file_information import information_blocks
from smtpscope.app.screens.text_view import ReadingScreen
from smtpscope.app.screens.zone import ZoneChoice, ZoneScreen
from smtpscope.app.widgets.texts.prose import Paragraph, blocks_text, text
from smtpscope.app.widgets.texts.session_text import dialogue_blocks
from smtpscope.errors import LogError, SmtpscopeError
from smtpscope.harmless import shown, shown_lines
from smtpscope.parsing.smtp_exchange import Exchange
from smtpscope.session import FileInformation
from smtpscope.store.times import zone_label

if TYPE_CHECKING:
    from smtpscope.session import Dialogue


class AskingLogs(BrowseState):
    """Actions of the browse screen that ask the logs again, or change how their times and doubles count."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "dialogue", "Whole session", show=False, id="browse.dialogue"),
        Binding("r", "raw", "Raw record", show=False, id="browse.raw"),
        Binding("f", "information", "Files", show=False, id="browse.information"),
        Binding("z", "zone", "Time zone", show=False, id="browse.zone"),
        Binding("D", "duplicates", "Count duplicates", show=False, id="browse.duplicates"),
    ]

    def action_raw(self) -> None:
        row = self.row_here()
        if row is None:
            return
        raw = self.session.raw(row)
        lines = shown_lines(raw)
        blocks = [Paragraph(text(line)) for line in lines]
        self.app.push_screen(
            ReadingScreen("The record as its file holds it", blocks, copied_as="\n".join(lines) + "\n")
        )

    # The whole session

    def action_dialogue(self) -> None:
        row = self.row_here()
        if row is None:
            return
        exchange = self.session.store.exchange(row)
        if not self.session.holds_sessions(exchange):
            self.notify("This log holds single events, not whole sessions; r shows the record", markup=False)
            return
        self.run_worker(lambda: self._read_dialogue(exchange), thread=True, group="dialogue", exclusive=True)

    def _read_dialogue(self, exchange: Exchange) -> None:
        try:
            found = self.session.dialogue(exchange)
        except LogError as error:
            self.app.call_from_thread(self._dialogue_failed, error)
        except Exception as defect:
            # A reader that comes to grief over one session must not take the browser with it.
            what = f"the session can't be read because of a mistake in smtpscope ({type(defect).__name__}: {defect})"
            failed = LogError(where=exchange.file, what=what, remedy="r shows the record")
            self.app.call_from_thread(self._dialogue_failed, failed)
        else:
            self.app.call_from_thread(self._show_dialogue, exchange, found)

    def _dialogue_failed(self, error: LogError) -> None:
        self.notify(shown(f"{error.where}: {error.what}"), markup=False, severity="error", timeout=8)

    def _show_dialogue(self, exchange: Exchange, dialogue: Dialogue | None) -> None:
        if not self.stands or self.app.screen is not self:
            return
        if dialogue is None:
            self.notify("The log no longer holds the session of this reply", markup=False, severity="warning")
            return
        blocks, wanted = dialogue_blocks(dialogue, exchange.place, self.session.zone)
        title = shown(f"The session with {exchange.remote_host.verbatim or 'a host without a name'}")
        self.app.push_screen(ReadingScreen(title, blocks, copied_as=blocks_text(blocks) + "\n", first=wanted))

    # Files

    def action_information(self) -> None:
        # Some logs are read once more for what they say of themselves.
        question = Question(self.session.information, self._show_information, self._information_failed)
        self._questions.put("information", question)

    def _information_failed(self, error: Exception) -> None:
        if not isinstance(error, SmtpscopeError):
            raise error
        # A log can be moved or renamed while it is open, and its file is asked again for this screen.
        self._show_information((), error)

    def _show_information(self, files: tuple[FileInformation, ...], *gone: SmtpscopeError) -> None:
        if self.app.screen is not self:
            return
        blocks = information_blocks(files, self.session.noted, [*self.session.errors, *gone])
        self.app.push_screen(
            ReadingScreen("Files, and what was not read", blocks, copied_as=blocks_text(blocks) + "\n")
        )

    # Clocks

    def action_zone(self) -> None:
        session = self.session
        without = session.store.events_without_zone
        self.app.push_screen(ZoneScreen(session.zone, without, zone_label(session.taken_for)), self._zone_chosen)

    def _zone_chosen(self, choice: ZoneChoice | None) -> None:
        if choice is None:
            return

        def change() -> None:
            self.session.zone = choice.zone
            if choice.also_without:
                self.session.take_times_for(choice.zone)

        # As a question, so that nothing else asks or fills the store meanwhile.
        self._questions.put("zone", Question(change, lambda _: self._zone_changed(choice)))

    def _zone_changed(self, choice: ZoneChoice) -> None:
        taken = ", also those without a zone" if choice.also_without else ""
        self.notify(shown(f"Times are shown in {zone_label(choice.zone)}{taken}"), markup=False, timeout=4)
        self._show_header()
        self.refresh_view()
        self.show_detail_again()

    # Duplicates

    def action_duplicates(self) -> None:
        session = self.session
        doubles = session.store.duplicates
        if not doubles:
            self.notify("No event is in these logs more than once", markup=False, timeout=4)
            return
        session.count_duplicates = not session.count_duplicates
        events = "event that was there before is" if doubles == 1 else "events that were there before are"
        state = "counted, too" if session.count_duplicates else "left out"
        self.notify(f"{doubles:,} {events} {state}", markup=False, timeout=4)
        self._show_header()
        self.refresh_view()
