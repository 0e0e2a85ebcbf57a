"""The formats that are read, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from smtpscope.session import Format

_WIDTH: Final = 80
_GAP: Final = 2
_HEADLINE: Final = (
    "{} formats. A file is known by its content, never by its name; --format NAME reads it as what you say, and "
    "packed files (gz, bz2, xz, zst, zip) are read as they are."
)
_KNOWN_BY, _LACKS = "known by:   ", "can't tell: "


def format_lines(formats: Iterable[Format]) -> Iterator[str]:
    """For each format its name beside its title, how it is recognised, and what it cannot tell; 80 columns."""
    from smtpscope.export.columns import wrapped

    known = list(formats)
    yield from wrapped(_HEADLINE.format(len(known)), _WIDTH)
    names = max((len(each.name) for each in known), default=0) + _GAP
    margin = " " * names
    for each in known:
        yield ""
        yield from wrapped(each.title, _WIDTH, first=each.name.ljust(names), rest=margin)
        yield from _labelled(_KNOWN_BY, each.recognised_by, margin)
        if each.lacks:
            # One has commas of its own.
            yield from _labelled(_LACKS, "; ".join(each.lacks), margin)


def _labelled(label: str, text: str, margin: str) -> list[str]:
    from smtpscope.export.columns import wrapped

    return wrapped(text, _WIDTH, first=margin + label, rest=margin + " " * len(label))
