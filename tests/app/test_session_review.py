"""Long waits, empty sessions and what the log lacks are pointed out in a whole session."""

from __future__ import annotations

from smtpscope.app.widgets.texts.session_review import review, waits
from smtpscope.reading.smtp_session import SessionLine, Sign, SmtpSession

START = 1_700_000_000_000


def session(*lines: tuple[float | None, Sign, str], begins_before: bool = False) -> SmtpSession:
    made = [
        SessionLine(number, None if seconds is None else START + int(seconds * 1000), sign, text)
        for number, (seconds, sign, text) in enumerate(lines)
    ]
    return SmtpSession(tuple(made), begins_before=begins_before)


def test_a_reply_that_took_long_is_marked_where_it_is() -> None:
    slow = session(
        (0, "connected", ""),
        (1, "received", "220 mx.contoso.example"),
        (1, "sent", "EHLO exch01"),
        (32.5, "information", "a comment of the log"),
        (33, "received", "250 mx.contoso.example"),
        (33, "sent", "MAIL FROM:<a@contoso.example>"),
        (200, "received", "451 later"),
        (201, "disconnected", ""),
    )
    assert waits(slow) == {4: "32 s", 6: "2 min 47 s"}
    assert review(slow) == (
        "More than 10 s passed 2 times between two lines; look there for a slow or overloaded server",
    )


def test_sessions_that_do_nothing_and_what_the_log_lacks() -> None:
    for found, words in (
        (session((0, "connected", ""), (1, "disconnected", "")), "nothing was said"),
        (session((0, "received", "EHLO x"), (1, "sent", "250 ok"), (2, "disconnected", "")), "never came to MAIL FROM"),
        (session((0, "received", "MAIL FROM:<a@b.example>"), (1, "sent", "550 no")), "lacks the end of the connection"),
        (
            session((None, "received", "MAIL FROM:<a@b.example>"), begins_before=True),
            "lacks what our server said, the times, the end of the connection and the beginning, which is in",
        ),
    ):
        assert words in " ".join(review(found))
    queued = session((0, "information", "from=<a@b.example>"), (1, "information", "status=deferred (454 4.7.0 later)"))
    assert review(queued) == (
        "For a full review this log lacks the commands and replies, of which it has only the results",
    )
    whole = session((0, "received", "MAIL FROM:<a@b.example>"), (1, "sent", "550 no"), (2, "disconnected", ""))
    assert review(whole) == ()
