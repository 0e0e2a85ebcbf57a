"""Check now: the live checks that fit an incident, each with what it sends to whom; nothing runs before a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from smtpscope.app.messages import CopyWanted
from smtpscope.app.screens.confirm import ConfirmScreen
from smtpscope.app.screens.live.address_dialog import AddressScreen
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import ProseParagraph, text
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.app.widgets.texts.live_text import check_blocks, check_line
from smtpscope.harmless import Shown, shown
from smtpscope.probes.live_check import LiveCheck, LiveResult
from smtpscope.session.live.live_desk import LiveDesk
from smtpscope.session.live.live_runner import LiveRunner


class CheckNowScreen(ModalScreen[None]):
    """`desk` has the checks and takes the results; `about` names the incident."""

    CSS_PATH = "check_now.tcss"
    # All have priority: one that had none would be overtaken, as `a` by an Enter that says no to its question.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "run", "Run", id="check.run", priority=True),
        Binding("a", "run_all", "Run all", id="check.all", priority=True),
        Binding("escape,q", "close", "Cancel, close", key_display="esc", id="check.close", priority=True),
        Binding("t", "ticket", "In the ticket", id="check.ticket", priority=True),
        Binding("o", "our_address", "Our IP address", id="check.our_address", priority=True),
        Binding("y", "copy", "Copy results", id="check.copy", priority=True),
        Binding(
            "pagedown,ctrl+d",
            "page(1)",
            "Page down",
            show=False,
            key_display="PgDn",
            id="check.page_down",
            priority=True,
        ),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="check.page_up", priority=True),
        Binding("j,down", "move(1)", "Next", show=False, id="check.next", priority=True),
        Binding("k,up", "move(-1)", "Previous", show=False, id="check.previous", priority=True),
    ]

    class Started(Message):
        """A check has begun to ask."""

        def __init__(self, check: LiveCheck) -> None:
            super().__init__()
            self.check = check

    class Done(Message):
        """A check has a result."""

        def __init__(self, result: LiveResult) -> None:
            super().__init__()
            self.result = result

    class Ended(Message):
        """The run is over, or was cancelled."""

    def __init__(self, desk: LiveDesk, about: Shown) -> None:
        super().__init__()
        self._desk = desk
        self._about = about
        self._asking: set[object] = set()
        self._drawn: LiveCheck | None = None
        self._runner: LiveRunner | None = None
        self._make_runner: Callable[..., LiveRunner] = LiveRunner

    def compose(self) -> ComposeResult:
        with Vertical(id="check-now"):
            yield Static(text(self._about, "bold"), id="check-about")
            yield OptionList(id="check-list", compact=True, markup=False)
            yield ProsePane(id="check-detail")
            yield Static(id="check-note")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._list()
        self.query_one(OptionList).focus()

    def on_unmount(self) -> None:
        if self._runner is not None:
            self._runner.cancel()

    @property
    def checks(self) -> tuple[LiveCheck, ...]:
        """The checks in the list."""
        return self._desk.checks

    @property
    def idle(self) -> bool:
        """Whether nothing is running."""
        return self._runner is None

    def _list(self, at: int = 0) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._line(check)) for check in self.checks])
        if self.checks:
            options.highlighted = min(at, len(self.checks) - 1)
        self._show()

    def _line(self, check: LiveCheck) -> Content:
        return check_line(check, self._desk.result(check), running=check.key in self._asking)

    def _show(self) -> None:
        check = self._here
        pane = self.query_one(ProsePane)
        if check is None:
            pane.blocks = (ProseParagraph(text("No live check fits this cause.")),)
        else:
            pane.blocks = tuple(check_blocks(check, self._desk.result(check), self._desk.resolvers, self._desk.zone))
        # How long it is, is known only when it is laid out.
        self.call_after_refresh(self._show_note, check)

    def _show_note(self, drawn: LiveCheck | None) -> None:
        self._drawn = drawn
        pane = self.query_one(ProsePane)
        more = pane.virtual_size.height > pane.scrollable_content_region.height
        bindings = (active.binding for active in self.active_bindings.values() if more)
        keys = (self.app.get_key_display(binding) for binding in bindings if binding.id == "check.page_down")
        rest = next((f" {key} shows the rest." for key in keys), "")
        self.query_one("#check-note", Static).update(text(f"{self._note()}{rest}"))

    def _note(self) -> str:
        if self._runner is not None:
            return "Running; Escape cancels."
        if self._desk.has_results:
            return "Results go into the ticket." if self._desk.in_ticket else "Results stay out of the ticket."
        return "Nothing is sent before you press Enter or a."

    @property
    def _here(self) -> LiveCheck | None:
        highlighted = self.query_one(OptionList).highlighted
        return None if highlighted is None or not self.checks else self.checks[highlighted]

    def on_option_list_option_highlighted(self) -> None:
        self._show()

    # Keys

    def action_page(self, by: int) -> None:
        """What is sent may be longer than the pane."""
        pane = self.query_one(ProsePane)
        pane.scroll_relative(y=by * max(1, pane.scrollable_content_region.height - 1), animate=False)

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            options.highlighted = max(0, min(len(self.checks) - 1, options.highlighted + by))

    def action_run(self) -> None:
        check = self._here
        # Keys may be typed ahead: what a check sends is seen before it is sent.
        if check is None or check is not self._drawn or self._runner is not None:
            return
        pane = self.query_one(ProsePane)
        if not pane.scrollable_content_region.height or not self.find_widget(pane).visible_region:
            self.notify("To see what is sent, enlarge the terminal", severity="warning")
        elif check.refusal:
            self.notify(shown(f"Not asked: {check.refusal}"), severity="warning")
        elif check.kind == "recipient":
            asked = f"Ask {check.target.subject} whether it accepts {check.target.mailbox}?"
            question = shown(f"{asked} No message is sent.")
            self.app.push_screen(ConfirmScreen(question), lambda yes: self._run([check]) if yes else None)
        else:
            self._run([check])

    def action_run_all(self) -> None:
        """All but asking for a recipient, after one question that sums up what is sent."""
        checks = [check for check in self.checks if not check.refusal and check.kind != "recipient"]
        if not checks or self._runner is not None:
            self.notify("There is nothing to run")
            return
        question = self._desk.summed_up(checks)
        self.app.push_screen(ConfirmScreen(shown(question)), lambda yes: self._run(checks) if yes else None)

    def _run(self, checks: Sequence[LiveCheck]) -> None:
        if self._runner is not None or not self.is_attached:
            return
        self._runner = self._make_runner(
            self._desk.engine,
            checks,
            started=lambda check: self._post(self.Started(check)),
            done=lambda result: self._post(self.Done(result)),
            ended=lambda: self._post(self.Ended()),
        )
        self._runner.start()
        self._show()

    def _post(self, message: Message) -> None:
        # From the runner's thread; the screen may be gone.
        if self.is_attached:
            self.post_message(message)

    def action_close(self) -> None:
        if self._runner is not None:
            self._runner.cancel()
        else:
            self.dismiss(None)

    def action_ticket(self) -> None:
        self._desk.toggle_ticket()
        self._show()

    def action_copy(self) -> None:
        copied = self._desk.copied()
        if copied:
            self.app.post_message(CopyWanted(copied, "the results"))
        else:
            self.notify("There is no result yet")

    def action_our_address(self) -> None:
        if self._runner is None:
            self.app.push_screen(AddressScreen(self._desk.server, self._desk.our_address), self._address_given)

    def _address_given(self, address: str | None) -> None:
        if address is None:
            return
        refused = self._desk.take_our_address(address)
        if refused:
            self.notify(shown(refused), severity="error")
        self._list()

    # What the run says

    def on_check_now_screen_started(self, message: Started) -> None:
        self._asking.add(message.check.key)
        self._redraw(message.check)

    def on_check_now_screen_done(self, message: Done) -> None:
        self._asking.discard(message.result.check.key)
        self._desk.take(message.result)
        self._redraw(message.result.check)

    def on_check_now_screen_ended(self) -> None:
        cancelled = bool(self._asking)
        self._asking.clear()
        self._runner = None
        self._list(self.query_one(OptionList).highlighted or 0)
        if cancelled:
            self.notify("Cancelled; what was sent is in smtpscope checks")
        elif self._desk.journal_failure:
            self.notify(shown(f"The journal of checks could not be written: {self._desk.journal_failure}"))

    def _redraw(self, check: LiveCheck) -> None:
        options = self.query_one(OptionList)
        for index, each in enumerate(self.checks):
            if each.key == check.key and index < options.option_count:
                options.replace_option_prompt_at_index(index, self._line(each))
        self._show()
