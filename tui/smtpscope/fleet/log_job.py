"""One file to read into a set, and what came of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from msgspec import Struct

from smtpscope.asking.set_manifest import LogReceipt, SetPart


class ReadingRules(Struct, frozen=True, kw_only=True):
    """How all logs of one run are read: by what is said here, never by the clock or zone of the worker.

    `zone` is the name of the zone of logs that name none, `as_of_ms` the moment that dates logs without a year.
    `folders` are those of knowledge besides the bundled one, `knowledge` is a hash of all of it.
    """

    zone: str
    as_of_ms: int
    folders: tuple[str, ...] = ()
    knowledge: str = ""
    version: str = ""


class LogJob(Struct, frozen=True, kw_only=True):
    """The file `path` of `size` bytes, changed at `changed_ns`, to be read into the set in `folder`.

    `found` says that it was found in a folder, where files other than logs are skipped.
    """

    path: str
    size: int
    changed_ns: int
    folder: str
    rules: ReadingRules
    found: bool = False

    @property
    def key(self) -> str:
        """A hash of everything that decides what the parts hold."""
        rules = (self.rules.zone, self.rules.as_of_ms, self.rules.knowledge, self.rules.version)
        return hashed(self.path, self.size, self.changed_ns, *rules)


def hashed(*values: str | int) -> str:
    """24 hexadecimal digits for `values`."""
    texts = (os.fsencode(value) if isinstance(value, str) else str(value).encode() for value in values)
    return hashlib.blake2b(b"\0".join(texts), digest_size=12).hexdigest()


class ReadLog(Struct, frozen=True):
    """What came of one file: a receipt for each log in it (an archive may have several), and their parts."""

    receipts: tuple[LogReceipt, ...]
    parts: tuple[SetPart, ...] = ()


class Outcome(Struct, frozen=True):
    """`read` is what came of `job`; None if its worker could not finish it, for the reason `failure`.

    `worth_another_try` says that the machine was the reason, and not the log.
    """

    job: LogJob
    read: ReadLog | None
    failure: str = ""
    worth_another_try: bool = False


Work = Callable[[LogJob], ReadLog]


class Spread(Protocol):
    """Where the work is done."""

    def run(self, work: Work, jobs: Iterable[LogJob]) -> Iterator[Outcome]:
        """Does `work` for each of `jobs`, and yields one outcome for each, in any order.

        A job whose worker dies is done again, alone, after all others; if that worker dies as well, it is given up.
        """
        ...

    @property
    def words(self) -> str:
        """Where the work is done, for people."""
        ...
