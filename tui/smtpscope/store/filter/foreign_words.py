"""Words and signs of other search languages (or, and, not, a bar, a star), and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from smtpscope.errors import FilterError
from smtpscope.store.filter.filter_values import code_value, enhanced_class
from smtpscope.store.filter.written_terms import WrittenTerm, WrittenValue

_OR = frozenset({"or", "|", "||"})
_AND = frozenset({"and", "&", "&&"})
_STAR_INSIDE = re.compile(r"[A-Za-z0-9.@_-]\*+[A-Za-z0-9.@_-]")
_FIELD_BEFORE = re.compile(r"\S+:\S*$")
_NOT = frozenset({"not", "!"})
OPERATORS = _OR | _AND | _NOT


def foreign_word(text: str, terms: Sequence[WrittenTerm], number: int) -> FilterError | None:
    """The error about term `number` of `text` where it is a word of another language, with what to write instead."""
    term = terms[number]
    word = _bare(term)
    before = terms[number - 1] if number else None
    after = terms[number + 1] if number + 1 < len(terms) else None
    if word in _OR and before is not None:
        return _about(text, term, f'the filter has no "{term.values[0].text}"', *_instead_of_or(text, before, after))
    if word in _AND and before is not None:
        remedy = "Terms side by side must all match: leave the word out"
        rest = "" if after is None else f" {text[after.start :]}"
        return _about(text, term, f'"{term.values[0].text}" is not needed', remedy, text[: before.end] + rest)
    # "not found" are words of many replies, so only what can be no word of a text is taken for the operator.
    if word in _NOT and after is not None and (after.field_word is not None or _is_code(after)):
        remedy = "A minus before a term leaves out what it matches"
        return _about(text, term, 'the filter has no "not"', remedy, f"{text[: term.start]}-{text[after.start :]}")
    return None


def foreign_sign(text: str, value: WrittenValue) -> FilterError | None:
    """The error about a bar between values or a star in one, None where there is neither."""
    if value.quoted or value.exact:
        return None
    meant = ",".join(part for part in value.text.split("|") if part)
    if meant != value.text and meant:
        what, remedy = "the filter has no bar", "Separate alternatives with a comma"
    elif "*" in value.text and (meant := value.text.strip("*")) and "*" not in meant:
        what, remedy = "a star is not needed", "Part of a value is enough; = before it means exactly this"
    elif _STAR_INSIDE.search(value.text):
        return _star_inside(text, value)
    else:
        return None
    suggestion = text[: value.start] + meant + text[value.end :]
    return FilterError(text=text, start=value.start, end=value.end, what=what, remedy=remedy, suggestion=suggestion)


def _star_inside(text: str, value: WrittenValue) -> FilterError:
    """`mx*.contoso`: each part in a term of its own, all of which must match."""
    field = _FIELD_BEFORE.search(text[: value.start])
    before = field[0] if field else ""
    parts = [part for part in value.text.split("*") if part]
    alone = not before or (before.count(":") == 1 and "," not in before and not before.startswith("-"))
    alone = alone and text[value.end : value.end + 1] != ","
    suggestion = None
    if alone:
        start = value.start - len(before)
        suggestion = text[:start] + " ".join(f"{before}{part}" for part in parts) + text[value.end :]
    return FilterError(
        text=text,
        start=value.start,
        end=value.end,
        what="a star does not stand for other letters",
        remedy="Write the parts as terms of their own, or quotes around a text with a star in it",
        suggestion=suggestion,
    )


def _bare(term: WrittenTerm) -> str | None:
    """The one word that a term consists of, in lower case; None where it is anything else."""
    if term.field_word is not None or term.excluded or len(term.values) != 1:
        return None
    value = term.values[0]
    return None if value.quoted or value.exact else value.text.lower()


def _is_code(term: WrittenTerm) -> bool:
    return any(code_value(value.text) or enhanced_class(value.text) for value in term.values if not value.quoted)


def _instead_of_or(text: str, before: WrittenTerm, after: WrittenTerm | None) -> tuple[str, str | None]:
    if after is None:
        return "Separate alternatives with a comma, as in 550,554", None
    same = (before.field_word or "").lower() == (after.field_word or "").lower() or after.field_word is None
    if before.excluded or after.excluded or not same or not before.values or not after.values:
        return "All terms must match; or is possible between values of one field only, as in host:mx1,mx2", None
    values = text[after.values[0].start : after.end]
    return "Separate alternatives with a comma", f"{text[: before.end]},{values}{text[after.end :]}"


def _about(text: str, term: WrittenTerm, what: str, remedy: str, suggestion: str | None) -> FilterError:
    return FilterError(text=text, start=term.start, end=term.end, what=what, remedy=remedy, suggestion=suggestion)
