"""The facts of groups of a set, as `store.grouping.group_facts` has them of the store."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.sql import Sql
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.column_set import NO_CODE
from smtpscope.store.grouping.group_facts import GroupFacts
from smtpscope.store.vocabularies import WHO_ACTS


class SetFacts:
    """Asks for the facts of `number` groups among `rows`. `join` joins their table to the rows, `group` is the number
    of a row's group; without them all of `rows` are one group.
    """

    def __init__(self, asked: ExchangeSet, rows: Sql, join: str = "", group: str = "0", number: int = 1) -> None:
        self._set = asked
        self._rows = rows
        self._join = join
        self._group = group
        self._number = number

    def of_all(self) -> list[GroupFacts]:
        """The facts of each group, none of which is empty."""
        acting = ", ".join(f"count(*) FILTER (who_acts = '{who}')" for who in WHO_ACTS)
        whole = self._asked(
            "count(DISTINCT code), min(code), count(DISTINCT remote_host_key), min(remote_host_key), "
            "count(DISTINCT direction), min(direction), count(DISTINCT recipient_key), "
            "count(*) = count(recipient_key), "
            f"count(DISTINCT server), min(server), count(DISTINCT category), {acting}"
        )
        categories = self._most_frequent("category", Sql("TRUE"))
        of_one_host = [number for number, row in whole.items() if row[2] == 1]
        of_one_mailbox = [number for number, row in whole.items() if row[6] == 1 and row[7]]
        hosts = self._most_frequent("remote_host", self._among(of_one_host))
        mailboxes = self._most_frequent("recipient", self._among(of_one_mailbox))
        return [
            _facts(whole[number], categories[number], hosts.get(number), mailboxes.get(number))
            for number in range(self._number)
        ]

    def _among(self, numbers: Sequence[int]) -> Sql:
        if len(numbers) == self._number:
            return Sql("TRUE")
        if not numbers:
            return Sql("FALSE")
        return Sql(f"{self._group} IN (SELECT unnest(?::BIGINT[]))", (list(numbers),))

    def _asked(self, columns: str) -> dict[int, tuple[Any, ...]]:
        found = self._set.tuples(
            f"SELECT {self._group}, {columns} FROM part_rows {self._join} WHERE {self._rows.text} GROUP BY 1",
            self._rows.values,
        )
        return {number: tuple(values) for number, *values in found}

    def _most_frequent(self, column: str, among: Sql) -> dict[int, str]:
        """The most frequent text of `column` in each group; ties go to the first by alphabet."""
        if among.text == "FALSE":
            return {}
        found = self._set.tuples(
            f"SELECT number, value FROM (SELECT {self._group} AS number, part_rows.{column} AS value, "
            f"count(*) AS events FROM part_rows {self._join} WHERE ({self._rows.text}) AND ({among.text}) "
            "GROUP BY 1, 2) "
            "QUALIFY row_number() OVER (PARTITION BY number ORDER BY events DESC, value) = 1",
            (*self._rows.values, *among.values),
        )
        return dict(found)


def _facts(row: tuple[Any, ...], category: str, host: str | None, mailbox: str | None) -> GroupFacts:
    codes, code, hosts, host_key, directions, direction, recipients, _, servers, server, categories, *acting = row
    return GroupFacts(
        code=code if codes == 1 and code != NO_CODE else None,
        codes=codes,
        host_key=host_key if hosts == 1 else None,
        host=host,
        hosts=hosts,
        category=category,
        categories=categories,
        who_acts=WHO_ACTS[acting.index(max(acting))],
        acting=tuple(compress(WHO_ACTS, acting)),
        direction=Direction(direction) if directions == 1 else None,
        recipient=mailbox,
        recipients=recipients,
        server=server if servers == 1 else None,
    )
