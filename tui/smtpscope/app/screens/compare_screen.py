"""Two periods, servers or files side by side: what is new, gone, more or fewer, in the words of `smtpscope compare`."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from smtpscope.app.messages import CopyWanted
from smtpscope.app.screens.compare_choices import CompareChoice, offered, typed
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import BLANK, Heading, ProseBlock, ProseParagraph, bullet, text
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.app.widgets.vi_keys import move_highlight
from smtpscope.errors import SmtpscopeError
from smtpscope.export.comparison.comparison import Comparison
from smtpscope.export.comparison.comparison_formats import comparison_outline, rendered
from smtpscope.export.summaries.content import Bullets, Line, Paragraph, SummaryFacts
from smtpscope.harmless import shown
from smtpscope.session import Analysis


class CompareScreen(ModalScreen[None]):
    """Compares within what matches `filter_text`."""

    CSS_PATH = "compare_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "compare", "Compare", id="compare.choose", priority=True),
        Binding("down", "move(1)", "Next", show=False, id="compare.down", priority=True),
        Binding("up", "move(-1)", "Previous", show=False, id="compare.up", priority=True),
        Binding("pagedown", "page(1)", "Page down", show=False, id="compare.page_down", priority=True),
        Binding("pageup", "page(-1)", "Page up", show=False, id="compare.page_up", priority=True),
        Binding("f4", "copy", "Copy to clipboard", id="compare.copy"),
        Binding("escape", "close", "Close", id="compare.close"),
    ]

    def __init__(self, analysis: Analysis, filter_text: str) -> None:
        super().__init__()
        self._analysis = analysis
        self._filter_text = filter_text
        self._choices: tuple[CompareChoice, ...] = ()
        self.comparison: Comparison | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="compare"):
            within = f" within {shown(self._filter_text)}" if self._filter_text else ""
            yield Static(
                text(shown(f"Compare{within}: choose below, or type one, two or four times"), "bold"),
                id="compare-title",
            )
            yield Input(
                placeholder="for example: monday, or 11-01 11-08, or 9:00 10:00 14:00 15:00",
                id="compare-times",
                compact=True,
            )
            yield OptionList(id="compare-choices", compact=True)
            yield ProsePane(id="compare-result")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._choices = tuple(offered(self._analysis))
        options = self.query_one(OptionList)
        options.add_options([Option(text(shown(choice.title))) for choice in self._choices])
        options.highlighted = 0
        self.query_one(Input).focus()

    def action_move(self, by: int) -> None:
        move_highlight(self.query_one(OptionList), by)

    def action_page(self, by: int) -> None:
        pane = self.query_one(ProsePane)
        pane.scroll_relative(y=by * max(1, pane.size.height - 1), animate=False)

    def action_compare(self) -> None:
        words = self.query_one(Input).value.strip()
        highlighted = self.query_one(OptionList).highlighted
        choice = typed(words) if words else None if highlighted is None else self._choices[highlighted]
        if choice is None:
            self._say("Type one time, two (a beginning and the time that divides), or four (two periods)")
        else:
            self.run_worker(lambda: self._run(choice), thread=True, group="compare", exclusive=True)

    def _run(self, choice: CompareChoice) -> None:
        try:
            found = choice.compared(self._analysis, self._filter_text)
        except SmtpscopeError as error:
            self.app.call_from_thread(self._say, f"{error.what}. {error.remedy}")
        else:
            # Thousands of incidents take a while here, too.
            self.app.call_from_thread(self._show, found, comparison_blocks(found))

    def _say(self, words: str) -> None:
        self.query_one(ProsePane).blocks = (ProseParagraph(text(shown(words), "$text-warning")),)

    def _show(self, comparison: Comparison, blocks: tuple[ProseBlock, ...]) -> None:
        self.comparison = comparison
        self.query_one(ProsePane).blocks = blocks

    def action_copy(self) -> None:
        comparison = self.comparison
        if comparison is not None:

            def copy() -> None:
                self.app.post_message(CopyWanted(rendered(comparison, "text"), "the comparison"))

            self.run_worker(copy, thread=True, group="copying")

    def action_close(self) -> None:
        self.dismiss(None)


def comparison_blocks(comparison: Comparison) -> tuple[ProseBlock, ...]:
    """The rows of `smtpscope compare`, for the screen."""
    outline = comparison_outline(comparison)
    blocks: list[ProseBlock] = []
    for chapter in outline.chapters:
        blocks.append(Heading(_content(chapter.headline)))
        for section in (*chapter.sections, outline.origin):
            blocks += [BLANK, Heading(text(section.title))]
            for block in section.blocks:
                if isinstance(block, Bullets):
                    blocks += [bullet(_content(item)) for item in block.items]
                elif isinstance(block, SummaryFacts):
                    blocks += [
                        ProseParagraph(_content(line), text(f"{label:<8}", "$text-muted"))
                        for label, line in block.items
                    ]
                elif isinstance(block, Paragraph):
                    blocks.append(ProseParagraph(_content(block.line)))
    return tuple(blocks)


def _content(line: Line) -> Content:
    return Content.assemble(*((str(shown(piece.text)), "bold" if piece.kind == "strong" else "") for piece in line))
