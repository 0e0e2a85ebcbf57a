"""Mail that failed although nobody refused it: no exchange, but a person who looks for lost mail must hear of it."""

from __future__ import annotations

from typing import Literal

from smtpscope.errors import Problem

Attempts = Literal["deliveries", "connections"]


class Unanswered:
    """Counts the `attempts` of one log that failed without a reply, and tells of them at the end of reading."""

    def __init__(self, file: str, attempts: Attempts) -> None:
        self._file = file
        self._attempts = attempts
        self._count = 0

    def add(self) -> None:
        """One more."""
        self._count += 1

    def take(self) -> list[Problem]:
        """What is to be told of those since the last call."""
        count, self._count = self._count, 0
        if not count:
            return []
        one = "delivery" if self._attempts == "deliveries" else "connection"
        what = f"1 {one}" if count == 1 else f"{count:,} {self._attempts}"
        so = "it is no exchange, so it is" if count == 1 else "they are no exchanges, so they are"
        reason = (
            f"{what} failed without a reply of the other side (host not found, connection timed out, refused or lost); "
            f"{so} in no count"
        )
        return [Problem(self._file, "whole file", reason, "noted", count)]
