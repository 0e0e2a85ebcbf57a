"""Questions of a screen of its own: answered at once from memory, in a thread from a set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from textual.screen import Screen

from smtpscope.session.browsing.browsed import Browsed

_T = TypeVar("_T")


def ask_then(screen: Screen[Any], analysis: Browsed, ask: Callable[[], _T], show: Callable[[_T], None]) -> None:
    """Calls `show` with the answer of `ask` on the UI thread; a newer question of the screen replaces an older one."""
    if analysis.logs is not None:
        show(ask())
        return

    def answer(found: _T) -> None:
        if screen.is_attached:
            show(found)

    screen.run_worker(
        lambda: screen.app.call_from_thread(answer, ask()), thread=True, group="questions", exclusive=True
    )
