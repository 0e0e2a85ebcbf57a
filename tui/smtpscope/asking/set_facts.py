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
    """Asks for the facts of groups among `rows`. `join` joins their table to the rows, `group` is the number of a row's
    group; without them all of `rows` are one group.
    """

    def __init__(self, asked: ExchangeSet, rows: Sql, join: str = "", group: str = "0") -> None:
        self._set = asked
        self._rows = rows
        self._join = join
        self._group = group

    def of_each(self) -> dict[int, GroupFacts]:
        """The facts of each group that has rows, by its number."""
        acting = ", ".join(f"sum(rows) FILTER (who_acts = '{who}')" for who in WHO_ACTS)
        # Counting what differs is dear in rows and cheap in cells, of which there are few.
        whole = self._asked(
            "count(DISTINCT code), min(code), count(DISTINCT remote_host_key), min(remote_host_key), "
            "count(DISTINCT direction), min(direction), sum(rows) = sum(with_recipient), "
            f"min(first_server), max(last_server), count(DISTINCT category), {acting}"
        )
        recipients = self._recipients()
        categories = self._most_frequent("category", Sql("TRUE"))
        of_one_host = [number for number, row in whole.items() if row[2] == 1]
        of_one_mailbox = [number for number, row in whole.items() if row[6] and recipients.get(number) == 1]
        hosts = self._most_frequent("remote_host", self._numbered(of_one_host, len(whole)))
        mailboxes = self._most_frequent("recipient", self._numbered(of_one_mailbox, len(whole)))
        return {
            number: _facts(
                row, recipients.get(number, 0), categories[number], (hosts.get(number), mailboxes.get(number))
            )
            for number, row in whole.items()
        }

    def _numbered(self, numbers: Sequence[int], all_of_them: int) -> Sql:
        if len(numbers) == all_of_them:
            return Sql("TRUE")
        if not numbers:
            return Sql("FALSE")
        return Sql(f"{self._group} IN (SELECT unnest(?::BIGINT[]))", (list(numbers),))

    def _asked(self, columns: str) -> dict[int, tuple[Any, ...]]:
        found = self._set.tuples(
            f"SELECT number, {columns} FROM (SELECT {self._group} AS number, code, remote_host_key, direction, "
            "category, who_acts, count(*) AS rows, count(recipient_key) AS with_recipient, "
            f"min(server) AS first_server, max(server) AS last_server "
            f"FROM part_rows {self._join} WHERE {self._rows.text} GROUP BY ALL) GROUP BY 1",
            self._rows.values,
        )
        return {number: tuple(values) for number, *values in found}

    def _recipients(self) -> dict[int, int]:
        """How many recipients each group names."""
        return dict(
            self._set.tuples(
                f"SELECT number, count(*) FROM (SELECT DISTINCT {self._group} AS number, recipient_key FROM part_rows "
                f"{self._join} WHERE recipient_key IS NOT NULL AND ({self._rows.text})) GROUP BY 1",
                self._rows.values,
            )
        )

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


def _facts(row: tuple[Any, ...], recipients: int, category: str, labels: tuple[str | None, str | None]) -> GroupFacts:
    codes, code, hosts, host_key, directions, direction, _, first_server, last_server, categories, *acting = row
    events = [int(number or 0) for number in acting]
    return GroupFacts(
        code=code if codes == 1 and code != NO_CODE else None,
        codes=codes,
        host_key=host_key if hosts == 1 else None,
        host=labels[0],
        hosts=hosts,
        category=category,
        categories=categories,
        who_acts=WHO_ACTS[events.index(max(events))],
        acting=tuple(compress(WHO_ACTS, events)),
        direction=Direction(direction) if directions == 1 else None,
        recipient=labels[1],
        recipients=recipients,
        server=first_server if first_server == last_server else None,
    )
