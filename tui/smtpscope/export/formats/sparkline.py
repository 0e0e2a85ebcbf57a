"""Counts over time as one short line of block characters, or of ASCII where a terminal has no better."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = " ▁▂▃▄▅▆▇█"
ASCII = " .:-=+*#@"


def sparkline(counts: Sequence[int], *, ascii_only: bool = False) -> str:
    """One character for each count: a space for nothing, then eight heights up to the highest count.

    Any event at all is visible: a count of one beside a thousand still gets the lowest bar.
    """
    bars = ASCII if ascii_only else BLOCKS
    top = max(counts, default=0)
    if top <= 0:
        return bars[0] * len(counts)
    return "".join(bars[0] if count <= 0 else bars[1 + (count * 8 - 1) // top] for count in counts)


def shortened(counts: Sequence[int], length: int) -> tuple[int, ...]:
    """The same counts in at most `length` bins of equal share, their sum unchanged."""
    if len(counts) <= length:
        return tuple(counts)
    bins = [0] * length
    for index, count in enumerate(counts):
        bins[index * length // len(counts)] += count
    return tuple(bins)


def day_bar(count: int, top: int, *, length: int = 24, ascii_only: bool = False) -> str:
    """A horizontal bar for one of several counts, the highest of which (`top`) is `length` characters long."""
    mark = "#" if ascii_only else "█"
    return mark * (0 if count <= 0 or top <= 0 else max(1, count * length // top))
