"""What users see when something is wrong: where, what, and the remedy, kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


class SmtpscopeError(Exception):
    """A failure that a person can act on.

    `where` names the file or the input and the place in it, `what` says what is wrong there,
    `remedy` says what to do about it. The text may hold what a log holds: whoever shows it makes it harmless first.
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
    """What was asked for makes no sense; nothing was tried."""

    exit_code: ClassVar[int] = 2


class FilterError(UsageError):
    """A filter can't be understood.

    `start` and `end` are the offsets (characters, `end` exclusive) of the part of the filter text that is wrong;
    `suggestion` is the whole filter text as it was probably meant, or None.
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
"""The reason of a problem begins so where nobody can say that a record is none of ours."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a log that was not read as it should be: counted and listed, never raised.

    `file` is the path as given, `place` says where ("chunk 6, record 1204", "line 12"), `reason` why.
    `outcome` tells what became of it: "skipped" (lost to us), "recovered" (a second reader could read it),
    or "noted" (all was read, but the file is not as it should be, such as one not closed properly).
    `records` is how many records it concerns, None where nobody can tell.
    """

    file: str
    place: str
    reason: str
    outcome: Literal["skipped", "recovered", "noted"]
    records: int | None = None
