"""Events by day as an inline SVG: one bar per day, with quiet days as gaps, so bursts are visible."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape
from typing import Final

from smtpscope.export.formats.sparkline import shortened

_WIDTH: Final = 720
_HEIGHT: Final = 90
_FLOOR: Final = 70
_THICKEST: Final = 24.0
_MOST_BARS: Final = 180
_LONGEST_DAYS: Final = 36_525
_MOST_DATES: Final = 8
"""As many fit below the bars, each below its own."""


def days_drawing(counts: tuple[tuple[str, int], ...]) -> list[str]:
    """Lines of SVG for (ISO date, count) in order of time; none if there is no date or the span is invalid.

    Spans above 180 days are drawn in 180 bars of several days each.
    """
    try:
        dated = [(date.fromisoformat(day), count) for day, count in counts]
    except ValueError:
        return []
    if not dated:
        return []
    first, last = dated[0][0], dated[-1][0]
    length = (last - first).days + 1
    if not 1 <= length <= _LONGEST_DAYS:
        return []
    heights = [0] * length
    for day, count in dated:
        heights[(day - first).days] += count
    bars = shortened(heights, _MOST_BARS)
    top = max(bars) or 1
    step = _WIDTH / len(bars)
    thickness = min(_THICKEST, step * 0.9)
    lines = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="Events by day from {first} to {last}, at most {top:,} in one bar">'
    ]
    for index, count in enumerate(bars):
        if not count:
            continue
        height = max(2.0, count * (_FLOOR - 4) / top)
        day = first + timedelta(days=index * length // len(bars))
        lines.append(
            f'<rect x="{index * step:.1f}" y="{_FLOOR - height:.1f}" width="{thickness:.1f}" height="{height:.1f}">'
            f"<title>{escape(str(day))}: {count:,}</title></rect>"
        )
    if length <= _MOST_DATES:
        dates = [(index * step, "start", first + timedelta(days=index)) for index in range(length)]
    else:
        # The last one ends where its bar ends.
        end = (len(bars) - 1) * step + thickness
        dates = [(0.0, "start", first), (end, "end", last)]
    lines += [
        f'<text x="{x:.1f}" y="{_HEIGHT - 4}" font-size="12" text-anchor="{anchor}">{day}</text>'
        for x, anchor, day in dates
    ]
    return [*lines, "</svg>"]
