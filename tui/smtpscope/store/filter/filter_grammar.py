"""The text of a filter -> an immutable tree, and back.

A filter is terms with blanks between them; all must match. A term is an optional minus (leave out what matches), an
optional field with a colon, and values with commas between them, one of which must match. A value may have an equals
sign before it (exactly this) and may stand in double quotes, in which a double quote is written twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from smtpscope.errors import FilterError
from smtpscope.store.filter.field_table import ANYWHERE, Field
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.filter.filter_values import FilterValueError, Text, Value, nearest, text_of

_QUOTE = '"'
# A word processor, a mail or a web page turns quotes into these; the last two are the wide and the low form.
_OTHER_QUOTES = "“”‟„＂"
_ANY_QUOTE = _QUOTE + _OTHER_QUOTES
_FIELD_WORD = re.compile(r"([A-Za-z][A-Za-z_-]*):")


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """A value as it stands in the text, not yet understood; `end` is exclusive."""

    text: str
    exact: bool
    quoted: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WrittenTerm:
    """A term as it stands in the text, not yet understood. `field_word` is None where no field is named.

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


@dataclass(frozen=True, slots=True)
class Term:
    """`field` is a field's name or ANYWHERE; one of `values` must match, or none of them if `excluded`.

    `start` and `end` (exclusive) are the place in the text and no part of what the term means.
    """

    field: str
    values: tuple[Value, ...]
    excluded: bool = False
    start: int = dataclass_field(default=0, compare=False)
    end: int = dataclass_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """All `terms` must match; no terms match everything."""

    terms: tuple[Term, ...] = ()


def parse_filter(text: str) -> Filter:
    """The tree of the filter `text`. Raises FilterError with the place of what is wrong."""
    return Filter(tuple(_understood(text, term) for term in written_terms(text)))


def format_filter(tree: Filter) -> str:
    """The plainest text that means `tree`."""
    return " ".join(format_term(term) for term in tree.terms)


def format_term(term: Term) -> str:
    """The plainest text that means `term`."""
    before = "-" if term.excluded else ""
    name = f"{term.field}:" if term.field else ""
    return before + name + ",".join(_format_value(term.field, value) for value in term.values)


def quoted(text: str) -> str:
    """`text` in double quotes, those inside it doubled."""
    return _QUOTE + text.replace(_QUOTE, _QUOTE * 2) + _QUOTE


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
    match = _FIELD_WORD.match(text, position)
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
    if position < len(text) and text[position] in _ANY_QUOTE:
        content, end, closed = _quoted_text(text, position)
        return WrittenValue(content, exact, True, start, end), end, closed
    end = position
    while end < len(text) and text[end] != "," and not text[end].isspace():
        end += 1
    return WrittenValue(text[position:end], exact, False, start, end), end, True


def _quoted_text(text: str, start: int) -> tuple[str, int, bool]:
    """What stands in the quotes that open at `start`, where the text goes on, and whether they were closed."""
    # Straight quotes are how we write values, so typographic ones inside them are text.
    closing = _QUOTE if text[start] == _QUOTE else _ANY_QUOTE
    parts: list[str] = []
    position = start + 1
    while position < len(text):
        character = text[position]
        if character in closing:
            if not (character == _QUOTE and text[position + 1 : position + 2] == _QUOTE):
                return "".join(parts), position + 1, True
            position += 1
        parts.append(character)
        position += 1
    return "".join(parts), len(text), False


def _understood(text: str, term: WrittenTerm) -> Term:
    if term.open_quote is not None:
        raise FilterError(
            text=text,
            start=term.open_quote,
            end=len(text),
            what="this quote is not closed",
            remedy='Add a " at the end of the phrase',
            suggestion=text + _QUOTE,
        )
    chosen = None if term.field_word is None else FIELDS.named(term.field_word)
    if term.field_word is not None and chosen is None:
        raise _unknown_field(text, term, term.field_word)
    if term.glued is not None:
        raise FilterError(
            text=text,
            start=term.glued,
            end=term.glued + 1,
            what="something follows a closing quote",
            remedy='Put a space between two terms; write a " inside a phrase twice',
            suggestion=f"{text[: term.glued]} {text[term.glued :]}",
        )
    if not term.values or (chosen is None and term.values == (_only_empty(term),)):
        raise _no_value(text, term, chosen)
    field = FIELDS.of_term(ANYWHERE) if chosen is None else chosen
    values = tuple(_value(text, field, value) for value in term.values)
    return Term(field.name, values, term.excluded, term.start, term.end)


def _only_empty(term: WrittenTerm) -> WrittenValue | None:
    return term.values[0] if not term.values[0].text else None


def _value(text: str, field: Field, value: WrittenValue) -> Value:
    try:
        return field.column.read(field, value.text, exact=value.exact, quoted=value.quoted)
    except FilterValueError as error:
        suggestion = None if error.meant is None else text[: value.start] + error.meant + text[value.end :]
        remedy = error.remedy if error.meant is None else f"Did you mean {error.meant}? {error.remedy}"
        raise FilterError(
            text=text, start=value.start, end=value.end, what=error.what, remedy=remedy, suggestion=suggestion
        ) from error


def _unknown_field(text: str, term: WrittenTerm, word: str) -> FilterError:
    end = term.field_start + len(word)
    near = nearest(word, FIELDS.words)
    if near is not None:
        remedy = f"Did you mean {near}: ?"
        suggestion = text[: term.field_start] + near + text[end:]
    else:
        remedy = f"Quote it to search for the text; the fields are {', '.join(each.name for each in FIELDS)}"
        suggestion = text[: term.field_start] + quoted(text[term.field_start : term.end]) + text[term.end :]
    return FilterError(
        text=text,
        start=term.field_start,
        end=end,
        what=f'"{word}" is not a field',
        remedy=remedy,
        suggestion=suggestion,
    )


def _no_value(text: str, term: WrittenTerm, chosen: Field | None) -> FilterError:
    if chosen is None:
        what, remedy = "there is nothing to search for", "Add a word, or remove the sign"
    else:
        what, remedy = f"{chosen.name}: has no value", f"Write for example {chosen.example}"
    suggestion = (text[: term.start].rstrip() + " " + text[term.end :].lstrip()).strip() if chosen is None else None
    return FilterError(text=text, start=term.start, end=term.end, what=what, remedy=remedy, suggestion=suggestion)


def _format_value(name: str, value: Value) -> str:
    field = FIELDS.of_term(name)
    text, exact, must_quote = text_of(value), False, False
    if isinstance(value, Text):
        if value.exact and not text:
            return field.empty
        exact = value.exact
        must_quote = field.column.must_quote(value)
    if (
        must_quote
        or not text
        or text[0] in f"={_ANY_QUOTE}"
        or any(character == "," or character.isspace() for character in text)
        or (name == ANYWHERE and (text[0] == "-" or _FIELD_WORD.match(text)))
    ):
        text = quoted(text)
    return f"={text}" if exact else text
