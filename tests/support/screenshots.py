"""Draws the pictures of screenshots/ from the sample logs: the same bytes each time.

`python -m support.screenshots FOLDER` with tests/ on the path; `make screenshots` does it.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from textual.pilot import Pilot

from smtpscope.app.application import Browser
from smtpscope.session import open_analysis
from support.changed import replace

_MOST_PAUSES = 2_000
_FONT_FACES = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_FONT = "ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace"


@dataclass(frozen=True, slots=True)
class Picture:
    """`keys` pressed on the bundled samples, drawn on `size` (columns, lines) in `theme`."""

    name: str
    keys: Sequence[str]
    size: tuple[int, int] = (120, 34)
    theme: str = "dark"


_TASKS = (
    Picture("who-refuses-us", ["5", "5", "0"]),
    Picture("recipients", ["j", "c"]),
    Picture("incident", ["j"]),
    Picture("timeline", ["4", "2", "1", "j", "i", "N"]),
    Picture("filter", ["slash", *"4xx since:03-09 -host:woodgrove", "enter"]),
    Picture("export", ["j", "e"]),
)
"""The steps of the administrator's tasks, each in the dark and in the light theme."""

PICTURES = (
    Picture("first-screen", []),
    *_TASKS,
    *(replace(picture, name=f"{picture.name}-light", theme="light") for picture in _TASKS),
    Picture("incident-high-contrast", ["j"], theme="high-contrast"),
    Picture("incident-160x50", ["j"], (160, 50)),
    Picture("incident-80x24", ["j", "t"], (80, 24)),
    Picture("event", ["5", "5", "0", "j", "enter", "j"]),
    Picture("filter-mistake", ["slash", *"4xx hots:contoso"]),
    Picture("knowledge", ["K", *"greylist"]),
    Picture("help", ["question_mark"]),
)


async def settled(pilot: Pilot[None]) -> None:
    """Waits until all is read and shown."""
    browser = pilot.app
    assert isinstance(browser, Browser)
    for _ in range(_MOST_PAUSES):
        await pilot.pause()
        if browser.browse.is_mounted and browser.browse.settled:
            await pilot.pause()
            return
    raise TimeoutError("the browser did not come to rest")


def without_fonts_from_elsewhere(svg: str) -> str:
    """The picture with the viewer's own fixed-width font, so that it asks nobody for one."""
    return _FONT_FACES.sub("", svg).replace("Fira Code, monospace", _FONT).replace("Fira Code", _FONT)


async def draw(picture: Picture, logs: Sequence[str]) -> str:
    """The picture as SVG."""
    analysis = open_analysis(logs, zone=UTC)
    browser = Browser(analysis)
    async with browser.run_test(size=picture.size, notifications=True) as pilot:
        browser.theme = picture.theme
        await settled(pilot)
        for key in picture.keys:
            await pilot.press(key)
            await settled(pilot)
        return without_fonts_from_elsewhere(browser.export_screenshot(title="smtpscope", simplify=True))


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for picture in PICTURES:
        svg = asyncio.run(draw(picture, ["data/samples"]))
        (folder / f"{picture.name}.svg").write_text(svg, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    # Sizes are given; what the terminal that runs this says of itself must not matter.
    os.environ.pop("COLUMNS", None)
    main(Path(sys.argv[1]))
