"""Terms put into the text of a filter, and taken out of it."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.filter.filter_editing import Chip, add_term, term_of, terms
from smtpscope.store.filter.filter_evaluation import matching
from smtpscope.store.filter.filter_grammar import parse_filter
from store.events import exchange, store_of, unparsed


@pytest.mark.parametrize(
    ("before", "field", "value", "after"),
    [
        ("", "host", "=mx1.contoso.example", "host:=mx1.contoso.example"),
        ("550", "host", "contoso", "550 host:contoso"),
        ("550 ", "host", "=", '550 host:""'),
        ("", "from", "=", "from:<>"),
        ("", "code", "550", "code:550"),
        ("", "code", "none", "code:none"),
        ("", "reply", '=say "no", please', 'reply:="say ""no"", please"'),
        ("", "", "two words", '"two words"'),
        ("", "", "550", '"550"'),
        ("", "", "-x", '"-x"'),
        ("", "", "a:b", '"a:b"'),
        ("", "code", "abc", "abc"),
        ("", "nonsense", "abc", "abc"),
        ('reply:"open', "code", "550", 'reply:"open" code:550'),
        ("hots:x", "code", "550", "hots:x code:550"),
    ],
)
def test_a_term_is_written_at_the_end(before: str, field: str, value: str, after: str) -> None:
    assert add_term(before, field, value) == after


def test_a_term_can_leave_out() -> None:
    assert add_term("550", "host", "=mx1", exclude=True) == "550 -host:=mx1"


def test_the_same_term_is_not_written_twice() -> None:
    assert add_term("host:=mx1 550", "host", "=mx1") == "550 host:=mx1"
    assert add_term('HOST:="mx1" 550', "host", "=mx1") == "550 host:=mx1"


def test_the_opposite_term_is_replaced() -> None:
    assert add_term("-host:=mx1 550", "host", "=mx1") == "550 host:=mx1"
    assert add_term("host:=mx1", "host", "=mx1", exclude=True) == "-host:=mx1"


def test_a_new_value_may_replace_the_old_ones_of_its_field() -> None:
    assert add_term("code:550 x -code:421 554", "code", "504", replace=True) == "x -code:421 code:504"


def test_terms_are_chips_with_their_places() -> None:
    text = '550  -host:"a b" hots:'
    assert terms(text) == [Chip(0, 3, "550", False), Chip(5, 16, '-host:"a b"', True), Chip(17, 22, "hots:", False)]


def test_an_event_stands_for_its_mailbox_or_its_verb() -> None:
    assert term_of(exchange(sent="RCPT TO:<a@x.example>")) == ("rcpt", "=a@x.example")
    assert term_of(exchange(sent="MAIL FROM:<>")) == ("from", "=")
    assert term_of(exchange(sent="DATA")) == ("cmd", "=DATA")
    assert term_of(unparsed()) == ("dir", "unknown")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20), st.sampled_from(["host", "reply", "server", "rcpt"]), st.text(max_size=10))
def test_any_term_can_be_put_to_any_text(text: str, field: str, value: str) -> None:
    after = add_term(text, field, f"={value}")
    last = terms(after)[-1]
    assert parse_filter(last.text).terms[0].field == field


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12))
def test_only_this_shows_the_event_it_was_asked_for(text: str) -> None:
    event = exchange(host=text, said=f"550 {text}", server=text or None, sent=f"RCPT TO:<{text}>")
    store = store_of(event, exchange(host="other.example", said="451 other", server="other"))
    for field, value in (
        ("host", event.remote_host.verbatim),
        ("reply", event.reply.verbatim),
        ("server", event.computer or ""),
        ("rcpt", text),
    ):
        only = add_term("", field, f"={value}")
        assert matching(store, parse_filter(only), UTC).tolist() == [True, False]
