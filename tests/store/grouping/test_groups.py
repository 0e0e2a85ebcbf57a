"""Groups, compared with counting event by event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.store.activity import STATES
from smtpscope.store.event_store import NO_TIME
from smtpscope.store.filter.filter_evaluation import matching
from smtpscope.store.filter.filter_grammar import parse_filter
from smtpscope.store.grouping.dimensions import DIMENSIONS
from smtpscope.store.grouping.groups import SORT_COLUMNS, Group, Grouping, GroupTree, SortColumn
from smtpscope.store.times import DAY, HOUR
from store.events import exchange, ms, store_of, three_weeks, unparsed

EVENTS = three_weeks()
STORE = store_of(*EVENTS)

KEYS: dict[Grouping, tuple[Callable[[SmtpExchange], object], ...]] = {
    "code": (lambda e: e.reply.code or 0, lambda e: e.remote_host.key),
    "host": (lambda e: e.remote_host.key, lambda e: e.reply.code or 0),
    "recipient": (lambda e: e.command.mailbox if e.command.verb == "RCPT" else None, lambda e: e.remote_host.key),
    "server": (lambda e: e.computer or "", lambda e: e.reply.code or 0),
}


def groups(tree: GroupTree, level: int) -> list[Group]:
    return [tree.group(level, index) for index in range(len(tree.levels[level]))]


def in_order(tree: GroupTree, column: SortColumn = "attention", descending: bool = False) -> list[Group]:
    return [tree.group(0, int(index)) for index in tree.sorted_by(column, descending)[0]]


@pytest.mark.parametrize("grouping", list(KEYS))
def test_groups_count_what_counting_one_by_one_gives(grouping: Grouping) -> None:
    outer, inner = KEYS[grouping]
    tree = GroupTree(STORE, None, grouping, UTC)
    assert sorted(group.count for group in groups(tree, 0)) == sorted(Counter(map(outer, EVENTS)).values())
    pairs: dict[object, list[SmtpExchange]] = defaultdict(list)
    for event in EVENTS:
        pairs[outer(event), inner(event)].append(event)
    expected = sorted(
        (len(events), min(e.time_ms or 0 for e in events), max(e.time_ms or 0 for e in events))
        for events in pairs.values()
    )
    found = groups(tree, 1)
    assert sorted((group.count, group.first_ms, group.last_ms) for group in found) == expected


@pytest.mark.parametrize("grouping", DIMENSIONS.groupings)
def test_each_row_belongs_to_one_group_of_each_level(grouping: Grouping) -> None:
    tree = GroupTree(STORE, None, grouping, UTC)
    assert sorted(tree.order.tolist()) == list(range(len(STORE)))
    for level, arrays in enumerate(tree.levels):
        assert arrays.start.tolist() == [0, *arrays.end[:-1].tolist()]
        assert int(arrays.count.sum()) == len(STORE) == int(arrays.end[-1])
        for index in range(len(arrays)):
            times = STORE.columns.time_ms[tree.rows(level, index)]
            assert np.all(np.diff(times) >= 0)
            assert (int(times[0]), int(times[-1])) == (int(arrays.first_ms[index]), int(arrays.last_ms[index]))
            group = tree.group(level, index)
            assert (group.first_ms, group.last_ms, group.count) == (int(times[0]), int(times[-1]), len(times))


def test_children_stand_inside_their_parent() -> None:
    outer, inner = GroupTree(STORE, None, "code", UTC).levels
    for index in range(len(outer)):
        children = slice(int(outer.first_child[index]), int(outer.end_child[index]))
        assert set(inner.parent[children].tolist()) == {index}
        assert int(inner.count[children].sum()) == int(outer.count[index])
        assert int(inner.start[children][0]) == int(outer.start[index])
        assert int(inner.end[children][-1]) == int(outer.end[index])


def test_the_flat_list_has_no_groups() -> None:
    tree = GroupTree(STORE, matching(STORE, parse_filter("550"), UTC), "none", UTC)
    assert tree.levels == () == tree.sorted_by()
    assert [STORE.exchange(int(row)).reply.code for row in tree.order] == [550] * len(tree)


def test_a_host_in_two_spellings_is_one_group_with_the_usual_name() -> None:
    tree = GroupTree(STORE, matching(STORE, parse_filter("550 host:contoso"), UTC), "code", UTC)
    (group,) = groups(tree, 1)
    assert (group.host, group.label, group.hosts, group.count) == ("mx1.contoso.example", "mx1.contoso.example", 1, 120)
    assert group.recipients == 3


def test_no_host_no_code_and_no_recipient_are_groups_of_their_own() -> None:
    store = store_of(exchange(), exchange(host="", said="451 later"), unparsed(), unparsed())
    tree = GroupTree(store, None, "code", UTC)
    by_label = {group.label: group for group in groups(tree, 0)}
    assert set(by_label) == {"550", "451", ""}
    assert (by_label[""].count, by_label[""].code, by_label[""].codes) == (2, None, 1)
    assert by_label[""].direction is Direction.UNKNOWN
    assert {group.label for group in groups(GroupTree(store, None, "host", UTC), 0)} == {"mx1.contoso.example", ""}
    assert {group.label for group in groups(GroupTree(store, None, "recipient", UTC), 0)} == {
        "sales@contoso.example",
        "",
    }


def test_a_group_says_what_its_rows_have_in_common() -> None:
    store = store_of(
        exchange(said="550 User unknown", direction=Direction.INBOUND),
        exchange(said="550 dnsbl", host="mx2.example"),
        exchange(said="550 dnsbl", host="mx2.example", server="EXCH02"),
    )
    (group,) = groups(GroupTree(store, None, "code", UTC), 0)
    assert (group.code, group.host, group.host_key, group.hosts) == (550, None, None, 2)
    assert (group.category, group.categories, group.who_acts) == ("blocked", 2, "us")
    assert (group.direction, group.server, group.recipient) == (None, None, "sales@contoso.example")


def test_sparklines_cover_the_span_of_the_whole_tree() -> None:
    store = store_of(
        *(exchange(time=time, host=host) for time, host in [(0, "a"), (10, "b"), (99, "b"), (100, "a"), (None, "a")])
    )
    tree = GroupTree(store, None, "host", UTC)
    lines = {tree.group(0, index).label: tree.sparkline(0, index, bins=4) for index in range(2)}
    assert lines == {"a": (1, 0, 0, 1), "b": (1, 0, 0, 1)}
    assert tree.sparkline(0, 0, bins=1) == (2,)


def test_sparklines_count_every_event_once() -> None:
    tree = GroupTree(STORE, None, "code", UTC)
    for level in (0, 1):
        for index in range(len(tree.levels[level])):
            assert sum(tree.sparkline(level, index)) == tree.group(level, index).count
    total = np.sum([tree.sparkline(0, index) for index in range(len(tree.levels[0]))], axis=0)
    assert total.sum() == len(EVENTS)


def test_attention_goes_to_what_goes_on_and_is_ours_and_noise_comes_last() -> None:
    tree = GroupTree(STORE, None, "cause", UTC)
    causes = [group.category for group in in_order(tree)]
    assert causes[0] == "blocked"
    assert causes[-1] == "verb-refused"
    outage = [group.label for group in in_order(GroupTree(STORE, None, "host", UTC))]
    assert outage.index("mx2.northwind.example") > outage.index("smtp.adventure.example")


def test_attention_goes_by_who_has_to_act_and_then_by_the_state_whatever_the_count() -> None:
    end = ms("2026-11-30 00:00:00")

    def events(host: str, said: str, number: int, quiet: int, gap: int = HOUR) -> list[SmtpExchange]:
        return [exchange(time=end - quiet - place * gap, host=host, said=said) for place in range(number)]

    store = store_of(
        exchange(time=end - 100 * DAY, host="old", said="451 later"),
        *events("nobody ongoing", "451 later", 90, 0),
        *events("sender ongoing", "550 unknown", 60, 0),
        *events("sender quiet", "550 unknown", 3, 40 * HOUR, 12 * HOUR),
        *events("us over", "550 dnsbl", 50, 9 * DAY),
        *events("us quiet", "550 dnsbl", 4, 50 * HOUR, DAY),
        *events("us ongoing", "550 dnsbl", 2, 0),
    )
    found = [group for group in in_order(GroupTree(store, None, "host", UTC)) if group.label != "old"]
    assert [group.label for group in found] == [
        "us ongoing",
        "us quiet",
        "sender ongoing",
        "sender quiet",
        "us over",
        "nobody ongoing",
    ]
    assert [group.state for group in found] == ["ongoing", "quiet", "ongoing", "quiet", "over", "ongoing"]


def test_one_event_that_is_ours_draws_attention_and_one_that_matters_saves_from_being_noise() -> None:
    moment = ms("2026-11-10 12:00:00")
    noise = [exchange(time=moment, host="a", said="504 authenticate", sent="XEXCH50 1")] * 9
    sender = [exchange(time=moment, host="b", said="550 unknown")] * 5
    store = store_of(
        *noise,
        exchange(time=moment, host="c", said="504 authenticate", sent="XEXCH50 1"),
        exchange(time=moment, host="c", said="451 later"),
        *sender,
        exchange(time=moment, host="d", said="550 unknown"),
        exchange(time=moment, host="d", said="550 unknown"),
        exchange(time=moment, host="d", said="550 dnsbl"),
    )
    assert [group.label for group in in_order(GroupTree(store, None, "host", UTC))] == ["d", "b", "c", "a"]


@pytest.mark.parametrize("grouping", DIMENSIONS.groupings)
def test_every_order_keeps_children_in_the_range_of_their_parent(grouping: Grouping) -> None:
    tree = GroupTree(STORE, None, grouping, UTC)
    for column, descending in product(SORT_COLUMNS, (False, True)):
        orders = tree.sorted_by(column, descending)
        assert len(orders) == len(tree.levels)
        for level, order in enumerate(orders):
            assert sorted(order.tolist()) == list(range(len(tree.levels[level])))
        if len(orders) == 2:
            assert np.array_equal(tree.levels[1].parent[orders[1]], tree.levels[1].parent), column


def test_orders_by_column() -> None:
    tree = GroupTree(STORE, None, "host", UTC)
    counts = [group.count for group in in_order(tree, "count", descending=True)]
    assert counts == sorted(counts, reverse=True)
    labels = [group.label for group in in_order(tree, "host")]
    assert labels == sorted(labels)
    firsts = [group.first_ms or 0 for group in in_order(tree, "first")]
    assert firsts == sorted(firsts)
    lasts = [group.last_ms or 0 for group in in_order(tree, "last", descending=True)]
    assert lasts == sorted(lasts, reverse=True)
    codes = [group.label for group in in_order(GroupTree(STORE, None, "code", UTC), "code")]
    assert codes == sorted(codes)


def test_a_tree_stays_as_it_was_when_rows_come() -> None:
    store = store_of(*EVENTS)
    tree = GroupTree(store, None, "code", UTC)
    before = [tree.group(0, index).count for index in range(len(tree.levels[0]))]
    store.append(store.encode([exchange(time=ms("2027-01-01"), host="new.example", said="599 new")]))
    assert len(tree) == len(EVENTS)
    assert [tree.levels[0].count[index] for index in range(len(before))] == before
    assert len(GroupTree(store, None, "code", UTC)) == len(EVENTS) + 1


def test_an_empty_tree_has_no_groups() -> None:
    for grouping in DIMENSIONS.groupings:
        tree = GroupTree(store_of(), None, grouping, UTC)
        assert len(tree) == 0
        assert [len(level) for level in tree.levels] == [0] * len(tree.levels)
        for column in SORT_COLUMNS:
            assert [len(order) for order in tree.sorted_by(column)] == [0] * len(tree.levels)
    with pytest.raises(IndexError):
        GroupTree(store_of(), None, "code", UTC).group(0, 0)


_small_events = st.lists(
    st.builds(
        lambda time, host, code, box: exchange(time=time, host=host, said=code, sent=f"RCPT TO:<{box}@x.example>"),
        st.none() | st.integers(0, 50),
        st.sampled_from(["a", "A", "b", ""]),
        st.sampled_from(["550 unknown", "451 later", "no code", "550 dnsbl"]),
        st.sampled_from(["x", "y"]),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(_small_events, st.sampled_from(DIMENSIONS.groupings), st.integers(1, 25))
def test_any_events_are_grouped_as_one_by_one(events: list[SmtpExchange], grouping: Grouping, batch: int) -> None:
    store = store_of(*events, batch=batch)
    tree = GroupTree(store, None, grouping, UTC)
    assert sorted(tree.order.tolist()) == list(range(len(events)))
    for level, arrays in enumerate(tree.levels):
        states = tree.states(level)
        for index in range(len(arrays)):
            rows = tree.rows(level, index)
            times = [event.time_ms for row in rows if (event := events[int(row)]).time_ms is not None]
            group = tree.group(level, index)
            assert (group.first_ms, group.last_ms) == (min(times, default=None), max(times, default=None))
            assert int(arrays.first_ms[index]) == min(times, default=NO_TIME)
            assert int(arrays.last_ms[index]) == max(times, default=NO_TIME)
            assert int(arrays.untimed[index]) == len(rows) - len(times)
            assert group.state == (STATES[states[index]] if times else None)
            assert group.quiet_ms == ((store.log_end_ms or 0) - max(times) if times else None)
    if grouping in KEYS:
        key = KEYS[grouping][0]
        assert sorted(Counter(map(key, events)).values()) == sorted(group.count for group in groups(tree, 0))
