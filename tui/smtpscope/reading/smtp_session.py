"""A whole SMTP session as logged, line by line: what was said before and after a refusal."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

Sign = Literal["connected", "disconnected", "sent", "received", "information"]
"""The kind of a line, as seen by the server that wrote the log: it "sent" or "received" the text."""


class SessionLine(Struct, frozen=True):
    """`offset` is the byte offset of the line in the log, `time_ms` milliseconds since 1970-01-01 UTC or None.

    `text` is verbatim: a command, a reply (with its line breaks), or the log's own words.
    """

    offset: int
    time_ms: int | None
    sign: Sign
    text: str


class SmtpSession(Struct, frozen=True):
    """The lines of one session in the order of the log.

    `facts` are what the log says about the whole session, labels and verbatim values in display order ("session",
    "connector", "local endpoint", ...). `guess` says in one sentence why lines of other sessions may be among them,
    None if the log names the session. `left_out` counts lines that were dropped because there are too many.
    `begins_before` is set if the log begins in the middle of the session: its beginning is in an earlier file.
    """

    lines: tuple[SessionLine, ...]
    facts: tuple[tuple[str, str], ...] = ()
    guess: str | None = None
    time_assumed: bool = False
    left_out: int = 0
    begins_before: bool = False


class HasSessions(Protocol):
    """A reader of a log with whole sessions."""

    def smtp_session(self, offset: int) -> SmtpSession | None:
        """The session of the exchange at `offset`, None if the log no longer has it.

        Reads the log again, so call it from a background thread. Raises LogError if the log can no longer be read.
        """
        ...
