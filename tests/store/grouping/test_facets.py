"""Distinct values of a field with their counts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC

import pytest

from smtpscope.store.filter.filter_evaluation import matching
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.filter.filter_grammar import parse_filter
from smtpscope.store.grouping.facets import facets
from store.events import exchange, store_of, three_weeks, unparsed

# With a value of every field.
EVENTS = [*three_weeks(), exchange(connector="Internet", host="mail.fabrikam.example")]
STORE = store_of(*EVENTS)


def test_the_most_frequent_comes_first_and_equals_by_alphabet() -> None:
    store = store_of(*(exchange(sent=f"RCPT TO:<{box}@x.example>") for box in "cbbac"))
    assert facets(store, None, "recipients") == (("b@x.example", 2), ("c@x.example", 2), ("a@x.example", 1))


def test_codes_are_counted_as_one_by_one() -> None:
    expected = Counter(str(event.reply.code) for event in EVENTS)
    assert dict(facets(STORE, None, "codes")) == expected


def test_only_the_rows_asked_for_are_counted() -> None:
    mask = matching(STORE, parse_filter("550 host:contoso"), UTC)
    assert facets(STORE, mask, "recipients") == (
        ("sales@contoso.example", 60),
        ("info@contoso.example", 30),
        ("user550@contoso.example", 30),
    )


def test_spellings_are_counted_together_under_the_usual_one() -> None:
    boxes = ["a@X.example", "a@x.example", "a@x.example", "A@x.example"]
    store = store_of(
        *(
            exchange(host=host, sent=f"RCPT TO:<{box}>")
            for host, box in zip(["MX", "mx", "mx", "mx."], boxes, strict=True)
        )
    )
    assert facets(store, None, "hosts") == (("mx", 4),)
    assert facets(store, None, "recipients") == (("a@x.example", 3), ("A@x.example", 1))


def test_the_empty_host_and_the_null_sender_count_and_missing_values_do_not() -> None:
    store = store_of(exchange(host="", sent="MAIL FROM:<>", server=None, level=None, event_id=None), unparsed())
    assert facets(store, None, "hosts") == (("", 2),)
    assert facets(store, None, "senders") == (("", 1),)
    assert facets(store, None, "codes") == (("550", 1),)
    assert facets(store, store.columns.code > 0, "servers") == ()
    assert facets(store, store.columns.code > 0, "levels") == facets(store, store.columns.code > 0, "event ids") == ()


def test_replies_are_compared_without_the_blanks_around_them() -> None:
    store = store_of(exchange(said="550 no "), exchange(said="550 no"))
    assert facets(store, None, "replies") == (("550 no", 2),)


@pytest.mark.parametrize("facet", [facet.name for facet in FIELDS.facets])
def test_every_facet_counts_each_row_at_most_once(facet: str) -> None:
    found = facets(STORE, None, facet)
    assert found, f"no event has a value of {facet}: give one of EVENTS a value"
    assert sum(count for _, count in found) <= len(EVENTS)
    assert facets(store_of(), None, facet) == ()
