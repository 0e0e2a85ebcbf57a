"""Help while typing a filter: suggestions if nothing is found, and completions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Protocol, TypeVar

from msgspec import Struct

from smtpscope.errors import FilterError
from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.field_table import Field
from smtpscope.store.filter.filter_evaluation import term_mask
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.filter.filter_grammar import (
    Filter,
    Term,
    format_filter,
    format_term,
    parse_filter,
)
from smtpscope.store.filter.filter_values import FilterValueError, Text, Value
from smtpscope.store.filter.written_terms import WrittenTerm, written_terms
from smtpscope.store.numbered_column import RowNumbers
from smtpscope.store.spellings import Counted

_NEAR = 70.0
_MOST_COMPLETIONS = 20
# A reply may be as long as its sender likes; a slip of the finger is looked for in words.
_LONGEST_WORD = 100
_MOST_WORDS = 8
_WORD = re.compile(r"\w[\w@.'+-]*")
_Rows = TypeVar("_Rows")
_LABEL = re.compile(r"[^@.]+")


class SearchedWords(Protocol):
    """What a suggestion needs to know of the rows."""

    def finds(self, term: Term) -> bool:
        """Whether any row matches `term`."""
        ...

    def texts(self, field: str) -> Sequence[Sequence[str]]:
        """The distinct folded texts that the field looks at."""
        ...


class WordsOfStore(Struct, frozen=True):
    """The words in the rows of a store."""

    store: EventStore

    def finds(self, term: Term) -> bool:
        # The zone matters for times only.
        return bool(term_mask(self.store, term, UTC).any())

    def texts(self, field: str) -> Sequence[Sequence[str]]:
        return FIELDS.of_term(field).column.search_texts(self.store)


def suggest(words: SearchedWords, text: str) -> str | None:
    """The filter that was probably meant by `text`: for one with a slip in its grammar, and for one that finds
    nothing because a word in it occurs nowhere in the log. None where nothing is near, or nothing is wrong.
    """
    try:
        tree = parse_filter(text)
    except FilterError as error:
        return error.suggestion
    repaired = tuple(_repaired(words, term) for term in tree.terms)
    return None if repaired == tree.terms else format_filter(Filter(repaired))


def complete(store: EventStore, text: str, cursor: int) -> list[str]:
    """What the term at `cursor` may become, best first, at most 20: fields as `host:`, values as whole terms."""
    term = term_at(text, cursor)
    if term is None:
        return [f"{field.name}:" for field in FIELDS][:_MOST_COMPLETIONS]
    minus = "-" if term.excluded else ""
    if term.field_word is None:
        word = text[term.field_start : cursor].lower()
        return [f"{minus}{field.name}:" for field in FIELDS if _begins(field, word)]
    chosen = FIELDS.named(term.field_word)
    if chosen is None:
        return []
    written = term.values[-1].text if term.values else ""
    return [f"{minus}{each}" for each in _value_terms(store, chosen, written.casefold())]


def term_at(text: str, cursor: int) -> WrittenTerm | None:
    """The term that `cursor` is in or behind, None where it is between spaces."""
    for term in written_terms(text):
        if term.start < cursor <= term.end:
            return term
    return None


def by_other_terms(text: str, cursor: int, rows_of: Callable[[str], _Rows]) -> _Rows:
    """What `rows_of` gives for `text` without the term at `cursor`; for "" where that is not a filter."""
    term = term_at(text, cursor)
    try:
        return rows_of(text if term is None else f"{text[: term.start]} {text[term.end :]}")
    except FilterError:
        return rows_of("")


def _begins(field: Field, word: str) -> bool:
    return any(name.startswith(word) for name in field.words)


def _repaired(words: SearchedWords, term: Term) -> Term:
    values = tuple(_repaired_value(words, term, value) for value in term.values)
    return replace(term, values=values)


def _repaired_value(searched: SearchedWords, term: Term, value: Value) -> Value:
    if term.excluded or not isinstance(value, Text) or not value.text or value.network is not None:
        return value
    if searched.finds(Term(term.field, (value,))):
        return value
    candidates = sorted(_candidates(searched, term.field, value.exact))
    near = _nearest(value.text, candidates)
    if near is not None:
        return Text(near, value.exact)
    # A phrase with a slip in one of its words.
    words = value.text.split()
    repaired = Text(" ".join(_nearest(word, candidates) or word for word in words[:_MOST_WORDS]), value.exact)
    found = len(words) > 1 and searched.finds(Term(term.field, (repaired,)))
    return repaired if found else value


def _nearest(word: str, candidates: list[str]) -> str | None:
    if word.casefold() in candidates:
        return None
    from rapidfuzz import fuzz, process

    near = process.extractOne(word.casefold()[:_LONGEST_WORD], candidates, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return None if near is None else str(near[0])


def _candidates(searched: SearchedWords, field: str, whole: bool) -> set[str]:
    """The distinct values of a field, and the words they are made of unless only a `whole` value may be meant."""
    found: set[str] = set()
    for texts in searched.texts(field):
        for text in texts:
            found.update(_words(text, whole))
    return found


def _words(text: str, whole: bool) -> Iterable[str]:
    if 0 < len(text) <= _LONGEST_WORD:
        yield text
    if whole:
        return
    for match in _WORD.finditer(text):
        word = match[0]
        if len(word) <= _LONGEST_WORD:
            yield word
            yield from _LABEL.findall(word)


def _value_terms(store: EventStore, field: Field, written: str) -> list[str]:
    words = field.column.completions(store)
    matching = [word for word in words if written in word.casefold()]
    # Stable: among those that begin with what is written, and among the others, the most frequent come first.
    matching.sort(key=lambda word: not word.casefold().startswith(written))
    terms: list[str] = []
    for word in matching[:_MOST_COMPLETIONS]:
        try:
            value = field.column.whole(field, word)
        except FilterValueError:
            continue
        terms.append(format_term(Term(field.name, (value,))))
    return terms


class Completion(Struct, frozen=True):
    """What the term at the cursor may become: the whole filter `text`, its `term`, and a `remark` on it."""

    text: str
    cursor: int
    term: str
    remark: str


class CountedWords(Protocol):
    """What a completion needs to know of the rows."""

    def counted(self, field: Field) -> Counted:
        """The values of `field` with how often each occurs, 0 where that is not counted; the most frequent first."""
        ...


class CountedInStore(Struct, frozen=True):
    """The words in `rows` of a store, which are row numbers in order of time."""

    store: EventStore
    rows: RowNumbers

    def counted(self, field: Field) -> Counted:
        found = field.facets[0].counts(self.store, self.rows) if field.facets else ()
        return found or tuple((word, 0) for word in field.column.completions(self.store))


def completions(words: CountedWords, text: str, cursor: int, most: int = 8) -> list[Completion]:
    """What the term at `cursor` may become, at most `most`: fields with what they mean, values with how often they
    occur, the most frequent first. None where the cursor is in no term.
    """
    term = term_at(text, cursor)
    if term is None or term.open_quote is not None:
        return []
    minus = "-" if term.excluded else ""
    if term.field_word is None:
        word = text[term.field_start : cursor].lower()
        fields = [field for field in FIELDS if word and _begins(field, word)]
        fields.sort(key=lambda field: not field.name.startswith(word))
        return [_completion(text, term, term.start, f"{minus}{field.name}:", field.help) for field in fields[:most]]
    chosen = FIELDS.named(term.field_word)
    if chosen is None:
        return []
    start, written = term.end, ""
    if term.values and term.values[-1].end == term.end:
        start, written = term.values[-1].start, term.values[-1].text.casefold()
    found = [
        _completion(text, term, start, value, f"{count:,}" if count else "")
        for value, count in _counted_values(words, chosen, written)[:most]
    ]
    # What is there already needs no completion.
    return [] if [each.text for each in found] == [text] else found


def _completion(text: str, term: WrittenTerm, start: int, inner: str, remark: str) -> Completion:
    whole = text[:start] + inner
    return Completion(whole + text[term.end :], len(whole), inner, remark)


def _counted_values(searched: CountedWords, field: Field, written: str) -> list[tuple[str, int]]:
    """The values of `field` that go on from `written`, as they are written, with their number (0: not counted)."""
    counted = dict(searched.counted(field))
    matching = [word for word in counted if word and written in word.casefold()]
    matching.sort(key=lambda word: not word.casefold().startswith(written))
    found = []
    for word in matching[:_MOST_COMPLETIONS]:
        try:
            value = field.column.whole(field, word)
        except FilterValueError:
            continue
        found.append((format_term(Term(field.name, (value,))).partition(":")[2], counted[word]))
    return found
