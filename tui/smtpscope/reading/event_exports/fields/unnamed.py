"""Records of an export without a source, which may be SMTP events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from smtpscope.errors import NOT_UNDERSTOOD, Problem
from smtpscope.reading.windows_event.event_fields import fields_of

LOOKED_AT: Final = 200
"""Records at the beginning of a file that are examined."""
_NAMED: Final = 6
_LONGEST: Final = 40


def names_source(record: Mapping[str, Any]) -> bool:
    """Whether `record` has the source of an event."""
    return fields_of(record).word("provider") is not None


def unnamed_problem(file: str, line: int, names: Iterable[object]) -> Problem:
    """The note on the first record without a source, on `line`, whose fields have these `names`."""
    named = [str(name).strip()[:_LONGEST] for name in names if str(name).strip()]
    more = ", …" if len(named) > _NAMED else ""
    fields = f" ({', '.join(named[:_NAMED])}{more})" if named else ""
    return Problem(file, f"line {line}", f"{NOT_UNDERSTOOD}: no source is named in its fields{fields}", "noted", 1)
