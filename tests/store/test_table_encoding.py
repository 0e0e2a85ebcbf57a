"""Rows out of a table are the rows that its exchanges give one by one."""

from __future__ import annotations

from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import ReadOptions
from smtpscope.store.event_store import EventStore
from store.events import WordMatcher
from support.evtx_events import SIX_STRINGS, many_events
from support.evtx_writer import WrittenEvent, evtx_bytes
from support.memory_source import MemorySource


def read_both_ways(events: list[WrittenEvent]) -> tuple[list[SmtpExchange], list[SmtpExchange]]:
    """The exchanges of a store that was given tables, and those that its records give one by one."""
    store, parser, expected = EventStore(WordMatcher()), SmtpExchangeParser(), []
    for batch in EvtxReader(MemorySource(evtx_bytes(events)), ReadOptions()).batches():
        parsed = parser.parse_all(batch.records)
        store.append(store.encode(parsed.exchanges, parsed.table))
        expected += [exchange for record in batch.records if (exchange := SmtpExchangeParser().parse(record))]
    return [store.exchange(row) for row in range(len(store))], expected


def test_a_log_of_ours_is_stored_as_it_is() -> None:
    found, expected = read_both_ways(many_events(1_500, ours_every=2))
    assert len(found) == 750
    assert found == expected


def test_events_that_fit_no_table_come_in_their_place() -> None:
    events = many_events(300, ours_every=3)
    events[100] = WrittenEvent(strings=("not", "six"))
    events[150] = WrittenEvent(strings=(" 1 ", "", *SIX_STRINGS[2:]))
    events[200] = WrittenEvent(event_id=7010, strings=SIX_STRINGS, form="manifest")
    found, expected = read_both_ways(events)
    assert found == expected
    assert [exchange.offset for exchange in found] == sorted(exchange.offset for exchange in found)
    assert sum(exchange.problem is not None for exchange in found) == 1
