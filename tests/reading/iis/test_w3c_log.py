"""W3C logs of the SMTP service: columns by #Fields, refusals in both directions, damage and hostile values."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError
from smtpscope.reading.iis.w3c_log import W3cSmtpReader
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log, reader_of
from support.iis_smtp_logs import COMMAND, FIELDS, REPLY, LoggedRow, some_rows, w3c_heading, w3c_log, w3c_rows
from support.memory_source import MemorySource, problems_of

TIME = datetime(2006, 10, 9, 5, 0, 15, tzinfo=UTC)
TIME_MS = 1_160_370_015_000
SHORT = "time c-ip cs-method cs-uri-stem sc-status"
WEB = (
    "#Software: Microsoft Internet Information Services 6.0\n#Version: 1.0\n#Date: 2006-10-09 05:00:15\n"
    "#Fields: date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip sc-status\n"
    "2006-10-09 05:00:15 W3SVC1 192.0.2.25 GET /missing.htm - 80 203.0.113.9 404\n"
)


def reader(data: bytes | str) -> W3cSmtpReader:
    data = data.encode() if isinstance(data, str) else data
    return W3cSmtpReader(MemorySource(data), ReadOptions())


def exchanges(data: bytes | str) -> list[SmtpExchangeRecord]:
    return [exchange for batch in reader(data).batches() for exchange in batch.exchanges]


def others(data: bytes | str) -> int:
    return sum(batch.unrelated_records for batch in reader(data).batches())


def sent(verb: str, argument: str = "-", peer: str = "198.51.100.7") -> LoggedRow:
    return LoggedRow(TIME, peer, COMMAND, verb, argument)


def got(reply: str, peer: str = "198.51.100.7") -> LoggedRow:
    return LoggedRow(TIME, peer, REPLY, "-", reply)


def served(verb: str, argument: str, status: int, peer: str = "203.0.113.9") -> LoggedRow:
    return LoggedRow(TIME, peer, "client.fabrikam.example", verb, argument, status)


def test_a_refusal_of_a_remote_host_is_told_with_the_command_that_it_answers() -> None:
    rows = [
        got("220+mx.contoso.example+ready"),
        sent("EHLO", "exch01.example.com"),
        got("250-mx.contoso.example"),
        sent("MAIL", "FROM:<news@example.com>+SIZE=1722"),
        got("250+OK"),
        sent("RCPT", "TO:<j.smith+news@contoso.example>"),
        got("550+5.1.1+<j.smith+news@contoso.example>:+User+unknown"),
    ]
    data = w3c_log(rows)
    assert exchanges(data) == [
        SmtpExchangeRecord(
            file="memory.log",
            offset=len(w3c_log(rows[:-1])),
            time_ms=TIME_MS,
            time_assumed=False,
            side="outbound",
            provider="Microsoft Internet Information Services 6.0",
            computer="EXCH01",
            connector="SMTPSVC1",
            remote_host="198.51.100.7",
            logged_verb="RCPT",
            command="RCPT TO:<j.smith+news@contoso.example>",
            reply="550 5.1.1 <j.smith+news@contoso.example>: User unknown",
        )
    ]
    assert others(data) == 6
    assert problems_of(reader(data)) == []


def test_a_refusal_of_ours_is_told_with_its_code_alone() -> None:
    rows = [
        served("xxxx", "+client.fabrikam.example", 500),
        served("HELO", "+client.fabrikam.example", 250),
        served("MAIL", "+FROM:+<bounce@fabrikam.example>", 250),
        served("RCPT", "+TO:<nobody@example.com>", 550),
    ]
    first, second = exchanges(w3c_log(rows))
    assert (first.logged_verb, first.command, first.reply) == ("xxxx", "xxxx client.fabrikam.example", "500")
    assert second.side == "inbound"
    assert second.remote_host == "203.0.113.9"
    assert second.command == "RCPT TO:<nobody@example.com>"
    assert second.reply == "550"
    assert second.guess is None


@pytest.mark.parametrize("outwards", [True, False])
def test_a_refused_message_names_its_only_recipient(outwards: bool) -> None:
    if outwards:
        rows = [
            got("220+ready"),
            sent("MAIL", "FROM:<>"),
            sent("RCPT", "TO:<a@contoso.example>"),
            sent("RCPT", "TO:<b@contoso.example>"),
            sent("DATA"),
            got("250+OK"),
            got("250+OK"),
            got("450+4.2.0+Greylisted"),
            got("354+Go+on"),
            got("554+5.7.1+Spam"),
        ]
    else:
        rows = [
            served("RCPT", "+TO:<a@contoso.example>", 250),
            served("RCPT", "+TO:<b@contoso.example>", 450),
            served("DATA", "+<1@fabrikam.example>", 554),
        ]
    told = exchanges(w3c_log(rows))
    assert [(one.command, one.reply[:3], one.mailbox) for one in told] == [
        ("RCPT TO:<b@contoso.example>", "450", None),
        ("DATA", "554", "a@contoso.example"),
    ]
    assert {one.guess for one in told} == {None}


def test_a_message_with_two_recipients_names_none() -> None:
    rows = [
        served("RCPT", "+TO:<a@contoso.example>", 250),
        served("RCPT", "+TO:<b@contoso.example>", 250),
        served("DATA", "-", 554),
    ]
    assert [one.mailbox for one in exchanges(w3c_log(rows))] == [None]


def test_a_refused_connection_answers_no_command() -> None:
    (told,) = exchanges(w3c_log([got("554+5.7.1+No+service+for+you")]))
    assert (told.logged_verb, told.command, told.reply) == ("", "", "554 5.7.1 No service for you")


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_fields_does_not_matter(seed: int) -> None:
    names = FIELDS.split()
    random.Random(seed).shuffle(names)
    rows = some_rows(20)
    told = exchanges(w3c_log(rows, " ".join(names)))
    usual = exchanges(w3c_log(rows))
    assert [(one.time_ms, one.command, one.reply, one.computer) for one in told] == [
        (one.time_ms, one.command, one.reply, one.computer) for one in usual
    ]
    assert len(told) > 5


def test_the_fields_may_change_inside_of_the_log() -> None:
    refused = served("RCPT", "+TO:<a@contoso.example>", 550)
    data = w3c_log([refused]) + "".join(
        w3c_heading(fields) + w3c_rows([refused], fields)
        for fields in map(" ".join, permutations(("c-ip", "cs-method", "sc-status", "cs-uri-query")))
    )
    told = exchanges(data)
    assert len(told) == 25
    assert {one.command for one in told} == {"RCPT TO:<a@contoso.example>"}


def test_without_arguments_a_command_is_known_by_its_verb_only() -> None:
    data = w3c_log([served("RCPT", "+TO:<a@contoso.example>", 550), got("550+no")], SHORT)
    (told,) = exchanges(data)
    assert (told.logged_verb, told.command, told.reply, told.connector) == ("RCPT", "", "550", None)
    assert others(data) == 1
    assert any("cs-uri-query" in warning for warning in reader(data).information().warnings)


def test_without_user_names_rows_are_told_by_our_port() -> None:
    fields = " ".join(name for name in FIELDS.split() if name != "cs-username")
    rows = [got("220+ready"), sent("MAIL", "FROM:<>"), got("451+later"), served("RCPT", "+TO:<a@contoso.example>", 550)]
    told = exchanges(w3c_log(rows, fields))
    assert [(one.side, one.command) for one in told] == [
        ("outbound", "MAIL FROM:<>"),
        ("inbound", "RCPT TO:<a@contoso.example>"),
    ]


def test_without_addresses_each_pair_is_a_guess() -> None:
    fields = " ".join(name for name in FIELDS.split() if name != "c-ip")
    (told,) = exchanges(w3c_log([got("220+ready"), sent("MAIL", "FROM:<>"), got("451+later")], fields))
    assert told.remote_host == ""
    assert told.guess is not None
    assert "c-ip" in told.guess


def test_without_a_date_column_days_come_from_the_heading_and_turn_at_midnight() -> None:
    late, early = TIME.replace(hour=23), TIME.replace(hour=1)
    rows = [served("RCPT", "-", 550)._replace(time=time) for time in (late, early)]
    first, second = exchanges(w3c_log(rows, "time c-ip cs-method sc-status"))
    assert first.time_ms == TIME_MS + 18 * 3_600_000
    assert second.time_ms is not None
    assert second.time_ms - first.time_ms == 2 * 3_600_000


def test_without_a_time_column_there_is_no_time() -> None:
    (told,) = exchanges(w3c_log([served("RCPT", "-", 550)], "date c-ip cs-method sc-status cs-version"))
    assert told.time_ms is None


def test_a_log_of_a_web_site_is_refused_with_a_clear_word() -> None:
    assert reader_of(MemorySource(WEB.encode())) is None
    for name in (None, "w3c"):
        with pytest.raises(LogError, match="a W3C log of a web site, not of SMTP"):
            list(open_log(MemorySource(WEB.encode()), ReadOptions(), name).batches())


def test_a_log_with_its_heading_only_is_empty_where_the_format_is_given() -> None:
    data = w3c_heading().encode()
    assert not W3cSmtpReader.sniff(data)
    assert exchanges(data) == []
    assert others(data) == 0
    assert problems_of(reader(data)) == []
    with pytest.raises(LogError, match="a W3C log of IIS"):
        open_log(MemorySource(data), ReadOptions())


def test_the_zeros_that_iis_reserves_are_no_rows() -> None:
    data = w3c_log(some_rows(4)).encode()
    padded = data + bytes(60_000)
    assert W3cSmtpReader.sniff(padded)
    assert exchanges(padded) == exchanges(data)
    assert problems_of(reader(padded)) == []
    # After a crash the log goes on behind them.
    again = padded + w3c_log([served("RCPT", "+TO:<a@contoso.example>", 550)]).encode()
    assert exchanges(again)[-1].command == "RCPT TO:<a@contoso.example>"
    assert problems_of(reader(again)) == []


def test_a_damaged_row_is_told_with_its_line_and_hides_no_other() -> None:
    lines = w3c_log(some_rows(20)).splitlines(keepends=True)
    lines[10] = "2006-10-09 05:00:15 198.51.100.7 Outbound\r\n"
    (problem,) = problems_of(reader("".join(lines)))
    assert (problem.place, problem.reason) == ("line 11", "4 fields, header has 21")
    told = [one.reply for one in exchanges("".join(lines))]
    assert told == [one.reply for one in exchanges(w3c_log(some_rows(20)))]


def test_rows_without_a_heading_are_told() -> None:
    data = w3c_rows(some_rows(2))
    problems = problems_of(reader(w3c_heading("") + data))
    assert len(problems) == len(some_rows(2))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_other_encodings_give_the_same(encoding: str) -> None:
    log = w3c_log(some_rows(20))
    data = log.encode(encoding)
    assert W3cSmtpReader.sniff(data)
    assert [(one.command, one.reply) for one in exchanges(data)] == [(one.command, one.reply) for one in exchanges(log)]
    assert [reader(data).raw(one.offset) for one in exchanges(data)] == [
        reader(log).raw(one.offset) for one in exchanges(log)
    ]


def test_hostile_values_are_kept_as_they_are() -> None:
    reply = "550+5.7.1+\x1b[2J\x07+caf\xe9+" + "x" * 200_000
    (told,) = exchanges(w3c_log([got(reply)]).encode("latin-1"))
    assert told.reply == reply.replace("+", " ")


def test_a_log_that_grows_gives_each_refusal_once() -> None:
    rows = some_rows(30)
    data = w3c_log(rows).encode()
    cut = len(data) * 2 // 3 + 7
    # IIS writes into the zeros, so the size says nothing.
    source = MemorySource(data[:cut] + bytes(len(data) - cut + 500))
    growing = W3cSmtpReader(source, ReadOptions(growing=True))
    told = [one for batch in growing.batches() for one in batch.exchanges]
    source.data = data + bytes(500)
    told += [one for batch in growing.read_new() for one in batch.exchanges]
    assert told == exchanges(data)
    assert [one for batch in growing.read_new() for one in batch.exchanges] == []


def test_the_dialogue_shows_the_rows_with_that_host_only() -> None:
    rows = [
        got("220+ready"),
        sent("QUIT"),
        got("221+bye"),
        got("220+ready"),
        sent("MAIL", "FROM:<>"),
        got("220+elsewhere", peer="198.51.100.8"),
        got("550+5.7.1+no"),
        sent("QUIT"),
        got("221+bye"),
        got("220+ready"),
    ]
    log = reader(w3c_log(rows))
    (told,) = exchanges(w3c_log(rows))
    smtp_session = log.smtp_session(told.offset)
    assert smtp_session is not None
    assert [(line.sign, line.text) for line in smtp_session.lines] == [
        ("received", "220 ready"),
        ("sent", "MAIL FROM:<>"),
        ("received", "550 5.7.1 no"),
        ("sent", "QUIT"),
        ("received", "221 bye"),
    ]
    assert ("connector", "SMTPSVC1") in smtp_session.facts
    assert smtp_session.guess is not None
    assert log.smtp_session(told.offset + 1) is None


def test_a_dialogue_of_a_client_shows_commands_and_codes() -> None:
    rows = [served("HELO", "+c.example", 250), served("RCPT", "+TO:<a@contoso.example>", 550)]
    data = w3c_log(rows).encode("utf-16")
    smtp_session = reader(data).smtp_session(exchanges(data)[0].offset)
    assert smtp_session is not None
    assert [(line.sign, line.text) for line in smtp_session.lines] == [
        ("received", "HELO c.example"),
        ("sent", "250"),
        ("received", "RCPT TO:<a@contoso.example>"),
        ("sent", "550"),
    ]


def test_a_long_dialogue_is_cut_around_the_refusal() -> None:
    calm = [sent("RCPT", f"TO:<u{number}@contoso.example>") for number in range(900)]
    rows = [got("220+ready"), *calm, got("550+no"), *calm]
    smtp_session = reader(w3c_log(rows)).smtp_session(exchanges(w3c_log(rows))[0].offset)
    assert smtp_session is not None
    assert "550 no" in [line.text for line in smtp_session.lines]
    assert len(smtp_session.lines) + smtp_session.left_out == len(rows)
    assert len(smtp_session.lines) <= 401


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 4_000))
def test_any_damage_is_read_without_an_exception_and_counted(dirt: bytes, where: int) -> None:
    data = w3c_log(some_rows(4)).encode()
    dirty = data[: where + 400] + dirt + data[where + 400 :]
    batches = list(reader(dirty).batches())
    rows = sum(batch.unrelated_records + len(batch.exchanges) + len(batch.problems) for batch in batches)
    assert rows <= dirty.count(b"\n") + 1


@pytest.mark.parametrize(("first", "last"), [(0, 21), (0, 17), (0, 12), (1, 21)])
def test_rows_without_a_fields_line_are_read_by_their_shape(first: int, last: int) -> None:
    command = (
        "2026-11-09 05:28:28 203.0.113.7 OutboundConnectionCommand SMTPSVC1 EXCH01 - 25 MAIL - FROM:<a@example.com>"
    )
    reply = "2026-11-09 05:28:28 203.0.113.7 OutboundConnectionResponse SMTPSVC1 EXCH01 - 25 - - 421+4.7.0+Later"
    rest = " 0 0 4 0 0 SMTP - - - -"
    text = "".join(" ".join((row + rest).split(" ")[first:last]) + "\r\n" for row in (command, reply))
    assert W3cSmtpReader.sniff(text.encode())
    log = W3cSmtpReader(MemorySource(text.encode()), ReadOptions())
    (batch,) = log.batches()
    assert [(each.reply, each.logged_verb, each.remote_host) for each in batch.exchanges] == [
        ("421 4.7.0 Later", "MAIL", "203.0.113.7")
    ]
    assert ["inferred from the rows" in problem.reason for problem in batch.problems] == [True]


def test_rows_of_a_web_site_without_a_fields_line_are_not_taken_for_mail() -> None:
    row = b"2026-11-09 05:28:28 203.0.113.7 - W3SVC1 WEB01 192.0.2.2 80 GET /a - 404 0 4 0 0 HTTP/1.1 - - - -\r\n"
    assert not W3cSmtpReader.sniff(row)
