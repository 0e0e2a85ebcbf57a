"""Links in texts of a log or of the knowledge base: only those of the web, and only what can be shown in full."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Final

# Printable ASCII without spaces, quotes and angle brackets: nothing in it can look like something else.
_LINK: Final = re.compile(r"https?://[!#-;=?-~]{3,2000}", re.IGNORECASE)
_SENTENCE_ENDS: Final = ".,;:!?)]}'"


def link_in(text: str) -> str | None:
    """The first http or https link in `text`, without the full stop of its sentence; None where there is none."""
    found = _LINK.search(text)
    if found is None:
        return None
    link = found[0]
    while link[-1] in _SENTENCE_ENDS and not (link[-1] == ")" and link.count("(") >= link.count(")")):
        link = link[:-1]
    return link


def has_browser(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether a browser with a window of its own can be started; one in the terminal would write over the screen."""
    return platform in ("darwin", "win32") or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
