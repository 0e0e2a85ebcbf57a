"""The export dialog: scope, format and file, with a preview; never overwrites without asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import ClassVar, Literal

from msgspec import Struct
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from smtpscope.app.messages import CopyWanted
from smtpscope.app.query_queue import StoreQuery
from smtpscope.app.screens.confirm import ConfirmScreen
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import ProseBlock, ProseParagraph, clickable, text
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.configuration.settings import Settings
from smtpscope.errors import ExportError
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.export.masking.masking import Mask
from smtpscope.export.summaries.summary import SummaryDocument
from smtpscope.export.writing import suggested_name, write_document
from smtpscope.harmless import Shown, shown, shown_lines
from smtpscope.session import IncidentDetail, View
from smtpscope.session.browsing.browsed import Browsed

_PREVIEW_LINES = 2000
_SECONDS_BEFORE_SAYING_SO = 0.2
"""Most exports are written sooner, and the preview need not flicker."""
MaskKind = Literal["", "names", "strict"]
_MASK_LINES: Mapping[MaskKind, str] = {
    "": "[ ] Mask names, mailboxes, hosts, IP addresses (f3)",
    "names": "[x] Mask names, mailboxes, hosts, IP addresses (f3)",
    "strict": "[x] Strict: only codes and known phrases (f3)",
}
_SHORT_MASK_LINES: Mapping[MaskKind, str] = {"": "[ ] Mask (f3)", "names": "[x] Mask (f3)", "strict": "[x] Strict (f3)"}
_NARROW = 76
"""Below this width the fields beside the formats have room for a word or two."""


class ExportChoice(Struct, frozen=True):
    """`title` names the scope; `incidents` computes it, which may take a while."""

    title: str
    incidents: Callable[[], list[IncidentDetail]]


class _Written(Struct, frozen=True):
    """An export, and what the dialog shows of it; `lines` are harmless."""

    content: str
    lines: list[Shown]
    preview: tuple[ProseBlock, ...]
    name: str
    incidents: int


class ExportScreen(ModalScreen[None]):
    """Enter writes the file, escape leaves without."""

    CSS_PATH = "export_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "write", "Write the file", id="export.write", priority=True),
        Binding("escape", "close", "Cancel", id="export.close"),
        Binding("f2", "what", "What to export", id="export.what"),
        Binding("f3", "mask", "Mask names", id="export.mask"),
        Binding("f5", "letter", "Letter anyway", id="export.letter"),
        Binding("f4", "copy", "Copy to clipboard", id="export.copy"),
        Binding("tab", "app.focus_next", "Next field", id="export.next_field"),
    ]

    def __init__(
        self,
        analysis: Browsed,
        view: View,
        choices: Sequence[ExportChoice],
        submit: Callable[[str, StoreQuery], None],
        settings: Settings | None = None,
    ) -> None:
        """`submit` runs a query of its kind in a thread."""
        super().__init__()
        self._submit = submit
        self._analysis = analysis
        self._view = view
        self._choices = tuple(choices)
        self._choice = 0
        self._settings = Settings() if settings is None else settings
        self._format: str = self._settings.export_format
        self._documents: dict[int, SummaryDocument] = {}
        self._suggested = ""
        self._written: _Written | None = None
        self._drawings = 0
        self._afterwards: Callable[[], None] | None = None
        self._letter_anyway = False
        self._mask: MaskKind = "names" if self._settings.export_mask else ""

    def compose(self) -> ComposeResult:
        with Vertical(id="export"):
            yield Static(id="export-what")
            with Horizontal(id="export-choices"):
                yield OptionList(
                    *(Option(Content(each.title), id=each.name) for each in SUMMARY_FORMATS.values()),
                    id="export-format",
                    compact=True,
                    markup=False,
                )
                with Vertical():
                    yield Static(id="export-file")
                    yield Input(id="export-path", compact=True)
                    yield Static(id="export-mask")
                    yield Static(id="export-note")
            yield ProsePane(id="export-preview")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(OptionList).highlighted = list(SUMMARY_FORMATS).index(self._format)
        self.query_one(OptionList).focus()
        self._draw()

    @property
    def content(self) -> str:
        """The content that would be written now."""
        return "" if self._written is None else self._written.content

    @property
    def path(self) -> str:
        return self.query_one("#export-path", Input).value

    def _document(self, choice: int) -> SummaryDocument:
        known = self._documents.get(choice)
        if known is None:
            known = self._analysis.document(self._choices[choice].incidents(), self._view)
            self._documents[choice] = known
        return known

    def _draw(self) -> None:
        """Writes the export as it is chosen now, in a thread, and shows it."""
        choice, chosen, mask, letter = (
            self._choice,
            SUMMARY_FORMATS[self._format],
            self._new_mask(),
            self._letter_anyway,
        )
        self._written, self._afterwards = None, None
        self._drawings += 1
        drawing = self._drawings

        def ask() -> _Written:
            document = replace(self._document(choice), letter_anyway=letter)
            content = chosen.render(document, mask=mask)
            name = suggested_name(document if mask is None else mask.document(document), chosen.suffix)
            lines = shown_lines(content)
            return _Written(content, lines, _preview(lines), name, len(document.incidents))

        def answer(written: _Written) -> None:
            if drawing == self._drawings and self.query(OptionList):
                self._show(written)

        self.set_timer(_SECONDS_BEFORE_SAYING_SO, self._say_writing)
        self._submit("export", StoreQuery(ask, answer))

    def _say_writing(self) -> None:
        if self._written is None:
            self.query_one(ProsePane).blocks = (ProseParagraph(text("Writing ...", "$text-muted")),)

    def _show(self, written: _Written) -> None:
        self._written = written
        chosen = SUMMARY_FORMATS[self._format]
        title = self._choices[self._choice].title
        count = written.incidents
        incidents = "1 incident" if count == 1 else f"{count:,} incidents"
        narrow = self.size.width < _NARROW
        self.query_one("#export-file", Static).update(Content("File" if narrow else "File (up/down: format)"))
        mask_lines = _SHORT_MASK_LINES if narrow else _MASK_LINES
        self.query_one("#export-mask", Static).update(clickable(text(mask_lines[self._mask]), "mask"))
        more = "  (f2: change)" if len(self._choices) > 1 else ""
        what = text(f"Export {title}: {incidents}{more}", "bold")
        self.query_one("#export-what", Static).update(clickable(what, "what") if more else what)
        name = written.name
        if self._settings.export_folder is not None:
            name = str(self._settings.export_folder / name)
        path = self.query_one("#export-path", Input)
        if path.value in ("", self._suggested):
            path.value = name
            path.cursor_position = len(name)
        else:
            # A path typed by the user keeps its name, but changes its extension with the format.
            typed = Path(path.value)
            if typed.suffix in {each.suffix for each in SUMMARY_FORMATS.values()}:
                path.value = str(typed.with_suffix(chosen.suffix))
        self._suggested = name
        self.query_one(ProsePane).blocks = written.preview
        if self._afterwards is not None:
            self._afterwards()

    def on_option_list_option_highlighted(self, message: OptionList.OptionHighlighted) -> None:
        if message.option_id is not None and message.option_id != self._format:
            self._format = message.option_id
            self._draw()

    def action_letter(self) -> None:
        self._letter_anyway = not self._letter_anyway
        self._draw()

    def _new_mask(self) -> Mask | None:
        return Mask(strict=self._mask == "strict") if self._mask else None

    def action_mask(self) -> None:
        kinds = tuple(_MASK_LINES)
        self._mask = kinds[(kinds.index(self._mask) + 1) % len(kinds)]
        self._draw()

    def action_what(self) -> None:
        self._choice = (self._choice + 1) % len(self._choices)
        self._draw()

    def action_copy(self) -> None:
        if self._written is None:
            self._afterwards = self.action_copy
            return
        self.app.post_message(CopyWanted("\n".join(self._written.lines), "the export"))
        self.dismiss(None)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_write(self) -> None:
        if self._written is None:
            # A key that was typed ahead is not lost.
            self._afterwards = self.action_write
            return
        path = Path(self.path).expanduser()
        if self.app.is_web:
            self._download(path)
        elif path.is_file() and not self._settings.export_confirm_overwrite:
            self._write(path, overwrite=True)
        elif path.is_file():
            question = f"{shown(str(path))} already exists. Overwrite it?"
            self.app.push_screen(
                ConfirmScreen(question), lambda yes: self._write(path, overwrite=True) if yes else None
            )
        else:
            self._write(path, overwrite=False)

    def _download(self, path: Path) -> None:
        """On a page the file goes to the person viewing it, not to the machine that serves it."""
        self.app.deliver_text(StringIO(self.content), save_filename=path.name, mime_type="application/octet-stream")
        self.notify(shown(f"Sent {path.name} to your web browser as a download"))
        self.dismiss(None)

    def _write(self, path: Path, *, overwrite: bool) -> None:
        try:
            written = write_document(path, self.content, overwrite=overwrite)
        except ExportError as error:
            note = Content.styled(shown(f"{error.what}. {error.remedy}"), "$text-error")
            self.query_one("#export-note", Static).update(note)
            return
        self.notify(shown(f"Wrote {written:,} bytes to {path}"))
        self.dismiss(None)


def _preview(lines: Sequence[Shown]) -> tuple[ProseBlock, ...]:
    blocks = [ProseParagraph(text(line)) for line in lines[:_PREVIEW_LINES]]
    if len(lines) > _PREVIEW_LINES:
        blocks.append(ProseParagraph(text(f"and {len(lines) - _PREVIEW_LINES:,} more lines", "$text-muted")))
    return tuple(blocks)
