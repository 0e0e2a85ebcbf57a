"""Which rows a filter lets through."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.filter_evaluation import matching
from smtpscope.store.filter.filter_grammar import Filter, Term, parse_filter
from smtpscope.store.filter.filter_values import Text
from store.events import exchange, ms, store_of, three_weeks, unparsed

EVENTS = three_weeks()
STORE = store_of(*EVENTS, batch=300)


def rows(store: EventStore, text: str) -> list[int]:
    mask = matching(store, parse_filter(text), UTC)
    assert len(mask) == len(store)
    return [int(row) for row in np.flatnonzero(mask)]


def count(text: str) -> int:
    return len(rows(STORE, text))


def counted(predicate: object) -> int:
    assert callable(predicate)
    return sum(bool(predicate(event)) for event in EVENTS)


def test_no_terms_let_everything_through() -> None:
    assert count("") == len(EVENTS)


def test_a_bare_reply_code_never_matches_text() -> None:
    assert count("550") == count("code:550") == counted(lambda event: event.reply.code == 550)
    assert count('"550"') > 0
    assert rows(store_of(exchange(said="451 4.7.1 550 times", connection=550)), "550") == []


def test_classes_of_codes() -> None:
    assert count("4xx") == counted(lambda event: 400 <= (event.reply.code or 0) < 500)
    assert count("4xx,5xx") == len(EVENTS)


def test_enhanced_codes_match_by_whole_numbers() -> None:
    store = store_of(
        *(exchange(said=f"550 {code} no") for code in ("5.7.1", "5.7.10", "5.1.1")), exchange(said="550 no")
    )
    assert rows(store, "code:5.7.1") == [0]
    assert rows(store, "code:5.7.x") == [0, 1]
    assert rows(store, "code:5.x") == [0, 1, 2]


def test_a_bare_word_is_looked_for_in_reply_host_command_and_mailbox() -> None:
    store = store_of(
        exchange(said="550 Needle here"),
        exchange(host="needle.example"),
        exchange(sent="NEEDLE now"),
        exchange(sent="RCPT TO:<needle@x.example>"),
        exchange(server="needle", file="needle"),
    )
    assert rows(store, "nEEdle") == [0, 1, 2, 3]
    assert rows(store, "-needle") == [4]


def test_terms_must_all_match_and_commas_mean_or() -> None:
    both = counted(lambda event: event.reply.code in (550, 554) and "contoso" in event.remote_host.key)
    assert count("550,554 host:contoso") == both > 0
    assert count("host:contoso,fabrikam") == count("host:contoso") + count("host:fabrikam")


def test_a_host_is_found_in_any_spelling() -> None:
    expected = counted(lambda event: event.remote_host.key == "mx1.contoso.example")
    for text in ("host:mx1.contoso", "host:MX1", "host:=mx1.contoso.example", "host:=MX1.contoso.example."):
        assert count(text) == expected


def test_an_exact_host_is_not_a_part_of_another() -> None:
    store = store_of(exchange(host="mx1.x.example"), exchange(host="amx1.x.example"))
    assert rows(store, "host:mx1.x.example") == [0, 1]
    assert rows(store, "host:=mx1.x.example") == [0]


def test_the_empty_host_is_a_host() -> None:
    assert count('host:""') == 3
    assert count('-host:""') == len(EVENTS) - 3


def test_networks_match_addresses_only() -> None:
    hosts = ("192.0.2.1", "192.0.2.10", "198.51.100.2", "192.0.2.1.example", "2001:db8::1")
    store = store_of(*(exchange(host=host) for host in hosts))
    assert rows(store, "host:192.0.2.0/24") == rows(store, "host:192.0.2.") == [0, 1]
    assert rows(store, "host:192.0.2.1") == [0]
    assert rows(store, 'host:"192.0.2.1"') == [0, 1, 3]
    assert rows(store, "host:2001:db8::/32") == [4]


def test_recipients_and_senders_are_told_apart() -> None:
    store = store_of(
        exchange(sent="RCPT TO:<a@x.example>"),
        exchange(sent="MAIL FROM:<a@x.example>"),
        exchange(sent="MAIL FROM:<>"),
        exchange(sent="DATA"),
    )
    assert rows(store, "rcpt:a@") == rows(store, "to:<a@X.example>") == [0]
    assert rows(store, 'rcpt:""') == [1, 2, 3]
    assert rows(store, "from:a@x") == [1]
    assert rows(store, "from:<>") == [2]
    assert rows(store, "-from:<>") == [0, 1, 3]


def test_a_verb_is_matched_from_its_beginning() -> None:
    store = store_of(
        exchange(sent="XEXCH50 1 2"), exchange(sent="X-EXPS"), exchange(sent="RCPT TO:<xexch50@x.example>")
    )
    assert rows(store, "cmd:xexch50") == [0]
    assert rows(store, "cmd:x") == [0, 1]
    assert rows(store, "cmd:=X") == []
    assert rows(store, "cmd:to:<xexch") == [2]


def test_words_of_a_reply() -> None:
    store = store_of(exchange(said="550 5.1.1 User unknown "), exchange(host="user.unknown.example", said="450 no"))
    assert rows(store, 'reply:"user unknown"') == [0]
    assert rows(store, 'reply:="550 5.1.1 user unknown"') == [0]
    assert rows(store, 'reply:="user unknown"') == [0]
    assert rows(store, "reply:=user") == []


def test_what_the_screen_shows_of_a_control_character_finds_it() -> None:
    store = store_of(exchange(said="550 \x1b[31mred\u202e"), exchange(said="550 plain"))
    assert rows(store, r'"\x1b[31m"') == rows(store, '"\x1b[31m"') == [0]
    assert rows(store, r'"\u202e"') == [0]


def test_server_file_id_level_connection_and_direction() -> None:
    store = store_of(
        exchange(),
        exchange(server="EXCH02", file="b.evtx", event_id=7004, level="error", connection=9),
        exchange(direction=Direction.INBOUND, server=None, level=None, event_id=None, connection=None),
        unparsed(),
    )
    assert rows(store, "server:exch02") == rows(store, "file:b.evtx") == rows(store, "id:7004") == [1]
    assert rows(store, "level:error") == rows(store, "connection:9") == [1]
    assert rows(store, "dir:in") == rows(store, 'server:""') == [2]
    assert rows(store, "dir:unknown") == rows(store, "code:none") == [3]
    assert rows(store, f"id:{2**40}") == rows(store, f"connection:{10**17}") == []


def test_causes_by_category_entry_and_beginning() -> None:
    store = store_of(exchange(said="504 authenticate", sent="XEXCH50 1"), exchange(said="450 greylisted"))
    assert rows(store, "cause:verb-refused") == rows(store, "cause:xexch50") == rows(store, "cause:VERB") == [0]
    assert rows(store, "cause:=verb") == []
    assert rows(store, "cause:grey,verb") == [0, 1]


def test_who_has_to_act() -> None:
    assert count("who:us") == counted(lambda event: "dnsbl" in event.reply.verbatim) == 64
    assert count("who:us,sender,nobody") == len(EVENTS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("since:11-14", [2, 3, 4]),
        ("until:11-14", [0, 1, 2, 3]),
        ("on:11-14", [2, 3]),
        ("since:11-14 until:11-14", [2, 3]),
        ("on:11-13,11-20", [1, 4]),
        ("since:24h", [4]),
        ("since:6d", [3, 4]),
        ("on:6d", [3, 4]),
        ("until:2026-11-14T00:00", [0, 1, 2]),
        ("until:2026-11-13T23:59:59", [0, 1]),
        ("-since:11-14", [0, 1, 5]),
        ("on:today", [4]),
        ("on:2026-11", [0, 1, 2, 3, 4]),
    ],
)
def test_times(text: str, expected: list[int]) -> None:
    times = [
        "2026-11-10 10:00:00",
        "2026-11-13 23:59:59",
        "2026-11-14 00:00:00",
        "2026-11-14 23:59:59",
        "2026-11-20 12:00:00",
    ]
    store = store_of(*(exchange(time=time) for time in times), exchange(time=None))
    assert rows(store, text) == expected


def test_a_day_is_that_of_the_zone() -> None:
    store = store_of(exchange(time="2026-11-14 23:30:00"))
    assert matching(store, parse_filter("on:11-15"), ZoneInfo("Europe/Berlin")).tolist() == [True]
    assert matching(store, parse_filter("on:2026-11-15"), UTC).tolist() == [False]


def test_a_log_without_times_has_nothing_since_and_until() -> None:
    store = store_of(exchange(time=None))
    assert rows(store, "since:24h") == rows(store, "until:11-14") == rows(store, "on:today") == []


def test_temporary_failures_of_one_server_without_one_host() -> None:
    start = ms("2026-11-16")
    expected = counted(
        lambda event: (
            400 <= event.reply.code < 500
            and event.time_ms >= start
            and event.computer == "EXCH02"
            and "woodgrove" not in event.remote_host.key
        )
    )
    assert count("code:4xx since:11-16 server:EXCH02 -host:woodgrove") == expected > 20


def test_an_empty_store_has_no_rows() -> None:
    for text in (
        "x",
        "550",
        "host:x",
        "since:24h",
        "who:us",
        "dir:in",
        "level:error",
        "host:192.0.2.",
        "cause:x",
        "id:1",
    ):
        assert rows(store_of(), text) == []


def test_words_that_came_but_are_not_appended_yet_do_no_harm() -> None:
    store = store_of(exchange())
    batch = store.encode([exchange(host="mx9.example", said="451 later", sent="DATA", server="EXCH09", file="z.evtx")])
    for text in ("mx9", "host:mx9", "reply:later", "cmd:data", "server:exch09", "file:z.evtx", "who:nobody"):
        assert rows(store, text) == []
    store.append(batch)
    assert rows(store, "mx9 reply:later") == [1]


_words = st.text(st.sampled_from("abAB.ß 5"), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.builds(lambda host, said: exchange(host=host, said=said), _words, _words), min_size=1, max_size=8),
    _words,
    st.booleans(),
)
def test_words_match_as_they_would_event_by_event(events: list[SmtpExchange], word: str, excluded: bool) -> None:
    store = store_of(*events)
    mask = matching(store, Filter((Term("", (Text(word),), excluded),)), UTC).tolist()
    needle = word.casefold()
    texts = [
        "\n".join((event.reply.verbatim, event.remote_host.verbatim, event.remote_host.key, event.command.full))
        for event in events
    ]
    assert mask == [(needle in text.casefold()) != excluded for text in texts]
