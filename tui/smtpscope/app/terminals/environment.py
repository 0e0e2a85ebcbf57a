"""What Textual and Rich look up in the environment when they are imported, set before that."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Final

_KNOWN_COLOURS: Final = (
    "alacritty",
    "contour",
    "foot",
    "iterm",
    "konsole",
    "mlterm",
    "rio",
    "st",
    "tmux",
    "vte",
    "wezterm",
)
"""Terminals with at least 256 colours whose TERM does not say so, and whose COLORTERM does not cross ssh."""


def prepare_environment(environment: MutableMapping[str, str], *, kitty_keys: bool) -> None:
    """Call this before the first import of Textual. What the user has set stays.

    Without `kitty_keys` the keyboard protocol of kitty is not used: when an ssh connection drops or the process is
    killed, nobody ends it, and then the terminal sends codes that no shell understands.
    """
    if not kitty_keys:
        environment.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    name = environment.get("TERM", "").partition("-")
    if name[0] in _KNOWN_COLOURS and name[2] != "16color" and not environment.get("COLORTERM"):
        environment.setdefault("TEXTUAL_COLOR_SYSTEM", "256")
