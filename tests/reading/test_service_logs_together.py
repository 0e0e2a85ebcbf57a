"""All logs of the SMTP service itself against all readers: one winner each, and nothing lost by a cut or by dirt."""

from __future__ import annotations

import pytest

from smtpscope.reading.record import Batch, ReadOptions
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
def test_a_log_that_is_cut_off_gives_the_exchanges_before_the_cut(form: str) -> None:
    _, write = SERVICE_LOGS[form]
    data = write()
    whole = [exchange for batch in batches(data) for exchange in batch.exchanges]
    assert whole
    cut = [exchange for batch in batches(data[: len(data) * 3 // 4]) for exchange in batch.exchanges]
    assert cut[:-1] == whole[: len(cut) - 1]


@pytest.mark.parametrize("form", SERVICE_LOGS)
def test_places_lie_in_the_log_and_ascend(form: str) -> None:
    _, write = SERVICE_LOGS[form]
    data = write()
    places = [exchange.offset for batch in batches(data) for exchange in batch.exchanges]
    assert places == sorted(set(places))
    assert places[0] >= 0
    assert places[-1] < len(data)


@pytest.mark.parametrize("form", SERVICE_LOGS)
def test_the_record_at_a_place_holds_the_reply(form: str) -> None:
    _, write = SERVICE_LOGS[form]
    reader = open_log(MemorySource(write()), ReadOptions())
    for batch in reader.batches():
        for exchange in batch.exchanges[:20]:
            record = reader.raw(exchange.offset)
            # Haraka has the words in one line and the code in the one that ends the connection.
            assert exchange.reply[:3] in record or exchange.reply[-20:] in record
