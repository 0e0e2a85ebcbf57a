"""Problems of single records: listed up to a limit, then counted."""

from __future__ import annotations

from smtpscope.errors import Problem
from smtpscope.reading.problem_log import ProblemLog


def test_each_problem_is_handed_out_once() -> None:
    told = ProblemLog("a.log")
    told.add("line 3", "3 fields, the table has 15")
    assert told.take() == [Problem("a.log", "line 3", "3 fields, the table has 15", "skipped", 1)]
    assert told.take(final=True) == []


def test_what_is_behind_the_limit_is_counted_by_its_outcome() -> None:
    told = ProblemLog("a.log", limit=2)
    for number in range(6):
        told.add(f"line {number}", "broken", "recovered" if number == 5 else "skipped")
    assert len(told.take()) == 2
    assert [(problem.outcome, problem.records) for problem in told.take(final=True)] == [
        ("skipped", 3),
        ("recovered", 1),
    ]
    assert told.take(final=True) == []
