"""What is told of mail that failed without a reply."""

from __future__ import annotations

from smtpscope.errors import Problem
from smtpscope.reading.problem_log import FailedDeliveries


def test_one_problem_tells_how_many_there_were() -> None:
    failed = FailedDeliveries("mail.log", "deliveries")
    for _ in range(1_200):
        failed.add()
    assert failed.take() == [
        Problem(
            "mail.log",
            "whole file",
            "1,200 deliveries failed without a reply of the other side (host not found, connection timed out, refused "
            "or lost, TLS failed); they are not refusals and are in no count",
            "noted",
            1_200,
        )
    ]


def test_of_what_was_told_already_nothing_is_told_again() -> None:
    failed = FailedDeliveries("SEND.LOG", "connections")
    assert failed.take() == []
    failed.add()
    (told,) = failed.take()
    assert told.reason.startswith("1 connection failed without a reply")
    assert told.reason.endswith("it is not a refusal and is in no count")
    assert failed.take() == []


def test_failed_tls_negotiations_are_counted_by_error_and_never_endlessly_many_of_them() -> None:
    failed = FailedDeliveries("SEND.LOG", "connections")
    for error in ("InvalidToken", "", *(f"Error{number}" for number in range(100))):
        failed.add(error)
    (problem,) = failed.take()
    assert problem.records == 102
    assert "TLS negotiation failed in 102 of them (InvalidToken 1, Error0 1" in problem.reason
    assert len(problem.reason) < 500
    failed.add()
    assert "negotiation" not in failed.take()[0].reason
