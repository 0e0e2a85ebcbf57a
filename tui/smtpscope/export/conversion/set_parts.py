"""One log's exchanges as the parts of a set: Parquet that is sorted by reply code, remote host and time.

Sorted, a question about one code or host reads a few row groups of a set however large it is. Texts are plain columns
with Parquet's own dictionaries, as not every engine groups and searches Arrow's dictionary type.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, Final, NamedTuple

from smtpscope.asking.set_columns import (
    CAUSE_COLUMNS,
    COMMAND_COLUMNS,
    HOST_COLUMNS,
    REPLY_COLUMNS,
    ROW_COLUMNS,
    command_cells,
    host_cells,
    reply_cells,
)
from smtpscope.export.conversion.convert_columns import PARTS, Cell, ConvertedColumn, DiagnosedExchange, Part
from smtpscope.export.conversion.convert_parquet import RowGroup, check_parquet, schema_of

SORTED_BY: Final = ("reply_code", "remote_host_key", "time_ms", "row_in_log")
IDENTITY: Final = "identity"
ROWS_A_GROUP: Final = 20_000


class SetRow(NamedTuple):
    """An exchange of a log, whether the same log has it before, and what is the same for the same event in any log."""

    diagnosed: DiagnosedExchange
    again: bool
    identity: int | None = None


def parts_of(rows: Iterable[SetRow], open_part: Callable[[int], BinaryIO], *, most: int) -> list[int]:
    """Writes `rows`, all exchanges of one log in its order, to parts with at most `most` each; returns their lengths.

    `open_part` opens the part with a number, from 0 on; it is closed here. Raises ExportError without pyarrow.
    """
    check_parquet("a set")
    lengths: list[int] = []
    iterator = iter(rows)
    first = 0
    while part := list(islice(iterator, most)):
        with open_part(len(lengths)) as stream:
            write_part(part, stream, first_row=first)
        lengths.append(len(part))
        first += len(part)
    return lengths


def write_part(rows: Sequence[SetRow], stream: BinaryIO, *, first_row: int = 0) -> None:
    """Writes one part; the first of `rows` is number `first_row` of its log."""
    arrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    group = RowGroup(arrow, schema_of(arrow, SET_PARTS), SET_PARTS)
    for row in rows:
        group.add(row.diagnosed)
    table = _with_plain_texts(arrow, group.table())
    numbers = arrow.array(range(first_row, first_row + len(rows)), arrow.int64())
    again = arrow.array([row.again for row in rows], arrow.bool_())
    for name, column in zip(ROW_COLUMNS, (numbers, again), strict=True):
        table = table.append_column(arrow.field(name, column.type, nullable=False), column)
    identities = arrow.array([row.identity for row in rows], arrow.int64())
    table = table.append_column(arrow.field(IDENTITY, identities.type), identities)
    table = table.sort_by([(name, "ascending") for name in SORTED_BY])
    parquet.write_table(
        table, stream, compression="zstd", row_group_size=ROWS_A_GROUP, sorting_columns=sorting_columns(table.schema)
    )


def set_schema(arrow: Any) -> Any:
    """The schema of Arrow of every part."""
    plain = _with_plain_texts(arrow, schema_of(arrow, SET_PARTS).empty_table()).schema
    types = (arrow.int64(), arrow.bool_())
    for name, kind in zip(ROW_COLUMNS, types, strict=True):
        plain = plain.append(arrow.field(name, kind, nullable=False))
    return plain.append(arrow.field(IDENTITY, arrow.int64()))


def sorting_columns(schema: Any) -> Any:
    """What the footer of a part with `schema` says of its order."""
    parquet: Any = importlib.import_module("pyarrow.parquet")
    return parquet.SortingColumn.from_ordering(schema, [(name, "ascending") for name in SORTED_BY])


def _with_plain_texts(arrow: Any, table: Any) -> Any:
    fields = [
        field.with_type(arrow.string()) if arrow.types.is_dictionary(field.type) else field for field in table.schema
    ]
    return table.cast(arrow.schema(fields, metadata=table.schema.metadata))


def _extended(part: Part, names: Sequence[str], cells: Callable[[DiagnosedExchange], tuple[Cell, ...]]) -> Part:
    columns = tuple(ConvertedColumn(name, own=False) for name in names)
    return Part(part.name, (*part.columns, *columns), lambda judged: (*part.cells(judged), *cells(judged)))


def _set_parts() -> Iterator[Part]:
    more: dict[str, tuple[Sequence[str], Callable[[DiagnosedExchange], tuple[Cell, ...]]]] = {
        "host": (HOST_COLUMNS, lambda judged: host_cells(judged.exchange.remote_host)),
        "command": (COMMAND_COLUMNS, lambda judged: command_cells(judged.exchange.command)),
        "reply": (REPLY_COLUMNS, lambda judged: reply_cells(judged.exchange.reply)),
        "cause": (CAUSE_COLUMNS, lambda judged: (judged.entry, judged.confidence)),
    }
    for part in PARTS:
        yield _extended(part, *more[part.name]) if part.name in more else part


SET_PARTS: Final = tuple(_set_parts())
"""The columns of `smtpscope.exchange/1`, each part of an exchange with what a filter compares of it."""
