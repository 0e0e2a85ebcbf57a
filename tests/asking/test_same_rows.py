"""A filter finds the same rows in a set as in memory, for every field and whatever it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.sql_filter import CONDITIONS
from smtpscope.errors import FilterError
from smtpscope.harmless import shown
from smtpscope.session.filtering import rows_that_match
from smtpscope.store.event_store import Annotations, EventStore
from smtpscope.store.filter.field_table import ANYWHERE
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.filter.filter_grammar import parse_filter
from smtpscope.store.grouping.incidents import incident_heads
from support.sets import COMMANDS, HOSTS, REPLIES, all_kinds, row_of, set_of

Both = tuple[EventStore, ExchangeSet, dict[int, int]]
_ZONES = (UTC, timezone(timedelta(hours=5, minutes=30)))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    yield from opened(tmp_path_factory.mktemp("set"), with_group_tables=False)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The same with group tables, which know the states of incidents and the few keys that a filter leaves."""
    yield from opened(tmp_path_factory.mktemp("kept"), with_group_tables=True)


def opened(folder: Path, *, with_group_tables: bool) -> Iterator[Both]:
    store = all_kinds(1_500)
    keys = [head.key for head in incident_heads(store, None)]
    store.annotations = Annotations(frozenset(keys[::3]), frozenset(keys[1::4]))
    asked = set_of(store, folder, with_group_tables=with_group_tables, annotations=store.annotations)
    yield store, asked, row_of(store, asked)
    asked.close()


def rows_in_both(both: Both, text: str, zone: object = UTC) -> tuple[list[int], list[int]]:
    store, asked, row = both
    mask = rows_that_match(store, text, zone, twice=asked.count_duplicates)  # type: ignore[arg-type]
    found = asked.asked(text, zone)  # type: ignore[arg-type]
    numbers = asked.columns(
        f"SELECT row FROM numbered_rows WHERE {found.text} ORDER BY time_ms NULLS FIRST, row", found.values
    )
    return store.rows_by_time(np.asarray(mask)).tolist(), [row[number] for number in numbers["row"].tolist()]


def test_every_field_has_its_condition() -> None:
    assert set(CONDITIONS) == {ANYWHERE, *(field.name for field in FIELDS)}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_example_of_each_field(both: Both, field: object) -> None:
    text: str = field.example  # type: ignore[attr-defined]
    in_store, in_set = rows_in_both(both, text)
    assert in_set == in_store


WORDS = (
    *(
        "contoso",
        "CONTOSO.example",
        "mx1",
        "mx1.contoso.example",
        "192.0.2.",
        "192.0.2.0/24",
        "192.0.2.7",
        "2001:db8::/32",
    ),
    *("straße", "STRASSE", "i̇stanbul", "\\t", "\\n", "\\x1b", "\\u200b", "550", "5xx", "55x", "5.7.1", "5.7.x", "none"),
    *("user unknown", "unknown user", "dnsbl", "größe", "sales", "sales@contoso.example", "Sales@CONTOSO.EXAMPLE"),
    *("<>", "<sales@contoso.example>", "rcpt", "mail", "RCPT TO:<sales@contoso.example>", "xexch50", "exch", "EXCH01"),
    *("Internet", "a.evtx", "evtx", "grey", "recipient-unknown", "blocked", "us", "nobody", "out", "in", "ongoing"),
    *("quiet", "over", "sure", "likely", "yes", "no", "error", "warning", "7002", "6", "24h", "3d", "11-09", "monday"),
    *("2026-11-10T12:00", "13:00", "2026-11", "today", "", " ", "5.1.1 user unknown", "550 5.1.1 User unknown", "ß"),
    *(
        "listed 550",
        "listed by dnsbl",
        "ünder",
        "\\",
        "no code at all",
        "back",
        "\ud800",
        "a\x00b",
        "'; DROP TABLE parts; --",
    ),
)
# What is in the log, as it is on the screen: whole, and a part of it.
_shown = st.sampled_from([shown(text.strip()) for text in (*HOSTS, *REPLIES, *COMMANDS)])
_parts = st.builds(
    lambda text, start, length: text[start : start + length], _shown, st.integers(0, 20), st.integers(1, 9)
)
_words = st.one_of(st.sampled_from(WORDS), _shown, _parts, st.text(max_size=3))
_values = st.builds(
    lambda word, exact, quoted: ("=" if exact else "") + ('"' + word.replace('"', '""') + '"' if quoted else word),
    _words,
    st.booleans(),
    st.booleans(),
)
_names = st.sampled_from(["", *(f"{field.name}:" for field in FIELDS)])
_terms = st.builds(
    lambda excluded, name, values: ("-" if excluded else "") + name + ",".join(values),
    st.booleans(),
    _names,
    st.lists(_values, min_size=1, max_size=3),
)


def readable(text: str) -> bool:
    try:
        parse_filter(text)
    except FilterError:
        return False
    return True


@given(st.lists(_terms, min_size=1, max_size=3).map(" ".join), st.sampled_from(_ZONES))
@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_filter_finds_the_same_rows_in_the_same_order(kept: Both, text: str, zone: object) -> None:
    assume(readable(text))
    in_store, in_set = rows_in_both(kept, text, zone)
    assert in_set == in_store


@given(_names, _values, st.booleans())
@settings(max_examples=250)
def test_each_value_finds_the_same_rows(both: Both, name: str, value: str, twice: bool) -> None:
    text = name + value
    assume(readable(text))
    both[1].count_duplicates = twice
    in_store, in_set = rows_in_both(both, text)
    assert in_set == in_store


@pytest.mark.parametrize("name", ["", "host:", "reply:", "cmd:", "rcpt:", "from:"])
def test_each_text_of_the_log_finds_the_same_rows(both: Both, name: str) -> None:
    words = both[0].words
    texts = {*HOSTS, *REPLIES, *COMMANDS, *words.mailboxes, *words.mailbox_keys, *words.verbs, *words.host_keys}
    texts |= {reply.text for reply in words.replies}
    for number, text in enumerate(sorted({shown(text.strip()) for text in texts})):
        for sign in ("", "=") if number % 3 == 0 else ("=",):
            asked = f'{name}{sign}"{text.replace(chr(34), chr(34) * 2)}"'
            if readable(asked):
                in_store, in_set = rows_in_both(both, asked)
                assert in_set == in_store, asked
