"""Each kind of line in which Exim says that it rejected, refused or dropped something."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.exim_log import EximLogReader
from support.mail_lines import OPTIONS, exchanges_of, told
from support.memory_source import MemorySource

AT = "2026-11-24 13:45:02 "
OUR = "out.partner.example (x) [192.0.2.66]:4711"
CLIENT = "out.partner.example"


EARLY = "SMTP protocol synchronization error (input sent without waiting for greeting)"
SOON = "SMTP protocol synchronization error (next input sent too soon: pipelining was not advertised)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "rejected EHLO from HOST: syntactically invalid argument(s): _",
            ("EHLO", "EHLO", "syntactically invalid argument(s): _"),
        ),
        ('temporarily rejected "HELO x" from HOST', ("HELO", "HELO x", "451 ")),
        ("rejected MAIL from HOST: no HELO/EHLO given", ("MAIL", "MAIL", "no HELO/EHLO given")),
        (
            "rejected MAIL command H=HOST: too many messages in one connection",
            ("MAIL", "", "too many messages in one connection"),
        ),
        (
            "rejected MAIL FROM:<a@isp.example> H=HOST: message too big: size=9 max=5",
            ("MAIL", "MAIL FROM:<a@isp.example>", "message too big: size=9 max=5"),
        ),
        (
            "rejected MAIL FROM:<a@isp.example> SIZE=9 H=HOST: message too big: size=9 max=5",
            ("MAIL", "MAIL FROM:<a@isp.example> SIZE=9", "message too big: size=9 max=5"),
        ),
        (
            "1abcde-000abc-3D rejected from <a@isp.example> H=HOST: message too big: read=9 max=5",
            ("DATA", ".", "message too big: read=9 max=5"),
        ),
        (
            '1abcde-000abc-3D rejected from <a@isp.example>H=HOST: Too many "Received" headers',
            ("DATA", ".", 'Too many "Received" headers'),
        ),
        (f'{EARLY}: rejected connection from H=HOST input="GET /"', ("", "", EARLY)),
        (f'{SOON}: rejected "RCPT TO:<b@c>" H=HOST next input="DATA"', ("RCPT", "RCPT TO:<b@c>", SOON)),
        (
            'SMTP call from HOST dropped: too many syntax or protocol errors (last command was "AUTH x",  C=EHLO,AUTH)',
            ("AUTH", "AUTH x", "too many syntax or protocol errors"),
        ),
        (
            'SMTP call from HOST dropped: too many nonmail commands (last was "NOOP")',
            ("NOOP", "NOOP", "too many nonmail commands"),
        ),
        (
            'SMTP protocol error in "AUTH LOGIN" H=HOST I=[192.0.2.1]:25 AUTH command used when not advertised',
            ("AUTH", "AUTH LOGIN", "AUTH command used when not advertised"),
        ),
        ('SMTP syntax error in "FOO bar" H=HOST unrecognized command', ("FOO", "FOO bar", "unrecognized command")),
        ("H=HOST dropped by 'connect' ACL: Country is banned", ("", "", "Country is banned")),
        ("refused connection from HOST (host_reject_connection)", ("", "", "host_reject_connection")),
        ("connection from HOST refused (IP options)", ("", "", "IP options")),
        ("Connection from HOST refused: too many connections", ("", "", "421 too many connections")),
        (
            "temporarily refused connection from HOST: not in reserve list and load average = 9.00",
            ("", "", "421 not in reserve list and load average = 9.00"),
        ),
        (
            "too many recipients: message rejected: sender=<a@isp.example> H=HOST",
            ("RCPT", "", "too many recipients: message rejected"),
        ),
        ("unqualified verify rejected: <nobody> H=HOST", ("VRFY", "", "unqualified verify rejected: <nobody>")),
        ("VRFY failed for b@example.com H=HOST", ("VRFY", "VRFY b@example.com", "VRFY failed")),
        ("1abcde-000abc-3D F=<a@isp.example> H=HOST P=smtp rejected by local_scan(): hits=7", ("DATA", ".", "hits=7")),
        (
            "1abcde-000abc-3D H=HOST F=<a@isp.example> temporarily rejected after DATA: later",
            ("DATA", ".", "451 later"),
        ),
    ],
)
def test_a_line_names_client_command_and_reason(text: str, expected: tuple[str, str, str]) -> None:
    assert told(EximLogReader, AT + text.replace("HOST", OUR)) == [("inbound", CLIENT, *expected, None)]


@pytest.mark.parametrize(
    "text",
    [
        f"H={OUR} sender verify fail for <a@isp.example>: Unrouteable address",
        f"SMTP connection from {OUR} lost while reading message data",
        "1abcde-000abc-3D F=<root@example.com> rejected by non-SMTP ACL: no",
        f"1abcde-000abc-3D <= a@isp.example H={OUR} P=smtp S=812 T='rejected RCPT'",
        "PRDR R=<b@example.com> acceptance",
    ],
)
def test_what_refuses_nothing_is_no_refusal(text: str) -> None:
    assert told(EximLogReader, f"{AT}{text}") == []


def test_a_temporary_refusal_has_a_code_and_says_that_it_is_not_in_the_log() -> None:
    data = f"{AT}H={OUR} F=<a@isp.example> temporarily rejected RCPT <b@example.com>: later\n".encode()
    (exchange,) = exchanges_of(EximLogReader(MemorySource(data), OPTIONS))
    assert exchange.reply == "451 later"
    assert exchange.guess is not None


def test_mail_without_a_greeting_is_refused_once_where_the_protocol_error_is_logged_too() -> None:
    first = f"{AT}rejected MAIL from {OUR}: no HELO/EHLO given"
    second = f'{AT}SMTP protocol error in "MAIL FROM:<a@isp.example>" H={OUR} HELO or EHLO required'
    other = f"{AT}no host name found for IP address 192.0.2.99"
    assert [found[4] for found in told(EximLogReader, first, second)] == ["no HELO/EHLO given"]
    assert [found[4] for found in told(EximLogReader, first, other, second)] == ["no HELO/EHLO given"]
    assert [found[4] for found in told(EximLogReader, second)] == ["HELO or EHLO required"]


def test_main_and_reject_log_in_one_file_of_syslog_tell_each_refusal_once() -> None:
    line = f"Nov 24 13:45:02 mail exim[99]: {AT}H={OUR} rejected RCPT <b@example.com>: no"
    other = f"Nov 24 13:45:03 mail exim[98]: {AT}H={OUR} rejected RCPT <b@example.com>: no"
    long = f"Nov 24 13:45:04 mail exim[99]: [1\\3] {AT}H={OUR} rejected RCPT <c@example.com>: no"
    short = long.replace("[1\\3] ", "")
    found = told(EximLogReader, line, line, line, line, other, short, long)
    assert [each[3] for each in found] == ["RCPT <b@example.com>"] * 3 + ["RCPT <c@example.com>"]


def test_a_login_that_a_smart_host_refused_is_outbound() -> None:
    login = (
        r"1abcde-000abc-3D plain authenticator failed H=mx1.contoso.example [192.0.2.10] 535-5.7.8 No\n535 5.7.8 See"
    )
    summary = (
        "1abcde-000abc-3D == a@contoso.example R=smarthost T=smtp defer (-42) H=mx1.contoso.example [192.0.2.10]: "
        "authentication required but authentication attempt(s) failed"
    )
    assert told(EximLogReader, f"{AT}{login}", f"{AT}{summary}") == [
        ("outbound", "mx1.contoso.example", "AUTH", "", "535-5.7.8 No\n535 5.7.8 See", None)
    ]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("SMTP error from remote mail server after pipelined sending data block: 550 E", ("DATA", ".", "550 E")),
        ("SMTP error from remote mail server after RCPT TO:<a@b>: 354 what", ("RCPT", "RCPT TO:<a@b>", "354 what")),
        ("LMTP error after end of data: 550 5.2.2 full", ("DATA", ".", "550 5.2.2 full")),
        ("PRDR error after end of data: 550 no", ("DATA", ".", "550 no")),
        (
            "Remote host closed connection in response to EHLO x (EHLO response was: 421 4.7.0 no)",
            ("EHLO", "EHLO x", "421 4.7.0 no"),
        ),
        (
            r"SMTP error from remote mail server after RCPT TO:<a@b>: 550 Empf\303\244nger in C:\new\550 x \n550 no",
            ("RCPT", "RCPT TO:<a@b>", r"550 Empfänger in C:\new\550 x \n550 no"),
        ),
    ],
)
def test_each_way_to_tell_a_reply_of_a_remote_host(error: str, expected: tuple[str, ...]) -> None:
    line = f"{AT}1abcde-000abc-3D ** a@b R=dns T=smtp H=mx1.contoso.example [192.0.2.10]: {error}"
    assert told(EximLogReader, line) == [("outbound", "mx1.contoso.example", *expected, "a@b")]


def test_standard_error_has_neither_time_nor_computer() -> None:
    data = (
        b"    9 LOG: MAIN REJECT\n"
        b"    9   H=(app) [192.0.2.66] F=<a@isp.example> rejected RCPT <b@example.com>: relay not permitted\n"
    )
    assert EximLogReader.sniff(data)
    (exchange,) = exchanges_of(EximLogReader(MemorySource(data), OPTIONS))
    assert (exchange.remote_host, exchange.command, exchange.time_ms) == ("192.0.2.66", "RCPT <b@example.com>", None)


def test_a_line_that_was_split_for_syslog_is_one_reply() -> None:
    at = "Nov 24 13:45:02 mail exim[99]: "
    begin = (
        "1abcde-000abc-3D ** a@b R=dns T=smtp H=mx1.contoso.example [192.0.2.10]: SMTP error from remote mail server"
    )
    lines = (f"{at}[1/2] {begin} after RCPT TO:<a@b>: 550 5.7.1 a long ", f"{at}[2/2] reply")
    assert [found[4] for found in told(EximLogReader, *lines)] == ["550 5.7.1 a long reply"]
