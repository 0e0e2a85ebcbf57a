"""A whole SMTP session as a log holds it, line by line: what was said before and after a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Sign = Literal["connected", "disconnected", "sent", "received", "information"]
"""What a line is, seen from the server that wrote the log: "sent" it said itself, "received" the other side."""


@dataclass(frozen=True, slots=True)
class SessionLine:
    """`offset` is the byte offset of the line in the log, `time_ms` milliseconds since 1970-01-01 UTC or None.

    `text` is verbatim: a command, a reply (with its line breaks), or the log's own words.
    """

    offset: int
    time_ms: int | None
    sign: Sign
    text: str


@dataclass(frozen=True, slots=True)
class SmtpSession:
    """The lines of one session in the order of the log.

    `facts` are what the log says of the whole session, as label and verbatim value in the order to show ("session",
    "connector", "local endpoint", ...). `guess` says in one sentence why lines of other sessions may be among them,
    None where the log names the session. `left_out` counts lines that are not here because there are too many.
    `begins_before` tells that the log begins in the middle of the session: an earlier file has its beginning.
    """

    lines: tuple[SessionLine, ...]
    facts: tuple[tuple[str, str], ...] = ()
    guess: str | None = None
    time_assumed: bool = False
    left_out: int = 0
    begins_before: bool = False


class HasSessions(Protocol):
    """A reader of a log that holds whole sessions."""

    def smtp_session(self, offset: int) -> SmtpSession | None:
        """The session that the exchange at `offset` is part of, None where the log no longer has it.

        Reads the log again, so it is for a thread that may wait. Raises LogError when the log can't be read any more.
        """
        ...
