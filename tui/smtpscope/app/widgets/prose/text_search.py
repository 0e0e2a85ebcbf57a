"""Words found in the lines of a text, and how they are marked."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


class TextSearch:
    """The matches of `wanted` in the lines of a pane, regardless of case; `current` is the one that was gone to."""

    def __init__(self, wanted: str, lines: Sequence[str]) -> None:
        self.wanted = wanted
        self._spans: dict[int, list[tuple[int, int]]] = {}
        folded = wanted.casefold()
        for number, line in enumerate(lines if folded else ()):
            start = line.casefold().find(folded)
            # A letter whose folded form is longer would shift what follows; such a line is searched as it is.
            searched = line.casefold() if len(line.casefold()) == len(line) else line
            while start >= 0:
                left = cell_len(line[:start])
                self._spans.setdefault(number, []).append((left, left + cell_len(line[start : start + len(wanted)])))
                start = searched.find(folded, start + len(folded))
        self.places = [(line, span) for line, spans in self._spans.items() for span in spans]
        self.current = 0

    @property
    def line(self) -> int | None:
        """The line of the current match, None without a match."""
        return self.places[self.current][0] if self.places else None

    @property
    def words(self) -> str:
        """Which of how many matches is the current one."""
        if not self.wanted:
            return ""
        return f"{self.current + 1} of {len(self.places)}" if self.places else "no match"

    def go(self, by: int) -> None:
        """To the next match or the one before, from the last to the first."""
        if self.places:
            self.current = (self.current + by) % len(self.places)

    def start_at(self, line: int) -> None:
        """The current match is the first at `line` or below."""
        below = [number for number, (at, _) in enumerate(self.places) if at >= line]
        self.current = below[0] if below else 0

    def marked(self, strip: Strip, line: int, match: Style, current: Style) -> Strip:
        """`strip`, which shows `line`, with its matches marked."""
        spans = self._spans.get(line)
        if not spans:
            return strip
        parts, at = [], 0
        for span in spans:
            style = current if self.places[self.current] == (line, span) else match
            parts.append(strip.crop(at, span[0]))
            # On top of the text's own colours, which would otherwise win.
            found = strip.crop(*span)
            parts.append(Strip([Segment(each.text, (each.style or Style()) + style) for each in found]))
            at = span[1]
        return Strip.join([*parts, strip.crop(at)])
