"""Errors for users, in three parts: where, what, and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal


class SmtpscopeError(Exception):
    """A failure that the user can act on.

    `where` names the file or the input and the place in it, `what` says what is wrong there, `remedy` says what to do
    about it. The text may quote a log: make it harmless before showing it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, *, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}. {remedy}")
        self.where = where
        self.what = what
        self.remedy = remedy


class LogError(SmtpscopeError):
    """A log can't be opened or read at all."""


class KnowledgeError(SmtpscopeError):
    """A knowledge file is broken; `where` names the file, the entry and the field."""


class ExportError(SmtpscopeError):
    """A summary can't be written where it was asked for."""


class UsageError(SmtpscopeError):
    """The request makes no sense; nothing was tried."""

    exit_code: ClassVar[int] = 2


class FilterError(UsageError):
    """A filter can't be understood.

    `start` and `end` are the offsets (characters, `end` exclusive) of the part of the filter text that is wrong;
    `suggestion` is the whole filter text as probably intended, or None.
    """

    def __init__(
        self, *, text: str, start: int, end: int, what: str, remedy: str, suggestion: str | None = None
    ) -> None:
        super().__init__(where=f"filter, column {start + 1}", what=what, remedy=remedy)
        self.text = text
        self.start = start
        self.end = end
        self.suggestion = suggestion


NOT_UNDERSTOOD = "Not understood"
"""The start of a problem's reason if the record might be an SMTP refusal."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a log that could not be read properly: counted and listed, never raised.

    `file` is the path as given, `place` says where ("chunk 6, record 1204", "line 12"), `reason` why. `outcome` is
    "skipped" (lost), "recovered" (a fallback reader could read it) or "noted" (everything was read, but the file is not
    as it should be, for example not closed properly). `records` is how many records it concerns, None if unknown.
    """

    file: str
    place: str
    reason: str
    outcome: Literal["skipped", "recovered", "noted"]
    records: int | None = None


def skipped_records(problems: Iterable[Problem]) -> int:
    """How many records were lost, as far as known: one for each problem that does not say how many."""
    return sum(problem.records or 1 for problem in problems if problem.outcome == "skipped")
