"""The problems of one file, told one by one up to a limit: a hostile or ruined file must not fill the memory."""

from __future__ import annotations

from typing import Final, Literal

from smtpscope.errors import Problem

TOLD_ONE_BY_ONE: Final = 1_000

Outcome = Literal["skipped", "recovered", "noted"]


class ToldProblems:
    """Collects what is wrong with single records of `file`; what is behind the limit is counted and told at the end."""

    def __init__(self, file: str, limit: int = TOLD_ONE_BY_ONE) -> None:
        self._file = file
        self._left = limit
        self._problems: list[Problem] = []
        self._more: dict[Outcome, int] = {}

    def tell(self, place: str, reason: str, outcome: Outcome = "skipped") -> None:
        """One record at `place` was read not at all, or not as it should be."""
        if self._left:
            self._left -= 1
            self._problems.append(Problem(self._file, place, reason, outcome, 1))
        else:
            self._more[outcome] = self._more.get(outcome, 0) + 1

    def take(self, *, final: bool = False) -> list[Problem]:
        """What was told since the last call; at the end of the file also how many more there were."""
        problems, self._problems = self._problems, []
        if final:
            problems += [
                Problem(self._file, "whole file", f"{count} more records of this kind are not listed", outcome, count)
                for outcome, count in self._more.items()
            ]
            self._more = {}
        return problems
