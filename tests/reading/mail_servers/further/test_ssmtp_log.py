"""What the log of sSMTP tells of refusals."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.further.ssmtp_log import SsmtpLogReader
from support.mail_lines import told

AT = "Nov 24 13:45:02 web sSMTP[2005]: "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RCPT TO:<ann@contoso.example> (550 5.1.1 Who?)", ("RCPT", "550 5.1.1 Who?", "ann@contoso.example")),
        ("Authorization failed (535 5.7.8 Error)", ("AUTH", "535 5.7.8 Error", None)),
        (
            "Server didn't like our AUTH LOGIN (530 5.7.0 Must issue STARTTLS)",
            ("AUTH", "530 5.7.0 Must issue STARTTLS", None),
        ),
        ("554 5.7.1 Rejected (spam)", ("", "554 5.7.1 Rejected (spam)", None)),
    ],
)
def test_a_reply_stands_in_parentheses_or_alone(text: str, expected: tuple[str, str, str | None]) -> None:
    verb, reply, mailbox = expected
    assert told(SsmtpLogReader, f"{AT}{text}") == [("outbound", "", verb, "", reply, mailbox)]


def test_mail_that_was_sent_and_a_hub_that_was_not_reached_are_no_refusals() -> None:
    sent = "Sent mail for root@web (221 2.0.0 Bye) uid=0 username=root outbytes=512"
    assert (
        told(SsmtpLogReader, f"{AT}{sent}", f"{AT}Unable to connect to mailhub:25", f"{AT}Cannot open mailhub:25") == []
    )
