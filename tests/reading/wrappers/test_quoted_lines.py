"""Logs that were quoted in a mail or indented on a page hold what they held before."""

from __future__ import annotations

import pytest

from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log
from support.memory_source import MemorySource

PROTOCOL = (
    "2026-10-07T04:42:56.804Z,Out,08D50D3D9730A8D2,16,192.0.2.1:2345,192.0.2.25:25,>,RCPT TO:<ann@contoso.example>,",
    "2026-10-07T04:42:56.904Z,Out,08D50D3D9730A8D2,17,192.0.2.1:2345,192.0.2.25:25,<,550 5.1.1 User unknown,",
)
W3C = (
    "#Software: Microsoft Internet Information Services 6.0",
    "#Fields: date time c-ip cs-username s-computername s-ip s-port cs-method cs-uri-query sc-status cs-version",
    "2026-10-07 04:42:56 192.0.2.9 mx.fabrikam.example EX1 192.0.2.1 25 RCPT TO:<ann@contoso.example> 550 SMTP",
)
POSTFIX = (
    "Nov 24 13:45:02 mail postfix/smtp[47]: 4ABCDEF012: to=<ann@contoso.example>, relay=mx.example[192.0.2.10]:25, "
    "dsn=5.1.1, status=bounced (host mx.example[192.0.2.10] said: 550 5.1.1 No (in reply to RCPT TO command))",
)


def _exchanges(lines: tuple[str, ...]) -> list[tuple[object, ...]]:
    reader = open_log(MemorySource("".join(f"{line}\n" for line in lines).encode()), ReadOptions())
    found = [exchange for batch in reader.batches() for exchange in batch.exchanges]
    found += [each for batch in reader.batches() for each in batch.records if isinstance(each, SmtpExchangeRecord)]
    return [(each.time_ms, each.side, each.remote_host, each.logged_verb, each.reply, each.mailbox) for each in found]


@pytest.mark.parametrize("signs", ["> ", "    ", "\t", "> > "])
@pytest.mark.parametrize("log", [PROTOCOL, W3C, POSTFIX])
def test_signs_before_each_line_change_nothing(log: tuple[str, ...], signs: str) -> None:
    plain = _exchanges(log)
    assert len(plain) == 1
    assert _exchanges(tuple(signs + line for line in log)) == plain


def test_letters_beyond_ascii_stay_what_they_are() -> None:
    log = (PROTOCOL[0].replace("ann@", "bücher@"), PROTOCOL[1].replace("User unknown", "Empfänger unbekannt"))
    ((*_, reply, _mailbox),) = _exchanges(log)
    assert reply == "550 5.1.1 Empfänger unbekannt"
    assert _exchanges(tuple(f"> {line}" for line in log)) == _exchanges(log)


def test_an_empty_line_may_have_lost_the_space_behind_its_sign() -> None:
    quoted = (f"> {PROTOCOL[0]}", ">", f"> {PROTOCOL[1]}", ">")
    assert _exchanges(quoted) == _exchanges(PROTOCOL)


def test_quoted_rows_are_read_as_the_format_that_was_named() -> None:
    data = "".join(f"> {line}\n" for line in PROTOCOL).encode()
    reader = open_log(MemorySource(data), ReadOptions(), "protocol")
    assert [exchange.side for batch in reader.batches() for exchange in batch.exchanges] == ["outbound"]


def test_the_record_is_shown_with_its_signs() -> None:
    data = "".join(f"> {line}\n" for line in PROTOCOL).encode()
    reader = open_log(MemorySource(data), ReadOptions())
    (exchange,) = (exchange for batch in reader.batches() for exchange in batch.exchanges)
    assert data[exchange.offset :].startswith(b"> 2026-10-07T04:42:56.904Z")
    assert reader.raw(exchange.offset) == f"> {PROTOCOL[1]}"
