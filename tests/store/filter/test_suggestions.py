"""What was probably meant, and how a term may go on."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import FilterError
from smtpscope.store.filter.filter_evaluation import matching
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.filter.filter_grammar import parse_filter
from smtpscope.store.filter.suggestions import WordsOfStore, complete, suggest, term_at
from store.events import exchange, store_of, three_weeks

STORE = store_of(*three_weeks())


def completed(text: str, cursor: int, choice: str) -> str:
    """`text` with the term at `cursor` replaced by `choice`, one of the answers of `complete`."""
    term = term_at(text, cursor)
    if term is None:
        before, after = text[:cursor], text[cursor:]
        return f"{before}{choice}{after if not after or after[0].isspace() else ' ' + after}"
    return text[: term.start] + choice + text[term.end :]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("550 host:contsoo", "550 host:contoso"),
        ("fabrikan 550", "fabrikam 550"),
        ("host:=mx1.contso.example", "host:=mx1.contoso.example"),
        ("rcpt:salse@contoso.example", "rcpt:sales@contoso.example"),
        ("cmd:xexch05", "cmd:xexch50"),
        ("server:EXHC02", "server:exch02"),
        ("cause:greylistd", "cause:greylisted"),
        ('reply:"user unknwon"', 'reply:"user unknown"'),
        ("hots:contoso", "host:contoso"),
        ('reply:"user unknown', 'reply:"user unknown"'),
    ],
)
def test_a_slip_is_recognised(written: str, meant: str) -> None:
    assert suggest(WordsOfStore(STORE), written) == meant
    assert matching(STORE, parse_filter(meant), UTC).any()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "550",
        "host:contoso",
        "host:contoso 421",
        "zzzzqqqq",
        "-host:contsoo",
        "since:24h",
        "code:599",
        "host:203.0.113.",
    ],
)
def test_nothing_is_suggested_where_nothing_is_near_or_wrong(text: str) -> None:
    assert suggest(WordsOfStore(STORE), text) is None


def test_an_empty_store_suggests_nothing() -> None:
    assert suggest(WordsOfStore(store_of()), "host:contoso") is None
    assert complete(store_of(), "host:", 5) == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", "code:"),
        ("ho", "host:"),
        ("-ho", "-host:"),
        ("to", "rcpt:"),
        ("550 host:con", "host:mx1.contoso.example"),
        ("-host:northwind", "-host:mx2.northwind.example"),
        ("host:198", "host:198.51.100.25"),
        ("code:", "code:550"),
        ("code:45", "code:450"),
        ("dir:i", "dir:inbound"),
        ("who:", "who:us"),
        ("since:", "since:today"),
        ("cause:ver", "cause:verb-refused"),
        ("server:", "server:EXCH01"),
        ("rcpt:user", "rcpt:user550@contoso.example"),
        ("cmd:", "cmd:RCPT"),
        ("id:", "id:7002"),
    ],
)
def test_a_term_is_completed_by_what_is_in_the_log(text: str, first: str) -> None:
    assert complete(STORE, text, len(text))[0] == first


def test_what_cannot_be_completed_has_no_completions() -> None:
    assert complete(STORE, "nosuch:x", 8) == complete(STORE, "reply:x", 7) == complete(STORE, "zzz", 3) == []


def test_a_completion_takes_the_place_of_its_term() -> None:
    assert completed("550 host:con 4xx", 12, "host:mx1.contoso.example") == "550 host:mx1.contoso.example 4xx"
    assert completed("550 ", 4, "host:") == "550 host:"
    assert completed("", 0, "host:") == "host:"


def test_completions_of_odd_values_can_be_read() -> None:
    odd = ["a b", 'x"y', "-", "=", "a,b", "<>", "10.1", "“"]
    store = store_of(*(exchange(host=text, server=text, sent=f"RCPT TO:<{text}>") for text in odd))
    for name in ("host", "server", "rcpt"):
        found = complete(store, f"{name}:", len(name) + 1)
        assert found
        for each in found:
            assert matching(store, parse_filter(each), UTC).any() or name == "host"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12) | st.sampled_from([f"{field.name}:e" for field in FIELDS]), st.integers(0, 12))
def test_any_text_gets_an_answer(text: str, cursor: int) -> None:
    for choice in complete(STORE, text, min(cursor, len(text))):
        assert choice in completed(text, min(cursor, len(text)), choice)
    meant = suggest(WordsOfStore(STORE), text)
    if meant is not None:
        assert meant != text
        readable(meant)


def readable(text: str) -> bool:
    try:
        parse_filter(text)
    except FilterError:
        return False
    return True
