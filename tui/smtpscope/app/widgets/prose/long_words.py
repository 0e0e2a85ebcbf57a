"""Where a word that is longer than a line is broken: a path after a slash, not inside of a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len, chop_cells
from textual.content import Content

_WORD: Final = re.compile(r"\S+")
_GOOD, _FAIR = re.compile(r"[/\\]"), re.compile(r"[-_.:@,;=&?+]")
_LEAST_SHARE: Final = 3
"""A break in the first third of a line would leave it nearly empty."""


def with_breaks(content: Content, width: int) -> Content:
    """`content` with line breaks in words that are wider than `width` cells."""
    plain = content.plain
    if width < 1 or cell_len(plain) <= width:
        return content
    cuts = [cut for word in _WORD.finditer(plain) for cut in _cuts(word[0], word.start(), width)]
    if not cuts:
        return content
    starts, ends = [0, *cuts], [*cuts, len(plain)]
    return Content("\n").join([content[start:end] for start, end in zip(starts, ends, strict=True)])


def _cuts(word: str, offset: int, width: int) -> Iterator[int]:
    while len(word) > 1 and cell_len(word) > width:
        piece = chop_cells(word, width)[0]
        # A wide letter takes more than a line of one cell.
        cut = _last(_GOOD, piece) or _last(_FAIR, piece) or len(piece) or 1
        offset += cut
        yield offset
        word = word[cut:]


def _last(signs: re.Pattern[str], piece: str) -> int:
    """Behind the last of `signs` in `piece`, 0 where none comes late enough."""
    last = max((found.end() for found in signs.finditer(piece)), default=0)
    return last if last * _LEAST_SHARE >= len(piece) else 0
