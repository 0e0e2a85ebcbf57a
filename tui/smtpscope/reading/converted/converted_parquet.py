"""Converted exchanges as Parquet, read a row group at a time; needs pyarrow, from the extra `parquet`."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from types import GenericAlias
from typing import Any, ClassVar, Final

import msgspec

from smtpscope.errors import LogError
from smtpscope.reading.batching import Batching
from smtpscope.reading.converted.exchange_schema import (
    OWN_NAMES,
    SCHEMA,
    SWITCH_NAMES,
    TEXT_NAMES,
    NoExchangeError,
    OwnFields,
    fields_of,
    record_of,
    record_with,
)
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, SmtpExchangeRecord, Source

MAGIC: Final = b"PAR1"
EXACT: Final = "exact_texts"
"""The column for texts that UTF-8 can't represent: a JSON object by column, null in nearly all rows."""
EXTRA: Final = "pip install 'smtpscope[parquet]'"
_NEEDED: Final = frozenset({"schema", "direction", "remote_host", "full_command", "reply"})
_ROWS: Final = 2_000
_FIELDS: Final = msgspec.structs.fields(OwnFields)
_SCHEMA: Final = OWN_NAMES.index("schema")
_LARGE_TEXTS: Final = frozenset({"full_command", "reply"})
# Measured: a million exchanges of half a million mailboxes take 1.2 GB, of few mailboxes 0.1 GB.
_BYTES_A_ROW: Final = 100
_BYTES_A_TEXT_BYTE: Final = 30
_CONVERT_AGAIN: Final = "Convert the log again, or copy the file again"


class ConvertedParquetReader:
    """Reads one Parquet file of `smtpscope convert`. The offset of an exchange is its row, from 0."""

    format: ClassVar[Format] = Format(
        name="converted-parquet",
        title="Exchanges converted to Parquet",
        recognised_by="PAR1 at the beginning",
        lacks=("records other than SMTP exchanges", "the raw record of the log that was converted"),
    )

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self._source = source

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return head.startswith(MAGIC)

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError without pyarrow, and for a file without converted exchanges."""
        name, size = self._source.name, self._source.size
        batching = Batching(size)
        problem_log = ProblemLog(name)
        with self._opened() as (arrow, file):
            total = max(1, file.metadata.num_rows)
            for group, first in _groups(file):
                row = first
                try:
                    for table in file.iter_batches(batch_size=_ROWS, row_groups=[group], columns=_names(file)):
                        rows = _ReadRows(arrow, table, name, row)
                        batching.exchanges += rows.records(problem_log)
                        row += table.num_rows
                        batching.problems += problem_log.take()
                        if batching.due:
                            yield batching.take(size * row // total)
                except (arrow.ArrowException, OSError, ValueError, IndexError) as error:
                    missing = file.metadata.row_group(group).num_rows - (row - first)
                    problem_log.add(f"row group {group + 1}", f"{missing} rows can't be read: {_first_line(error)}")
        batching.problems += problem_log.take(final=True)
        yield batching.take(size)

    def memory_needed(self) -> int:
        """About how many bytes of memory all exchanges take: the columns, and the distinct commands and replies."""
        with self._opened() as (_, file):
            metadata = file.metadata
            texts = 0
            for group in map(metadata.row_group, range(metadata.num_row_groups)):
                columns = map(group.column, range(group.num_columns))
                texts += sum(
                    column.total_uncompressed_size for column in columns if column.path_in_schema in _LARGE_TEXTS
                )
            return int(metadata.num_rows * _BYTES_A_ROW + texts * _BYTES_A_TEXT_BYTE)

    def raw(self, offset: int) -> str:
        """The row with all its columns, as JSON."""
        with self._opened() as (arrow, file):
            for group, first in _groups(file):
                if 0 <= offset - first < file.metadata.row_group(group).num_rows:
                    try:
                        row = file.read_row_group(group).slice(offset - first, 1).to_pylist()[0]
                    except (arrow.ArrowException, OSError, ValueError) as error:
                        return f"Row {offset} can't be read: {_first_line(error)}"
                    return json.dumps(row, ensure_ascii=False, indent=2, default=str)
        return f"There is no row {offset}."

    def information(self) -> FileInformation:
        with self._opened() as (_, file):
            metadata = file.metadata
            facts = (
                ("Schema", SCHEMA),
                ("Rows", str(metadata.num_rows)),
                ("Row groups", str(metadata.num_row_groups)),
                ("Written by", str(metadata.created_by)),
            )
        return FileInformation(self._source.name, self.format.title, self._source.size, facts)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Any, Any]]:
        arrow, parquet = pyarrow(self._source.name)
        with self._source.open() as stream:
            try:
                file = parquet.ParquetFile(stream)
            except (arrow.ArrowException, OSError, ValueError) as error:
                raise LogError(
                    where=self._source.name,
                    what=f"the Parquet file is damaged or cut off ({_first_line(error)})",
                    remedy=_CONVERT_AGAIN,
                ) from error
            missing = sorted(_NEEDED - {*file.schema_arrow.names})
            if missing:
                raise LogError(
                    where=self._source.name,
                    what=f"not written by smtpscope convert: the Parquet file lacks the columns {', '.join(missing)}",
                    remedy="Open a file written by smtpscope convert",
                )
            yield arrow, file


def pyarrow(where: str) -> tuple[Any, Any]:
    """The modules pyarrow.lib and pyarrow.parquet. Raises LogError, which names the extra, if they are missing."""
    try:
        return importlib.import_module("pyarrow.lib"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise LogError(
            where=where, what="reading Parquet needs pyarrow, which is not installed", remedy=f"Install it: {EXTRA}"
        ) from error


def _groups(file: Any) -> Iterator[tuple[int, int]]:
    """Each row group with the number of its first row."""
    first = 0
    for group in range(file.metadata.num_row_groups):
        yield group, first
        first += file.metadata.row_group(group).num_rows


def _names(file: Any) -> list[str]:
    """The columns to read that the file has."""
    return [name for name in (*OWN_NAMES, EXACT) if name in file.schema_arrow.names]


class _ReadRows:
    """Some rows of a file, the first of them row `first` (from 0), column by column."""

    def __init__(self, arrow: Any, table: Any, file: str, first: int) -> None:
        self._file = file
        self._places = range(first, first + table.num_rows)
        self._columns = {name: _values(arrow, table.column(name), name) for name in table.schema.names}

    def records(self, problem_log: ProblemLog) -> list[SmtpExchangeRecord]:
        """The records of all rows with an exchange; for the others, the reason is noted."""
        exact = self._columns.pop(EXACT, None)
        if exact is None or not any(exact):
            try:
                return self._all_at_once()
            except (msgspec.ValidationError, NoExchangeError):
                # One by one, to get the good ones among them.
                pass
        return self._one_by_one(exact, problem_log)

    def _all_at_once(self) -> list[SmtpExchangeRecord]:
        """All of them. Raises ValidationError and NoExchangeError if any row is not an exchange."""
        count = len(self._places)
        values: list[list[Any]] = []
        for field in _FIELDS:
            column = self._columns.get(field.name)
            if column is None:
                if field.required:
                    raise NoExchangeError(f"The column {field.name} is missing")
                column = [field.default] * count
            elif not field.required and field.default is not None and None in column:
                column = [field.default if value is None else value for value in column]
            values.append(msgspec.convert(column, GenericAlias(list, (field.type,))))
        schemas = values[_SCHEMA]
        if schemas.count(SCHEMA) < count:
            raise NoExchangeError("The rows have another schema")
        return list(map(record_with, repeat(self._file), self._places, *values))

    def _one_by_one(self, exact: list[str | None] | None, problem_log: ProblemLog) -> list[SmtpExchangeRecord]:
        found = []
        texts = repeat(None) if exact is None else exact
        for offset, row, written in zip(self._places, zip(*self._columns.values(), strict=True), texts, strict=False):
            # A column may have null for a field that always has a value.
            values = {name: value for name, value in zip(self._columns, row, strict=True) if value is not None}
            try:
                found.append(record_of(fields_of(values | _exact_texts(written)), self._file, offset))
            except NoExchangeError as error:
                problem_log.add(f"row {offset}", str(error))
        return found


def _exact_texts(written: str | None) -> dict[str, str]:
    """The texts of a row that UTF-8 can't represent. Raises NoExchangeError."""
    if not written:
        return {}
    try:
        texts = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise NoExchangeError("The exact texts are not JSON") from error
    if not isinstance(texts, dict):
        raise NoExchangeError("The exact texts are not a JSON object")
    return {name: text for name, text in texts.items() if name in TEXT_NAMES and isinstance(text, str)}


def _values(arrow: Any, column: Any, name: str) -> list[Any]:
    """The values of a column, of any type that a program gave it."""
    if name in SWITCH_NAMES:
        wanted = arrow.bool_()
    else:
        wanted = arrow.string() if name == EXACT or name in TEXT_NAMES else arrow.int64()
    if isinstance(column, arrow.DictionaryArray):
        known = column.dictionary.cast(wanted).to_pylist()
        return [None if code is None else known[code] for code in column.indices.to_pylist()]
    values: list[Any] = column.cast(wanted).to_pylist()
    return values


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:120]
