"""A terminal that is not UTF-8 shows ASCII and its own letters, and no line becomes longer."""

from __future__ import annotations

from rich.cells import cell_len

from smtpscope.app.terminals.character_set import in_character_set, is_utf_8, on_linux_console
from smtpscope.app.widgets.log_header import BARS


def test_signs_become_ascii_and_letters_stay_where_the_character_set_has_them() -> None:
    for given, latin_1 in (
        ("╭─ Müller ⏎ Open … │", "+- Müller < Open . |"),
        ("→ 郵便 ї", "> ???? ?"),
        ("\x1b[1mplain\x1b[0m", "\x1b[1mplain\x1b[0m"),
    ):
        drawn = in_character_set(given, "iso8859-1")
        assert drawn == latin_1
        assert cell_len(drawn) == cell_len(given)
    assert in_character_set("Müller", "ascii") == "M?ller"
    # Eight heights are eight signs.
    assert len(set(in_character_set(BARS, "ascii"))) == len(BARS)


def test_the_linux_console_gets_what_its_font_has() -> None:
    for given, console in (
        ("╭─ Müller ⏎ Open … ▔╮", "┌─ Müller < Open . ─┐"),
        ("│ ░▒▓ ← → ↑ ↓ 郵便", "│ ░▒▓ ← → ↑ ↓ 郵便"),
        ("\x1b[1mplain\x1b[0m", "\x1b[1mplain\x1b[0m"),
    ):
        assert on_linux_console(given) == console
        assert cell_len(console) == cell_len(given)
    assert on_linux_console(BARS) == in_character_set(BARS, "ascii")


def test_utf_8_has_many_names() -> None:
    assert all(map(is_utf_8, ("UTF-8", "utf8", "cp65001", None)))
    assert not any(map(is_utf_8, ("ISO-8859-1", "ANSI_X3.4-1968", "koi8-r", "no-such")))
