"""Words that are searched together are found where each of them alone is found."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.event_exports.messages.word_search import WordSearch

_LETTERS = 'abx "'
_WORDS = st.lists(st.text(_LETTERS, min_size=2, max_size=5), max_size=6)
_TEXTS = st.text(_LETTERS + "é", max_size=60)


@given(_WORDS, st.lists(_TEXTS | st.text(_LETTERS, min_size=2, max_size=5), max_size=8).map("".join))
def test_each_word_is_found_wherever_it_begins(words: list[str], text: str) -> None:
    data = text.encode("latin-1")
    expected = {
        word: places
        for word in words
        if (places := [found.start() for found in re.finditer(f"(?={re.escape(word)})", text)])
    }
    assert WordSearch(words).places(data) == expected


def test_a_word_at_either_end_of_a_text_is_found() -> None:
    search = WordSearch(["smtpsvc", "ese"])
    for text in ("ese smtpsvc", "smtpsvc ese", "ese", "smtpsvc"):
        assert search.places(text.encode()) == {word: [text.index(word)] for word in text.split()}
    assert search.places(b"") == {}
    assert search.places(b"e") == {}
