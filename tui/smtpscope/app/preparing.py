"""What a screen needs when it is first opened, made ready before: its modules and its styles.

Opening a screen for the first time imports its module, lets Textual parse all styles anew, and apply them to all
widgets: 60 to 100 ms in which no key is answered. Here the same is done once, in a thread.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from smtpscope.app import screens

_OF_TEXTUAL: Final = ("textual.command",)
"""Where the screens of Textual's own are that we open."""


def import_screens(stopped: Callable[[], bool]) -> None:
    """Imports all screens and their widgets, one after the other, until `stopped`."""
    ours = (found.name for found in pkgutil.walk_packages(screens.__path__, f"{screens.__name__}."))
    for name in (*_OF_TEXTUAL, *ours):
        if stopped():
            return
        import_module(name)


def prepared_stylesheet(current: Stylesheet, variables: Mapping[str, str]) -> Stylesheet:
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
