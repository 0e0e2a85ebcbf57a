"""CSV of the Exchange Management Shell and of Exchange Online's message traces, in any columns."""

from __future__ import annotations

import random

import pytest

from smtpscope.reading.microsoft_exchange.shell.shell_csv import ShellCsvReader
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log
from support import exchange_shell
from support.memory_source import MemorySource, problems_of
from support.tracking_logs import tracking_log, tracking_rows

ENTRIES = [exchange_shell.tracked(number, random.Random(number)) for number in range(12)]
DETAIL = (
    "date_time_utc,client_ip,client_hostname,server_ip,server_hostname,source_context,connector_id,source,event_id,"
    "message_id,recipient_address,recipient_status,directionality\r\n"
    "2026-11-19T05:12:00.1234567Z,192.0.2.5,AM0PR01,203.0.113.7,mx.example.org,,Internet,SMTP,FAIL,<1@contoso.example>,"
    "bob@example.org,"
    '"[{LED=550 5.1.1 No such user};{MSG=};{FQDN=mx.example.org};{IP=203.0.113.7};{LRT=}]",Originating\r\n'
)


def reader(text: str | bytes) -> ShellCsvReader:
    return ShellCsvReader(MemorySource(text.encode() if isinstance(text, str) else text), ReadOptions())


def exchanges(text: str | bytes) -> list[SmtpExchangeRecord]:
    return [exchange for batch in reader(text).batches() for exchange in batch.exchanges]


def test_columns_in_another_order_say_the_same() -> None:
    turned = [dict(reversed(list(each.items()))) for each in ENTRIES]
    one, other = exchanges(exchange_shell.export_csv(ENTRIES)), exchanges(exchange_shell.export_csv(turned))
    assert [each.reply for each in one] == [each.reply for each in other]
    assert [each.remote_host for each in one] == [each.remote_host for each in other]
    assert len(one) == len(ENTRIES)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_read(delimiter: str) -> None:
    queues = [exchange_shell.queue(number, random.Random(number)) for number in range(4)]
    names = ("Identity", "NextHopDomain", "LastError")
    rows = [names, *(tuple(f'"{str(each[name]).replace(chr(34), chr(34) * 2)}"' for name in names) for each in queues)]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert len(exchanges(text)) == 4


def test_lists_that_export_csv_lost_are_told_once_and_who_failed_is_kept() -> None:
    text = "#TYPE Microsoft.Exchange.Management.TransportLogSearchTasks.MessageTrackingEvent\r\n"
    text += exchange_shell.export_csv(ENTRIES, joined=False)
    found = exchanges(text)
    assert [each.reply for each in found] == [""] * len(ENTRIES)
    assert {each.remote_host for each in found} <= {"mx.example.org", "mx.example.net", "mail.example.org"}
    lost = [problem for problem in problems_of(reader(text)) if "System.String[]" in problem.reason]
    assert [(problem.place, problem.records) for problem in lost] == [("line 3", len(ENTRIES))]


def test_the_detail_report_of_a_historical_search_has_the_replies() -> None:
    (found,) = exchanges(DETAIL)
    assert (found.time_ms, found.time_assumed) == (1_795_065_120_123, False)
    assert (found.side, found.remote_host, found.mailbox, found.reply) == (
        "outbound", "mx.example.org", "bob@example.org", "550 5.1.1 No such user",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "origin_timestamp_utc,sender_address,recipient_status,message_subject\r\n"
        "2026-11-19T05:12:00.0Z,ann@contoso.example,\"bob@example.org##Receive, Fail\",Hello\r\n",
        '"Received","SenderAddress","RecipientAddress","Subject","Status","ToIP","FromIP"\r\n'
        '"11/19/2026 5:12:00 AM","ann@contoso.example","bob@example.org","Hi","Failed","203.0.113.7","192.0.2.5"\r\n',
    ],
    ids=["summary report", "message trace"],
)  # fmt: skip
def test_a_trace_without_replies_tells_where_they_are(text: str) -> None:
    assert exchanges(text) == []
    (problem,) = problems_of(reader(text))
    assert "Get-MessageTraceDetailV2" in problem.reason
    assert problem.records == 1


def test_a_tracking_log_itself_is_not_taken_for_an_export() -> None:
    assert not ShellCsvReader.sniff(tracking_log(tracking_rows(3)).encode())


def test_a_cell_of_several_lines_is_one_reply() -> None:
    entry = {**ENTRIES[0], "RecipientStatus": "550 5.1.1 First line\r\nsecond line"}
    (found,) = exchanges(exchange_shell.export_csv([entry]))
    assert found.reply.startswith("550 5.1.1 First line")
    assert "second line" in reader(exchange_shell.export_csv([entry])).raw(found.offset)


def test_a_pasted_command_line_that_lists_properties_is_no_header() -> None:
    line = r"[PS] C:\Windows>Get-MessageTrackingLog -EventId FAIL | fl Timestamp,Recipients,RecipientStatus,EventId"
    text = f"{line}\r\n\r\n{exchange_shell.format_list(ENTRIES[0])}"
    assert not ShellCsvReader.sniff(text.encode())
    log = open_log(MemorySource(text.encode()), ReadOptions())
    assert [each.mailbox for batch in log.batches() for each in batch.exchanges] == list(ENTRIES[0]["Recipients"])
