"""What is worth a look in a whole SMTP session: long waits, sessions that do nothing, and what the log lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from smtpscope.session import SmtpSession

LONG_WAIT_MS: Final = 10_000
"""A reply usually takes less than a second; RFC 5321 section 4.5.3.2 lets a client wait for minutes."""
_CONVERSATION: Final = ("sent", "received")
_FRAME: Final = ("connected", "disconnected")


def waits(session: SmtpSession) -> dict[int, str]:
    """For each line that came long after the last line of the conversation, how long that was."""
    found: dict[int, str] = {}
    before: int | None = None
    for number, line in enumerate(session.lines):
        if line.sign == "information" or line.time_ms is None:
            continue
        if before is not None and line.time_ms - before > LONG_WAIT_MS:
            found[number] = _length(line.time_ms - before)
        before = line.time_ms
    return found


def review(session: SmtpSession) -> tuple[str, ...]:
    """A sentence for each remark on the whole session, not yet harmless."""
    lines = session.lines
    spoken = [line for line in lines if line.sign in _CONVERSATION]
    remarks = []
    waited = waits(session)
    if waited:
        times = "once" if len(waited) == 1 else f"{len(waited)} times"
        remarks.append(f"More than 10 s passed {times} between two lines; look there for a slow or overloaded server")
    # Comments of the log may be all that it has of a conversation: connectivity logs, mail servers.
    if lines and all(line.sign in _FRAME for line in lines):
        remarks.append(
            "The session was opened and nothing was said: a port scan, a health check, or a dropped connection"
        )
    elif spoken and not session.left_out and not any(_begins_mail(line.text) for line in spoken):
        remarks.append("The session never came to MAIL FROM, so no message was sent in it")
    missing = _missing(session)
    if missing:
        remarks.append(f"For a full review this log lacks {missing}")
    return tuple(remarks)


def _begins_mail(text: str) -> bool:
    return text.lstrip().upper().startswith(("MAIL", "XEXCH50", "BDAT", "RCPT"))


def _missing(session: SmtpSession) -> str:
    """What is not in the lines, in words."""
    signs = {line.sign for line in session.lines}
    missing = []
    if "information" in signs and signs.isdisjoint(_CONVERSATION):
        missing.append("the commands and replies, of which it has only the results")
    if "sent" not in signs and "received" in signs:
        missing.append("what our server said")
    if "received" not in signs and "sent" in signs:
        missing.append("what the other side said")
    if session.lines and all(line.time_ms is None for line in session.lines):
        missing.append("the times")
    if "disconnected" not in signs and signs != {"information"}:
        missing.append("the end of the connection")
    if session.begins_before:
        missing.append("the beginning, which is in an earlier file")
    return ", ".join(missing[:-1]) + (" and " if len(missing) > 1 else "") + missing[-1] if missing else ""


def _length(milliseconds: int) -> str:
    seconds = milliseconds // 1000
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min {seconds % 60} s"
