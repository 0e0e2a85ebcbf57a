"""Single exchanges of a set, as they were in the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import replace

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.sql import Sql
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.converted.exchange_schema import OWN_NAMES, fields_of, record_of

_EXACT: Final = "exact_texts"


class SetRows:
    """Reads exchanges of `asked` by the numbers of their rows."""

    def __init__(self, asked: ExchangeSet) -> None:
        self._set = asked
        self._parser = SmtpExchangeParser()

    def exchange(self, row: int) -> SmtpExchange:
        """The exchange of `row`; file and offset are those of its log. Raises IndexError if there is no such row."""
        log, place = self._set.place_of(row)
        names = ", ".join((*OWN_NAMES, _EXACT))
        found = self._set.tuples(f"SELECT {names} FROM parts WHERE origin_file = ? AND row_in_log = ?", (log, place))
        if not found:
            raise IndexError(f"no row {place} of {log}")
        return self._exchange(log, dict(zip((*OWN_NAMES, _EXACT), found[0], strict=True)))

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
