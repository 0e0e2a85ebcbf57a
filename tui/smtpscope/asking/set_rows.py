"""Single exchanges of a set, as they were in the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.incident_states import INCIDENT_KEYS, incident_key
from smtpscope.asking.sql import TRUE, Sql, all_of, one_of
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.converted.exchange_schema import OWN_NAMES, fields_of, record_of
from smtpscope.store.grouping.incident import IncidentKey

_EXACT: Final = "exact_texts"


class KnownRow(NamedTuple):
    """An exchange and its incident."""

    exchange: SmtpExchange
    key: IncidentKey


class SetRows:
    """Reads exchanges of `asked` by the numbers of their rows."""

    def __init__(self, asked: ExchangeSet) -> None:
        self._set = asked
        self._parser = SmtpExchangeParser()

    def exchange(self, row: int, among: Sql = TRUE) -> SmtpExchange:
        """The exchange of `row`; file and offset are those of its log. `among` has the row among few others, so that
        most of the set is left unread. Raises IndexError if there is no such row.
        """
        found = self.with_keys([row], among)
        if row not in found:
            raise IndexError("no row {1} of {0}".format(*self._set.place_of(row)))
        return found[row].exchange

    def with_keys(self, rows: Sequence[int], among: Sql) -> dict[int, KnownRow]:
        """The exchanges of `rows`, which are in `among`, and their incidents, by their numbers."""
        places = [self._set.place_of(row) for row in rows]
        names = (*OWN_NAMES, _EXACT)
        wanted = all_of(
            (
                among,
                one_of("origin_file", sorted({log for log, _ in places})),
                Sql("row_in_log IN (SELECT unnest(?::BIGINT[]))", (sorted({place for _, place in places}),)),
            )
        )
        found = self._set.tuples(
            f"SELECT {', '.join(names)}, row_in_log, {', '.join(INCIDENT_KEYS)} FROM part_rows WHERE {wanted.text}",
            wanted.values,
        )
        known: dict[int, KnownRow] = {}
        asked = set(rows)
        for values in found:
            own = dict(zip(names, values[: len(names)], strict=True))
            place, *key = values[len(names) :]
            number = self._set.number_of(own["origin_file"], place)
            if number in asked:
                known[number] = KnownRow(self._exchange(own["origin_file"], own), incident_key(*key))
        return known

    def in_order_of_time(self, rows: Sql) -> Iterator[tuple[SmtpExchange, str]]:
        """The exchanges of `rows` in order of time, those without a time first, each with its cause."""
        names = ", ".join((*OWN_NAMES, _EXACT, "category"))
        statement = f"SELECT {names} FROM numbered_rows WHERE {rows.text} ORDER BY time_ms NULLS FIRST, row"
        for *values, category in self._set.stream(statement, rows.values):
            own = dict(zip((*OWN_NAMES, _EXACT), values, strict=True))
            yield self._exchange("", own), category

    def _exchange(self, log: str, values: dict[str, Any]) -> SmtpExchange:
        exact = values.pop(_EXACT)
        # Texts that UTF-8 can't hold.
        texts: dict[str, str] = {} if exact is None else json.loads(exact)
        fields = fields_of({name: value for name, value in values.items() if value is not None})
        fields = replace(fields, **{name: text for name, text in texts.items() if name in OWN_NAMES})
        place = 0 if fields.origin_place is None else fields.origin_place
        return self._parser.take(record_of(fields, fields.origin_file or log, place))
