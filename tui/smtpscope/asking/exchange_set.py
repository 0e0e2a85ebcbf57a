"""A set of Parquet parts as a table of DuckDB, and what is known of the set as a whole.

DuckDB reads the parts in place: nothing is imported, no database file is written, no extension is loaded. Times are
compared as milliseconds, so no time zone of the engine matters.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from threading import RLock
from typing import Any, Final

from numpy.typing import NDArray

from smtpscope.asking.group_tables import (
    CELL_COLUMNS,
    CELLS,
    COUNTED,
    FACTS,
    KEPT_CELLS,
    KEPT_STATES,
    PLACES,
    GroupTables,
)
from smtpscope.asking.incident_states import StatesOfIncidents
from smtpscope.asking.set_columns import KEYS
from smtpscope.asking.set_engine import SetEngine, literal
from smtpscope.asking.set_manifest import SetManifest
from smtpscope.asking.sql import TRUE, Sql, all_of, storable
from smtpscope.asking.sql_filter import condition
from smtpscope.errors import LogError
from smtpscope.store.column_set import NO_CODE
from smtpscope.store.event_store import Annotations
from smtpscope.store.filter.filter_grammar import parse_filter

LOG_SHIFT: Final = 40
"""The number of a row is that of its log, shifted by this many bits, and its place in the log."""

_ROWS_AT_ONCE: Final = 10_000
_FEW: Final = 32

Results = dict[str, NDArray[Any]]

_CODE: Final = f"CASE WHEN reply_code BETWEEN 1 AND 999 THEN reply_code ELSE {NO_CODE} END"
# A key in the table of rows is never NULL, so that groups and joins treat "none" as a value.
_ROWS: Final = f"""
CREATE VIEW part_rows AS
SELECT *,
       {_CODE} AS code,
       coalesce(computer, '') AS server,
       coalesce(connector, '') AS connector_name,
       CASE WHEN recipient IS NOT NULL THEN coalesce(mailbox_key, recipient) END AS recipient_key,
       CASE WHEN sender IS NOT NULL THEN coalesce(mailbox_key, sender) END AS sender_key,
       -- What a cell has, so that both are asked alike.
       1::BIGINT AS events, (time_ms IS NOT NULL)::BIGINT AS timed, time_ms AS last_ms,
       coalesce(time_assumed, FALSE)::BIGINT AS assumed,
       (recipient IS NOT NULL)::BIGINT AS named, recipient AS last_recipient,
       coalesce(computer, '') AS first_server, coalesce(computer, '') AS last_server
  FROM parts
"""
_NUMBERED: Final = f"""
CREATE VIEW numbered_rows AS
SELECT part_rows.*, (logs.number << {LOG_SHIFT}) + row_in_log AS row, row AS first_row
  FROM part_rows JOIN logs ON logs.name = part_rows.origin_file
"""


class ExchangeSet:
    """The rows of `parts`, which are paths. `log_start_ms` and `log_end_ms` are the first and the last time of all
    records of the logs, None without one; `logs` are the logs in the order in which their rows count.

    `kept` are the group tables of exactly these parts. `count_duplicates` says whether what is in the logs twice counts
    twice. Raises LogError without DuckDB, and for parts that are none.
    """

    def __init__(
        self,
        parts: Sequence[str],
        logs: Sequence[str],
        span: tuple[int | None, int | None],
        *,
        kept: GroupTables | None = None,
        count_duplicates: bool = False,
        annotations: Annotations | None = None,
        memory: str = "400MB",
        threads: int | None = None,
    ) -> None:
        self.log_start_ms, self.log_end_ms = span
        self.count_duplicates = count_duplicates
        self.annotations = Annotations() if annotations is None else annotations
        # Screens ask in threads of their own, and names of tables are of the connection.
        self._lock = RLock()
        self.kept = kept
        self._logs = tuple(logs)
        self._numbers = {name: number for number, name in enumerate(self._logs)}
        self._distinct: dict[str, list[str]] = {}
        self._causes: list[tuple[str, str]] | None = None
        self._address_keys: list[str] | None = None
        self._ranked: set[str] = set()
        self._no_longer_needed: deque[str] = deque()
        settings: dict[str, object] = {} if threads is None else {"threads": threads}
        self._engine = SetEngine("the set", "opening a set", memory, preserve_insertion_order=False, **settings)
        self._connection = self._engine.connection
        # A setting of the Parquet extension, which is there only after the connection.
        self.run("SET parquet_metadata_cache = true")
        self._states = StatesOfIncidents(self, self._kept_states)
        self._open(parts)

    @classmethod
    def of_manifest(cls, folder: str, manifest: SetManifest, **options: Any) -> ExchangeSet:
        """The set in `folder`; `options` are those of the class. Raises LogError.

        Its logs count in the order of their names, so that a set answers the same however it was read.
        """
        tables = manifest.valid_tables
        kept = None
        if tables is not None and all((Path(folder) / path).is_file() for path in (tables.cells, tables.facts)):
            cells, facts = (str(Path(folder) / path) for path in (tables.cells, tables.facts))
            kept = GroupTables(cells, facts, tables.span)
        parts = [str(Path(folder) / part.path) for part in manifest.parts if part.rows]
        if not parts:
            raise LogError(
                where=folder, what="no exchange is in this set", remedy="See what was read with: smtpscope fleet status"
            )
        return cls(parts, sorted(log.name for log in manifest.logs), manifest.span, kept=kept, **options)

    @property
    def error(self) -> type[Exception]:
        """What the engine raises."""
        return self._engine.error

    def _open(self, parts: Sequence[str]) -> None:
        try:
            relation = self._connection.read_parquet([*map(literal, parts)], union_by_name=True)
            relation.create_view("parts")
            self._connection.execute(_ROWS)
            self._connection.execute("CREATE TABLE logs (name VARCHAR, number BIGINT)")
            if self._logs:
                names, numbers = list(self._logs), list(range(len(self._logs)))
                self._connection.execute("INSERT INTO logs SELECT unnest(?), unnest(?)", [names, numbers])
            self._connection.execute(_NUMBERED)
            if self.kept is not None:
                self._connection.read_parquet(literal(self.kept.cells)).create_view("cells")
                self._connection.execute(f"CREATE VIEW {CELLS} AS {KEPT_CELLS.format(code=_CODE)}")
                self._connection.read_parquet(literal(self.kept.facts)).create_view(FACTS)
        except self._engine.error as error:
            raise LogError(
                where=parts[0] if parts else "the set",
                what=f"the parts of the set can't be opened ({str(error).splitlines()[0]})",
                remedy="Run smtpscope fleet check on the set",
            ) from error

    def _kept_states(self) -> str | None:
        """The statement for the states of incidents, if they are kept."""
        if self.kept is None:
            return None
        return KEPT_STATES.format(hosts=self.ranks("host"), causes=self.ranks("cause"))

    def close(self) -> None:
        """Lets go of the parts, and removes what did not fit into memory."""
        self._engine.close()

    def interrupt(self) -> None:
        """Ends the question that another thread is asking, with an error for that one."""
        self._connection.interrupt()

    def asked(self, filter_text: str, zone: tzinfo) -> Sql:
        """The rows that match `filter_text` and count. Raises FilterError."""
        matching = self._narrowed(condition(self, parse_filter(filter_text), zone))
        return matching if self.count_duplicates else all_of((matching, COUNTED))

    def _narrowed(self, matching: Sql) -> Sql:
        """`matching` with the few keys that its rows have, by which the engine leaves out most of the set unread."""
        if self.kept is None or not matching.by_cell or matching == TRUE:
            return matching
        narrower = [matching]
        for key in ("remote_host_key", "reply_code"):
            found = self.tuples(
                f"SELECT DISTINCT {key} FROM {CELLS} WHERE {matching.text} LIMIT {_FEW + 1}", matching.values
            )
            values = tuple(value for (value,) in found)
            if values and len(values) <= _FEW and None not in values:
                narrower.append(Sql(f"{key} IN ({', '.join('?' * len(values))})", values, by_cell=True))
        return all_of(narrower)

    def relation(self, rows: Sql, *columns: str) -> str:
        """What is asked of `rows`: the cells, if all of `columns` and what `rows` compares are in them, or the rows."""
        kept = self.kept is not None and rows.by_cell and CELL_COLUMNS.issuperset(columns)
        return CELLS if kept else "numbered_rows" if "row" in columns or "first_row" in columns else "part_rows"

    def columns(self, statement: str, values: Iterable[object] = ()) -> Results:
        """The columns of the result of `statement`, by name."""
        with self._asking():
            found: Results = self._connection.execute(statement, list(values)).fetchnumpy()
        return found

    def tuples(self, statement: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of the result of `statement`."""
        with self._asking():
            found: list[tuple[Any, ...]] = self._connection.execute(statement, list(values)).fetchall()
        return found

    def stream(self, statement: str, values: Iterable[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The same, without all of them in memory; other questions may be asked meanwhile."""
        cursor = self._connection.cursor()
        cursor.execute(statement, list(values))
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from rows

    def run(self, statement: str, values: Iterable[object] = ()) -> None:
        """Runs `statement`, which has no result."""
        with self._asking():
            self._connection.execute(statement, list(values))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """The engine for one thread. Raises LogError where a file of the set can't be read any more."""
        with self._lock:
            try:
                yield
            except self._engine.file_error as error:
                raise LogError(
                    where="the set",
                    what=f"a file of the set can't be read any more ({str(error).splitlines()[0][:200]})",
                    remedy="Open the set again: fleet read or fleet compact has exchanged its files meanwhile",
                ) from error

    @contextmanager
    def arrays(self, name: str, columns: Mapping[str, NDArray[Any]]) -> Iterator[None]:
        """Lets statements read `columns` as the table `name` meanwhile."""
        with self._lock:
            self._connection.register(name, dict(columns))
            try:
                yield
            finally:
                self._connection.unregister(name)

    def discard(self, tables: Iterable[str]) -> None:
        """Drops `tables`, once there is time; may be called in any thread."""
        self._no_longer_needed.extend(tables)

    def tidy(self) -> None:
        """Drops what was discarded."""
        while self._no_longer_needed:
            self.run(f"DROP TABLE IF EXISTS {self._no_longer_needed.popleft()}")

    def number_of(self, log: str, place: int) -> int:
        """The number of the row that is at `place` in `log`. Raises ValueError for a log that the set has not."""
        try:
            return (self._numbers[log] << LOG_SHIFT) + place
        except KeyError:
            raise ValueError(f"the set has no log {log}") from None

    def place_of(self, row: int) -> tuple[str, int]:
        """The log of a row and its place in it."""
        return self._logs[row >> LOG_SHIFT], row & ((1 << LOG_SHIFT) - 1)

    def one_row(self, row: int) -> Sql:
        """The row with this number."""
        log, place = self.place_of(row)
        return Sql("origin_file = ? AND row_in_log = ?", (storable(log), place))

    def distinct(self, column: str) -> list[str]:
        """The distinct texts of a column with few of them; a missing one is ""."""
        known = self._distinct.get(column)
        if known is None:
            found = self.tuples(f"SELECT DISTINCT coalesce({column}, '') AS text FROM parts ORDER BY text")
            known = self._distinct[column] = [text for (text,) in found]
        return known

    def causes(self) -> list[tuple[str, str]]:
        """The distinct causes, each a category and an entry."""
        if self._causes is None:
            found = self.tuples(f"SELECT DISTINCT category, entry FROM {self.relation(TRUE)} ORDER BY ALL")
            self._causes = [(category, entry) for category, entry in found]
        return self._causes

    def address_keys(self) -> list[str]:
        """The distinct keys of remote hosts that may be IP addresses."""
        if self._address_keys is None:
            found = self.tuples(
                f"SELECT DISTINCT remote_host_key FROM {self.relation(TRUE)} "
                "WHERE regexp_matches(remote_host_key, '^[0-9.]+$|:')"
            )
            self._address_keys = [key for (key,) in found]
        return self._address_keys

    def ranks(self, dimension: str) -> str:
        """A table with the `place` of each `key` of a dimension among all: in the order in which they come.

        It is as the numbers of a store are: no mailbox is before all, and a code is its own place.
        """
        table, key = f"ranks_{dimension}", KEYS[dimension]
        if table not in self._ranked:
            if self.kept is not None and key in PLACES:
                found = f"SELECT DISTINCT {key} AS key, {PLACES[key]} AS place FROM {CELLS}"
            elif dimension == "code":
                found = "SELECT DISTINCT code AS key, code AS place FROM part_rows"
            else:
                # A mailbox comes with the first command that names it, be it as sender or as recipient.
                first = "coalesce(recipient_key, sender_key)" if dimension == "recipient" else key
                found = (
                    f"SELECT key, row_number() OVER (ORDER BY first) - 1 AS place FROM (SELECT {first} AS key, "
                    f"min(row) AS first FROM numbered_rows WHERE {first} IS NOT NULL GROUP BY 1) "
                    "UNION ALL SELECT NULL, -1"
                )
            # It is there only if no newer question has ended this one.
            self.run(f"CREATE OR REPLACE TABLE {table} AS {found}")
            self._ranked.add(table)
        return table

    def in_state(self, state: str) -> Sql:
        """The rows whose incident has this state at the end of the log."""
        return self._states.rows_in(state)
