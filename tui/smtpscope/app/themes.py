"""The themes, and the default for each terminal.

Rich replaces each colour by the nearest one that the terminal has. With 16 colours that makes greys and tints equal, so
terminals with 16 colours have themes of their own, made of colours that are in their palette. Tests compute the
contrast of everything that is drawn, in every theme and number of colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

from smtpscope.configuration.settings import Theme as ThemeName

# The scrollbar's own ground would be sent again with each line beside it.
DARK: Final = replace(
    BUILTIN_THEMES["textual-dark"],
    name="dark",
    variables={
        "scrollbar": "#4a7ba6",
        "scrollbar-background": "#121212",
        "text-muted": "#a8a8a8",
        "text-disabled": "#a8a8a8",
        "foreground-muted": "#a8a8a8",
        "block-cursor-background": "#0065b3",
        "primary-muted": "#0b314f",
    },
)
LIGHT: Final = replace(
    BUILTIN_THEMES["textual-light"],
    name="light",
    variables={
        "footer-key-foreground": "#00285f",
        "scrollbar": "#3a6592",
        "scrollbar-background": "#e0e0e0",
        "text": "#1a1a1a",
        "text-muted": "#4a4a4a",
        "text-disabled": "#4a4a4a",
        "block-cursor-foreground": "#ffffff",
        "foreground-muted": "#4a4a4a",
        "text-primary": "#00285f",
        "text-accent": "#5c2e00",
        "text-warning": "#6b2e00",
        "text-error": "#9c1a3c",
        "text-success": "#1c5c2c",
    },
)
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
        "text-disabled": "#d0d0d0",
        "foreground-muted": "#d0d0d0",
        "scrollbar": "#80a0c0",
        "scrollbar-background": "#000000",
    },
)
DARK_16: Final = Theme(
    name="dark-16",
    primary="#55ffff",
    secondary="#55ffff",
    accent="#ffff55",
    warning="#ffff55",
    error="#ff5555",
    success="#55ff55",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
    text_alpha=1.0,
    variables={
        "text": "#ffffff",
        "text-muted": "#aaaaaa",
        "text-disabled": "#aaaaaa",
        "foreground-muted": "#aaaaaa",
        "text-primary": "#55ffff",
        "text-secondary": "#55ffff",
        "text-accent": "#ffff55",
        "text-warning": "#ffff55",
        "text-error": "#ff5555",
        "text-success": "#55ff55",
        "primary-muted": "#0000aa",
        "block-cursor-background": "#ffffff",
        "block-cursor-foreground": "#000000",
        # Colours of its own in the text of a chosen line stay readable when both are exchanged.
        "block-cursor-blurred-background": "#000000",
        "block-cursor-blurred-foreground": "#ffffff",
        "block-cursor-blurred-text-style": "reverse",
        "footer-key-foreground": "#ffff55",
        "input-selection-background": "#0000aa",
        "input-selection-foreground": "#ffffff",
        "screen-selection-background": "#0000aa",
        "screen-selection-foreground": "#ffffff",
        "scrollbar": "#aaaaaa",
        "scrollbar-hover": "#aaaaaa",
        "scrollbar-active": "#ffffff",
        "scrollbar-background": "#000000",
    },
)
LIGHT_16: Final = Theme(
    name="light-16",
    primary="#0000aa",
    secondary="#0000aa",
    accent="#0000aa",
    warning="#aa0000",
    error="#aa0000",
    success="#0000aa",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#ffffff",
    dark=False,
    text_alpha=1.0,
    variables={
        "text": "#000000",
        "text-muted": "#000000",
        "text-disabled": "#000000",
        "foreground-muted": "#000000",
        "text-primary": "#0000aa",
        "text-secondary": "#0000aa",
        "text-accent": "#0000aa",
        "text-warning": "#aa0000",
        "text-error": "#aa0000",
        "text-success": "#0000aa",
        "primary-muted": "#ffff55",
        "block-cursor-background": "#0000aa",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#ffffff",
        "block-cursor-blurred-foreground": "#000000",
        "block-cursor-blurred-text-style": "reverse",
        "footer-key-foreground": "#0000aa",
        "input-cursor-background": "#000000",
        "input-cursor-foreground": "#ffffff",
        "input-selection-background": "#0000aa",
        "input-selection-foreground": "#ffffff",
        "screen-selection-background": "#0000aa",
        "screen-selection-foreground": "#ffffff",
        "scrollbar": "#0000aa",
        "scrollbar-hover": "#0000aa",
        "scrollbar-active": "#0000aa",
        "scrollbar-background": "#ffffff",
    },
)
OWN_THEMES: Final = (DARK, LIGHT, HIGH_CONTRAST, DARK_16, LIGHT_16)

_NAMES: Final[Mapping[ThemeName, str]] = {
    "dark": "dark",
    "light": "light",
    "high-contrast": "high-contrast",
    "terminal": "ansi-dark",
}
_WITH_16_COLOURS: Final = {"dark": "dark-16", "light": "light-16", "high-contrast": "dark-16"}


def theme_for(chosen: ThemeName, environment: Mapping[str, str], *, colours: str | None = "truecolor") -> str:
    """Textual's name for the theme `chosen`; "auto" looks at the terminal's background.

    `colours` is Rich's name for the colours of the terminal. Under NO_COLOR an ANSI theme would be drawn black on black
    (Textual 8.2), so the dark one is used instead.
    """
    if chosen == "auto":
        chosen = "light" if _light_background(environment.get("COLORFGBG", "")) else "dark"
    if chosen == "terminal" and environment.get("NO_COLOR"):
        chosen = "dark"
    return _fitting(_NAMES[chosen], colours)


def cycle(colours: str | None) -> tuple[str, ...]:
    """The themes for a terminal with `colours`, in the order in which the key goes through them."""
    return tuple(dict.fromkeys(_fitting(name, colours) for name in _NAMES.values()))


def _fitting(name: str, colours: str | None) -> str:
    return _WITH_16_COLOURS.get(name, name) if colours in ("standard", "windows") else name


def _light_background(value: str) -> bool:
    """COLORFGBG is "foreground;background" in numbers of the 16 colours: 7 and 15 are white."""
    return value.rpartition(";")[2] in ("7", "15")
