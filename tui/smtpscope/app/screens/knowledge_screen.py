"""The knowledge base, searched by code, cause, provider or words, with or without a log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import ProseBlock, ProseParagraph, text
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.app.widgets.texts.entry_blocks import code_blocks, entry_blocks
from smtpscope.app.widgets.vi_keys import move_highlight
from smtpscope.harmless import shown
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.code_search import codes_like
from smtpscope.knowledge.entry import Entry

_CODE_PREFIX = "code "


class KnowledgeScreen(ModalScreen[str | None]):
    """Returns the id of the entry whose incidents to show, or None.

    `counts` has how many events of the open logs each entry explains; `first` is the entry to start with.
    """

    CSS_PATH = "knowledge_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="knowledge.close"),
        Binding("down", "move(1)", "Next", id="knowledge.down", priority=True),
        Binding("up", "move(-1)", "Previous", id="knowledge.up", priority=True),
        Binding("pagedown", "page(1)", "Page down", id="knowledge.page_down", priority=True),
        Binding("pageup", "page(-1)", "Page up", show=False, id="knowledge.page_up", priority=True),
        Binding("enter", "incidents", "Show incidents", id="knowledge.incidents", priority=True),
    ]

    def __init__(self, knowledge: KnowledgeBase, counts: Mapping[str, int], *, first: str | None = None) -> None:
        super().__init__()
        self._knowledge = knowledge
        self._codes = knowledge.matcher.codes.by_code
        self._counts = counts
        self._first = first

    def compose(self) -> ComposeResult:
        with Vertical(id="knowledge"):
            yield Static(Content("Knowledge base. Type a code (550, 5.7.1), a cause, a provider or words."), id="title")
            yield Input(placeholder="for example: 4.2.2, greylist, yahoo, xexch50", id="wanted", compact=True)
            with Horizontal():
                yield OptionList(id="hits", compact=True)
                yield ProsePane(id="entry")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._search("")
        if self._first is not None:
            hits = self.query_one(OptionList)
            for position, option in enumerate(hits.options):
                if option.id == self._first:
                    hits.highlighted = position
        self.query_one(Input).focus()

    def _search(self, words: str) -> None:
        hits = self.query_one(OptionList)
        hits.clear_options()
        options = [
            Option(Content(f"{code.code}: {code.words}"), id=f"{_CODE_PREFIX}{code.code}")
            for code in codes_like(self._codes, words)
        ]
        entries = self._knowledge.search(words)
        options += [Option(self._title(entry), id=entry.id) for entry in entries]
        hits.add_options(options)
        if options:
            hits.highlighted = 0
        else:
            self._show((ProseParagraph(text("No match. Delete some letters.")),))

    def _title(self, entry: Entry) -> Content:
        count = self._counts.get(entry.id, 0)
        number = f" ({count:,})" if count else ""
        return Content(shown(f"{entry.title}{number}"))

    def _show(self, blocks: tuple[ProseBlock, ...]) -> None:
        self.query_one(ProsePane).blocks = blocks

    def on_input_changed(self, event: Input.Changed) -> None:
        self._search(event.value)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_id is None:
            return
        if event.option_id.startswith(_CODE_PREFIX):
            wanted = event.option_id.removeprefix(_CODE_PREFIX)
            found = next(code for code in codes_like(self._codes, wanted) if code.code == wanted)
            self._show(code_blocks(found, self._knowledge.entry(found.leads_to).title))
        else:
            entry = self._knowledge.entry(event.option_id)
            self._show(entry_blocks(entry, self._knowledge.categories.get(entry.category, entry.category)))

    def action_move(self, by: int) -> None:
        move_highlight(self.query_one(OptionList), by)

    def action_page(self, pages: int) -> None:
        pane = self.query_one(ProsePane)
        pane.scroll_relative(y=pages * max(1, pane.size.height - 1), animate=False)

    def action_incidents(self) -> None:
        hits = self.query_one(OptionList)
        if hits.highlighted is None:
            return
        chosen = hits.get_option_at_index(hits.highlighted).id or ""
        if chosen.startswith(_CODE_PREFIX):
            wanted = chosen.removeprefix(_CODE_PREFIX)
            chosen = next(code for code in codes_like(self._codes, wanted) if code.code == wanted).leads_to
        if self._counts.get(chosen):
            self.dismiss(chosen)
        else:
            self.notify("No event in the open logs has this cause")

    def action_close(self) -> None:
        self.dismiss(None)
