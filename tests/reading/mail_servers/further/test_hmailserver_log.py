"""What the log of hMailServer tells of refusals."""

from __future__ import annotations

from smtpscope.reading.mail_servers.further.hmailserver_log import HmailserverLogReader
from support.mail_lines import OPTIONS, exchanges_of, told
from support.memory_source import MemorySource


def line(text: str, program: str = "SMTPD", session: int = 47) -> str:
    return f'"{program}"\t4968\t{session}\t"2026-11-24 13:45:02.123"\t"192.0.2.66"\t"{text}"'


def test_a_reply_belongs_to_the_last_command_of_its_session() -> None:
    lines = (
        line("RECEIVED: RCPT TO:<bob@example.com>"),
        line("RECEIVED: MAIL FROM:<ann@isp.example>", session=48),
        line("SENT: 550 Unknown user"),
        line("SENT: 250 OK", session=48),
    )
    assert told(HmailserverLogReader, *lines) == [
        ("inbound", "192.0.2.66", "RCPT", "RCPT TO:<bob@example.com>", "550 Unknown user", None)
    ]


def test_a_message_is_refused_at_its_end() -> None:
    lines = (
        line("SENT: DATA", "SMTPC"),
        line("RECEIVED: 354 go ahead", "SMTPC"),
        line("SENT: [nl].", "SMTPC"),
        line("RECEIVED: 554-No[nl]554 spam", "SMTPC"),
    )
    assert told(HmailserverLogReader, *lines) == [("outbound", "192.0.2.66", "DATA", ".", "554-No\n554 spam", None)]


def test_a_login_is_refused_behind_its_challenges() -> None:
    lines = (
        line("RECEIVED: AUTH LOGIN"),
        line("SENT: 334 VXNlcm5hbWU6"),
        line("RECEIVED: dXNlcg=="),
        line("SENT: 334 UGFzc3dvcmQ6"),
        line("RECEIVED: ***"),
        line("SENT: 535 Authentication failed."),
    )
    assert told(HmailserverLogReader, *lines) == [
        ("inbound", "192.0.2.66", "AUTH", "AUTH LOGIN", "535 Authentication failed.", None)
    ]


def test_a_greeting_is_refused_before_any_command() -> None:
    assert told(HmailserverLogReader, line("RECEIVED: 421 Busy", "SMTPC")) == [
        ("outbound", "192.0.2.66", "", "", "421 Busy", None)
    ]


def test_the_time_has_its_milliseconds_and_no_computer() -> None:
    data = f"{line('SENT: 550 no')}\n".encode()
    (exchange,) = exchanges_of(HmailserverLogReader(MemorySource(data), OPTIONS))
    assert (exchange.time_ms, exchange.time_assumed, exchange.computer) == (1795527902123, True, None)
    assert exchange.provider == "hMailServer SMTPD"
