"""What goes into the store comes out again, and becomes visible only by append."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from queue import SimpleQueue
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.smtp_exchange import Command, Direction, RemoteHost, Reply, ReplyValues, SmtpExchange
from smtpscope.reading.log_span import LogSpan
from smtpscope.store.event_store import NO_CODE, NO_MAILBOX, NO_TIME, EncodedBatch, EventStore
from smtpscope.store.filter.filter_evaluation import matching
from smtpscope.store.filter.filter_grammar import parse_filter
from smtpscope.store.grouping.groups import GroupTree
from smtpscope.store.times import HOUR
from store.events import WordMatcher, exchange, ms, store_of, three_weeks, unparsed


def test_every_exchange_comes_out_as_it_went_in() -> None:
    exchanges = three_weeks()
    store = store_of(*exchanges, batch=77)
    assert len(store) == len(exchanges)
    assert [store.exchange(row) for row in range(len(store))] == exchanges


def test_rows_are_invisible_until_they_are_appended() -> None:
    store = store_of(exchange())
    batch = store.encode([exchange(host="mx2.contoso.example")])
    assert len(store) == 1
    assert len(store.columns) == 1
    store.append(batch)
    assert store.exchange(1).remote_host.verbatim == "mx2.contoso.example"


def test_a_view_of_the_columns_does_not_change_when_rows_come() -> None:
    store = store_of(*three_weeks())
    before = store.columns
    times = before.time_ms.copy()
    for _ in range(10):
        store.append(store.encode(three_weeks()))
    assert len(store) == 11 * len(times)
    assert np.array_equal(before.time_ms, times)


def test_columns_are_read_only() -> None:
    columns = store_of(exchange()).columns
    with pytest.raises(ValueError, match="read-only"):
        columns.time_ms[0] = 1


def test_records_of_others_make_the_log_longer_but_never_shorter() -> None:
    store = store_of(*three_weeks())
    start, end = store.log_start_ms, store.log_end_ms
    assert start is not None
    assert end is not None
    store.extend_log_span(None)
    store.extend_log_span(LogSpan(start + 1, end - 1))
    assert (store.log_start_ms, store.log_end_ms) == (start, end)
    store.extend_log_span(LogSpan(start - 2, end - 1))
    store.extend_log_span(LogSpan(start + 1, end + 3, assumed=True))
    assert (store.log_start_ms, store.log_end_ms) == (start - 2, end + 3)


def test_only_the_span_without_a_zone_moves() -> None:
    store = store_of()
    store.extend_log_span(LogSpan(10 * HOUR, 20 * HOUR))
    store.extend_log_span(LogSpan(12 * HOUR, 30 * HOUR, assumed=True))
    store.move_assumed_span(UTC, timezone(timedelta(hours=-5)))
    assert (store.log_start_ms, store.log_end_ms) == (10 * HOUR, 35 * HOUR)


def test_an_empty_batch_changes_nothing() -> None:
    store = store_of()
    store.append(store.encode([]))
    assert len(store) == 0
    assert store.log_end_ms is None
    assert len(store.rows_by_time()) == 0


def test_a_row_that_is_not_there_is_an_index_error() -> None:
    store = store_of(exchange())
    for row in (-1, 1):
        with pytest.raises(IndexError):
            store.exchange(row)
        with pytest.raises(IndexError):
            store.match(row)


def test_the_knowledge_base_is_asked_once_for_each_distinct_reply_command_and_direction() -> None:
    matcher = WordMatcher()
    store = EventStore(matcher)
    same = [exchange(sent=f"RCPT TO:<u{number}@contoso.example>") for number in range(50)]
    store.append(store.encode(same))
    store.append(store.encode(same))
    assert matcher.asked == 1
    store.append(store.encode([exchange(direction=Direction.INBOUND), exchange(sent="DATA")]))
    assert matcher.asked == 3
    store.append(store.encode([exchange(sent="MAIL FROM:<>"), exchange(sent="MAIL FROM:<a@example.com>")]))
    assert matcher.asked == 5


def test_a_host_that_is_known_has_answers_of_its_own_and_the_others_share_theirs() -> None:
    matcher = WordMatcher("mx1.fabrikam.example")
    hosts = ["mx1.contoso.example", "MX1.fabrikam.example.", "mx2.contoso.example", "mx1.fabrikam.example"]
    store = EventStore(matcher)
    store.append(store.encode([exchange(host=host) for host in hosts]))
    assert [store.match(row).category for row in range(4)] == [
        "recipient-unknown",
        "greylisted",
        "recipient-unknown",
        "greylisted",
    ]
    assert store.match(3).rule == "mx1.fabrikam.example"
    assert matcher.asked == 2


def test_who_acts_depends_on_the_direction() -> None:
    said = "550 blocked using zen.dnsbl.example"
    store = store_of(exchange(said=said), exchange(said=said, direction=Direction.INBOUND))
    assert [store.who_acts(row) for row in (0, 1)] == ["us", "them"]
    assert store.match(0).category == "blocked"


def test_an_entry_that_is_missing_is_answered_by_its_category() -> None:
    store = store_of(exchange(said="504 Need to authenticate first", sent="XEXCH50 1 2"))
    assert store.match(0).entry_id == "xexch50-refused"
    assert store.who_acts(0) == "nobody"


def test_what_is_missing_has_its_own_number() -> None:
    store = store_of(unparsed(), exchange(time=None, server=None, connection=None, event_id=None, sent="DATA"))
    columns = store.columns
    assert columns.code[0] == NO_CODE
    assert columns.time_ms[1] == NO_TIME
    assert columns.recipient[1] == columns.sender[1] == NO_MAILBOX
    assert store.exchange(1).connection is None
    assert store.exchange(1).event_id is None


def test_spellings_of_one_host_share_a_key() -> None:
    store = store_of(exchange(host="MX1.contoso.example"), exchange(), exchange(host=""))
    keys = store.columns.host_key.tolist()
    assert keys[0] == keys[1] != keys[2]


def test_mailboxes_that_differ_in_the_case_of_their_domain_are_one() -> None:
    store = store_of(*(exchange(sent=f"RCPT TO:<{box}>") for box in ("a@X.example", "a@x.example", "A@x.example")))
    first, second, third = store.columns.recipient.tolist()
    assert first == second != third


def test_numbers_beyond_64_bits_are_held_at_the_limit() -> None:
    store = store_of(exchange(connection=10**30), exchange(connection=5))
    assert store.exchange(0).connection == 2**63 - 1
    assert store.exchange(1).connection == 5


def test_equal_values_from_different_parsers_are_one() -> None:
    store = store_of(exchange(), exchange())
    assert len(store.words.replies) == len(store.words.commands) == len(store.words.hosts) == 1


def test_the_log_spans_from_its_first_to_its_last_time() -> None:
    store = store_of(
        exchange(time="2026-11-10 12:00:00"), exchange(time=None), exchange(time="2026-11-09 08:00:00"), batch=1
    )
    assert (store.log_start_ms, store.log_end_ms) == (ms("2026-11-09 08:00:00"), ms("2026-11-10 12:00:00"))


def test_rows_come_in_order_of_time_whatever_the_order_of_the_files() -> None:
    store = store_of(exchange(time=30), exchange(time=10), exchange(time=None), exchange(time=10), exchange(time=20))
    assert store.rows_by_time().tolist() == [2, 1, 3, 4, 0]
    assert store.rows_by_time(store.columns.time_ms >= 20).tolist() == [4, 0]
    assert store.rows_by_time(np.array([0, 1])).tolist() == [1, 0]


def test_one_thread_may_encode_while_another_asks() -> None:
    exchanges = three_weeks()
    store = EventStore(WordMatcher())
    batches: SimpleQueue[EncodedBatch | None] = SimpleQueue()

    def read() -> None:
        for start in range(0, len(exchanges), 10):
            batches.put(store.encode(exchanges[start : start + 10]))
        batches.put(None)

    reading = Thread(target=read)
    reading.start()
    seen = 0
    while (batch := batches.get()) is not None:
        store.append(batch)
        seen += len(batch)
        tree = GroupTree(
            store, matching(store, parse_filter("mx,550,user who:us,them,sender,nobody"), UTC), "code", UTC
        )
        tree.sorted_by("attention")
        assert 0 < len(tree) <= seen
    reading.join()
    assert [store.exchange(row) for row in range(len(store))] == exchanges


def test_a_row_takes_at_most_120_bytes() -> None:
    store = store_of(*(exchange(time=number, offset=number) for number in range(9000)))
    assert store.bytes_used / len(store) <= 120


_texts = st.text(max_size=8)
_numbers = st.none() | st.integers(-(2**62), 2**62)
_exchanges = st.builds(
    SmtpExchange,
    file=_texts,
    offset=st.integers(0, 2**62),
    time_ms=_numbers,
    time_assumed=st.booleans(),
    record_id=_numbers,
    event_id=st.none() | st.integers(-1, 2**70),
    level=st.sampled_from([None, "error", "warning"]),
    provider=st.none() | _texts,
    channel=st.none() | _texts,
    computer=st.none() | _texts,
    direction=st.sampled_from(Direction),
    virtual_server=st.none() | st.integers(),
    connection=_numbers,
    remote_host=st.builds(RemoteHost, _texts, _texts, st.booleans()),
    command=st.builds(
        Command, _texts, _texts, st.sampled_from(["MAIL", "RCPT", "DATA", ""]), _texts, st.none() | _texts
    ),
    reply=st.builds(
        Reply,
        _texts,
        st.none() | st.integers(-1, 10**6),
        st.none() | _texts,
        _texts,
        st.builds(ReplyValues, st.tuples(_texts)),
    ),
    certainty=st.sampled_from([None, "may"]),
    text_level=st.sampled_from([None, "error"]),
    problem=st.none() | _texts,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_exchanges, max_size=6), st.integers(1, 6))
def test_anything_that_goes_in_comes_out(exchanges: list[SmtpExchange], batch: int) -> None:
    store = store_of(*exchanges, batch=batch)
    assert [store.exchange(row) for row in range(len(store))] == exchanges
