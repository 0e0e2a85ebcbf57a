"""The formats that are read, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from smtpscope.session import Format

_WIDTH: Final = 80
_INDENT: Final = "    "


def format_lines(formats: Iterable[Format]) -> Iterator[str]:
    """For each format its title and name, how it is recognised, and what it cannot tell; 80 columns."""
    from smtpscope.export.columns import wrapped

    for known in formats:
        yield from wrapped(f"{known.title} ({known.name})", _WIDTH, rest="  ")
        yield from wrapped(f"Recognised by: {known.recognised_by}", _WIDTH, first=_INDENT, rest=_INDENT + "  ")
        if known.lacks:
            yield from wrapped(f"Lacks: {', '.join(known.lacks)}", _WIDTH, first=_INDENT, rest=_INDENT + "  ")
