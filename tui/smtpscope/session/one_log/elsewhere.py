"""What the open logs need of other processes that read some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from smtpscope.reading.record import ReadOptions, Source
from smtpscope.session.one_log.asked_span import LeftOut
from smtpscope.store.encoding import Encoder

if TYPE_CHECKING:
    from smtpscope.store.cache.log_cache import KeptLog


class FoundElsewhere(Protocol):
    """What another process found in one log, or that it was `passed_over`, which names it then."""

    @property
    def passed_over(self) -> tuple[str, ...]: ...

    @property
    def rows_left_out(self) -> int: ...

    def put_back(self, words: Encoder, file: str) -> KeptLog:
        """The same with rows for the store of `words`; for the reading thread."""
        ...


class ReadsElsewhere(Protocol):
    """Other processes that read."""

    def reads(self, path: str) -> bool:
        """Whether the log at `path` is one of those that they read."""
        ...

    def wait_for(self, path: str) -> Iterator[int]:
        """Until the log at `path` has been read: how many of its bytes have been, a few times a second."""
        ...

    def take(self, path: str) -> FoundElsewhere | None:
        """What was found in the log at `path`, which was waited for; None if it has to be read here."""
        ...

    def close(self) -> None:
        """Ends them, whatever they do."""
        ...


class SpreadsReading(Protocol):
    """Decides whether other processes read."""

    def processes(self, sources: Sequence[Source], options: ReadOptions, read_as: str | None) -> ReadsElsewhere | None:
        """Processes that read `sources`; None where one process is as fast."""
        ...


def taken_from(processes: ReadsElsewhere, name: str, words: Encoder, left_out: LeftOut) -> KeptLog | None:
    """What was found in the log `name`, which was waited for, with rows for the store of `words`; None if it has to be
    read here. What is not in it is noted in `left_out`.
    """
    found = processes.take(name)
    if found is None:
        return None
    left_out.logs += found.passed_over
    left_out.rows += found.rows_left_out
    return found.put_back(words, name)
