"""All logs of the SMTP service itself against all readers: one winner each, and nothing lost by a cut or by dirt."""

from __future__ import annotations

import pytest

from smtpscope.reading.record import Batch, ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log, readers
from support.every_format import SERVICE_LOGS
from support.memory_source import MemorySource


def batches(data: bytes) -> list[Batch]:
    return list(open_log(MemorySource(data), ReadOptions()).batches())


@pytest.mark.parametrize("form", SERVICE_LOGS)
def test_a_format_is_recognised_by_its_own_reader_alone(form: str) -> None:
    name, write = SERVICE_LOGS[form]
    head = write()[: 1 << 16]
    assert [reader.format.name for reader in readers() if reader.sniff(head)] == [name]


@pytest.mark.parametrize("form", SERVICE_LOGS)
def test_records_lie_in_the_log_in_order_and_hold_the_reply_also_before_a_cut(form: str) -> None:
    _, write = SERVICE_LOGS[form]
    data = write()
    reader = open_log(MemorySource(data), ReadOptions())
    whole: list[SmtpExchangeRecord] = []
    for batch in reader.batches():
        whole += batch.exchanges
        for exchange in batch.exchanges[:20]:
            record = reader.raw(exchange.offset)
            # Haraka has the words in one line and the code in the one that ends the connection.
            assert exchange.reply[:3] in record or exchange.reply[-20:] in record
    places = [exchange.offset for exchange in whole]
    assert places
    assert places == sorted(set(places))
    assert 0 <= places[0] <= places[-1] < len(data)
    cut = [exchange for batch in batches(data[: len(data) * 3 // 4]) for exchange in batch.exchanges]
    assert cut[:-1] == whole[: len(cut) - 1]
