"""The facts of groups of a set, as `store.grouping.group_facts` has them of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.group_tables import CELLS, PLACES
from smtpscope.asking.sql import Sql
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.column_set import NO_CODE
from smtpscope.store.grouping.group_facts import GroupFacts
from smtpscope.store.vocabularies import WHO_ACTS


class SetFacts:
    """Asks for the facts of groups among `rows`. `join` joins their table to the rows, `group` is the number of a row's
    group; without them all of `rows` are one group. `keys` are the columns that the join compares, and `recipients` the
    known numbers of recipients by group.
    """

    def __init__(
        self,
        asked: ExchangeSet,
        rows: Sql,
        join: str = "",
        group: str = "0",
        keys: Sequence[str] = (),
        recipients: Mapping[int, int] | None = None,
    ) -> None:
        self._set = asked
        self._rows = rows
        self._join = join
        self._group = group
        self._relation = asked.relation(rows, *keys)
        self._known: Mapping[int, int] = {} if recipients is None else recipients

    def of_each(self) -> dict[int, GroupFacts]:
        """The facts of each group that has rows, by its number."""
        acting = ", ".join(f"sum(rows) FILTER (who_acts = '{who}')" for who in WHO_ACTS)
        # Counting what differs is dear in rows and cheap in cells, of which there are few.
        whole = self._asked(
            "count(DISTINCT code), min(code), count(DISTINCT host), any_value(host_key), "
            "count(DISTINCT direction), min(direction), sum(rows) = sum(with_recipient), "
            f"min(first_server), max(last_server), count(DISTINCT category), {acting}"
        )
        recipients = {**self._recipients([number for number in whole if number not in self._known], len(whole))}
        recipients.update(self._known)
        categories = self._most_frequent("category", Sql("TRUE"))
        of_one_host = [number for number, row in whole.items() if row[2] == 1]
        of_one_mailbox = [number for number, row in whole.items() if row[6] and recipients.get(number) == 1]
        hosts = self._most_frequent("remote_host", self._numbered(of_one_host, len(whole)))
        mailboxes = self._mailboxes(of_one_mailbox, len(whole))
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
        if self._relation == CELLS:
            # They are grouped as far as it is worth it, and numbers are quicker than texts.
            host = PLACES["remote_host_key"]
            counted = f"{host} AS host, remote_host_key AS host_key, events AS rows, named AS with_recipient, "
            counted += "first_server, last_server"
            grouped = ""
        else:
            counted = "remote_host_key AS host, any_value(remote_host_key) AS host_key, sum(events) AS rows, "
            counted += (
                "sum(named) AS with_recipient, min(first_server) AS first_server, max(last_server) AS last_server"
            )
            grouped = "GROUP BY number, code, host, direction, category, who_acts"
        found = self._set.tuples(
            f"SELECT number, {columns} FROM (SELECT {self._group} AS number, code, direction, category, who_acts, "
            f"{counted} FROM {self._relation} AS asked {self._join} WHERE {self._rows.text} {grouped}) GROUP BY 1",
            self._rows.values,
        )
        return {number: tuple(values) for number, *values in found}

    def _recipients(self, numbers: Sequence[int], all_of_them: int) -> dict[int, int]:
        """How many recipients each of the groups `numbers` names."""
        among = self._numbered(numbers, all_of_them)
        if not numbers:
            return {}
        return dict(
            self._set.tuples(
                f"SELECT number, count(*) FROM (SELECT DISTINCT {self._group} AS number, recipient_key FROM part_rows "
                f"{self._join} WHERE recipient_key IS NOT NULL AND ({self._rows.text}) AND ({among.text})) GROUP BY 1",
                (*self._rows.values, *among.values),
            )
        )

    def _mailboxes(self, numbers: Sequence[int], all_of_them: int) -> dict[int, str]:
        """The mailbox of each of the groups `numbers`, which name one each, as most rows spell it."""
        among = self._numbered(numbers, all_of_them)
        if not numbers:
            return {}
        spelt = self._set.tuples(
            f"SELECT {self._group}, min(recipient), max(last_recipient) FROM {self._relation} AS asked {self._join} "
            f"WHERE ({self._rows.text}) AND ({among.text}) GROUP BY 1",
            (*self._rows.values, *among.values),
        )
        found = {number: first for number, first, last in spelt if first == last}
        several = [number for number, first, last in spelt if first != last]
        return found | self._most_frequent("recipient", self._numbered(several, all_of_them))

    def _most_frequent(self, column: str, among: Sql) -> dict[int, str]:
        """The most frequent text of `column` in each group; ties go to the first by alphabet."""
        if among.text == "FALSE":
            return {}
        source = f"{'part_rows' if column == 'recipient' else self._relation} AS asked {self._join}"
        found = self._set.tuples(
            f"SELECT number, value FROM (SELECT {self._group} AS number, asked.{column} AS value, "
            f"sum(events) AS events FROM {source} WHERE ({self._rows.text}) AND ({among.text}) GROUP BY 1, 2) "
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
