"""Blocks of text for a pane, which know no width: paragraphs with a hanging indent, flowing columns, headings."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual.content import Content
from textual.style import Style

from smtpscope.harmless import Shown, shown


def text(shown: Shown | str, style: str = "") -> Content:
    """Literal content: brackets are not markup. Log text must be `Shown`; a plain str is for our own text."""
    return Content.styled(shown, style) if style else Content(shown)


def clickable(content: Content, action: str) -> Content:
    """`content`, on which a click does the `action` of its screen."""
    return content.stylize(Style.from_meta({"@click": f"screen.{action}()"}))


_NOTHING = Content("")


class ProseParagraph(Struct, frozen=True):
    """`content` after `lead` (a bullet, a label); wrapped lines are indented to the start of the content.

    `copied` is what is copied where that is not the content. `indent` spaces come before both. When the lead leaves
    less than 16 cells, the content starts on its own line.
    """

    content: Content
    lead: Content = _NOTHING
    indent: int = 0
    copied: str = ""


class FlowingColumns(Struct, frozen=True):
    """Short items side by side, filled row by row, in as many equal columns as the width allows.

    `values` are the items as they are copied, where they hold more than a value.
    """

    items: tuple[Content, ...]
    indent: int = 0
    values: tuple[str, ...] = ()


class Heading(Struct, frozen=True):
    content: Content


ProseBlock = ProseParagraph | FlowingColumns | Heading
BLANK = ProseParagraph(_NOTHING)


def bullet(content: Content, *, sign: str = "-", indent: int = 0) -> ProseParagraph:
    return ProseParagraph(content, text(f"{sign} "), indent)


def labelled(label: str, content: Content, *, width: int = 11) -> ProseParagraph:
    """`content` after a muted label; all labels of a pane have the same width."""
    return ProseParagraph(content, text(f"{label:<{width - 1}} ", "$text-muted"))


def sources(cited: Sequence[tuple[str, str]]) -> list[ProseBlock]:
    """Titles and links under a heading, each link an item that is copied alone; nothing where there are none."""
    if not cited:
        return []
    lines = (ProseParagraph(text(shown(f"{title}  {url}".rstrip())), text("- "), copied=url) for title, url in cited)
    return [BLANK, Heading(text("Sources")), *lines]


def blocks_text(blocks: Sequence[ProseBlock]) -> str:
    """The plain text of the blocks, for tests and the clipboard."""
    words: list[str] = []
    for block in blocks:
        if isinstance(block, FlowingColumns):
            words += [item.plain for item in block.items]
        elif isinstance(block, Heading):
            words.append(block.content.plain)
        else:
            words.append(block.lead.plain + block.content.plain)
    return "\n".join(words)
