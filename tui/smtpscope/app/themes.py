"""The themes, and the default for each terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.theme import Theme

from smtpscope.configuration.settings import Theme as ThemeName

HIGH_CONTRAST: Final = Theme(
    name="high-contrast",
    primary="#00b0ff",
    secondary="#80d8ff",
    accent="#ffd600",
    warning="#ffab00",
    error="#ff5252",
    success="#00e676",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#303030",
    dark=True,
    text_alpha=1.0,
    variables={
        "block-cursor-background": "#ffd600",
        "block-cursor-foreground": "#000000",
        "footer-key-foreground": "#ffd600",
        "text-muted": "#d0d0d0",
    },
)

_NAMES: Final[Mapping[ThemeName, str]] = {
    "dark": "textual-dark",
    "light": "textual-light",
    "high-contrast": "high-contrast",
    "terminal": "ansi-dark",
}
CYCLE: Final = tuple(_NAMES.values())
"""The themes, in the order the key cycles through them."""


def theme_for(chosen: ThemeName, environment: Mapping[str, str]) -> str:
    """Textual's name for the theme `chosen`; "auto" looks at the terminal's background.

    Under NO_COLOR an ANSI theme would be drawn black on black (Textual 8.2), so the dark one is used instead.
    """
    if chosen == "auto":
        chosen = "light" if _light_background(environment.get("COLORFGBG", "")) else "dark"
    if chosen == "terminal" and environment.get("NO_COLOR"):
        chosen = "dark"
    return _NAMES[chosen]


def _light_background(value: str) -> bool:
    """COLORFGBG is "foreground;background" in numbers of the 16 colours: 7 and 15 are white."""
    return value.rpartition(";")[2] in ("7", "15")
