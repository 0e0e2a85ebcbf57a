"""JSON of the Exchange Management Shell."""

from __future__ import annotations

import json

import pytest

from smtpscope.reading.microsoft_exchange.shell.shell_json import ShellJsonReader
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log
from support.memory_source import MemorySource

STATUS = "[{LED=550 5.1.1 User unknown};{MSG=};{FQDN=mx1.contoso.example};{IP=192.0.2.10};{LRT=}]"
MOMENT = 1_795_527_902_000
TRACKED: dict[str, object] = {
    "Timestamp": f"/Date({MOMENT})/",
    "EventId": "FAIL",
    "Source": 3,
    "ConnectorId": "Out",
    "Sender": "shop@example.com",
    "Recipients": ["ann@contoso.example", "bob@contoso.example"],
    "RecipientStatus": [STATUS, STATUS.replace("550 5.1.1 User unknown", "452 4.2.2 Full")],
    "MessageSubject": "x",
}
QUEUE: dict[str, object] = {
    "Identity": "EX1\\12",
    "DeliveryType": 17,
    "Status": 4,
    "MessageCount": 3,
    "NextHopDomain": "contoso.example",
    "LastError": "[{LRT=11/24/2026 1:45:02 PM};{LED=451 4.7.1 Later};{FQDN=mx1.contoso.example};{IP=192.0.2.10}]",
    "LastRetryTime": {"value": "2026-11-24T13:45:02Z", "DisplayHint": 2, "DateTime": "Tuesday"},
}
TRACE: dict[str, object] = {
    "Date": "2026-11-24T13:45:02",
    "Event": "Fail",
    "Detail": f"Reason: {STATUS}. OutboundProxyTargetIP: 192.0.2.10",
    "MessageId": "<1@x>",
    "RecipientAddress": "ann@contoso.example",
    "SenderAddress": "shop@example.com",
}


def exchanges(text: str, encoding: str = "utf-8") -> list[SmtpExchangeRecord]:
    reader = open_log(MemorySource(text.encode(encoding)), ReadOptions())
    assert isinstance(reader, ShellJsonReader)
    return [each for batch in reader.batches() for each in batch.exchanges]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("indent", [None, 4])
def test_each_recipient_of_an_entry_has_its_reply(encoding: str, indent: int | None) -> None:
    found = exchanges(json.dumps([TRACKED], indent=indent), encoding)
    assert [(each.mailbox, each.reply, each.remote_host) for each in found] == [
        ("ann@contoso.example", "550 5.1.1 User unknown", "mx1.contoso.example"),
        ("bob@contoso.example", "452 4.2.2 Full", "mx1.contoso.example"),
    ]
    assert {each.time_ms for each in found} == {MOMENT}


def test_a_queue_has_its_last_error() -> None:
    (found,) = exchanges(json.dumps(QUEUE))
    assert (found.computer, found.remote_host, found.reply) == ("EX1", "mx1.contoso.example", "451 4.7.1 Later")


def test_a_trace_has_it_in_its_detail_and_answers_may_be_around() -> None:
    (found,) = exchanges(
        json.dumps({"@odata.context": "x", "value": [TRACE, {**TRACE, "Event": "Receive", "Detail": "by EX1"}]})
    )
    assert (found.mailbox, found.reply, found.time_ms) == ("ann@contoso.example", "550 5.1.1 User unknown", MOMENT)


def test_an_object_that_is_cut_off_hides_no_other() -> None:
    lines = [json.dumps(TRACE), json.dumps(TRACE)[:90], json.dumps(TRACE)]
    assert len(exchanges("\n".join(lines))) == 2


@pytest.mark.parametrize("block_size", [600, 700, 811, 1_000, 4_096])
def test_blocks_that_end_within_an_object_lose_none(block_size: int) -> None:
    data = json.dumps([TRACE] * 40, indent=2).encode()
    reader = ShellJsonReader(MemorySource(data), ReadOptions(), block_size=block_size)
    found = [each for batch in reader.batches() for each in batch.exchanges]
    assert len({each.offset for each in found}) == len(found) == 40
    assert '"Event": "Fail"' in reader.raw(found[7].offset)
