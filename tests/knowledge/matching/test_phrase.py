"""The language of phrases: what is found, what is not, what is an error, and how long it takes."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.knowledge.matching.phrase import PhraseError, first_span, parse_phrase, parse_phrases, word_classes
from smtpscope.knowledge.matching.reply_tokens import words_of

CLASSES = word_classes({"mailbox": "user|mail box|account", "absent": "unknown|not found|doesn't exist"})


def found(phrase: str, text: str) -> list[str] | None:
    spans = parse_phrase(phrase, CLASSES).find(words_of(text), text)
    return None if spans is None else [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("user unknown", "550 User unknown here", ["User unknown"]),
        ("user|account unknown", "Account unknown", ["Account unknown"]),
        ("@mailbox @absent", "Mailbox not found", ["Mailbox not found"]),
        (
            "@mailbox ... @absent",
            "user anna@contoso.example was not found",
            ["user anna@contoso.example was not found"],
        ),
        ("is? not allowed", "not allowed", ["not allowed"]),
        ("is? not allowed", "is not allowed", ["is not allowed"]),
        ("try_again|retry later", "Try again later", ["Try again later"]),
        ("block list", "on our blocklist", ["blocklist"]),
        ("blocked & ~spamhaus", "blocked, see www.spamhaus.example", ["blocked", "www.spamhaus.example"]),
        ("MAILBOX unknown", "<anna@contoso.example> unknown", ["anna@contoso.example> unknown"]),
        ("不存在|已满", "550 邮箱已满", ["已满"]),
    ],
)
def test_a_phrase_is_found_with_its_place(phrase: str, text: str, expected: list[str]) -> None:
    assert found(phrase, text) == expected


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("user unknown", "unknown user"),
        ("user unknown", "users unknown"),
        ("user ... unknown", "user a b c d e f g unknown"),
        ("blocked & ~spamhaus", "blocked by spamhaus"),
        ("spamhaus", "see www.spamhaus.example"),
        ("unknown", "<unknown@contoso.example>"),
    ],
)
def test_a_phrase_is_not_found(phrase: str, text: str) -> None:
    assert found(phrase, text) is None


@pytest.mark.parametrize(
    ("phrase", "what"),
    [
        ("@nobody here", "no word class"),
        ("... unknown", "gap"),
        ("user ...", "gap"),
        ("user & ", "empty"),
        ("user||account", "empty"),
        ("is? was?", "is optional"),
        ("550", "contains no word"),
    ],
)
def test_a_phrase_that_makes_no_sense_says_why(phrase: str, what: str) -> None:
    with pytest.raises(PhraseError, match=what):
        parse_phrase(phrase, CLASSES)


def test_a_block_names_the_line_that_is_wrong() -> None:
    with pytest.raises(PhraseError, match=r"'user \.\.\.'"):
        parse_phrases("user unknown  # fine\n\nuser ...\n", CLASSES)


def test_a_phrase_is_looked_up_by_its_rarest_words() -> None:
    assert parse_phrase("user|account ... greylisted", CLASSES).anchors == {"greylisted"}


def test_repetitions_have_a_fixed_length() -> None:
    phrase = parse_phrase("user ... user ... user ... unknown", CLASSES)
    text = "user " * 20_000
    words = words_of(text)
    start = perf_counter()
    assert phrase.find(words, text) is None
    assert perf_counter() - start < 2.0


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab |@~&?._#不", max_size=20))
def test_any_phrase_is_parsed_or_refused(written: str) -> None:
    try:
        phrase = parse_phrase(written, CLASSES)
    except PhraseError:
        return
    assert phrase.find(words_of("a b ab"), "a b ab") is None or phrase.written == written


BRACKETS = """
your? (
    user
    mail box      # two words
    @known
) is? (
    not found
) here
gone
"""


WORDS = st.sampled_from(("user", "unknown", "mail box", "mail", "box", "is", "not"))


@settings(max_examples=300)
@given(
    st.lists(st.one_of(st.just("..."), st.tuples(st.lists(WORDS, min_size=1, max_size=3), st.booleans())), max_size=5),
    st.lists(st.sampled_from(("user", "unknown", "mail", "box", "is", "not", "here")), max_size=14),
)
def test_the_first_texts_are_searched_as_the_pattern_would(
    between: list[str | tuple[list[str], bool]], words: list[str]
) -> None:
    written = [
        each if isinstance(each, str) else "|".join(word.replace(" ", "_") for word in each[0]) + "?" * each[1]
        for each in between
    ]
    (part,) = parse_phrase(" ".join(("user", *written, "not")), {}).parts
    line = words_of(" ".join(words)).line
    found = re.compile(part.expression()).search(line)
    assert first_span(part.elements, line) == ((found.start() + 1, found.end()) if found else None)


def test_alternatives_may_stand_in_brackets_one_a_line() -> None:
    phrases = parse_phrases(BRACKETS, {"known": ("account",)})
    assert [phrase.written for phrase in phrases] == ["your? user|mail_box|@known is? not_found here", "gone"]
    for text in ("user not found here", "Your mailbox is not found here", "account not found here"):
        assert phrases[0].occurs(words_of(text), text)
    assert not phrases[0].occurs(words_of("user found here"), "user found here")


@pytest.mark.parametrize("block", ["user (\nfound", "user\n) found", "user (\n) found"])
def test_a_bracket_that_is_open_too_long_or_empty_is_told(block: str) -> None:
    with pytest.raises(PhraseError):
        parse_phrases(block, {})
