"""The SMTP service's logs in IIS and NCSA format: the same refusals as in W3C form, with their own ways of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError
from smtpscope.reading.iis.fixed_form_log import IisFormatReader, NcsaFormatReader
from smtpscope.reading.iis.service_log import IisSmtpReader
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log
from support.iis_smtp_logs import REPLY, LoggedRow, iis_log, ncsa_log, some_rows, w3c_log
from support.memory_source import MemorySource, problems_of

Write = Callable[[Iterable[LoggedRow]], str]
TIME = datetime(2006, 8, 18, 13, 17, 37, tzinfo=UTC)
TIME_MS = 1_155_907_057_000
REFUSED = LoggedRow(TIME, "203.0.113.9", "client.fabrikam.example", "RCPT", "+TO:<a,b@example.com>", 550)


def exchanges(data: str | bytes, options: ReadOptions | None = None) -> list[SmtpExchangeRecord]:
    data = data.encode() if isinstance(data, str) else data
    log = open_log(MemorySource(data), options or ReadOptions())
    return [exchange for batch in log.batches() for exchange in batch.exchanges]


def facts(told: list[SmtpExchangeRecord]) -> list[tuple[str, str, str, str, str | None, str | None]]:
    return [(one.side, one.remote_host, one.command, one.reply, one.mailbox, one.guess) for one in told]


def test_the_three_forms_tell_the_same_refusals() -> None:
    rows = some_rows(40)
    told = facts(exchanges(w3c_log(rows)))
    assert len(told) > 10
    assert facts(exchanges(iis_log(rows))) == told
    assert facts(exchanges(ncsa_log(rows))) == told


def test_a_row_in_iis_format() -> None:
    assert exchanges(iis_log([REFUSED])) == [
        SmtpExchangeRecord(
            file="memory.log",
            offset=0,
            time_ms=TIME_MS,
            time_assumed=True,
            side="inbound",
            provider=None,
            computer="EXCH01",
            connector="SMTPSVC1",
            remote_host="203.0.113.9",
            logged_verb="RCPT",
            command="RCPT TO:<a,b@example.com>",
            reply="550",
        )
    ]


def test_a_row_in_ncsa_format() -> None:
    assert exchanges(ncsa_log([REFUSED])) == [
        SmtpExchangeRecord(
            file="memory.log",
            offset=0,
            time_ms=TIME_MS + 6 * 3_600_000,
            time_assumed=False,
            side="inbound",
            provider="Microsoft SMTP Service",
            computer=None,
            connector=None,
            remote_host="203.0.113.9",
            logged_verb="RCPT",
            command="RCPT TO:<a,b@example.com>",
            reply="550",
        )
    ]


def test_the_oldest_form_of_a_row_has_the_verb_in_two_words() -> None:
    row = (
        "192.0.2.1, fabrikam.example, 8/18/06, 13:17:37, SMTPSVC1, MAIL01, 192.0.2.2, 90, 42, 0, 550, 0, MAIL FROM, -,"
    )
    (told,) = exchanges(row + "FROM:<m@fabrikam.example>,\r\n")
    assert (told.logged_verb, told.command) == ("MAIL", "MAIL FROM:<m@fabrikam.example>")
    assert told.time_ms == TIME_MS


def test_quotes_inside_of_a_reply_do_not_end_it() -> None:
    time = "[18/Aug/2006:13:17:37 -0600]"
    (told,) = exchanges(
        f'198.51.100.7 - OutboundConnectionCommand {time} "DATA - SMTP" 0 4\n'
        f'198.51.100.7 - OutboundConnectionResponse {time} "- -?451+end+with+"."+please SMTP" 0 54\n'
    )
    assert (told.command, told.reply) == ("DATA", '451 end with "." please')


def test_local_times_are_taken_in_the_zone_of_the_options() -> None:
    (told,) = exchanges(iis_log([REFUSED]), ReadOptions(zone=ZoneInfo("Europe/Berlin")))
    assert told.time_ms == TIME_MS - 2 * 3_600_000
    assert told.time_assumed


@pytest.mark.parametrize(
    ("first", "last", "date", "noted"),
    [
        (datetime(2006, 10, 3, tzinfo=UTC), datetime(2006, 10, 3, tzinfo=UTC), "{0.month}/{0.day}/{0:%y}", True),
        (datetime(2006, 10, 3, tzinfo=UTC), datetime(2006, 10, 9, tzinfo=UTC), "{0.day}/{0.month}/{0:%y}", False),
        (datetime(2006, 10, 3, tzinfo=UTC), datetime(2006, 10, 9, tzinfo=UTC), "{0.month}/{0.day}/{0:%y}", False),
        (datetime(2006, 10, 3, tzinfo=UTC), datetime(2006, 10, 20, tzinfo=UTC), "{0:%d.%m.%Y}", False),
    ],
)
def test_the_order_of_day_and_month_is_found(first: datetime, last: datetime, date: str, noted: bool) -> None:
    data = iis_log([REFUSED._replace(time=first), REFUSED._replace(time=last)], date)
    told = exchanges(data)
    assert [one.time_ms for one in told] == [int(first.timestamp()) * 1_000, int(last.timestamp()) * 1_000]
    problems = problems_of(IisFormatReader(MemorySource(data.encode()), ReadOptions()))
    assert [problem.outcome for problem in problems] == ["noted"] * noted


def test_a_web_log_in_these_forms_is_not_taken_for_mail() -> None:
    ncsa = b'203.0.113.9 - - [18/Aug/2006:13:17:37 -0600] "GET /missing.htm HTTP/1.0" 404 46\n'
    iis = b"203.0.113.9, -, 8/18/06, 13:17:37, W3SVC1, WEB01, 192.0.2.2, 90, 42, 0, 404, 0, GET, /a.htm, -,\r\n"
    assert not NcsaFormatReader.sniff(ncsa)
    assert not IisFormatReader.sniff(iis)
    with pytest.raises(LogError, match="no row near its beginning"):
        list(open_log(MemorySource(ncsa), ReadOptions(), "ncsa").batches())


@pytest.mark.parametrize("write", [iis_log, ncsa_log])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_give_the_same(write: Write, encoding: str) -> None:
    log = write(some_rows(20))
    assert facts(exchanges(log.encode(encoding))) == facts(exchanges(log))


@pytest.mark.parametrize("write", [iis_log, ncsa_log])
def test_a_damaged_row_is_told_with_its_line_and_hides_no_other(write: Write) -> None:
    lines = write(some_rows(20)).splitlines(keepends=True)
    dirty = "".join([*lines[:3], "dirt\r\n", "\r\n", "\0\0\0", *lines[3:]])
    log = open_log(MemorySource(dirty.encode()), ReadOptions())
    told = [problem for problem in problems_of(log) if problem.outcome == "skipped"]
    assert [problem.place for problem in told] == ["line 4"]
    assert facts(exchanges(dirty)) == facts(exchanges("".join(lines)))


@pytest.mark.parametrize("name", ["iis", "ncsa"])
def test_the_dialogue_is_shown(name: str) -> None:
    data = (iis_log if name == "iis" else ncsa_log)(some_rows(40)).encode()
    log = open_log(MemorySource(data), ReadOptions())
    assert isinstance(log, IisFormatReader | NcsaFormatReader)
    for batch in log.batches():
        for exchange in batch.exchanges:
            smtp_session = log.smtp_session(exchange.offset)
            assert smtp_session is not None
            assert exchange.offset in [line.offset for line in smtp_session.lines]
            assert exchange.reply in [line.text for line in smtp_session.lines]


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([iis_log, ncsa_log]), st.integers(0, 3_000))
def test_any_damage_is_read_without_an_exception(dirt: bytes, write: Write, where: int) -> None:
    data = write(some_rows(4)).encode()
    kind = IisFormatReader if write is iis_log else NcsaFormatReader
    log = kind(MemorySource(data[: where + 300] + dirt + data[where + 300 :]), ReadOptions())
    batches = list(log.batches())
    assert batches[-1].bytes_read == batches[-1].bytes_total


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=120))
def test_any_text_in_a_row_is_read_without_an_exception(text: str) -> None:
    later = REFUSED._replace(time=TIME + timedelta(days=1))
    for write in (iis_log, ncsa_log):
        data = write([REFUSED, REFUSED._replace(argument=text, user=text), later])
        assert len(exchanges(data.encode("utf-8", "surrogatepass"))) >= 2


def test_one_damaged_date_does_not_turn_the_others_around() -> None:
    times = [datetime(2006, 10, day, tzinfo=UTC) for day in (3, 14, 15, 16)]
    damaged = iis_log([REFUSED._replace(time=datetime(2006, 3, 19, tzinfo=UTC))], "{0.day}/{0.month}/{0:%y}")
    data = damaged + iis_log([REFUSED._replace(time=time) for time in times])
    assert [each.time_ms for each in exchanges(data)][1:] == [int(time.timestamp()) * 1_000 for time in times]
    (problem,) = problems_of(IisFormatReader(MemorySource(data.encode()), ReadOptions()))
    assert problem.reason.startswith("The date 19/3/2006 00:00:00 can't be month/day/year")


@pytest.mark.parametrize("write", [iis_log, ncsa_log, w3c_log])
@pytest.mark.parametrize("between", ["", "\0", "\xff", "+?"])
def test_two_rows_in_one_line_are_read_as_two(write: Write, between: str) -> None:
    rows = some_rows(20)
    whole = write(rows)
    reply = next(row for row in rows if row.user == REPLY and row.argument.startswith("5"))
    begin = whole.index(write([reply]).splitlines()[-1])
    damaged = f"{whole[: begin - 2]}{between}{whole[begin:]}".encode("latin-1")
    log = open_log(MemorySource(damaged), ReadOptions())
    assert isinstance(log, IisSmtpReader)
    line = whole.count("\n", 0, begin)
    assert [each.place for each in problems_of(log) if each.outcome == "recovered"] == [f"line {line}"]
    assert facts(exchanges(damaged)) == facts(exchanges(whole))
    assert all(log.smtp_session(exchange.offset) is not None for exchange in exchanges(damaged))


def test_what_a_client_says_is_never_a_second_row() -> None:
    row = iis_log([REFUSED]).strip().replace(" ", "+")
    for write in (iis_log, ncsa_log):
        assert (
            len(exchanges(write([REFUSED._replace(argument=row), REFUSED._replace(argument=row.replace("+", "%20"))])))
            == 2
        )
