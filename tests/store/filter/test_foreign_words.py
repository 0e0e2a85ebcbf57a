"""Words and signs of other search languages are answered with what to write here."""

from __future__ import annotations

import pytest

from smtpscope.errors import FilterError
from smtpscope.store.filter.filter_grammar import format_filter, parse_filter


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("550 or 554", "550,554"),
        ("550 OR 554 host:mx", "550,554 host:mx"),
        ("host:mx1 or host:mx2", "host:mx1,mx2"),
        ("host:mx1 | mx2", "host:mx1,mx2"),
        ("550|554", "550,554"),
        ("host:mx1|mx2", "host:mx1,mx2"),
        ("550 and host:mx", "550 host:mx"),
        ("550 && host:mx", "550 host:mx"),
        ("not host:mx", "-host:mx"),
        ("550 not rcpt:sales", "550 -rcpt:sales"),
        ("NOT 550", "-550"),
        ("*.contoso.example", ".contoso.example"),
        ("host:mx1*", "host:mx1"),
    ],
)
def test_what_was_meant_is_suggested(written: str, meant: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse_filter(written)
    assert raised.value.suggestion == meant
    parse_filter(meant)


def test_or_between_two_fields_is_refused_without_a_suggestion() -> None:
    with pytest.raises(FilterError) as raised:
        parse_filter("host:mx1 or rcpt:sales")
    assert raised.value.suggestion is None
    assert "values of one field only" in raised.value.remedy
    assert (raised.value.start, raised.value.end) == (9, 11)


@pytest.mark.parametrize(
    "text",
    ["not found", "or", "and", '"user or group"', '550 "or" 554', "=a*b", "5**", "55*", '"a|b"', "*", "|", "host:or"],
)
def test_what_may_be_words_of_a_reply_is_looked_for(text: str) -> None:
    tree = parse_filter(text)
    assert parse_filter(format_filter(tree)) == tree
