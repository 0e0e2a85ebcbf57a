"""The dimensions for grouping events, each defined in one place.

The group tree, the table's names, the filter for a group, saved positions, reports, settings, the command line and the
docs are derived from a dimension; a filter field with `grouped` gets its dimension automatically. A grouping is one
dimension, which implies a second one, or any two separated by a comma.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.filter.field_columns import TextColumn
from smtpscope.store.filter.field_table import Field, GroupedBy
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.grouping.group import Group
from smtpscope.store.grouping.group_facts import GroupFacts
from smtpscope.store.numbered_column import NumberedColumn
from smtpscope.store.vocabularies import Vocabularies
from smtpscope.store.vocabulary import Vocabulary

Grouping = str
"""The name of a dimension, two of them as `code,server`, or `none`."""
NO_GROUPS = "none"
NO_HOST = "(no host)"


def _hosts_of(group: Group) -> str:
    """The number of hosts in a first-level group, unless it is one."""
    return f"  {group.hosts:,} hosts" if group.level == 0 and group.hosts != 1 else ""


class Dimension(Struct, frozen=True):
    """One dimension for grouping.

    - `name` is what users write, `title` the name in a report, `column` the name in saved positions (which must never
      change), `inner` the name of the dimension for the second level;
    - `rows` gives the number of each row, `vocabulary` the texts of the numbers (None: the number is the value);
      `lacks` means that a row may have no value, which is the number -1;
    - `spelling` is the text as logged if the vocabulary's differs, `missing` the text shown for an empty value,
      `titled` means that the texts are causes, which have titles;
    - `remark` is what the table adds to the name;
    - `field` is the filter field for a group and `value` the filter value (default: exactly the label);
    - `in_report` means that reports show the group in the column for hosts; other dimensions get a column of their own.
    """

    name: str
    title: str
    column: str
    inner: str
    rows: NumberedColumn
    vocabulary: Callable[[Vocabularies], Vocabulary[str]] | None
    field: str
    missing: str
    lacks: bool = False
    spelling: Callable[[GroupFacts], str | None] | None = None
    titled: bool = False
    remark: Callable[[Group], str] = _hosts_of
    value: Callable[[Group], str] | None = None
    in_report: bool = True

    def text(self, words: Vocabularies, number: int) -> str:
        """The value with this number as text that survives a restart; "" for none."""
        if self.vocabulary is None:
            return str(number)
        return "" if number < 0 else self.vocabulary(words)[number]

    def number(self, words: Vocabularies, text: str) -> int | None:
        """The inverse of `text`; None if no open log has the value."""
        if self.vocabulary is None:
            return int(text) if text.lstrip("-").isdecimal() else None
        return -1 if self.lacks and not text else self.vocabulary(words).number(text)

    def label(self, words: Vocabularies, number: int, facts: GroupFacts) -> str:
        """The value of a group as written in the log, "" for none."""
        if self.spelling is not None:
            return self.spelling(facts) or ""
        return self.text(words, number)

    def term(self, group: Group) -> tuple[str, str]:
        """The filter field and the value (as for `add_term`) that select `group`."""
        return self.field, f"={group.label}" if self.value is None else self.value(group)


class DimensionTable:
    """All dimensions in the order in which the key cycles through them, and the groupings made from them."""

    def __init__(self, dimensions: tuple[Dimension, ...]) -> None:
        self.dimensions = dimensions

    def __iter__(self) -> Iterator[Dimension]:
        return iter(self.dimensions)

    @property
    def names(self) -> tuple[str, ...]:
        """The dimensions by name."""
        return tuple(dimension.name for dimension in self.dimensions)

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """The groupings with a name of their own."""
        return (*self.names, NO_GROUPS)

    def named(self, name: str) -> Dimension:
        """The dimension `name`. Raises KeyError."""
        for dimension in self.dimensions:
            if dimension.name == name:
                return dimension
        raise KeyError(name)

    def of(self, grouping: Grouping) -> tuple[Dimension, ...]:
        """The levels of `grouping`, outer one first. Raises KeyError for an unknown name."""
        if grouping == NO_GROUPS:
            return ()
        outer, comma, inner = grouping.partition(",")
        first = self.named(outer)
        return first, self.named(inner if comma else first.inner)

    def understood(self, text: str) -> Grouping | None:
        """The grouping written as `text`, in its shortest form; None if it is invalid."""
        grouping = ",".join(part.strip() for part in text.lower().split(","))
        try:
            levels = self.of(grouping)
        except KeyError:
            return None
        if not levels:
            return grouping
        first, second = levels
        if first is second:
            return None
        return first.name if first.inner == second.name else grouping

    def title(self, grouping: Grouping) -> str:
        """The name in a report: `reply code and remote host`, `nothing (all events)`."""
        return " and ".join(dimension.title for dimension in self.of(grouping)) or "nothing (all events)"

    def phrase(self, grouping: Grouping) -> str:
        """The name on the screen: `by code`, or `all events` without grouping."""
        return "all events" if grouping == NO_GROUPS else f"by {grouping}"

    def after(self, grouping: Grouping, by: int) -> Grouping:
        """The named grouping that comes `by` places after `grouping`."""
        named = self.groupings
        return named[(named.index(grouping.partition(",")[0]) + by) % len(named)]


def _code_remark(group: Group) -> str:
    if not group.label:
        return _hosts_of(group)
    arrow = {Direction.OUTBOUND: "out", Direction.INBOUND: "in", Direction.UNKNOWN: ""}
    direction = "in and out" if group.direction is None else arrow[group.direction]
    whom = ""
    if group.level == 0:
        whom = f"{group.hosts:,} hosts, " if group.hosts != 1 else f"{group.host or NO_HOST}, "
    return f"  {whom}{direction}".rstrip(" ,")


def _of_field(field: Field, grouped: GroupedBy) -> Dimension:
    column = field.column
    if not isinstance(column, TextColumn):
        raise TypeError(f"the field {field.name} can't be grouped by: its column is not one of texts")
    return Dimension(
        name=field.name,
        title=grouped.title,
        column=field.name,
        inner=grouped.inner,
        rows=column.rows,
        vocabulary=column.vocabulary,
        field=field.name,
        missing=grouped.missing,
    )


DIMENSIONS = DimensionTable(
    (
        Dimension(
            name="code",
            title="reply code",
            column="code",
            inner="host",
            rows=NumberedColumn(lambda columns: columns.code),
            vocabulary=None,
            field="code",
            missing="no reply code",
            spelling=lambda facts: None if facts.code is None else str(facts.code),
            remark=_code_remark,
            value=lambda group: "none" if group.code is None else str(group.code),
            in_report=False,
        ),
        Dimension(
            name="host",
            title="remote host",
            column="host_key",
            inner="code",
            rows=NumberedColumn(lambda columns: columns.host_key),
            vocabulary=lambda words: words.host_keys,
            field="host",
            missing=NO_HOST,
            spelling=lambda facts: facts.host,
            remark=lambda group: " (we refuse)" if group.direction is Direction.INBOUND else "",
            value=lambda group: f"={group.host_key or ''}",
            in_report=False,
        ),
        Dimension(
            name="cause",
            title="cause",
            column="category",
            inner="host",
            rows=NumberedColumn(lambda columns: columns.category),
            vocabulary=lambda words: words.categories,
            field="cause",
            missing="(no cause)",
            titled=True,
            in_report=False,
        ),
        Dimension(
            name="recipient",
            title="recipient",
            column="recipient",
            inner="host",
            rows=NumberedColumn(lambda columns: columns.recipient),
            vocabulary=lambda words: words.mailbox_keys,
            field="rcpt",
            missing="(no recipient)",
            lacks=True,
            spelling=lambda facts: facts.recipient,
        ),
        *(_of_field(field, field.grouped) for field in FIELDS if field.grouped is not None),
    )
)
