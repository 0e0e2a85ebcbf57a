"""The terms of a filter by their places in its text: nothing is understood here, so half a filter has terms too."""

from __future__ import annotations

import re

from msgspec import Struct

QUOTE = '"'
# A word processor, a mail or a web page turns quotes into these; the last two are the wide and the low form.
_OTHER_QUOTES = "“”‟„＂"
ANY_QUOTE = QUOTE + _OTHER_QUOTES
FIELD_WORD = re.compile(r"([A-Za-z][A-Za-z_-]*):")


class WrittenValue(Struct, frozen=True):
    """A value as it is in the text, not yet understood; `end` is exclusive."""

    text: str
    exact: bool
    quoted: bool
    start: int
    end: int


class WrittenTerm(Struct, frozen=True):
    """A term as it is in the text, not yet understood. `field_word` is None where no field is named.

    `open_quote` is where a quote begins that never ends; `glued` where something follows a closing quote at once.
    """

    start: int
    end: int
    excluded: bool
    field_word: str | None
    field_start: int
    values: tuple[WrittenValue, ...]
    open_quote: int | None = None
    glued: int | None = None


def written_terms(text: str) -> list[WrittenTerm]:
    """The terms of `text` by their places; understands nothing and never raises, so that half a filter has terms."""
    terms: list[WrittenTerm] = []
    position = _skip_blanks(text, 0)
    while position < len(text):
        term = _written_term(text, position)
        terms.append(term)
        position = _skip_blanks(text, term.end)
    return terms


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _written_term(text: str, start: int) -> WrittenTerm:
    excluded = text[start] == "-"
    position = field_start = start + excluded
    match = FIELD_WORD.match(text, position)
    if match is not None:
        position = match.end()
    values: list[WrittenValue] = []
    open_quote: int | None = None
    while True:
        value, position, closed = _written_value(text, position)
        if value.text or value.quoted or value.exact:
            values.append(value)
        if not closed:
            open_quote = value.start + value.exact
            break
        if text[position : position + 1] != ",":
            break
        position += 1
    glued = None
    if position < len(text) and not text[position].isspace():
        glued = position
    return WrittenTerm(
        start, position, excluded, match[1] if match else None, field_start, tuple(values), open_quote, glued
    )


def _written_value(text: str, start: int) -> tuple[WrittenValue, int, bool]:
    """The value that begins at `start`, where the text goes on behind it, and whether its quote was closed."""
    exact = text[start : start + 1] == "="
    position = start + exact
    if position < len(text) and text[position] in ANY_QUOTE:
        content, end, closed = _quoted_text(text, position)
        return WrittenValue(content, exact, True, start, end), end, closed
    end = position
    while end < len(text) and text[end] != "," and not text[end].isspace():
        end += 1
    return WrittenValue(text[position:end], exact, False, start, end), end, True


def _quoted_text(text: str, start: int) -> tuple[str, int, bool]:
    """What is in the quotes that open at `start`, where the text goes on, and whether they were closed."""
    # Straight quotes are how we write values, so typographic ones inside them are text.
    closing = QUOTE if text[start] == QUOTE else ANY_QUOTE
    parts: list[str] = []
    position = start + 1
    while position < len(text):
        character = text[position]
        if character in closing:
            if not (character == QUOTE and text[position + 1 : position + 2] == QUOTE):
                return "".join(parts), position + 1, True
            position += 1
        parts.append(character)
        position += 1
    return "".join(parts), len(text), False
