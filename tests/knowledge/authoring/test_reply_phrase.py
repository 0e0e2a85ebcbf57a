"""A phrase made of a reply: it occurs in it, and holds nothing of one message alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.knowledge.authoring.own_notes import MOST_WORDS, phrase_of
from smtpscope.knowledge.matching.phrase import parse_phrase
from smtpscope.knowledge.matching.reply_tokens import words_of


@pytest.mark.parametrize(
    ("reply", "phrase"),
    [
        ("550 5.1.1 User unknown", "user unknown"),
        ("550 <berta@fabrikam.example>: can't be delivered", "MAILBOX can not be delivered"),
        ("451 queue id A1B2C3 temporarily deferred by our rule", "temporarily deferred by our rule"),
        ("550 see https://fabrikam.example/help", "see"),
        ("550 邮箱已满", "邮箱已满"),
        ("550", ""),
        ("", ""),
        ("550 5.7.1 192.0.2.1", ""),
    ],
)
def test_the_phrase_is_the_longest_row_of_words(reply: str, phrase: str) -> None:
    assert phrase_of(reply) == phrase


def test_a_long_reply_gives_a_phrase_that_can_be_read() -> None:
    assert len(phrase_of("550 " + "word and another " * 50).split()) == MOST_WORDS


@given(st.text(max_size=200))
def test_whatever_comes_out_occurs_in_the_reply(reply: str) -> None:
    phrase = phrase_of(reply)
    assert phrase == "" or parse_phrase(phrase, {}).occurs(words_of(reply), reply)
