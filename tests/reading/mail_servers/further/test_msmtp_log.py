"""What the log of msmtp tells of refusals."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.further.msmtp_log import MsmtpLogReader
from support.mail_lines import told


def line(reply: str, error: str, to: str = "info@contoso.example,bob@contoso.example") -> str:
    return (
        f"Nov 24 13:45:02 host=mx1.contoso.example tls=on auth=off from=shop@example.com recipients={to} "
        f"smtpstatus={reply[:3]} smtpmsg='{reply}' errormsg='{error}' exitcode=EX_DATAERR"
    )


@pytest.mark.parametrize(
    ("error", "verb", "command"),
    [
        ("envelope from address shop@example.com not accepted by the server", "MAIL", ""),
        ("the server does not accept mail data", "DATA", "DATA"),
        ("the server did not accept the mail", "DATA", "."),
        ("cannot get initial OK message from server", "", ""),
        ("SMTP server does not accept EHLO or HELO commands", "EHLO", ""),
        ("command STARTTLS failed", "STARTTLS", ""),
        ("authentication failed (method PLAIN)", "AUTH", ""),
    ],
)
def test_the_message_of_msmtp_tells_the_command_and_each_recipient_counts(error: str, verb: str, command: str) -> None:
    assert told(MsmtpLogReader, line("550 5.7.1 It's over", error)) == [
        ("outbound", "mx1.contoso.example", verb, command, "550 5.7.1 It's over", mailbox)
        for mailbox in ("info@contoso.example", "bob@contoso.example")
    ]


def test_a_recipient_that_was_refused_is_the_only_one_of_its_line() -> None:
    error = "recipient address bob@contoso.example not accepted by the server"
    assert told(MsmtpLogReader, line("550 5.1.1 Who?", error)) == [
        ("outbound", "mx1.contoso.example", "RCPT", "", "550 5.1.1 Who?", "bob@contoso.example")
    ]


def test_the_lines_of_a_reply_are_apart_again() -> None:
    (found,) = told(MsmtpLogReader, line(r"550-5.7.1 C:\new\n550 5.7.1 end", "command AUTH failed", "b@x.example"))
    assert found[4] == "550-5.7.1 C:\\new\n550 5.7.1 end"


def test_mail_that_was_sent_or_got_no_reply_is_no_refusal() -> None:
    begin = "Nov 24 13:45:02 host=mx1.contoso.example tls=on auth=off from=a@example.com recipients=b@example.com "
    sent = f"{begin}mailsize=9 smtpstatus=250 smtpmsg='250 ok' exitcode=EX_OK"
    silent = f"{begin}errormsg='the server sent (empty reply)' exitcode=EX_PROTOCOL"
    assert told(MsmtpLogReader, sent, silent) == []
