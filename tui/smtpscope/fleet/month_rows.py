"""The rows of a month from many parts: duplicates between logs found, sorted, and written as a few large files.

DuckDB joins and sorts within a memory limit, and spills to a temporary folder (TMPDIR); pyarrow writes the files, so
that they have the same schema as the parts of single logs.

Two rows are the same event if their `identity` is (see `event_identities`). With a record id, each but the first is a
duplicate. Without one, the same may be said twice in a second: the first of a log is the first of another, and so on.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Any, Final

from smtpscope.asking.set_engine import SetEngine, literal
from smtpscope.asking.set_manifest import SetPart
from smtpscope.asking.sql import storable
from smtpscope.errors import LogError, UsageError
from smtpscope.export.conversion.set_parts import ROWS_A_GROUP, SORTED_BY, set_schema, sorting_columns
from smtpscope.fleet.set_files import EXCHANGES, described, draft_of, publish

UNDATED: Final = "undated"
MOST_ROWS: Final = 4_000_000
"""Of one file."""
_ROWS_AT_ONCE: Final = 2 * ROWS_A_GROUP
_FIRST_MS, _END_MS = 0, int(datetime(2200, 1, 1, tzinfo=UTC).timestamp() * 1000)
"""Times outside of this are damaged, and undated as to their month."""
_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")

# The widest of these tables has four numbers a row; the texts are joined to it at the end.
_AGAIN: Final = """
CREATE OR REPLACE TEMP TABLE again AS
WITH events AS (
    SELECT identity, record_id IS NULL AS spoken, coalesce(logs.number, 1 << 40) AS log, row_in_log
      FROM source LEFT JOIN logs ON logs.name = origin_file WHERE identity IS NOT NULL),
several AS (SELECT identity FROM events GROUP BY identity HAVING count(*) > 1),
ranked AS (
    SELECT *, CASE WHEN spoken
                   THEN row_number() OVER (PARTITION BY identity, spoken, log ORDER BY row_in_log) ELSE 0 END AS rank
      FROM events SEMI JOIN several USING (identity)),
placed AS (
    SELECT log, row_in_log,
           row_number() OVER (PARTITION BY identity, spoken, rank ORDER BY log, row_in_log) AS place FROM ranked)
SELECT log, row_in_log FROM placed WHERE place > 1
"""
_SORTED: Final = f"""
SELECT source.* EXCLUDE (time, again), again.row_in_log IS NOT NULL AS again
  FROM source LEFT JOIN logs ON logs.name = origin_file
  LEFT JOIN again ON again.log = coalesce(logs.number, 1 << 40) AND again.row_in_log = source.row_in_log
 ORDER BY {", ".join("source." + name for name in SORTED_BY)}
"""


def month_bounds(month: str) -> tuple[int, int]:
    """The first millisecond of a month such as "2026-11" in UTC, and the one after it. Raises UsageError."""
    match = _MONTH.fullmatch(month)
    if match is None:
        raise UsageError(where=month, what="this is not a month", remedy="Write 2026-11")
    year, number = int(match[1]), int(match[2])
    try:
        ends = [datetime(year, number, 1, tzinfo=UTC), datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)]
    except ValueError as error:
        raise UsageError(where=month, what="there is no such month", remedy="Write 2026-11") from error
    return int(ends[0].timestamp() * 1000), int(ends[1].timestamp() * 1000)


class MonthRows:
    """Reads parts through DuckDB, with at most `memory` ("1GB"). Raises LogError without it."""

    def __init__(self, memory: str) -> None:
        self.duplicates = 0
        self._month = UNDATED
        self._expected = 0
        self._engine = SetEngine("fleet compact", "this", memory)
        self._connection = self._engine.connection

    def __enter__(self) -> MonthRows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()

    def months_in(self, parts: Sequence[Path]) -> set[str]:
        """The months, in UTC, of all rows in `parts`; UNDATED for rows without a time."""
        if not parts:
            return set()
        self._view("months", f"SELECT time_ms FROM {_reading(parts)}")
        found = self._rows(
            f"SELECT DISTINCT CASE WHEN time_ms >= {_FIRST_MS} AND time_ms < {_END_MS} THEN time_ms // 86400000 END "
            "FROM months"
        )
        return {
            UNDATED if day is None else datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m") for (day,) in found
        }

    def open(
        self,
        month: str,
        *,
        merged: Sequence[Path],
        loose: Sequence[Path],
        without: Collection[str],
        logs: Sequence[str],
    ) -> None:
        """The rows of `month` in the parts `merged`, those of the logs `without` left out, and in the parts `loose`.

        `logs` are all logs in their order: of two copies of an event, the one in the first log counts.
        """
        self._month = month
        self._run("CREATE OR REPLACE TEMP TABLE logs (name VARCHAR, number BIGINT)")
        self._run("CREATE OR REPLACE TEMP TABLE without (name VARCHAR)")
        if logs:
            self._run("INSERT INTO logs SELECT unnest(?), unnest(?)", [list(map(storable, logs)), [*range(len(logs))]])
        if without:
            self._run("INSERT INTO without SELECT unnest(?)", [list(map(storable, without))])
        if month == UNDATED:
            condition = f"(time_ms IS NULL OR time_ms < {_FIRST_MS} OR time_ms >= {_END_MS})"
        else:
            start, end = month_bounds(month)
            condition = f"time_ms >= {start} AND time_ms < {end}"
        sources = [f"SELECT * FROM {_reading(loose)} WHERE {condition}"] if loose else []
        if merged:
            rest = "origin_file NOT IN (SELECT name FROM without)"
            sources.insert(0, f"SELECT * FROM {_reading(merged)} WHERE {rest}")
        self._view("source", " UNION ALL BY NAME ".join(sources))
        ((self._expected,),) = self._rows("SELECT count(*) FROM source")
        self._run(_AGAIN)
        ((self.duplicates,),) = self._rows("SELECT count(*) FROM again")

    def written(self, folder: Path) -> Iterator[tuple[SetPart, set[str]]]:
        """Writes the rows to files of the set in `folder`, and yields each with the logs in it. Raises OSError."""
        if not self._expected:
            return
        most = -(-self._expected // -(-self._expected // MOST_ROWS))
        count = 0
        file: _MonthFile | None = None
        try:
            for table in self._tables():
                while table.num_rows:
                    file = file or _MonthFile(folder, self._month)
                    taken = table.slice(0, most - file.rows)
                    file.add(taken)
                    table = table.slice(taken.num_rows)
                    if file.rows == most:
                        count += file.rows
                        yield file.published()
                        file = None
            if file is not None:
                count += file.rows
                yield file.published()
                file = None
        finally:
            if file is not None:
                file.discard()
        if count != self._expected:
            raise OSError(f"{count} of {self._expected} rows of {self._month} were written")

    def _tables(self) -> Iterator[Any]:
        arrow: Any = importlib.import_module("pyarrow")
        own = set_schema(arrow)
        try:
            reader = self._connection.sql(_SORTED).to_arrow_reader(_ROWS_AT_ONCE)
            for batch in reader:
                table = arrow.Table.from_batches([batch])
                time = table["time_ms"].cast(arrow.timestamp("ms", tz="UTC"))
                table = table.append_column("time", time)
                more = [field for field in table.schema if field.name not in own.names]
                schema = arrow.schema([*own, *more], metadata=own.metadata)
                yield table.select(schema.names).cast(schema)
        except self._engine.error as error:
            raise self._failed(error) from error

    def _view(self, name: str, statement: str) -> None:
        self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS {statement}")

    def _run(self, statement: str, values: Sequence[object] = ()) -> None:
        try:
            self._connection.execute(statement, list(values))
        except self._engine.error as error:
            raise self._failed(error) from error

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            found: list[tuple[Any, ...]] = self._connection.execute(statement).fetchall()
        except self._engine.error as error:
            raise self._failed(error) from error
        return found

    def _failed(self, error: Exception) -> LogError:
        return LogError(
            where="fleet compact",
            what=f"the set can't be compacted ({str(error).splitlines()[0]}) and is as it was",
            remedy="Run smtpscope fleet check; if memory or the disk of TMPDIR is short, change --memory or TMPDIR",
        )


def _reading(parts: Sequence[Path]) -> str:
    quoted = (literal(str(part)).replace("'", "''") for part in parts)
    names = ", ".join(f"'{name}'" for name in quoted)
    return f"read_parquet([{names}], union_by_name = true)"


class _MonthFile:
    """One file of a month, a draft until it is published."""

    def __init__(self, folder: Path, month: str) -> None:
        self.rows = 0
        self._folder = folder
        self._path = folder / EXCHANGES / month / f"{token_hex(8)}.parquet"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._draft = draft_of(self._path)
        self._stream = self._draft.open("xb")
        self._writer: Any = None
        self._rest: Any = None
        self._logs: set[str] = set()

    def add(self, table: Any) -> None:
        """Adds rows, in row groups of the usual length whatever the length of `table`."""
        arrow: Any = importlib.import_module("pyarrow")
        compute: Any = importlib.import_module("pyarrow.compute")
        parquet: Any = importlib.import_module("pyarrow.parquet")
        if self._writer is None:
            self._writer = parquet.ParquetWriter(
                self._stream, table.schema, compression="zstd", sorting_columns=sorting_columns(table.schema)
            )
        self.rows += table.num_rows
        self._logs.update(compute.unique(table["origin_file"]).to_pylist())
        if self._rest is not None:
            table = arrow.concat_tables([self._rest, table])
        whole = table.num_rows - table.num_rows % ROWS_A_GROUP
        if whole:
            self._writer.write_table(table.slice(0, whole), row_group_size=ROWS_A_GROUP)
        self._rest = table.slice(whole)

    def published(self) -> tuple[SetPart, set[str]]:
        """The file in the set, and the logs in it. Raises OSError."""
        if self._rest.num_rows:
            self._writer.write_table(self._rest, row_group_size=ROWS_A_GROUP)
        self._writer.close()
        self._stream.close()
        part = described(self._draft, self._path.relative_to(self._folder).as_posix())
        publish(self._draft, self._path)
        return part, self._logs

    def discard(self) -> None:
        """Leaves nothing behind."""
        self._stream.close()
        self._draft.unlink(missing_ok=True)
