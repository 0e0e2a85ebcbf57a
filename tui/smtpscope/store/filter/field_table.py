"""The filter field, and the table of all fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from msgspec import Struct

from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.field_columns import FieldColumn
from smtpscope.store.numbered_column import RowNumbers
from smtpscope.store.spellings import Counted

ANYWHERE = ""
"""The name of the field of a word without a colon."""
_LAST = 99


class Facet(Struct, frozen=True):
    """The values of a field counted among some rows. `counts` gets the rows in time order.

    `nothing` is the label of an empty value, `exact` whether a chosen value matches as a whole. `tab` is the position
    among the tabs of the counts screen (new ones come last); None for incidents only.
    """

    name: str
    counts: Callable[[EventStore, RowNumbers], Counted]
    nothing: str = "(none)"
    exact: bool = True
    tab: int | None = _LAST


class GroupedBy(Struct, frozen=True):
    """How events are grouped by a field of text: what `Dimension` needs besides its name and its column."""

    title: str
    missing: str
    inner: str = "code"


class Field(Struct, frozen=True):
    """One field. `name` and `aliases` go before the colon, `help` and `example` are its help line.

    `column` parses values, finds rows and completes. `empty` is the notation for "no value". With `grouped`, events can
    be grouped by it; `grouping_names.py` has its name too.
    """

    name: str
    help: str
    example: str
    column: FieldColumn
    aliases: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
    empty: str = '""'
    grouped: GroupedBy | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """All names allowed before the colon."""
        return (self.name, *self.aliases)


class FieldTable(Sequence[Field]):
    """All fields, in the order of the help, and by any of their words."""

    def __init__(self, fields: tuple[Field, ...], anywhere: Field) -> None:
        self.fields = fields
        self._anywhere = anywhere

    def __len__(self) -> int:
        return len(self.fields)

    @overload
    def __getitem__(self, index: int) -> Field: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Field, ...]: ...

    def __getitem__(self, index: int | slice) -> Field | tuple[Field, ...]:
        return self.fields[index]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    @property
    def words(self) -> tuple[str, ...]:
        """Every name allowed before a colon."""
        return tuple(word for field in self.fields for word in field.words)

    def named(self, word: str) -> Field | None:
        """The field called `word` (ignoring case, aliases included), None if there is none."""
        wanted = word.lower()
        return next((field for field in self.fields if wanted in field.words), None)

    def of_term(self, name: str) -> Field:
        """The field of a term: the one called `name`, or what a word without a field looks at for ANYWHERE."""
        if name == ANYWHERE:
            return self._anywhere
        return next(field for field in self.fields if field.name == name)

    @property
    def facets(self) -> tuple[Facet, ...]:
        """All facets."""
        return tuple(facet for field in self.fields for facet in field.facets)

    def facet(self, name: str) -> Facet:
        """The facet called `name`. Raises KeyError if there is none."""
        for field in self.fields:
            for facet in field.facets:
                if facet.name == name:
                    return facet
        raise KeyError(name)

    def tabs(self) -> list[tuple[Field, Facet]]:
        """The tabs of the counts screen, in order."""
        shown = [(facet.tab, field, facet) for field in self.fields for facet in field.facets if facet.tab is not None]
        return [(field, facet) for _, field, facet in sorted(shown, key=lambda each: each[0])]
