"""A log of a server that can't be read is called by its name."""

from __future__ import annotations

import pytest

from smtpscope.reading.unknown.unrecognised import describe_unrecognised


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Nov 24 13:45:02 mail dovecot: imap-login: Login: user=<ann>, rip=192.0.2.66", "Dovecot"),
        ("Nov 24 13:45:02 mail amavis[99]: (00099-01) Passed CLEAN {RelayedInbound}, [192.0.2.66]", "amavis"),
        ("[24/Nov/2026 13:45:02] Recv: Queue-ID: 5a0b, Service: SMTP, From: <ann@isp.example>", "Kerio Connect"),
        ("11/24/2026 13:45:02  SMTP Server: isp.example (192.0.2.66) connected", "HCL Domino"),
    ],
)
def test_a_server_is_named_and_the_event_viewer_is_not(line: str, name: str) -> None:
    title, remedy = describe_unrecognised(f"{line}\n".encode())
    assert f" {name}," in title
    assert "Event Viewer" not in remedy


def test_a_text_of_nobody_is_no_log_of_a_server() -> None:
    title, _ = describe_unrecognised(b"Dear dovecot, masters and others: good morning\n")
    assert "log of" not in title


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Postfix log summaries for Nov 24\n\nGrand Totals\n------------\nmessages\n", "pflogsumm"),
        ("System.Net.Mail.SmtpException: Failure sending mail.\n", ".NET"),
    ],
)
def test_what_leaves_out_the_replies_is_named_with_the_remedy(text: str, name: str) -> None:
    title, remedy = describe_unrecognised(text.encode())
    assert name in title
    assert "Event Viewer" not in remedy


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Nov 24 13:45:02 mail postfix/master[1]: daemon started -- version 3.8.1", "Postfix"),
        ("Nov 24 13:45:02 mail sm-mta[1]: starting daemon (8.18.1): SMTP+queueing@00:10:00", "Sendmail"),
        ("Nov 24 13:45:02 mail smtpd[1]: info: OpenSMTPD 7.6.0p1 starting", "OpenSMTPD"),
        ("Nov 24 13:45:02 mail courierd: Loading STATIC transport module libraries.", "Courier"),
        ("Nov 24 13:45:02 mail dma[2a09f4]: new mail from user=root uid=0", "dma"),
        ('Nov 24 13:45:02 mail maddy[9]: smtp: RCPT ok\t{"msg_id":"8647","rcpt":"k@isp.example"}', "maddy"),
        ("2026-11-24 13:45:02,379 INFO  [LmtpServer-1] [ip=192.0.2.66;] lmtp - Delivering message", "Zimbra"),
        ("13:45:02.379 [INFO ] org.apache.james.protocols.smtp.core.QuitCmdHandler - bye", "Apache James"),
    ],
)
def test_every_server_gets_advice_of_its_own(line: str, name: str) -> None:
    title, remedy = describe_unrecognised(f"{line}\n".encode())
    assert f"a log of {name}" in title
    assert "diagnostic logging" not in remedy
