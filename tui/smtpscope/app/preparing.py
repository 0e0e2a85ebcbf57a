"""What a screen needs when it is first opened, made ready before: its modules and its styles.

Opening a screen for the first time imports its module, and Textual parses all styles again and applies them to all
widgets: 60 to 100 ms in which no key is answered. Here the same is done once, in a thread.
"""

from __future__ import annotations

import gc
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker, get_current_worker

from smtpscope.app import screens
from smtpscope.app.garbage import collect_in_small_steps

_OF_TEXTUAL: Final = ("textual.command",)
"""Where the screens of Textual's own are that we open."""


def prepare_screens(app: App[Any]) -> Worker[None]:
    """Makes the screens of `app` ready in a thread."""

    def prepare() -> None:
        worker = get_current_worker()
        _import_screens(lambda: worker.is_cancelled)
        while not worker.is_cancelled:
            variables = app.get_css_variables()
            sheet = _prepared_stylesheet(app.stylesheet, variables)
            if app.call_from_thread(_take_styles, app, sheet, variables):
                # What is there now stays until the end: looking through it for garbage takes 70 ms.
                gc.freeze()
                collect_in_small_steps()
                return

    return app.run_worker(prepare, thread=True, group="preparing")


def _take_styles(app: App[Any], sheet: Stylesheet, variables: dict[str, str]) -> bool:
    """Whether nothing has changed meanwhile, so that `sheet` now is the stylesheet of `app`."""
    if app.stylesheet.source.keys() <= sheet.source.keys() and app.get_css_variables() == variables:
        app.stylesheet = sheet
        return True
    return False


def _import_screens(stopped: Callable[[], bool]) -> None:
    """Imports all screens and their widgets, one after the other, until `stopped`."""
    ours = (found.name for found in pkgutil.walk_packages(screens.__path__, f"{screens.__name__}."))
    for name in (*_OF_TEXTUAL, *ours):
        if stopped():
            return
        import_module(name)


def _prepared_stylesheet(current: Stylesheet, variables: Mapping[str, str]) -> Stylesheet:
    """`current` with the styles of all widgets and screens that are imported by now, parsed.

    `variables` are those of the theme. Raises StylesheetError when Textual can't read the styles.
    """
    sheet = Stylesheet(variables=dict(variables))
    sheet.source = dict(current.source)
    for kind in _subclasses(Widget):
        # Textual's method looks at the class alone, and a widget may need values to be made.
        for read_from, css, tie_breaker, scope in DOMNode._get_default_css(kind.__new__(kind)):
            sheet.add_source(css, read_from=read_from, is_default_css=True, tie_breaker=tie_breaker, scope=scope)
        if issubclass(kind, Screen) and isinstance(kind.CSS_PATH, str):
            sheet.read(Path(inspect.getfile(kind)).parent / kind.CSS_PATH)
    # Asking for the map parses all of it, and both are kept.
    assert sheet.rules_map
    return sheet


def _subclasses(kind: type[Widget]) -> Iterator[type[Widget]]:
    yield kind
    for further in kind.__subclasses__():
        yield from _subclasses(further)
