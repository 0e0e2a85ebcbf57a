"""What the log of nullmailer tells of refusals."""

from __future__ import annotations

from smtpscope.reading.mail_servers.further.nullmailer_log import NullmailerLogReader
from support.mail_lines import told

AT = "Nov 24 13:45:02 mail nullmailer-send[99]: "


def test_host_and_recipient_stand_before_the_reply() -> None:
    lines = (
        f"{AT}Starting delivery: protocol: smtp host: mx1.contoso.example file: 1795527902.99",
        f"{AT}From: <shop@example.com> to: <j.smith@contoso.example>",
        f"{AT}smtp: Failed: 550 5.1.1 <j.smith@contoso.example>: User unknown",
        f"{AT}Sending failed: Permanent error in sending the message",
    )
    assert told(NullmailerLogReader, *lines) == [
        (
            "outbound",
            "mx1.contoso.example",
            "",
            "",
            "550 5.1.1 <j.smith@contoso.example>: User unknown",
            "j.smith@contoso.example",
        )
    ]


def test_a_connection_that_failed_is_no_refusal() -> None:
    assert told(NullmailerLogReader, f"{AT}smtp: Failed: Connect failed") == []
