"""The words in the rows of a set, to find what was probably meant by a filter that finds nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Final

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.sql_filter import REPLY_TEXT, VERB_TEXT, condition
from smtpscope.store.filter.field_table import ANYWHERE
from smtpscope.store.filter.filter_grammar import Filter, Term
from smtpscope.store.search_texts import folded

_MAILBOX: Final = "coalesce(mailbox_search, lower(coalesce(mailbox_key, recipient, sender)))"
_SEARCHED: Final[Mapping[str, tuple[str, ...]]] = {
    ANYWHERE: ("remote_host_key", _MAILBOX, VERB_TEXT, REPLY_TEXT),
    "host": ("remote_host_key",),
    "rcpt": (_MAILBOX,),
    "from": (_MAILBOX,),
    "cmd": (VERB_TEXT,),
    "reply": (REPLY_TEXT,),
    "server": ("computer",),
    "connector": ("connector",),
    "cause": ("category",),
    "file": ("origin_file",),
}
_MOST: Final = 200_000
"""Distinct texts of one kind that are looked at: a suggestion is a help, and must not take long."""


class WordsOfSet:
    """The words in the rows of `asked`."""

    def __init__(self, asked: ExchangeSet) -> None:
        self._set = asked

    def finds(self, term: Term) -> bool:
        """Whether any row matches `term`."""
        rows = condition(self._set, Filter((term,)), UTC)
        return bool(self._set.tuples(f"SELECT 1 FROM part_rows WHERE {rows.text} LIMIT 1", rows.values))

    def texts(self, field: str) -> Sequence[Sequence[str]]:
        """The distinct folded texts that the field looks at."""
        return [self._distinct(expression) for expression in _SEARCHED.get(field, ())]

    def _distinct(self, expression: str) -> list[str]:
        found = self._set.tuples(
            f"SELECT DISTINCT {expression} AS text FROM parts WHERE text IS NOT NULL LIMIT {_MOST}"
        )
        return [folded(text) for (text,) in found]
