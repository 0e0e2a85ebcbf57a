"""Help while writing a filter: what was probably meant when nothing is found, and how a term may go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC

import numpy as np
from numpy.typing import NDArray

from smtpscope.errors import FilterError
from smtpscope.store.column_set import NO_CODE, Columns
from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.filter_evaluation import term_mask
from smtpscope.store.filter.filter_fields import ANYWHERE, FIELDS, Field, field_named
from smtpscope.store.filter.filter_grammar import (
    Filter,
    Term,
    WrittenTerm,
    format_filter,
    format_term,
    parse_filter,
    written_terms,
)
from smtpscope.store.filter.filter_values import FilterValueError, Text, Value, read_value

_NEAR = 70.0
_MOST_COMPLETIONS = 20
# A reply may be as long as its sender likes; a slip of the finger is looked for in words.
_LONGEST_WORD = 100
_MOST_WORDS = 8
_WORD = re.compile(r"\w[\w@.'+-]*")
_LABEL = re.compile(r"[^@.]+")
_TIMES = ("today", "yesterday", "24h", "7d")


def suggest(store: EventStore, text: str) -> str | None:
    """The filter that was probably meant by `text`: for one with a slip in its grammar, and for one that finds
    nothing because a word in it occurs nowhere in the log. None where nothing is near, or nothing is wrong.
    """
    try:
        tree = parse_filter(text)
    except FilterError as error:
        return error.suggestion
    repaired = tuple(_repaired(store, term) for term in tree.terms)
    return None if repaired == tree.terms else format_filter(Filter(repaired))


def complete(store: EventStore, text: str, cursor: int) -> list[str]:
    """What the term at `cursor` may become, best first, at most 20: fields as `host:`, values as whole terms.

    `completed` puts one of them into the text.
    """
    term = term_at(text, cursor)
    if term is None:
        return [f"{field.name}:" for field in FIELDS][:_MOST_COMPLETIONS]
    minus = "-" if term.excluded else ""
    if term.field_word is None:
        word = text[term.field_start : cursor].lower()
        return [f"{minus}{field.name}:" for field in FIELDS if _begins(field, word)]
    chosen = field_named(term.field_word)
    if chosen is None:
        return []
    written = term.values[-1].text if term.values else ""
    return [f"{minus}{each}" for each in _value_terms(store, chosen, written.casefold())]


def term_at(text: str, cursor: int) -> WrittenTerm | None:
    """The term that `cursor` stands in or behind, None where it stands between blanks."""
    for term in written_terms(text):
        if term.start < cursor <= term.end:
            return term
    return None


def completed(text: str, cursor: int, choice: str) -> str:
    """`text` with the term at `cursor` replaced by `choice`, one of the answers of `complete`."""
    term = term_at(text, cursor)
    if term is None:
        before, after = text[:cursor], text[cursor:]
        return f"{before}{choice}{after if not after or after[0].isspace() else ' ' + after}"
    return text[: term.start] + choice + text[term.end :]


def _begins(field: Field, word: str) -> bool:
    return any(name.startswith(word) for name in (field.name, *field.aliases))


def _repaired(store: EventStore, term: Term) -> Term:
    values = tuple(_repaired_value(store, term, value) for value in term.values)
    return replace(term, values=values)


def _repaired_value(store: EventStore, term: Term, value: Value) -> Value:
    if term.excluded or not isinstance(value, Text) or not value.text or value.network is not None:
        return value
    # The zone matters for times only.
    if term_mask(store, Term(term.field, (value,)), UTC).any():
        return value
    candidates = sorted(_candidates(store, term.field, value.exact))
    near = _nearest(value.text, candidates)
    if near is not None:
        return Text(near, value.exact)
    # A phrase with a slip in one of its words.
    words = value.text.split()
    repaired = Text(" ".join(_nearest(word, candidates) or word for word in words[:_MOST_WORDS]), value.exact)
    found = len(words) > 1 and term_mask(store, Term(term.field, (repaired,)), UTC).any()
    return repaired if found else value


def _nearest(word: str, candidates: list[str]) -> str | None:
    if word.casefold() in candidates:
        return None
    from rapidfuzz import fuzz, process

    near = process.extractOne(word.casefold()[:_LONGEST_WORD], candidates, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return None if near is None else str(near[0])


def _candidates(store: EventStore, field: str, whole: bool) -> set[str]:
    """The distinct values of a field, and the words they are made of unless only a `whole` value may be meant."""
    texts = store.texts
    sources: dict[str, tuple[Callable[[], list[str]], ...]] = {
        ANYWHERE: (texts.host_keys.texts, texts.mailboxes.texts, texts.verbs.texts, texts.replies.texts),
        "reply": (texts.replies.texts,),
        "host": (texts.host_keys.texts,),
        "rcpt": (texts.mailboxes.texts,),
        "from": (texts.mailboxes.texts,),
        "cmd": (texts.verbs.texts,),
        "server": (texts.servers.texts,),
        "file": (texts.files.texts,),
        "cause": (texts.categories.texts,),
    }
    found: set[str] = set()
    for source in sources.get(field, ()):
        for text in source():
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
    if field.kind == "time":
        words = list(_TIMES)
    elif field.kind == "choice":
        words = list(field.choices)
    else:
        words = _values_by_frequency(store, field.name)
    matching = [word for word in words if written in word.casefold()]
    # Stable: among those that begin with what is written, and among the others, the most frequent come first.
    matching.sort(key=lambda word: not word.casefold().startswith(written))
    terms: list[str] = []
    for word in matching[:_MOST_COMPLETIONS]:
        try:
            # A whole address is meant, not the part of a longer one.
            value = read_value(field, word, exact=False, quoted=field.kind != "host")
        except FilterValueError:
            continue
        terms.append(format_term(Term(field.name, (value,))))
    return terms


def _values_by_frequency(store: EventStore, name: str) -> list[str]:
    columns, words = store.columns, store.words
    if name == "code":
        counts = np.bincount(columns.code)
        return [str(code) for code in _most_frequent(counts) if code != NO_CODE]
    if name == "id":
        return _frequent_words(columns.context, [words.event_id(context) for context in range(len(words.contexts))])
    sources: dict[str, tuple[Callable[[Columns], NDArray[np.int32]], list[str]]] = {
        "host": (lambda each: each.host_key, words.host_keys.values),
        "rcpt": (lambda each: each.recipient, words.mailbox_keys.values),
        "from": (lambda each: each.sender, words.mailbox_keys.values),
        "cmd": (lambda each: words.command_verb.view()[each.command], words.verbs.values),
        "server": (lambda each: each.server, words.servers.values),
        "file": (lambda each: words.context_file.view()[each.context], words.files.values),
        "cause": (lambda each: each.category, words.categories.values),
    }
    if name not in sources:
        return []
    column, values = sources[name]
    return _frequent_words(column(columns), values)


def _frequent_words(numbers: NDArray[np.int32], values: list[str]) -> list[str]:
    counts = np.bincount(numbers[numbers >= 0], minlength=1)
    found: dict[str, None] = {}
    for number in _most_frequent(counts):
        if values[number]:
            found.setdefault(values[number])
    return list(found)


def _most_frequent(counts: NDArray[np.int64]) -> list[int]:
    order = np.argsort(-counts, kind="stable")
    most: list[int] = order[counts[order] > 0].tolist()
    return most
