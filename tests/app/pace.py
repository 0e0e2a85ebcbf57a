"""Goes on as soon as there is nothing left to do, where Textual's pilot would watch the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_MOST_STEPS = 100_000
_SECONDS_WITHOUT_CLOCK = 3600.0

_parse_rules = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


async def all_done(min_sleep: float = 0, max_sleep: float = 0) -> None:
    """Lets everything go on until the event loop would have to wait for a thread, a timer or a key.

    It stands in for `textual._wait.wait_for_idle`, whose parameters it takes and does not need.
    """
    loop = asyncio.get_running_loop()
    for _ in range(_MOST_STEPS):
        await asyncio.sleep(0)
        # Nothing public tells whether a task could go on at once.
        if not loop._ready:  # type: ignore[attr-defined]
            return
    raise AssertionError("the messages do not come to an end")


def _parsed_once(sheet: Stylesheet, css: str, **given: Any) -> list[RuleSet]:
    """All apps of a process have the same styles: they are parsed once for each theme instead of at each start."""
    key = (css, *given.items(), *sheet._variables.items())
    if key not in _parsed:
        _parsed[key] = _parse_rules(sheet, css, **given)
    return _parsed[key]


_render_update = Compositor.render_update
_drawn: set[tuple[object, ...]] = set()


def _drawn_when_new(
    compositor: Compositor, full: bool = False, screen_stack: Any = None, simplify: bool = False
) -> RenderableType | None:
    """Each set of widgets is drawn once in a process for each size of the terminal; a picture whenever it is asked for.

    Nobody sees what goes to the terminal after each key, and it took a third of the time. Tests that look at the screen
    draw it then, and `browsing` draws what is new at the end.
    """
    widgets = frozenset((type(widget), widget.id, widget.classes) for widget in compositor.visible_widgets)
    key = (compositor.size, widgets)
    if full or key not in _drawn:
        _drawn.add(key)
        return _render_update(compositor, full, screen_stack, simplify)
    visible_screen_stack.set([] if screen_stack is None else screen_stack)
    compositor._dirty_regions.clear()
    return None


@contextmanager
def no_waiting(*, draws: bool = False) -> Iterator[None]:
    """Keys follow each other as soon as all is done, and the screen is laid out when `driving` asks for it.

    With `draws`, all of it is drawn as for a user.

    Textual's pilot watches for 20 ms and more, three times a key, whether the process still works, and the screen
    draws what is there every 16 ms.
    """
    with (
        patch("textual.app.wait_for_idle", all_done),
        patch("textual.pilot.wait_for_idle", all_done),
        patch("textual.screen.UPDATE_PERIOD", _SECONDS_WITHOUT_CLOCK),
        patch.object(Stylesheet, "_parse_rules", _parsed_once),
        patch.object(Compositor, "render_update", _render_update if draws else _drawn_when_new),
    ):
        yield
