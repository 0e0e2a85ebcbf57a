"""What the log of OpenSMTPD tells of refusals."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.further.opensmtpd_log import OpenSmtpdLogReader
from support.mail_lines import told

AT = "Nov 24 13:45:02 mail smtpd[812]: "
HERE = "1a2b3c4d5e6f7a8b"
ENVELOPE = "evpid=0a0b0c0d0e0f1a1b from=<shop@example.com> to=<j.smith@contoso.example> rcpt=<->"


def delivery(relay: str, stat: str, result: str = "PermFail", session: str = HERE) -> str:
    relayed = f'source="192.0.2.1" relay="{relay}" delay=1s result="{result}" stat="{stat}"'
    return f"{AT}{session} mta delivery {ENVELOPE} {relayed}"


@pytest.mark.parametrize(
    ("relay", "host"),
    [
        ("192.0.2.10 (mx1.contoso.example)", "mx1.contoso.example"),
        ("192.0.2.10", "192.0.2.10"),
        ("[2001:db8::10] (mx1.contoso.example)", "mx1.contoso.example"),
    ],
)
def test_a_delivery_names_host_reply_and_recipient(relay: str, host: str) -> None:
    reply = '550 5.7.1 No, see "our" list stat="250"'
    assert told(OpenSmtpdLogReader, delivery(relay, reply)) == [
        ("outbound", host, "", "", reply, "j.smith@contoso.example")
    ]


def test_a_delivery_that_went_well_or_got_no_reply_is_no_refusal() -> None:
    assert told(OpenSmtpdLogReader, delivery("192.0.2.10", "250 Ok", "Ok")) == []
    assert told(OpenSmtpdLogReader, delivery("192.0.2.10", "Connection closed unexpectedly", "TempFail")) == []


def test_the_older_wording_is_read() -> None:
    line = (
        f"{AT}relay: TempFail for 66251a4092099e2d: session=1a2b, from=<shop@example.com>, to=<info@contoso.example>, "
        "rcpt=<->, source=192.0.2.1, relay=192.0.2.10 (mx1.contoso.example), delay=12s, stat=451 Later, please"
    )
    assert told(OpenSmtpdLogReader, line) == [
        ("outbound", "mx1.contoso.example", "", "", "451 Later, please", "info@contoso.example")
    ]


@pytest.mark.parametrize(
    ("client", "host"),
    [
        ("address=192.0.2.66 host=out.partner.example", "out.partner.example"),
        ("address=192.0.2.66 host=<unknown>", "192.0.2.66"),
    ],
)
def test_a_command_is_refused_to_the_client_of_its_session(client: str, host: str) -> None:
    connected = f"{AT}{HERE} smtp connected {client}"
    other = f"{AT}ffff3c4d5e6f7a8b smtp connected address=203.0.113.9 host=other.example"
    failed = f'{AT}{HERE} smtp failed-command command="RCPT TO:<a@example.com>" result="550 Invalid recipient"'
    assert told(OpenSmtpdLogReader, connected, other, failed) == [
        ("inbound", host, "RCPT", "RCPT TO:<a@example.com>", "550 Invalid recipient", None)
    ]


def test_a_host_that_refuses_in_its_greeting_is_told_once_for_each_recipient() -> None:
    session = (
        f"{AT}{HERE} mta connecting address=smtp://192.0.2.10:25 host=mx1.contoso.example",
        f"{AT}{HERE} mta error reason=BANNER rejected: 554 5.7.1 No SMTP service here",
    )
    failed = delivery("192.0.2.10", "Network error on destination MXs", "TempFail", "0" * 16)
    refused = ("outbound", "mx1.contoso.example", "", "", "554 5.7.1 No SMTP service here")
    assert told(OpenSmtpdLogReader, *session, failed, failed) == [(*refused, "j.smith@contoso.example")] * 2
    assert told(OpenSmtpdLogReader, *session) == [(*refused, None)]


def test_a_network_error_without_a_reason_is_no_refusal() -> None:
    assert told(OpenSmtpdLogReader, delivery("192.0.2.10", "Network error on destination MXs", "TempFail")) == []
