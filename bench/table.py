"""The figures as a table in markdown, and its place between two markers of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BEGIN: Final = "<!-- bench:begin -->"
END: Final = "<!-- bench:end -->"


class MarkersError(Exception):
    """A file has no pair of markers to write between."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: what was done, what it is compared with, the ratio or figure, and what it must be.

    `exchanges` is how many were found.
    """

    what: str
    figure: str
    wanted: str = ""
    met: bool | None = None
    time: str = ""
    memory: str = ""
    exchanges: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its title and the sentences below it."""

    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()


def markdown(sections: Sequence[Section], heading: str) -> str:
    """`heading` (one paragraph or "") and all tables. A column that is empty in all rows of a table is left out."""
    parts = [heading] if heading else []
    for section in sections:
        parts.append(f"**{section.title}**")
        parts.append(_table(section.rows))
        parts += section.notes
    return "\n\n".join(parts) + "\n"


def _table(rows: Sequence[Row]) -> str:
    columns = {
        "": [row.what for row in rows],
        "measured": [row.figure for row in rows],
        "wanted": [_wanted(row) for row in rows],
        "exchanges": [row.exchanges for row in rows],
        "time": [row.time for row in rows],
        "memory": [row.memory for row in rows],
    }
    kept = {title: cells for title, cells in columns.items() if any(cells)}
    lines = ["| " + " | ".join(kept) + " |", "|" + "---|" * len(kept)]
    lines += [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        for cells in zip(*kept.values(), strict=True)
    ]
    return "\n".join(lines)


def _wanted(row: Row) -> str:
    if row.met is None:
        return row.wanted
    return f"{row.wanted}: {'met' if row.met else '**missed**'}"


def put_between(text: str, inner: str) -> str:
    """`text` with `inner` between the markers, whatever stood there. Raises MarkersError unless each is there once."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise MarkersError(f"needs one line {BEGIN} and below it one line {END}")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{inner}{END}{rest.partition(END)[2]}"


def write_into(path: Path, inner: str) -> None:
    """Puts `inner` between the markers of the file at `path`. Raises MarkersError and OSError; then it is unchanged."""
    text = path.read_bytes().decode("utf-8")
    path.write_bytes(put_between(text, inner).encode())


def seconds(value: float) -> str:
    """`1.24 s`, `38 ms`."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms" if value >= 0.01 else f"{value * 1000:.1f} ms"


def megabytes(count: float) -> str:
    return f"{count / 1e6:,.0f} MB"
