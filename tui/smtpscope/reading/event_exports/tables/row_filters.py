"""Skips rows of a table that need not be read, by their text alone, before they are split into fields.

Only rows that every reader of RFC 4180 parses the same way are skipped; rows with quotes inside a field, too many or
too few fields are always read.
"""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.event_exports.tables.table_columns import EventTableColumns, event_id_in_cell
from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.providers import is_ours
from smtpscope.reading.text.date_order_evidence import DateOrderEvidence
from smtpscope.reading.text.encodings import TextEncoding
from smtpscope.reading.text.table_rows import LONGEST, true_text

_MOST_PROVIDERS: Final = 4_096
_ROW_END: Final = r"\r?\n"
_SOURCE_WITHIN: Final = r"\"(?:[^\"\n]*\n){0,4}SourceName=([^\"\r\n]*)(?=[\"\r\n])[^\"]*(?:\"\"[^\"]*)*\""
"""A cell with the whole event as Splunk stores it; its source is the group."""


class ForeignRows:
    """Skips rows of sources that are neither ours nor among `sources`; `count` is how many."""

    def __init__(
        self,
        delimiter: str,
        columns: EventTableColumns,
        encoding: TextEncoding,
        sources: EventSources = NO_SOURCES,
    ) -> None:
        self._sources = sources
        self.count = 0
        self._encoding = encoding
        self._delimiter = delimiter
        self._columns = columns
        self._row: re.Pattern[str] | None = None
        # Whether the rows of a provider (as written) have to be read.
        self._read: dict[str, bool] = {}
        # Providers, as written, of which some numbers are wanted; and whether one is.
        self._explaining: dict[str, str] = {}
        self._wanted: dict[tuple[str, str], bool] = {}
        self._number_first = False

    def begin(self, header: list[str]) -> None:
        """From now on, rows can be skipped. Merged exports repeat `header`, which is not an event."""
        provider = self._columns.provider
        if provider is None:
            if self._columns.whole and self._columns.message is not None:
                self._row = _row(self._delimiter, self._columns.count, self._columns.message, cell=_SOURCE_WITHIN)
            return
        number = None if self._columns.names or self._columns.event_id == provider else self._columns.event_id
        self._number_first = number is not None and number < provider
        self._row = _row(
            self._delimiter, self._columns.count, *sorted({provider, provider if number is None else number})
        )
        if provider < len(header):
            self._read[header[provider]] = self._read[f'"{header[provider]}"'] = True

    def stop(self) -> None:
        """From now on, no row is skipped: the next ones have other columns."""
        self._row = None

    def take(self) -> int:
        """How many rows were skipped since the last call."""
        count, self.count = self.count, 0
        return count

    def until(self, text: str, begin: int) -> int:
        """See `PassedRows`."""
        row = self._row
        if row is None:
            return begin
        read, count = self._read, 0
        while (found := row.match(text, begin, begin + LONGEST)) is not None:
            cells = found.groups()
            provider = cells[-1] if self._number_first else cells[0]
            if provider not in read:
                self._learn(provider)
            if read[provider] and (len(cells) == 1 or self._is_wanted(provider, cells[1 - self._number_first])):
                break
            begin = found.end()
            count += 1
        self.count += count
        return begin

    def _is_wanted(self, provider: str, number: str) -> bool:
        """Whether a row of a provider whose rows may have to be read has a number, both as written, that is."""
        if provider not in self._explaining:
            return True
        wanted = self._wanted.get((provider, number))
        if wanted is None:
            event_id = event_id_in_cell(true_text(number.strip('"').replace("\0", " "), self._encoding).strip())
            wanted = self._sources.wants(self._explaining[provider], event_id)
            if len(self._wanted) < _MOST_PROVIDERS:
                self._wanted[provider, number] = wanted
        return wanted

    def _learn(self, written: str) -> None:
        if len(self._read) >= _MOST_PROVIDERS:
            self._row = None  # A table with so many sources is hostile; read it like any other text.
        provider = true_text(written.strip('"').replace("\0", " "), self._encoding).strip()
        # Without a source, the message decides.
        self._read[written] = not provider or is_ours(provider) or self._sources.named(provider)
        if self._sources.named(provider) and not is_ours(provider):
            self._explaining[written] = provider


class UnprovingRows:
    """Skips rows without a date that proves whether day or month comes first."""

    def __init__(self, delimiter: str, columns: EventTableColumns) -> None:
        self._delimiter = delimiter
        self._columns = columns
        self._rows: re.Pattern[str] | None = None
        self._proofs = DateOrderEvidence("")

    def begin(self, _: list[str]) -> None:
        """From now on, rows can be skipped."""
        self._rows = _rows(self._delimiter, self._columns.count)

    def until(self, text: str, begin: int) -> int:
        """See `PassedRows`."""
        rows = self._rows
        if rows is None:
            return begin
        if text is not self._proofs.text:
            self._proofs = DateOrderEvidence(text)
        proof = self._proofs.following(begin)
        # In a stretch no longer than the longest possible row, none is too long.
        while (found := rows.match(text, begin, min(begin + LONGEST, proof))) is not None:
            begin = found.end()
        return begin


def _bare(delimiter: str) -> str:
    """A field without quotes."""
    return rf"[^\"\r\n{re.escape(delimiter)}]*"


def _field(delimiter: str, end: str) -> str:
    """A field, quoted or without any quotes, and the `end` after it.

    The end is part of each form: `re` keeps what a repetition might give back until the whole row matches, and keeps
    less once the form is certain. Doubled quotes come after the plain form, since few fields have them.
    """
    quoted = r"\"[^\"]*\""
    return rf"(?:{quoted}{end}|{quoted}(?:{quoted})+{end}|{_bare(delimiter)}{end})"


def _row(delimiter: str, count: int, *columns: int, cell: str | None = None) -> re.Pattern[str]:
    """A whole row of `count` fields, those at the ascending `columns` as groups, or as `cell` says."""
    cell = rf"(\"[^\"\n]*\"|{_bare(delimiter)})" if cell is None else cell
    sign = re.escape(delimiter)
    form, begin = "", 0
    for column in columns:
        form += f"{_field(delimiter, sign)}{{{column - begin}}}{cell}{sign if column + 1 < count else _ROW_END}"
        begin = column + 1
    if begin < count:
        form += f"{_field(delimiter, sign)}{{{count - begin - 1}}}{_field(delimiter, _ROW_END)}"
    return re.compile(form)


def _rows(delimiter: str, count: int) -> re.Pattern[str]:
    """As many whole rows of `count` fields as there are."""
    field = _field(delimiter, re.escape(delimiter))
    return re.compile(f"(?:{field}{{{count - 1}}}{_field(delimiter, _ROW_END)})+")
