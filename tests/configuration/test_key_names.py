"""Keys as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.binding import Binding

from smtpscope.configuration.key_names import key_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("q", "q"),
        ("Q", "Q"),
        ("/", "slash"),
        (",", "comma"),
        ("?", "question_mark"),
        ("+", "plus"),
        ("-", "minus"),
        ("_", "underscore"),
        ("@", "at"),
        ("\\", "backslash"),
        (" ", "space"),
        ("ß", "ß"),
        ("F5", "f5"),
        (" pagedown ", "pagedown"),
        ("Ctrl+X", "ctrl+x"),
        ("ctrl + shift + f3", "ctrl+shift+f3"),
        ("shift+Tab", "shift+tab"),
        ("ctrl+/", "ctrl+slash"),
        ("question_mark", "question_mark"),
    ],
)
def test_a_key_gets_the_name_that_the_toolkit_knows(written: str, name: str) -> None:
    assert key_name(written) == name


@pytest.mark.parametrize("written", ["", "  ", "ctrl+", "ctlr+x", "page down", "a+b", "\x1b", "++"])
def test_what_is_no_key_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the offending text is all it says
        key_name(written)


@settings(max_examples=100, deadline=None)
@given(st.characters(min_codepoint=0x21, max_codepoint=0x24F))
def test_every_character_has_the_name_that_textual_gives_it(character: str) -> None:
    try:
        ours = key_name(character)
    except ValueError:
        assert not character.isprintable() or character.isspace() or character == "\xad"
        return
    if character == ",":
        return  # It divides keys there.
    (binding,) = Binding.make_bindings([Binding(character, "x", "x")])
    assert ours == binding.key


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_a_key_or_refused_and_a_name_stays_itself(text: str) -> None:
    try:
        name = key_name(text)
    except ValueError:
        return
    assert "," not in name or len(name) > 1
    assert key_name(name) == name
