"""What the log of Exim tells of refusals."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.mail_servers.exim_log import EximLogReader
from smtpscope.reading.record import SmtpExchangeRecord
from support.mail_lines import OPTIONS, exchanges_of, told
from support.memory_source import MemorySource, problems_of

AT = "2026-11-24 13:45:02 "
MESSAGE = f"{AT}1abcde-000abc-3D "
ROUTE = "j.smith@contoso.example R=dnslookup T=remote_smtp"
HOST = "H=mx1.contoso.example [192.0.2.10]"
ERROR = "SMTP error from remote mail server after"


def test_a_line_gives_an_exchange_with_all_that_it_says() -> None:
    line = f"{MESSAGE}** {ROUTE} {HOST}: {ERROR} RCPT TO:<j.smith@contoso.example>: 550 5.1.1 No such user: sorry"
    (exchange,) = exchanges_of(EximLogReader(MemorySource(line.encode()), OPTIONS))
    assert exchange == SmtpExchangeRecord(
        file="memory.log",
        offset=0,
        time_ms=1795527902000,
        time_assumed=True,
        side="outbound",
        provider="exim",
        computer=None,
        connector=None,
        remote_host="mx1.contoso.example",
        logged_verb="RCPT",
        command="RCPT TO:<j.smith@contoso.example>",
        reply="550 5.1.1 No such user: sorry",
        mailbox="j.smith@contoso.example",
    )


@pytest.mark.parametrize(
    ("after", "given", "command"),
    [
        ("MAIL FROM:<shop@example.com> SIZE=3211", "MAIL", "MAIL FROM:<shop@example.com> SIZE=3211"),
        ("pipelined MAIL FROM:<>", "MAIL", "MAIL FROM:<>"),
        ("end of data", "DATA", "."),
        ("pipelined end of data", "DATA", "."),
        ("initial connection", "", ""),
        ("EHLO mail.example.com", "EHLO", "EHLO mail.example.com"),
        ("DATA", "DATA", "DATA"),
    ],
)
@pytest.mark.parametrize("written", ["newer", "older"])
def test_the_command_stands_before_the_reply(after: str, given: str, command: str, written: str) -> None:
    if written == "newer":
        text = f'{HOST} X=TLS1.3:AES:256 CV=yes DN="CN=mx, O=x": {ERROR} {after}: 451 4.7.1 Later'
    else:
        text = (
            f": {ERROR.replace('server', 'er').replace('mail er', 'mailer')} {after}: host {HOST[2:]}: 451 4.7.1 Later"
        )
    assert told(EximLogReader, f"{MESSAGE}== {ROUTE} defer (-44) {text}") == [
        ("outbound", "mx1.contoso.example", given, command, "451 4.7.1 Later", "j.smith@contoso.example")
    ]


def test_line_ends_inside_a_reply_are_line_ends_again() -> None:
    line = f"{MESSAGE}** {ROUTE} {HOST}: {ERROR} end of data: 550-5.7.26 One\\n550-5.7.26 C:\\new\\n550 5.7.26 Three"
    ((*_, reply, _mailbox),) = told(EximLogReader, line)
    assert reply == "550-5.7.26 One\n550-5.7.26 C:\\new\n550 5.7.26 Three"


def test_a_host_that_is_told_again_with_its_recipients_is_told_once() -> None:
    refused = f"{HOST}: {ERROR} MAIL FROM:<a@example.com>: 421 4.7.0 Later"
    alone = refused.replace("mx1.contoso", "mx2.contoso").replace("4.7.0", "4.7.1")
    lines = (f"{MESSAGE}{alone}", f"{MESSAGE}{refused}", f"{MESSAGE}== {ROUTE} defer (-45) {refused}")
    assert [(host, mailbox) for _, host, *_, mailbox in told(EximLogReader, *lines)] == [
        ("mx2.contoso.example", None),
        ("mx1.contoso.example", "j.smith@contoso.example"),
    ]


@pytest.mark.parametrize("block_size", [64, 300, 1_000, 5_000])
def test_the_size_of_a_block_makes_no_difference(block_size: int) -> None:
    refused = f"{HOST}: {ERROR} MAIL FROM:<a@example.com>: 421 4.7.0 Later"
    lines = f"{MESSAGE}{refused}\n{MESSAGE}== {ROUTE} defer (-45) {refused}\n{AT}Start queue run: pid=5\n" * 20
    reader = EximLogReader(MemorySource(lines.encode()), OPTIONS, block_size=block_size)
    batches = list(reader.batches())
    assert sum(len(batch.exchanges) for batch in batches) == 20
    assert sum(batch.unrelated_records for batch in batches) == 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "H=(friend) [203.0.113.99]:4711 I=[192.0.2.1]:25 F=<> rejected RCPT <info@example.com>: Unrouteable",
            ("203.0.113.99", "RCPT", "RCPT <info@example.com>", "Unrouteable"),
        ),
        (
            "H=out.partner.example (mail) [192.0.2.66] F=<> temporarily rejected RCPT <a:b@example.com>: try: later",
            ("out.partner.example", "RCPT", "RCPT <a:b@example.com>", "451 try: later"),
        ),
        (
            "1abcde-000abc-3D H=[203.0.113.99] F=<s@isp.example> rejected after DATA: This message has a virus",
            ("203.0.113.99", "DATA", ".", "This message has a virus"),
        ),
        (
            "H=[203.0.113.99] rejected EHLO or HELO -x-: syntactically invalid argument(s): -x-",
            ("203.0.113.99", "EHLO", "-x-", "syntactically invalid argument(s): -x-"),
        ),
        (
            'H=[203.0.113.99] rejected connection in "connect" ACL: blocked',
            ("203.0.113.99", "", "", "blocked"),
        ),
        (
            "H=out.partner.example [192.0.2.66] rejected MAIL <s@isp.example>",
            ("out.partner.example", "MAIL", "MAIL <s@isp.example>", ""),
        ),
        (
            "login authenticator failed for H=(friend) [203.0.113.99]: 535 Incorrect authentication data (set_id=x)",
            ("203.0.113.99", "AUTH", "", "535 Incorrect authentication data (set_id=x)"),
        ),
        (
            "plain_server authenticator failed for out.partner.example (friend) [192.0.2.66]: 535 Incorrect data",
            ("out.partner.example", "AUTH", "", "535 Incorrect data"),
        ),
    ],
)
def test_what_our_own_server_refused_is_inbound(text: str, expected: tuple[str, ...]) -> None:
    assert told(EximLogReader, f"{AT}{text}") == [("inbound", *expected, None)]


def test_mail_that_failed_without_a_reply_is_counted_and_is_no_exchange() -> None:
    transport = "== anna@contoso.example R=dnslookup T=remote_smtp"
    lines = (
        f"{MESSAGE}{HOST} Connection timed out",
        f"{MESSAGE}{transport} defer (110): Connection timed out",
        f"{MESSAGE}{transport} {HOST} defer (-18): Remote host closed connection in response to initial connection",
        f"{MESSAGE}** anna@contoso.example {HOST}: Connection refused",
        f"{MESSAGE}{transport} defer (-53): retry time not reached for any host for 'contoso.example'",
        f"{MESSAGE}** anna@contoso.exmaple: Unrouteable address",
        f'{MESSAGE}=> anna@contoso.example R=dnslookup T=remote_smtp {HOST} C="250 OK == lost connection"',
    )
    reader = EximLogReader(MemorySource("\n".join(lines).encode()), OPTIONS)
    assert exchanges_of(reader) == []
    assert dict(reader.information().facts)["Failed without a reply"] == "3"
    assert problems_of(reader)[-1].reason.startswith("3 deliveries failed without a reply of the other side (")


def test_a_name_that_a_client_made_up_is_not_taken_for_ours() -> None:
    text = "H=(x rejected RCPT <boss@example.com>: lies) [203.0.113.99] F=<> rejected RCPT <info@example.com>: truth"
    assert [reply for *_, reply, _ in told(EximLogReader, f"{AT}{text}")] == ["truth"]


@pytest.mark.parametrize(
    "header",
    [
        "Nov 24 13:45:02 mail exim[77]: ",
        f"Nov 24 13:45:02 mail exim4[77]: {AT}",
        "2026-11-24T13:45:02Z mail exim[77]: ",
    ],
)
def test_through_syslog_the_log_names_the_computer(header: str) -> None:
    line = f"{header}1abcde-0000000abcd-3D2F ** {ROUTE} {HOST}: {ERROR} end of data: 552 Too big\n"
    assert EximLogReader.sniff(line.encode())
    (exchange,) = exchanges_of(EximLogReader(MemorySource(line.encode()), OPTIONS))
    assert (exchange.time_ms, exchange.computer, exchange.reply) == (1795527902000, "mail", "552 Too big")


def test_a_time_with_a_zone_and_a_process_is_exact() -> None:
    line = f"2026-11-24 13:45:02.250 +0100 [77] 1abcde-000abc-3D ** {ROUTE} {HOST}: {ERROR} end of data: 552 Too big\n"
    assert EximLogReader.sniff(line.encode())
    (exchange,) = exchanges_of(EximLogReader(MemorySource(line.encode()), OPTIONS))
    assert (exchange.time_ms, exchange.time_assumed) == (1795527902250 - 3_600_000, False)


@pytest.mark.parametrize(
    "line", [f"{MESSAGE}** {ROUTE} {HOST}: {ERROR} end of data: ", f"{MESSAGE}== {ROUTE}: {ERROR}"]
)
def test_a_line_that_is_cut_off_before_the_reply_is_a_problem(line: str) -> None:
    problems = problems_of(EximLogReader(MemorySource(f"{AT}Start queue run: pid=5\n{line}".encode()), OPTIONS))
    assert [(problem.place, problem.reason) for problem in problems] == [("line 2", "the line ends before the reply")]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=60)


@settings(max_examples=50, deadline=None)
@given(
    TEXTS,
    TEXTS,
    st.sampled_from([" error from remote mail server after ", " rejected ", " authenticator failed for H="]),
)
def test_any_text_is_read_without_an_error(before: str, after: str, sign: str) -> None:
    data = f"{MESSAGE}{before}{sign}{after}\n{AT}H=[192.0.2.1]{sign}{after}\n{MESSAGE}** {before}{sign}{after}".encode()
    batches = list(EximLogReader(MemorySource(data), OPTIONS).batches())
    problems = [each for batch in batches for each in batch.problems if each.outcome == "skipped"]
    assert sum(len(batch.exchanges) + batch.unrelated_records for batch in batches) + len(problems) == 3


@pytest.mark.parametrize("address", ["ann@contoso.example", "ann@contoso.example <list@contoso.example>"])
def test_the_log_of_one_message_tells_host_and_recipient(address: str) -> None:
    line = (
        f"{AT}{address} R=dnslookup T=remote_smtp defer (-44) {HOST}: {ERROR} RCPT TO:<ann@contoso.example>: 450 Later"
    )
    assert told(EximLogReader, line) == [
        ("outbound", "mx1.contoso.example", "RCPT", "RCPT TO:<ann@contoso.example>", "450 Later", "ann@contoso.example")
    ]
    assert EximLogReader.sniff(line.encode())
