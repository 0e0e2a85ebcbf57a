"""A summary of the log in two lines: files, time span, number of SMTP refusals, and their timeline."""

from __future__ import annotations

from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from smtpscope.harmless import Shown
from smtpscope.store.times import DAY

BARS = " ▁▂▃▄▅▆▇█"


class HeaderText(Struct, frozen=True):
    """`what` are the files, `span` is the time span, `counts` the numbers of records.

    `brief_counts` is the same for a narrow screen. `reading` is the progress, "" when everything has been read.
    """

    what: Shown
    span: str
    counts: str
    brief_counts: str
    reading: str = ""
    warning: str = ""


_LEAST_NAMES = 30
"""Cells reserved for file names before the counts are shown in full."""


def bars(counts: tuple[int, ...], *, highest: int = 8) -> str:
    """One character per bin; a bin with any event is never drawn empty.

    A full cell (`highest` 8) would touch the line above, so stacked lines use at most 7.
    """
    most = max(counts, default=0)
    if not most:
        return " " * len(counts)
    return "".join(BARS[0] if not count else BARS[max(1, round(count / most * highest))] for count in counts)


def merged(counts: tuple[int, ...], most: int) -> tuple[int, ...]:
    """`counts` in at most `most` bins, merging neighbours, so a smaller screen still shows the whole time span."""
    if len(counts) <= most:
        return counts
    result = [0] * most
    for number, count in enumerate(counts if most else ()):
        result[number * most // len(counts)] += count
    return tuple(result)


def span_words(first_ms: int | None, last_ms: int | None) -> str:
    """The time from the first to the last record, in the largest unit of which there is one, rounded."""
    if first_ms is None or last_ms is None:
        return ""
    length = last_ms - first_ms
    if length >= DAY:
        days = (length + DAY // 2) // DAY
        return f"{days} days" if days > 1 else "1 day"
    hour = DAY // 24
    if length >= hour:
        return f"{(length + hour // 2) // hour} h"
    return f"{max(1, round(length / 60_000))} min"


def _warning_width(header: HeaderText) -> int:
    """The width of the warning with its prefix."""
    return len(header.warning) + 4 if header.warning else 0


class LogHeader(Widget, can_focus=False):
    """Line 1: files, counts, and what is being read. Line 2: the span and a timeline of all events."""

    DEFAULT_CSS = """
    LogHeader { height: 2; background: $panel; padding: 0 1; }
    """

    header: reactive[HeaderText | None] = reactive(None)
    activity: reactive[tuple[int, ...]] = reactive(())

    @property
    def activity_width(self) -> int:
        """How many bins fit after the span and the warning."""
        if self.header is None:
            return 10
        return max(0, self.content_size.width - len(self._span(self.header)) - _warning_width(self.header) - 2)

    def _span(self, header: HeaderText) -> str:
        """The span, without its length if both don't fit; cut with an ellipsis if still too long."""
        room = self.size.width - _warning_width(header)
        if len(header.span) <= room:
            return header.span
        span = header.span.rpartition(", ")[0] or header.span
        return span if len(span) <= room or room < 1 else f"{span[: room - 1]}…"

    def render(self) -> Content:
        header = self.header
        if header is None:
            return Content("smtpscope")
        right = header.reading or header.counts
        room = self.size.width - len("smtpscope") - 4
        if not header.reading and len(right) + min(len(header.what), _LEAST_NAMES) > room:
            right = header.brief_counts
        if len(right) > (most := max(0, self.content_size.width - len("smtpscope") - 2)):
            right = f"{right[: max(0, most - 1)]}…"
        style = "$text-warning" if header.reading else "$text-muted"
        room -= len(right)
        what = header.what if len(header.what) <= room else f"…{header.what[-max(0, room - 1) :]}" if room > 1 else ""
        first = Content.assemble(
            ("smtpscope", "bold $text-primary"), "  ", what.ljust(max(0, room)), "  ", (right, style)
        )
        line = Content.assemble(self._span(header))
        if header.warning:
            line = Content.assemble(line, "  ", (f"! {header.warning}", "$text-warning"))
        counts = merged(self.activity, self.activity_width)
        line = Content.assemble(line, "  ", (bars(counts), "$text-accent"))
        return Content("\n").join([first, line])
