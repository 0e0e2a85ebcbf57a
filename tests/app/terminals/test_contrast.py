"""Every text can be read, in every theme and with as few colours as there are; bars can be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from rich.color import Color, ColorSystem
from rich.segment import Segment

from app.driving import Browsing, browsing
from smtpscope.app.themes import OWN_THEMES, cycle, theme_for
from smtpscope.session import Analysis

LEAST_FOR_TEXT, LEAST_FOR_BARS = 4.5, 3.0
BARS = set("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉▔")
LINES = set("─│╭╮╰╯┌┐└┘━┃├┤▶▼·▁▂▃▄▅▆▇█ ")
"""Drawn around text, and bars; no letter."""

XTERM = ["000000", "cd0000", "00cd00", "cdcd00", "0000ee", "cd00cd", "00cdcd", "e5e5e5"]
XTERM += ["7f7f7f", "ff0000", "00ff00", "ffff00", "5c5cff", "ff00ff", "00ffff", "ffffff"]
PUTTY = ["000000", "bb0000", "00bb00", "bbbb00", "0000bb", "bb00bb", "00bbbb", "bbbbbb"]
PUTTY += ["555555", "ff5555", "55ff55", "ffff55", "5555ff", "ff55ff", "55ffff", "ffffff"]
CONSOLE = ["000000", "aa0000", "00aa00", "aa5500", "0000aa", "aa00aa", "00aaaa", "aaaaaa"]
CONSOLE += ["555555", "ff5555", "55ff55", "ffff55", "5555ff", "ff55ff", "55ffff", "ffffff"]
PALETTES = {"xterm": XTERM, "PuTTY": PUTTY, "Linux console": CONSOLE}
"""The 16 colours of terminals that have no more, or do not say so."""

Rgb = tuple[int, int, int]


def drawn_as(color: Color | None, default: str, system: ColorSystem, palette: Sequence[str]) -> Rgb:
    """What a terminal with these colours shows."""
    if color is None or color.is_default:
        hexadecimal = default
    else:
        lesser = color.downgrade(system)
        if lesser.number is not None and lesser.number < 16:
            hexadecimal = palette[lesser.number]
        else:
            hexadecimal = lesser.get_truecolor().hex.removeprefix("#")
    return tuple(bytes.fromhex(hexadecimal))  # type: ignore[return-value]


def luminance(rgb: Rgb) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [each / 255 for each in rgb]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio, WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def too_faint(segments: set[Segment], system: ColorSystem, palette: Sequence[str], *, dark: bool) -> Iterator[str]:
    front, back = ("ffffff", "000000") if dark else ("000000", "ffffff")
    for text, style, _ in segments:
        if style is None or not text.strip():
            continue
        ground = drawn_as(style.bgcolor, back, system, palette)
        written = drawn_as(style.color, front, system, palette)
        ratio = contrast(ground, written)
        letters = set(text) - LINES
        least = LEAST_FOR_TEXT if letters else LEAST_FOR_BARS if set(text) & BARS else 0.0
        if ratio < least and not (style.reverse and not letters):
            yield f"{ratio:.1f} {text.strip()[:40]!r} {written} on {ground}"


async def look_around(driven: Browsing) -> set[Segment]:
    """What all screens draw in the theme of now."""
    segments: set[Segment] = set()

    def look() -> None:
        segments.update(segment for strip in driven.strips for segment in strip)

    look()
    for keys in (("j",), ("enter", "]"), ("tab",), ("tab",), ("tab", "space"), ("/", "4", "x", "x", ":", "1")):
        await driven.press(*keys)
        look()
    await driven.press("escape")
    for keys in (("i",), ("c",), ("e",), ("K",), ("?",), ("v",), ("z",), ("a",), ("f",), ("ctrl+c",), ("o",), ("s",)):
        await driven.press(*keys)
        look()
        if len(driven.app.screen_stack) > 2:
            await driven.press("escape")
    return segments


# "terminal" has the colours that the user chose for the terminal, so there is nothing to compute.
@pytest.mark.parametrize("theme", [theme.name for theme in OWN_THEMES])
async def test_everything_can_be_read(analysis: Analysis, theme: str) -> None:
    async with browsing(analysis, size=(120, 36)) as driven:
        driven.app.theme = theme
        await driven.settled()
        segments = await look_around(driven)
    dark = not theme.startswith("light")
    faint = []
    for name, palette in PALETTES.items():
        faint += [
            f"16 colours of {name}: {line}" for line in too_faint(segments, ColorSystem.STANDARD, palette, dark=dark)
        ]
    if theme in cycle("standard"):
        assert not faint, "\n".join(sorted(faint))
    for system in (ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR):
        faint = sorted(too_faint(segments, system, XTERM, dark=dark))
        assert not faint, "\n".join([system.name, *faint])


def test_a_terminal_with_16_colours_gets_a_theme_of_them() -> None:
    assert theme_for("auto", {}, colours="standard") == "dark-16"
    assert theme_for("auto", {"COLORFGBG": "0;15"}, colours="standard") == "light-16"
    assert theme_for("light", {}, colours="256") == "light"
    assert theme_for("terminal", {}, colours="standard") == "ansi-dark"
    assert theme_for("terminal", {"NO_COLOR": "1"}, colours=None) == "dark"
    assert cycle("standard") == ("dark-16", "light-16", "ansi-dark")
    assert cycle("truecolor") == ("dark", "light", "high-contrast", "ansi-dark")
