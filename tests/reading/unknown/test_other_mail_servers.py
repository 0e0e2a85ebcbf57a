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
        ("Send-MailMessage : Mailbox unavailable. The server response was: 5.7.1 Unable to relay\n", ".NET"),
    ],
)
def test_what_leaves_out_the_replies_is_named_with_the_remedy(text: str, name: str) -> None:
    title, remedy = describe_unrecognised(text.encode())
    assert name in title
    assert "Event Viewer" not in remedy
