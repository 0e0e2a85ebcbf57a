"""The columns of converted exchanges: those needed to restore the exchange, and derived ones for other programs.

Columns from the same part of an exchange are grouped, since the same few hosts, commands and replies recur and are
rendered once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from msgspec import Struct

from smtpscope.export.summaries.incident_wording import utc_text
from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.store.vocabularies import Diagnosis

ColumnKind = Literal["text", "whole number", "yes or no"]
Cell = str | int | bool | None


class DiagnosedExchange(NamedTuple):
    """An exchange with its diagnosis: the cause and who has to act, and which entry says so, how surely."""

    exchange: SmtpExchange
    category: str
    who_acts: WhoActs
    entry: str = ""
    confidence: str = ""

    @classmethod
    def of(cls, exchange: SmtpExchange, diagnosis: Diagnosis) -> DiagnosedExchange:
        """`exchange` with what a store has found out about it."""
        match = diagnosis.match
        return cls(exchange, match.category, diagnosis.who_acts, match.entry_id, match.confidence)


class ConvertedColumn(Struct, frozen=True):
    """`own` means that the column is needed to restore the exchange, `may_be_none` that it is nullable."""

    name: str
    kind: ColumnKind = "text"
    own: bool = True
    may_be_none: bool = True


class Part(Struct, frozen=True):
    """Columns with the same source; `cells` are their values."""

    name: str
    columns: tuple[ConvertedColumn, ...]
    cells: Callable[[DiagnosedExchange], tuple[Cell, ...]]


def _whole(name: str) -> ConvertedColumn:
    return ConvertedColumn(name, "whole number")


def _certain(name: str, kind: ColumnKind = "text") -> ConvertedColumn:
    return ConvertedColumn(name, kind, may_be_none=False)


def _derived(name: str, kind: ColumnKind = "text", *, may_be_none: bool = False) -> ConvertedColumn:
    return ConvertedColumn(name, kind, own=False, may_be_none=may_be_none)


SCHEMA_COLUMN: Final = _certain("schema")
OWN_NUMBERS: Final = (
    _derived("time", may_be_none=True),
    *map(_whole, ("time_ms", "origin_place", "record_id", "connection")),
)
"""The columns that differ for nearly every exchange, in the order of `own_numbers`."""

_CONTEXT_OF: Final[Callable[[SmtpExchange], tuple[Any, ...]]] = attrgetter(
    *("time_assumed", "event_id", "level", "provider", "channel", "computer", "direction", "virtual_server"),
    *("certainty", "text_level", "problem", "salvaged", "connector", "guess", "file"),
)
_CONTEXT: Final = (
    _certain("time_assumed", "yes or no"),
    _whole("event_id"),
    *map(ConvertedColumn, ("level", "provider", "channel", "computer")),
    _certain("direction"),
    _whole("virtual_server"),
    *map(ConvertedColumn, ("certainty", "text_level", "problem")),
    _certain("salvaged", "yes or no"),
    *map(ConvertedColumn, ("connector", "guess")),
    _certain("origin_file"),
)
_DIRECTION: Final = [column.name for column in _CONTEXT].index("direction")


def own_numbers(exchange: SmtpExchange) -> tuple[str | None, int | None, int, int | None, int | None]:
    """The values of `OWN_NUMBERS`."""
    time_ms = exchange.time_ms
    time = None if time_ms is None else time_text(time_ms)
    return time, time_ms, exchange.offset, exchange.record_id, exchange.connection


def _context_cells(judged: DiagnosedExchange) -> tuple[Cell, ...]:
    values = _CONTEXT_OF(judged.exchange)
    return (*values[:_DIRECTION], values[_DIRECTION].value, *values[_DIRECTION + 1 :])


def _host_cells(judged: DiagnosedExchange) -> tuple[Cell, ...]:
    host = judged.exchange.remote_host
    return host.verbatim, host.key


def _command_cells(judged: DiagnosedExchange) -> tuple[Cell, ...]:
    command = judged.exchange.command
    beside = command.mailbox if command.beside else None
    return command.logged_verb, command.full, beside, command.verb, command.recipient, command.sender


def _reply_cells(judged: DiagnosedExchange) -> tuple[Cell, ...]:
    reply = judged.exchange.reply
    return reply.verbatim, reply.code, reply.enhanced, reply.text


PARTS: Final = (
    Part("context", _CONTEXT, _context_cells),
    Part("host", (_certain("remote_host"), _derived("remote_host_key")), _host_cells),
    Part(
        "command",
        (
            *map(_certain, ("given_command", "full_command")),
            ConvertedColumn("beside_mailbox"),
            _derived("verb"),
            _derived("recipient", may_be_none=True),
            _derived("sender", may_be_none=True),
        ),
        _command_cells,
    ),
    Part(
        "reply",
        (
            _certain("reply"),
            _derived("reply_code", "whole number", may_be_none=True),
            _derived("enhanced_code", may_be_none=True),
            _derived("reply_text"),
        ),
        _reply_cells,
    ),
    Part("cause", (_derived("category"), _derived("who_acts")), lambda judged: judged[1:3]),
)
COLUMNS: Final = (SCHEMA_COLUMN, *OWN_NUMBERS, *(column for part in PARTS for column in part.columns))
"""All columns in their order."""


def part_keys(judged: DiagnosedExchange) -> tuple[Hashable, ...]:
    """A key for each of `PARTS`: equal keys mean equal values.

    Most are object identities, which are cheap to compare: keep the exchange with a remembered key, so no other object
    can get the same identity.
    """
    exchange = judged.exchange
    return (
        _CONTEXT_OF(exchange),
        # The host's field in an ECS document depends on the direction.
        (id(exchange.remote_host), exchange.direction),
        id(exchange.command),
        id(exchange.reply),
        judged[1:],
    )


@lru_cache(maxsize=1024)
def _hour(number: int) -> str | None:
    """The common prefix of all times in an hour, counted from 1970-01-01 UTC."""
    text = utc_text(number * 3_600_000)
    return None if text is None else text[: -len("00:00.000Z")]


def time_text(time_ms: int) -> str | None:
    """Like `utc_text`, but with a cached prefix: `utc_text` would take longer than the rest of a line."""
    number, rest = divmod(time_ms, 3_600_000)
    hour = _hour(number)
    if hour is None:
        return None
    minutes, rest = divmod(rest, 60_000)
    return f"{hour}{minutes:02}:{rest // 1000:02}.{rest % 1000:03}Z"
