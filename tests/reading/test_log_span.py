"""From when to when a log goes, by its own first and last record: each ends long after the last refusal in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.evt.evt_log import EvtReader
from smtpscope.reading.iis.fixed_form_log import IisFormatReader, NcsaFormatReader
from smtpscope.reading.iis.w3c_log import W3cSmtpReader
from smtpscope.reading.log_span import EARLIEST_MS, LATEST_MS, LogSpan, merge_spans, span_of
from smtpscope.reading.mail_servers.exim_log import EximLogReader
from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.mail_servers.sendmail_log import SendmailLogReader
from smtpscope.reading.microsoft_exchange.connectivity_log import ConnectivityLogReader
from smtpscope.reading.microsoft_exchange.message_tracking import MessageTrackingReader
from smtpscope.reading.microsoft_exchange.protocol_log import ProtocolLogReader
from smtpscope.reading.microsoft_exchange.tracking_2003 import Tracking2003Reader
from smtpscope.reading.record import LogReader, ReadOptions, Source
from support.evt_writer import LegacyEvent, evt_bytes
from support.memory_source import MemorySource

Maker = Callable[[Source, ReadOptions], LogReader]
OPTIONS = ReadOptions(zone=timezone(timedelta(hours=1)), newest=datetime(2026, 12, 1, tzinfo=UTC))

PROTOCOL = """#Software: Microsoft Exchange Server
#Log-type: SMTP Receive Protocol Log
#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context
2026-11-09T05:00:00.000Z,MX1\\Default,08D1A1B2C3D4E5F6,0,192.0.2.1:25,192.0.2.7:40000,+,,
2026-11-09T05:12:41.478Z,MX1\\Default,08D1A1B2C3D4E5F6,1,192.0.2.1:25,192.0.2.7:40000,<,RCPT TO:<a@b.example>,
2026-11-09T05:12:41.500Z,MX1\\Default,08D1A1B2C3D4E5F6,2,192.0.2.1:25,192.0.2.7:40000,>,550 5.1.1 User unknown,
2026-11-13T05:00:00.000Z,MX1\\Default,08D1A1B2C3D4E5F7,0,192.0.2.1:25,192.0.2.8:40000,+,,
"""
CONNECTIVITY = """#Software: Microsoft Exchange Server
#Log-type: Transport Connectivity Log
#Fields: date-time,session,source,destination,direction,description
2026-11-09T05:00:00.000Z,08D1,SMTP,contoso.example,+,DnsConnectorDelivery
2026-11-09T05:12:41.478Z,08D1,SMTP,contoso.example,>,"Failed: 451 4.4.0 Try again"
2026-11-13T05:00:00.000Z,08D2,SMTP,fabrikam.example,-,Messages: 1 Bytes: 2048
"""
TRACKING_ROW = (
    "{time},192.0.2.1,MX1,,contoso.example,,Out,SMTP,{event},1,<1@b.example>,a@contoso.example,{status},1,1,,,s,,,"
)
TRACKING = "\n".join(
    [
        "#Software: Microsoft Exchange Server",
        "#Log-type: Message Tracking Log",
        "#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,"
        "event-id,internal-message-id,message-id,recipient-address,recipient-status,total-bytes,recipient-count,"
        "related-recipient-address,reference,message-subject,sender-address,return-path,message-info",
        TRACKING_ROW.format(time="2026-11-09T05:00:00.000Z", event="SEND", status=""),
        TRACKING_ROW.format(time="2026-11-09T05:12:41.478Z", event="FAIL", status="550 5.1.1 User unknown"),
        TRACKING_ROW.format(time="2026-11-13T05:00:00.000Z", event="SEND", status=""),
        "",
        "",
    ]
)
TRACKING_2003 = """# Message Tracking Log File
# Exchange System Attendant Version 6.5.7638.1
# Date\tTime\tclient-ip\tClient-hostname\tPartner-Name\tServer-hostname\tserver-IP\tRecipient-Address\tEvent-ID
2026-11-9\t5:0:0 GMT\t192.0.2.77\tmail.example.com\t-\tMX1\t192.0.2.10\ta@contoso.example\t1019\t1
2026-11-13\t5:0:0 GMT\t192.0.2.77\tmail.example.com\t-\tMX1\t192.0.2.10\ta@contoso.example\t1019\t1
"""
W3C = """#Software: Microsoft Internet Information Services 6.0
#Date: 2026-11-09 05:00:00
#Fields: time c-ip cs-username s-sitename s-computername s-ip s-port cs-method cs-uri-query sc-status
05:00:00 192.0.2.7 mx.contoso.example SMTPSVC1 MX1 192.0.2.1 0 EHLO - 250
05:12:41 192.0.2.7 mx.contoso.example SMTPSVC1 MX1 192.0.2.1 0 RCPT +TO:<a@b.example> 550
23:59:00 192.0.2.7 mx.contoso.example SMTPSVC1 MX1 192.0.2.1 0 QUIT - 240
05:00:00 192.0.2.7 mx.contoso.example SMTPSVC1 MX1 192.0.2.1 0 EHLO - 250
#Date: 2026-11-13 04:00:00
#Fields: time c-ip cs-username s-sitename s-computername s-ip s-port cs-method cs-uri-query sc-status
05:00:00 192.0.2.7 mx.contoso.example SMTPSVC1 MX1 192.0.2.1 0 EHLO - 250
\0\0\0\0\0\0\0\0"""
W3C_WITHOUT_ARGUMENTS = """#Software: Microsoft Internet Information Services 6.0
#Fields: date time c-ip s-sitename cs-method sc-status
2026-11-09 05:00:00 192.0.2.7 SMTPSVC1 EHLO 250
2026-11-09 05:12:41 192.0.2.7 SMTPSVC1 RCPT 550
2026-11-13 05:00:00 192.0.2.7 SMTPSVC1 EHLO 250
"""
IIS = """192.0.2.7, mx, 11/9/26, 6:00:00, SMTPSVC1, MX1, 192.0.2.1, 0, 4, 10, 250, 0, EHLO, -, +mx,
192.0.2.7, mx, 11/9/26, 6:12:41, SMTPSVC1, MX1, 192.0.2.1, 0, 4, 10, 550, 0, RCPT, -, +TO:<a@b.example>,
192.0.2.7, mx, 11/13/26, 6:00:00, SMTPSVC1, MX1, 192.0.2.1, 0, 4, 10, 250, 0, EHLO, -, +mx,
"""
NCSA = """192.0.2.7 - mx [09/Nov/2026:06:00:00 +0100] "EHLO -?+mx SMTP" 250 10
192.0.2.7 - mx [09/Nov/2026:06:12:41 +0100] "RCPT -?+TO:<a@b.example> SMTP" 550 10
192.0.2.7 - mx [13/Nov/2026:06:00:00 +0100] "EHLO -?+mx SMTP" 250 10
"""
POSTFIX = """Nov  9 06:00:00 mx1 postfix/smtpd[7]: connect from mx.contoso.example[192.0.2.7]
Nov  9 06:12:41 mx1 postfix/smtpd[7]: NOQUEUE: reject: RCPT from mx.contoso.example[192.0.2.7]: 550 5.1.1 no; to=<a@b.c>
Nov 13 06:00:00 mx1 systemd[1]: Started 2019-01-01 00:00:00 daily clean-up.
this is no line of a log
"""
EXIM = """2026-11-09 06:00:00 exim 4.96 daemon started: pid=7
2026-11-09 06:12:41 1r0AbC-0001aB-2c ** a@b.example R=dnslookup T=remote_smtp H=mx [192.0.2.7]: SMTP error from remote \
mail server after RCPT TO:<a@b.example>: 550 5.1.1 no
2026-11-13 06:00:00 1r0AbD-0001aB-2c Completed
"""
SENDMAIL = """Nov  9 06:00:00 mx1 sendmail[7]: starting daemon (8.17.1): SMTP+queueing@01:00:00
Nov  9 06:12:41 mx1 sendmail[7]: ruleset=check_rcpt, arg1=<a@b.example>, relay=[192.0.2.7], reject=550 5.7.1 no
Nov 13 06:00:00 mx1 sendmail[7]: 3AB5x1aB012345: from=<a@b.example>, size=100, class=0, nrcpts=1, relay=[192.0.2.7]
"""
SURE: list[tuple[Maker, str]] = [
    (ProtocolLogReader, PROTOCOL),
    (ConnectivityLogReader, CONNECTIVITY),
    (MessageTrackingReader, TRACKING),
    (Tracking2003Reader, TRACKING_2003),
    (W3cSmtpReader, W3C),
    (W3cSmtpReader, W3C_WITHOUT_ARGUMENTS),
    (NcsaFormatReader, NCSA),
]
WITHOUT_ZONE: list[tuple[Maker, str]] = [
    (IisFormatReader, IIS),
    (PostfixLogReader, POSTFIX),
    (EximLogReader, EXIM),
    (SendmailLogReader, SENDMAIL),
]


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1_000)


def covered(reader: LogReader) -> LogSpan | None:
    span = None
    for batch in reader.batches():
        span = merge_spans(span, batch.span)
    return span


@pytest.mark.parametrize(("maker", "log"), SURE)
def test_a_service_log_covers_all_its_rows(maker: Maker, log: str) -> None:
    first, last = ms("2026-11-09T05:00:00Z"), ms("2026-11-13T05:00:00Z")
    assert covered(maker(MemorySource(log.encode()), OPTIONS)) == LogSpan(first, last)


@pytest.mark.parametrize(("maker", "log"), WITHOUT_ZONE)
def test_a_service_log_without_a_zone_says_so_of_its_span(maker: Maker, log: str) -> None:
    first, last = ms("2026-11-09T05:00:00Z"), ms("2026-11-13T05:00:00Z")
    assert covered(maker(MemorySource(log.encode()), OPTIONS)) == LogSpan(first, last, assumed=True)


@pytest.mark.parametrize(("maker", "log"), [*SURE, *WITHOUT_ZONE])
def test_a_service_log_whose_last_line_is_garbage_still_covers_its_rows(maker: Maker, log: str) -> None:
    span = covered(maker(MemorySource(log.rstrip("\0").encode() + b"\x1b[2J\xff\xfe garbage\n\n"), OPTIONS))
    assert span is not None
    assert span.last_ms in (ms("2026-11-13T05:00:00Z"), ms("2026-11-09T05:12:41Z"))


def test_a_legacy_log_covers_the_records_of_others() -> None:
    times = [datetime(2009, 1, 26, 13, tzinfo=UTC) + timedelta(days=day) for day in range(3)]
    sources = ("Service Control Manager", "MSExchangeTransport", "Service Control Manager")
    log = evt_bytes([LegacyEvent(time=time, source=source) for time, source in zip(times, sources, strict=True)])
    span = covered(EvtReader(MemorySource(log), OPTIONS))
    assert span == LogSpan(ms("2009-01-26T13:00:00Z"), ms("2009-01-28T13:00:00Z"))


def test_rows_in_the_middle_of_a_log_do_not_end_it() -> None:
    rows = [f"2026-11-{day:02}T05:00:00.000Z,08D1,SMTP,a.example,-,Messages: 1" for day in range(9, 14)]
    log = "\n".join([*CONNECTIVITY.split("\n")[:3], *rows, ""])
    reader = ConnectivityLogReader(MemorySource(log.encode()), OPTIONS, block_size=64)
    assert covered(reader) == LogSpan(ms("2026-11-09T05:00:00Z"), ms("2026-11-13T05:00:00Z"))


@given(st.lists(st.none() | st.integers(-(1 << 63), 1 << 63)), st.lists(st.integers(EARLIEST_MS, LATEST_MS - 1)))
def test_times_that_no_server_can_have_written_are_left_out(wild: list[int | None], good: list[int]) -> None:
    outside = [time for time in wild if time is None or not EARLIEST_MS <= time < LATEST_MS]
    expected = LogSpan(min(good), max(good)) if good else None
    assert span_of([*outside, *good]) == expected


def test_a_span_of_two_logs_is_assumed_where_one_is() -> None:
    assert merge_spans(LogSpan(5, 7), LogSpan(3, 6, assumed=True)) == LogSpan(3, 7, assumed=True)
    assert merge_spans(LogSpan(5, 7), None) == merge_spans(None, LogSpan(5, 7)) == LogSpan(5, 7)
    assert merge_spans(None, None) is None
