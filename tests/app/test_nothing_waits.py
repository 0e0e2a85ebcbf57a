"""What takes long on a large log is asked in a thread, so that the next key is answered meanwhile."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.driving import browsing
from smtpscope.session import Analysis

_SLOW = ("incidents", "document", "raw", "event_text")


async def test_no_key_asks_for_incidents_or_records_on_the_thread_that_draws(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    key = ""

    def watched(name: str) -> Any:
        answer = getattr(analysis, name)

        def ask(*given: Any, **named: Any) -> Any:
            if threading.current_thread() is threading.main_thread():
                asked.append((key, name))
            return answer(*given, **named)

        return ask

    for name in _SLOW:
        monkeypatch.setattr(analysis, name, watched(name))
    async with browsing(analysis, size=(120, 30)) as driven:
        await driven.put_on("550")
        for key in ("a", "A", "X", "e", "y", "Y", "r", "E"):
            await driven.press(key)
            await driven.press("escape")
            while driven.screen is not driven.browse:
                driven.app.pop_screen()
                await driven.settled()
    assert asked == []
