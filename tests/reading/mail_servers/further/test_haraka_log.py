"""What the log of Haraka tells of refusals."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.further.haraka_log import HarakaLogReader
from support.mail_lines import told

TIME = "2026-11-24T13:45:02.123Z [NOTICE] "
CONNECTION = "0A0B0C0D-1111-4222-8333-0123456789AB"
OUT = f"{TIME}[{CONNECTION}.1.1] [outbound] "
END = (
    f"{TIME}[{CONNECTION}] [core] disconnect ip=192.0.2.66 rdns=out.partner.example helo=x relay=N early=N esmtp=Y "
    "tls=N pipe=N errors=0 txns=1 rcpts=0/0/1 msgs=0/0/0 bytes=0 lr={} time=0.002"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("recipient <a@contoso.example> rejected: 550 5.1.1 No", ("RCPT", "550 5.1.1 No", "a@contoso.example")),
        ("recipient <a@contoso.example> deferred: 450 Later", ("RCPT", "450 Later", "a@contoso.example")),
        ("bouncing mail: 554 5.7.1 No service", ("", "554 5.7.1 No service", None)),
        ("Temp failing 1_2_3 for 64 seconds: Upstream error: 421 Busy", ("", "421 Busy", None)),
    ],
)
def test_what_a_remote_host_refused_is_outbound(text: str, expected: tuple[str, str, str | None]) -> None:
    verb, reply, mailbox = expected
    assert told(HarakaLogReader, f"{OUT}{text}") == [("outbound", "", verb, "", reply, mailbox)]


def test_mail_that_bounces_for_refused_recipients_is_told_by_them() -> None:
    assert told(HarakaLogReader, f"{OUT}bouncing mail: Some recipients failed: <a@contoso.example>") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('recipient <a@example.com> code=DENY msg="no mail" sender=b', ("RCPT", "", "550 no mail", "a@example.com")),
        ('sender <b@isp.example> code=DENY msg="no mail"', ("MAIL", "MAIL FROM:<b@isp.example>", "550 no mail", None)),
        ('message mid="" size=59 rcpts=1/0/0 delay=0 code=DENY msg="no mail"', ("DATA", ".", "550 no mail", None)),
    ],
)
def test_a_denial_is_told_once_with_the_client_and_the_code_of_the_end(text: str, expected: tuple[str, ...]) -> None:
    lines = (f"{TIME}[{CONNECTION}.1] [core] {text}", END.format('"550 no mail"'))
    assert told(HarakaLogReader, *lines) == [("inbound", "out.partner.example", *expected)]


def test_the_last_reply_of_a_connection_is_a_refusal_of_its_own() -> None:
    assert told(HarakaLogReader, END.format('"503 Use MAIL before RCPT"'), END.format('""')) == [
        ("inbound", "out.partner.example", "", "", "503 Use MAIL before RCPT", None)
    ]


@pytest.mark.parametrize(("accepted", "mailbox"), [(1, "a@contoso.example"), (2, None)])
def test_a_message_that_bounces_as_a_whole_has_the_recipient_it_came_with(accepted: int, mailbox: str | None) -> None:
    lines = (
        f'{TIME}[{CONNECTION}.1] [core] recipient <a@contoso.example> code=OK msg="" sender=b@example.com',
        f'{TIME}[{CONNECTION}.1] [core] message mid=<1@x> size=9 rcpts={accepted}/0/0 delay=0 code=CONT msg=""',
        f"{OUT}bouncing mail: 554 5.7.1 No service",
    )
    assert [found[5] for found in told(HarakaLogReader, *lines)] == [mailbox]


def test_an_address_that_is_no_address_is_refused_to_the_client_that_connected() -> None:
    lines = (
        f"{TIME}[{CONNECTION}] [core] connect ip=192.0.2.66 port=4711 local_ip=192.0.2.1 local_port=25",
        f"{TIME}[{CONNECTION}] [core] Invalid MAIL FROM address x y: Invalid RFC-5321 address",
    )
    assert told(HarakaLogReader, *lines) == [
        ("inbound", "192.0.2.66", "MAIL", "", "501 Invalid MAIL FROM address x y: Invalid RFC-5321 address", None)
    ]
