"""Moving through a list of options while the keys go to the line above it."""

from __future__ import annotations

from textual.widgets import OptionList


def move_highlight(options: OptionList, by: int) -> None:
    """The option `by` further on is the chosen one now, or the first or last of them."""
    if options.option_count:
        here = 0 if options.highlighted is None else options.highlighted
        options.highlighted = max(0, min(options.option_count - 1, here + by))
