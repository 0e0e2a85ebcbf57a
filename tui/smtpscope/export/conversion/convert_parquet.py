"""Converted exchanges as Parquet, a row group at a time; needs pyarrow, which is an extra of its own."""

from __future__ import annotations

import importlib
import json
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, BinaryIO, Final

import numpy as np

from smtpscope.errors import ExportError
from smtpscope.export.conversion.convert_columns import (
    OWN_NUMBERS,
    PARTS,
    Cell,
    ConvertedColumn,
    DiagnosedExchange,
    Part,
    part_keys,
)
from smtpscope.reading.converted.converted_parquet import EXACT, EXTRA
from smtpscope.reading.converted.exchange_schema import SCHEMA

_ROWS_A_GROUP: Final = 100_000


def check_parquet(where: str) -> None:
    """Raises ExportError, naming the extra, if pyarrow is missing."""
    try:
        importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise ExportError(
            where=where, what="writing Parquet needs pyarrow, which is not installed", remedy=f"Install it: {EXTRA}"
        ) from error


def write_parquet(rows: Iterable[DiagnosedExchange], stream: BinaryIO, *, rows_a_group: int = _ROWS_A_GROUP) -> None:
    """Writes all of `rows` to `stream`, with at most `rows_a_group` of them in memory.

    Texts are dictionary-encoded. Lone surrogates, which UTF-8 can't encode, become U+FFFD, and the exact text goes to
    the column `exact_texts`. Raises ExportError without pyarrow.
    """
    check_parquet("Parquet")
    arrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    schema = schema_of(arrow)
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        group = RowGroup(arrow, schema)
        for row in rows:
            group.add(row)
            if len(group) == rows_a_group:
                writer.write_table(group.table())
                group = RowGroup(arrow, schema)
        if len(group):
            writer.write_table(group.table())


def schema_of(arrow: Any, parts: Sequence[Part] = PARTS) -> Any:
    """The schema of Arrow for the columns of `parts` behind the numbers that each exchange has of its own."""
    text = arrow.dictionary(arrow.int32(), arrow.string())
    types = {"text": text, "whole number": arrow.int64(), "yes or no": arrow.bool_()}
    fields = [arrow.field("schema", text, nullable=False), arrow.field("time", arrow.timestamp("ms", tz="UTC"))]
    columns = (*OWN_NUMBERS[1:], *(column for part in parts for column in part.columns))
    fields += [arrow.field(column.name, types[column.kind], nullable=column.may_be_none) for column in columns]
    return arrow.schema([*fields, arrow.field(EXACT, arrow.string())], metadata={"smtpscope.schema": SCHEMA})


class RowGroup:
    """Collects rows for a table of Arrow with `schema`: numbers, and the distinct values of each of `parts`."""

    def __init__(self, arrow: Any, schema: Any, parts: Sequence[Part] = PARTS) -> None:
        self._arrow = arrow
        self._schema = schema
        self._numbers: list[tuple[int | None, int, int | None, int | None]] = []
        self._parts = [_DistinctParts(part) for part in parts]

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, row: DiagnosedExchange) -> None:
        exchange = row.exchange
        self._numbers.append((exchange.time_ms, exchange.offset, exchange.record_id, exchange.connection))
        for part, key in zip(self._parts, part_keys(row), strict=True):
            part.add(key, row)

    def table(self) -> Any:
        """The rows as a table of Arrow."""
        arrow = self._arrow
        numbers = [arrow.array(values, arrow.int64()) for values in zip(*self._numbers, strict=True)]
        once = arrow.array([SCHEMA], arrow.string())
        schema = arrow.DictionaryArray.from_arrays(arrow.array(np.zeros(len(self), np.int32)), once)
        columns = [schema, numbers[0].cast(arrow.timestamp("ms", tz="UTC")), *numbers]
        for part in self._parts:
            columns += part.columns(arrow)
        return arrow.Table.from_arrays([*columns, arrow.array(self._exact(), arrow.string())], schema=self._schema)

    def _exact(self) -> list[str | None]:
        """For each row, the texts that UTF-8 can't encode; None for nearly all."""
        exact: list[str | None] = [None] * len(self)
        rows: dict[int, dict[str, str]] = {}
        for part in self._parts:
            for number, texts in part.exact.items():
                for row in np.flatnonzero(np.array(part.numbers, np.int32) == number).tolist():
                    rows.setdefault(row, {}).update(texts)
        for row, texts in rows.items():
            exact[row] = json.dumps(texts)
        return exact


class _DistinctParts:
    """One part of all rows of a group: its distinct values, and their index per row."""

    def __init__(self, part: Part) -> None:
        self._part = part
        # Keeps the row, as the key may be the identity of one of its objects.
        self._known: dict[Hashable, tuple[int, DiagnosedExchange]] = {}
        self._distinct: list[tuple[Cell, ...]] = []
        self.numbers: list[int] = []
        self.exact: dict[int, dict[str, str]] = {}

    def add(self, key: Hashable, row: DiagnosedExchange) -> None:
        found = self._known.get(key)
        if found is None:
            number = len(self._distinct)
            found = self._known[key] = number, row
            self._distinct.append(self._encodable(self._part.cells(row), number))
        self.numbers.append(found[0])

    def _encodable(self, cells: tuple[Cell, ...], number: int) -> tuple[Cell, ...]:
        broken = {
            column.name: cell
            for column, cell in zip(self._part.columns, cells, strict=True)
            if isinstance(cell, str) and not _is_encodable(cell)
        }
        if not broken:
            return cells
        self.exact[number] = broken
        return tuple(_replaced(cell) if isinstance(cell, str) else cell for cell in cells)

    def columns(self, arrow: Any) -> list[Any]:
        places = arrow.array(np.array(self.numbers, np.int32))
        return [
            _column(arrow, column, values).take(places)
            for column, values in zip(self._part.columns, zip(*self._distinct, strict=True), strict=True)
        ]


def _column(arrow: Any, column: ConvertedColumn, values: tuple[Cell, ...]) -> Any:
    if column.kind == "text":
        return arrow.array(values, arrow.string()).dictionary_encode()
    return arrow.array(values, arrow.bool_() if column.kind == "yes or no" else arrow.int64())


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _replaced(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
