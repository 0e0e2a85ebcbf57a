"""A whole session as blocks of text."""

from __future__ import annotations

from datetime import UTC

from smtpscope.app.widgets.prose.prose_blocks import blocks_text
from smtpscope.app.widgets.texts.session_text import session_blocks
from smtpscope.reading.smtp_session import SessionLine, SmtpSession

LINE = SessionLine(40, 1_794_225_600_250, "received", "550 5.1.1 no")


def test_what_is_not_here_of_a_session_is_said_before_its_lines() -> None:
    blocks, wanted = session_blocks(SmtpSession((LINE,), left_out=1_200, begins_before=True), 40, UTC)
    words = blocks_text(blocks[:wanted])
    assert "The session starts in an earlier file of this log" in words
    assert "1,200 more lines of this session not shown" in words


def test_of_a_whole_session_nothing_is_missing() -> None:
    blocks, _ = session_blocks(SmtpSession((LINE,)), 40, UTC)
    assert "before this file" not in blocks_text(blocks)
    assert "left out" not in blocks_text(blocks)
