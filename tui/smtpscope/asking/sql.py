"""Pieces of SQL with the values of their parameters, which never become text of a statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple


class Sql(NamedTuple):
    """A piece of SQL; each `?` in `text` stands for the next of `values`.

    `by_cell` says that a condition compares only what is the same in all rows of a cell (see `group_tables`).
    """

    text: str
    values: tuple[object, ...] = ()
    by_cell: bool = False


TRUE: Final = Sql("TRUE", by_cell=True)
FALSE: Final = Sql("FALSE", by_cell=True)


def any_of(conditions: Iterable[Sql]) -> Sql:
    """Holds where one of `conditions` does; a condition on a missing value does not hold."""
    return _joined(" OR ", conditions, FALSE)


def all_of(conditions: Iterable[Sql]) -> Sql:
    """Holds where all of `conditions` do."""
    return _joined(" AND ", conditions, TRUE)


def negated(condition: Sql) -> Sql:
    """Holds where `condition` does not, a missing value included."""
    return Sql(f"NOT coalesce({condition.text}, FALSE)", condition.values, condition.by_cell)


def one_of(expression: str, texts: Sequence[str], *, by_cell: bool = False) -> Sql:
    """Holds where `expression` is one of `texts`; `by_cell` as for `Sql`."""
    if not texts:
        return FALSE
    if len(texts) == 1:
        return Sql(f"{expression} = ?", (storable(texts[0]),), by_cell)
    return Sql(f"{expression} IN (SELECT unnest(?::VARCHAR[]))", (list(map(storable, texts)),), by_cell)


def storable(text: str) -> str:
    """`text` as Parquet stores it: UTF-8, with U+FFFD for a lone surrogate."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _joined(word: str, conditions: Iterable[Sql], none: Sql) -> Sql:
    parts = list(conditions)
    if not parts:
        return none
    if len(parts) == 1:
        return parts[0]
    return Sql(
        word.join(f"({part.text})" for part in parts),
        tuple(value for part in parts for value in part.values),
        all(part.by_cell for part in parts),
    )
