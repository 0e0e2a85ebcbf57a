"""Lines with the same signs before each: quoted in a mail (`> `), or indented as in a page or a document."""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.wrappers.wrapper import InnerLine, Unwrapped, line_bounds

_SIGNS: Final = re.compile(r"[ \t]{1,40}|(?:> ?){1,8}")
_MOST_WITHOUT: Final = 0.1


class QuotedLines:
    """See `Wrapper`."""

    name = "quoted"
    title = "quoted or indented lines"
    recognised_by = "the same indentation, or the same > of a quotation, before all lines"

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        return _signs(head) is not None

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        signs = _signs(head) or ""
        text = block.text
        end = len(text) if final else text.rfind("\n") + 1
        lines: list[InnerLine] = []
        for start, behind in line_bounds(text, end):
            written = block.cut(start, behind).rstrip("\r\n")
            # Of an empty line, the spaces at the end are often lost.
            inner = written.removeprefix(signs) if written.startswith(signs) else written.removeprefix(signs.rstrip())
            lines.append(InnerLine(start, behind, inner))
        return Unwrapped(lines, [], end)


def _signs(head: str) -> str | None:
    """The signs before all lines but a few of a file that begins with `head`; None if there are none."""
    lines = [line for line in head.lstrip("\ufeff").split("\n") if line.strip(" \t\r>")]
    first = _SIGNS.match(lines[0]) if lines else None
    if first is None:
        return None
    without = sum(not line.startswith(first[0]) for line in lines)
    return first[0] if without <= _MOST_WITHOUT * len(lines) else None
