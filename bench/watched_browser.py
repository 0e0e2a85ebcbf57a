"""The application, which also draws when it has no terminal, and notes when.

`python -m bench.watched_browser [CACHE FILE]` prints the time (seconds since 1970) of the first whole picture.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any, Final

from rich.console import RenderableType
from textual.screen import Screen

from smtpscope.app.application import Browser
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis

_FRAMES: Final = 0.05
_MOST_SECONDS: Final = 300.0


class WatchedBrowser(Browser):
    """Renders what it would send to the terminal; `drawn` are the moments (`time.perf_counter`) at which it did."""

    def __init__(self, analysis: Analysis) -> None:
        super().__init__(analysis)
        self.drawn: list[float] = []
        self.characters = 0

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        draw = getattr(renderable, "render_segments", None)
        if draw is not None:
            self.characters += len(draw(self.console))
            self.drawn.append(time.perf_counter())


async def first_picture(analysis: Analysis) -> float:
    """When the first picture was drawn that shows all events of the session. Raises TimeoutError."""
    browser = WatchedBrowser(analysis)
    started = time.perf_counter()
    async with browser.run_test(size=(120, 40)):
        while time.perf_counter() - started < _MOST_SECONDS:
            await asyncio.sleep(0.001)
            if browser.drawn and browser.browse.is_mounted and browser.browse.settled:
                # What is there now is drawn with the next frame; what moves after that is none of it.
                await asyncio.sleep(_FRAMES)
                return time.time() - (time.perf_counter() - browser.drawn[-1])
    raise TimeoutError("the application did not come to rest")


if __name__ == "__main__":
    cache, files = sys.argv[1:2], sys.argv[2:]
    opened = Analysis(KnowledgeBase.load(), cache=Path(cache[0]) if cache else None)
    if files:
        opened.open(files)
    print(asyncio.run(first_picture(opened)))
