"""A table of records gives the exchanges that its records give one by one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.parsing.smtp_exchange_table import SmtpExchangeTable, are_plain_numbers
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.record_table import NONE, MixedRecords
from support.evtx_events import many_events
from support.evtx_writer import WrittenEvent, evtx_bytes
from support.memory_source import MemorySource

_NUMBER = st.one_of(st.integers(0, 99).map(str), st.sampled_from(["", " 7 ", "x", "12345678901", "٣", "+1", "1_0"]))
_EVENTS = st.builds(
    WrittenEvent,
    provider=st.sampled_from(["MSExchangeTransport", "smtpsvc", "ESE"]),
    event_id=st.sampled_from([7002, 7004, 7010, 7009, 3028]),
    level=st.sampled_from([2, 3, 4]),
    strings=st.one_of(
        st.tuples(
            _NUMBER,
            _NUMBER,
            st.sampled_from(["", "mx1.example", "MX1.example."]),
            st.sampled_from(["rcpt", "mail", ""]),
            st.sampled_from(["550 5.1.1 <user12@example.com> unknown", "504 x ", "", "no code"]),
            st.sampled_from(["RCPT TO:<a@b.example>", "MAIL FROM:<>", ""]),
        ),
        st.lists(st.sampled_from(["1", "x", ""]), max_size=5).map(tuple),
    ),
)


def spelled_out(table: SmtpExchangeTable | None) -> list[SmtpExchange]:
    from support.changed import replace

    def plain(number: int) -> int | None:
        return None if number == NONE else number

    return [
        replace(
            table.contexts[int(table.context[row])],
            offset=int(table.offset[row]),
            time_ms=plain(int(table.time_ms[row])),
            record_id=plain(int(table.record_id[row])),
            connection=plain(int(table.connection[row])),
            remote_host=table.hosts[int(table.host[row])],
            command=table.commands[int(table.command[row])],
            reply=table.replies[int(table.reply[row])],
        )
        for row in range(len(table or ()))
        if table is not None
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(_EVENTS, min_size=1, max_size=20))
def test_a_table_gives_what_its_records_give(events: list[WrittenEvent]) -> None:
    for batch in EvtxReader(MemorySource(evtx_bytes(events)), ReadOptions()).batches():
        one_by_one = [SmtpExchangeParser().parse(record) for record in batch.records]
        expected = [exchange for exchange in one_by_one if exchange is not None]
        parsed = SmtpExchangeParser().parse_all(batch.records)
        found = sorted([*parsed.exchanges, *spelled_out(parsed.table)], key=lambda exchange: exchange.offset)
        assert found == expected
        assert parsed.unrelated_records == len(one_by_one) - len(expected)


def test_a_log_of_ours_comes_as_a_table() -> None:
    (batch, *_) = EvtxReader(MemorySource(evtx_bytes(many_events(60, ours_every=1))), ReadOptions()).batches()
    assert isinstance(batch.records, MixedRecords)
    parsed = SmtpExchangeParser().parse_all(batch.records)
    assert parsed.table is not None
    assert (len(parsed.table), parsed.exchanges) == (60, [])


def test_plain_numbers_have_nothing_but_digits() -> None:
    assert are_plain_numbers(["1", "4294967295"])
    assert are_plain_numbers([])
    for text in ("", " 1", "+1", "1_0", "12345678901", "x"):
        assert not are_plain_numbers(["1", text])
