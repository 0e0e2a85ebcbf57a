"""The problems of one file, up to a limit, and deliveries that failed without a reply."""

from __future__ import annotations

from collections import Counter
from typing import Final, Literal

from smtpscope.errors import Problem

TOLD_ONE_BY_ONE: Final = 1_000

Outcome = Literal["skipped", "recovered", "noted"]


class ProblemLog:
    """Collects problems with single records of `file`; beyond the limit they are only counted."""

    def __init__(self, file: str, limit: int = TOLD_ONE_BY_ONE) -> None:
        self._file = file
        self._left = limit
        self._problems: list[Problem] = []
        self._more: dict[Outcome, int] = {}

    def add(self, place: str, reason: str, outcome: Outcome = "skipped") -> None:
        """A record at `place` was not read, or not correctly."""
        if self._left:
            self._left -= 1
            self._problems.append(Problem(self._file, place, reason, outcome, 1))
        else:
            self._more[outcome] = self._more.get(outcome, 0) + 1

    def take(self, *, final: bool = False) -> list[Problem]:
        """The problems since the last call; at the end of the file, also how many were not listed."""
        problems, self._problems = self._problems, []
        if final:
            problems += [
                Problem(self._file, "whole file", f"{count} more records of this kind are not listed", outcome, count)
                for outcome, count in self._more.items()
            ]
            self._more = {}
        return problems


Attempts = Literal["deliveries", "connections"]


_LONGEST_NAME: Final = 60
_MOST_NAMES: Final = 20


class FailedDeliveries:
    """Counts the `attempts` in one log that failed without a reply, for one problem at the end."""

    def __init__(self, file: str, attempts: Attempts) -> None:
        self._file = file
        self._attempts = attempts
        self._count = 0
        self._tls_errors: Counter[str] = Counter()

    def add(self, tls_error: str | None = None) -> None:
        """One more; `tls_error` is the name of the error that ended its TLS negotiation ("" if the log has no name)."""
        self._count += 1
        if tls_error is not None:
            self._tls_errors[tls_error[:_LONGEST_NAME] if len(self._tls_errors) < _MOST_NAMES else ""] += 1

    def take(self) -> list[Problem]:
        """A problem for those since the last call."""
        count, self._count = self._count, 0
        if not count:
            return []
        one = "delivery" if self._attempts == "deliveries" else "connection"
        what = f"1 {one}" if count == 1 else f"{count:,} {self._attempts}"
        so = "it is not a refusal and is" if count == 1 else "they are not refusals and are"
        reason = (
            f"{what} failed without a reply of the other side (host not found, connection timed out, refused or lost, "
            f"TLS failed); {so} in no count{self._tls()}"
        )
        return [Problem(self._file, "whole file", reason, "noted", count)]

    def _tls(self) -> str:
        errors, self._tls_errors = self._tls_errors, Counter()
        if not errors:
            return ""
        named = ", ".join(f"{name} {count:,}" for name, count in errors.most_common() if name)
        told = f" ({named}; see `smtpscope kb show exchange-tls-error`)" if named else ""
        return f"; TLS negotiation failed in {errors.total():,} of them{told}"
