"""Single exchanges of a set: those on the screen are in memory, all others are read when asked for."""

from __future__ import annotations

from typing import Final

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.set_rows import KnownRow, SetRows
from smtpscope.asking.sql import TRUE, Sql
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.session.view_values import Overview
from smtpscope.store.grouping.incident import IncidentKey

_MOST: Final = 20_000
"""Exchanges in memory, some 20 MB."""


class SetStore:
    """The exchanges of `asked`; see `BrowsedStore`."""

    def __init__(self, asked: ExchangeSet, overview: Overview) -> None:
        self._rows = SetRows(asked)
        self._asked = asked
        self._overview = overview
        self._known: dict[int, KnownRow] = {}

    def __len__(self) -> int:
        return self._overview.events + self._overview.duplicates

    @property
    def log_start_ms(self) -> int | None:
        return self._asked.log_start_ms

    @property
    def log_end_ms(self) -> int | None:
        return self._asked.log_end_ms

    @property
    def duplicates(self) -> int:
        return self._overview.duplicates

    @property
    def events_without_zone(self) -> int:
        """Zones were assumed while the logs were read, and can't be changed here."""
        return 0

    def load(self, rows: list[int], among: Sql = TRUE) -> None:
        """Reads the exchanges of `rows`, which are all in `among`."""
        missing = [row for row in rows if row not in self._known]
        if missing:
            if len(self._known) > _MOST:
                self._known.clear()
            self._known.update(self._rows.with_keys(missing, among))

    def known(self, row: int) -> SmtpExchange | None:
        """The exchange of `row`, if it is in memory."""
        found = self._known.get(row)
        return None if found is None else found.exchange

    def exchange(self, row: int) -> SmtpExchange:
        """The exchange of `row`. Raises IndexError if there is no such row."""
        return self._found(row).exchange

    def key(self, row: int) -> IncidentKey:
        """The incident of `row`. Raises IndexError if there is no such row."""
        return self._found(row).key

    def _found(self, row: int) -> KnownRow:
        self.load([row])
        try:
            return self._known[row]
        except KeyError:
            raise IndexError(f"no row {row}") from None
