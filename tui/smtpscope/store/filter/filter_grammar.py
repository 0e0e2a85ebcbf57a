"""The text of a filter -> an immutable tree, and back.

A filter is terms separated by spaces; all must match. A term is an optional minus (exclude matches), an optional field
with a colon, and values with commas between them, one of which must match. A value may have an equals sign before it
(exactly this) and may be in double quotes, in which a double quote is doubled.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field

from smtpscope.errors import FilterError
from smtpscope.store.filter.field_table import ANYWHERE, Field
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.filter.filter_values import FilterValueError, Text, Value, nearest, text_of
from smtpscope.store.filter.foreign_words import OPERATORS, foreign_sign, foreign_word
from smtpscope.store.filter.written_terms import ANY_QUOTE, FIELD_WORD, QUOTE, WrittenTerm, WrittenValue, written_terms


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
    written = written_terms(text)
    understood = []
    for number, term in enumerate(written):
        error = foreign_word(text, written, number)
        if error is not None:
            raise error
        understood.append(_understood(text, term))
    return Filter(tuple(understood))


def format_filter(tree: Filter) -> str:
    """The simplest text equivalent to `tree`."""
    return " ".join(format_term(term) for term in tree.terms)


def format_term(term: Term) -> str:
    """The simplest text equivalent to `term`."""
    before = "-" if term.excluded else ""
    name = f"{term.field}:" if term.field else ""
    return before + name + ",".join(_format_value(term.field, value) for value in term.values)


def quoted(text: str) -> str:
    """`text` in double quotes, those inside it doubled."""
    return QUOTE + text.replace(QUOTE, QUOTE * 2) + QUOTE


def _understood(text: str, term: WrittenTerm) -> Term:
    if term.open_quote is not None:
        raise FilterError(
            text=text,
            start=term.open_quote,
            end=len(text),
            what="this quote is not closed",
            remedy='Add a " at the end of the phrase',
            suggestion=text + QUOTE,
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
        understood = field.column.read(field, value.text, exact=value.exact, quoted=value.quoted)
    except FilterValueError as error:
        suggestion = None if error.meant is None else text[: value.start] + error.meant + text[value.end :]
        remedy = error.remedy if error.meant is None else f"Did you mean {error.meant}? {error.remedy}"
        raise FilterError(
            text=text, start=value.start, end=value.end, what=error.what, remedy=remedy, suggestion=suggestion
        ) from error
    if isinstance(understood, Text) and (foreign := foreign_sign(text, value)) is not None:
        raise foreign
    return understood


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
        must_quote = field.column.must_quote(value) or (not exact and not set("*|").isdisjoint(text))
    if (
        must_quote
        or not text
        or text[0] in f"={ANY_QUOTE}"
        or any(character == "," or character.isspace() for character in text)
        or (name == ANYWHERE and (text[0] == "-" or FIELD_WORD.match(text) or text.lower() in OPERATORS))
    ):
        text = quoted(text)
    return f"={text}" if exact else text
