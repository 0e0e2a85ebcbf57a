"""The searchable texts: the vocabularies' texts as displayed, case-folded, computed once per value.

Filters are written on a screen that shows `\\x1b` for an escape character and one space for each kind of space, so this
is the form in which words are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from smtpscope.harmless import shown
from smtpscope.parsing.smtp_exchange import Command, RemoteHost, Reply
from smtpscope.store.vocabulary import Vocabulary

T = TypeVar("T")
Hits = NDArray[np.bool_]


def folded(text: str) -> str:
    """`text` as it is shown, without case."""
    return shown(text).casefold()


class FoldedTexts(Generic[T]):
    """The case-folded text of each value of a vocabulary, computed on first use."""

    __slots__ = ("_text_of", "_texts", "_vocabulary")

    def __init__(self, vocabulary: Vocabulary[T], text_of: Callable[[T], str]) -> None:
        self._vocabulary = vocabulary
        self._text_of = text_of
        self._texts: list[str] = []

    def texts(self) -> list[str]:
        """One text for each value, in the order of the numbers."""
        # A slice takes a snapshot: the reading thread may append while we fold.
        for value in self._vocabulary.values[len(self._texts) :]:
            self._texts.append(folded(self._text_of(value)))
        return self._texts

    def holding(self, words: str) -> NDArray[np.bool_]:
        """For each value, whether its text holds `words` (compared without case)."""
        words = folded(words)
        texts = self.texts()
        return np.fromiter((words in text for text in texts), np.bool_, len(texts))

    def having(self, test: Callable[[str], bool]) -> Hits:
        """For each value, whether `test` holds for its text."""
        texts = self.texts()
        return np.fromiter(map(test, texts), np.bool_, len(texts))


class SearchTexts:
    """The texts of one store. For the querying thread only."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, Callable[[Any], str]], FoldedTexts[Any]] = {}

    def of(self, vocabulary: Vocabulary[T], text_of: Callable[[T], str]) -> FoldedTexts[T]:
        """The texts of a vocabulary of the store. `text_of` is a function with a name: it is part of the key."""
        key = (id(vocabulary), text_of)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = FoldedTexts(vocabulary, text_of)
        return known


def command_line(command: Command) -> str:
    """The whole command as sent, or the verb if the event has no more."""
    return command.full or command.logged_verb


def reply_text(reply: Reply) -> str:
    """The reply as it came, and its text, where that has phrases which line breaks cut in two."""
    return reply.verbatim if reply.text in reply.verbatim else f"{reply.verbatim}\n{reply.text}"


def enhanced_code_text(reply: Reply) -> str:
    """The enhanced status code (RFC 3463), "" where there is none."""
    return reply.enhanced or ""


def host_text(host: RemoteHost) -> str:
    """The remote host as spelt, and its folded form."""
    return f"{host.verbatim}\n{host.key}"
