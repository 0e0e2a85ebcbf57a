"""Rows of CSV (RFC 4180) whose cells no spreadsheet evaluates.

No byte order mark: programs that read CSV treat it as part of the first name. If a spreadsheet guesses another
encoding, choose UTF-8 on import.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from functools import lru_cache

from smtpscope.harmless import spreadsheet_cell

Cell = str | int | bool | None

# Hosts, providers and replies recur, and making them harmless costs more than a cache look-up.
_harmless_cell = lru_cache(maxsize=8192)(spreadsheet_cell)


def csv_lines(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """A text for each row, with its CR LF. None is an empty cell, a bool `true` or `false`, a number a number."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for cells in rows:
        writer.writerow([_cell(cell) for cell in cells])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _cell(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return _harmless_cell(cell) if isinstance(cell, str) else cell
