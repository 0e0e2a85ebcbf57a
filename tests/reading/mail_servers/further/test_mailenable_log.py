"""What the activity log of MailEnable tells of refusals."""

from __future__ import annotations

from smtpscope.reading.mail_servers.further.mailenable_log import MailenableLogReader
from support.mail_lines import told

AT = "11/24/26 13:45:02\tSMTP-{}\t0A0B0C0D.MAI\t812\t192.0.2.66\t"


def test_a_line_has_the_command_and_its_reply() -> None:
    lines = (
        f"{AT.format('IN')}RCPT\tRCPT TO:<bob@example.com>\t550 Mailbox unavailable or not local\t43\t32",
        f"{AT.format('OU')}MAIL\tMAIL FROM:<shop@example.com>\t451 Later\t12\t34\tuser",
        f"{AT.format('IN')}RCPT\tRCPT TO:<ann@example.com>\t250 OK\t43\t32",
    )
    assert told(MailenableLogReader, *lines) == [
        ("inbound", "192.0.2.66", "RCPT", "RCPT TO:<bob@example.com>", "550 Mailbox unavailable or not local", None),
        ("outbound", "192.0.2.66", "MAIL", "MAIL FROM:<shop@example.com>", "451 Later", None),
    ]
