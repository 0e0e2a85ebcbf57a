"""A reply as plain words: spelling levelled, names set apart, spans kept."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.knowledge.matching.reply_tokens import LONGEST_TEXT, words_of


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("User UNKNOWN", " user unknown "),
        ("can't, cannot, can not", " can not can not can not "),
        ("can?t, doesn\ufffdt, isn\x92t; why? not", " can not does not is not why not "),
        ("doesn\u2019t exist", " does not exist "),
        ("E-Mail rejected", " email rejected "),
        ("Boîte pleine, Empfänger", " boite pleine empfanger "),
        ("grey listed / graylisted / Greylisted", " greylisted greylisted greylisted "),
        ("RecipientNotFound", " recipient not found "),
        ("SpamCop", " spamcop "),
        ("argument(s)", " argument "),
        ("the recipient's mailbox, it's full", " the recipient mailbox it full "),
        ("l'adresse de l\u2019utilisateur, dell'utente", " adresse de utilisateur utente "),
        ("look up, anti-spam", " lookup antispam "),
        ("550 5.7.1 (#5.1.1) 42", " "),
        ("550-First line\r\n550 5.1.1 second", " first line second "),
        ("<anna@spam.example>: unknown", " MAILBOX unknown "),
        ("host 192.0.2.7 and [2001:db8::1]", " host ADDRESS and ADDRESS "),
        ("see https://lists.example/query?ip=1", " see URL "),
        ("mx1.contoso.example does not exist", " HOST does not exist "),
        ("sender <> refused", " sender NULL refused "),
        ("RESOLVER.ADR.NotFound", " resolver adr not found "),
        ("Denied.Please call", " denied please call "),
        ("", " "),
    ],
)
def test_a_text_becomes_level_words(text: str, line: str) -> None:
    assert words_of(text).line == line


def test_words_in_names_are_kept_apart() -> None:
    words = words_of("blocked, see https://www.spamhaus.example/lookup")
    assert "spamhaus" not in words.line
    assert "spamhaus" in words.names
    assert "~spamhaus" in words.distinct


def test_a_mailbox_gives_no_words_at_all() -> None:
    words = words_of("<virus@blocked.example> not found")
    assert words.distinct == {"MAILBOX", "not", "found"}


def test_spans_lead_back_to_the_text() -> None:
    text = "550 5.1.1 <anna@contoso.example>: User can't be found"
    words = words_of(text)
    start = words.line.index("user")
    ((first, last),) = words.spans(start, start + len("user can not"))
    assert text[first:last] == "User can't"


def test_words_outside_the_evidence_are_counted_without_names() -> None:
    text = "550 User unknown: <anna@contoso.example> at mx.contoso.example, see below"
    words = words_of(text)
    start = text.index("User")
    assert words.outside([(start, start + len("User unknown"))]) == len(["at", "see", "below"])
    assert words.outside([]) == 5
    assert words_of("").outside([]) == 0


def test_what_comes_after_a_long_text_is_not_read() -> None:
    assert "end" not in words_of("a" * LONGEST_TEXT + " end").line


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_gives_words_whose_spans_lie_inside(text: str) -> None:
    words = words_of(text)
    at = 1
    for word in words.line.split():
        for start, end in words.spans(at, at + len(word)):
            assert 0 <= start < end <= len(text)
        at += len(word) + 1
