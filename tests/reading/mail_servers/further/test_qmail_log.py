"""What the log of qmail tells of refusals."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.further.qmail_log import QmailLogReader
from support.mail_lines import told


@pytest.mark.parametrize("at", ["@4000000065625e1a0c1b2d3c ", "Nov 24 13:45:02 mail qmail: 1795527902.123456 "])
@pytest.mark.parametrize(
    ("what", "verb", "command"),
    [
        ("192.0.2.10_does_not_like_recipient.", "RCPT", ""),
        ("Connected_to_192.0.2.10_but_sender_was_rejected.", "MAIL", ""),
        ("192.0.2.10_failed_after_I_sent_the_message.", "DATA", "."),
        ("Connected_to_192.0.2.10_but_greeting_failed.", "", ""),
    ],
)
def test_a_delivery_names_address_command_and_reply(at: str, what: str, verb: str, command: str) -> None:
    start = f"{at}starting delivery 7: msg 812 to remote info@contoso.example"
    said = f"{what}/Remote_host_said:_550-5.7.1_first/550_see_http://x.example/Giving_up_on_192.0.2.10./"
    assert told(QmailLogReader, start, f"{at}delivery 7: failure: {said}") == [
        (
            "outbound",
            "192.0.2.10",
            verb,
            command,
            "550-5.7.1 first\n550 see http://x.example",
            "info@contoso.example",
        )
    ]


def test_what_got_no_reply_or_went_well_is_no_refusal() -> None:
    failed = "delivery 7: deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/"
    assert told(QmailLogReader, failed, "delivery 8: success: 192.0.2.10_accepted_message./") == []


def test_what_a_block_list_refused_is_inbound() -> None:
    line = "@4000000065625e1a0c1b2d3c rblsmtpd: 192.0.2.66 pid 99: 553 http://dnsbl.example/?192.0.2.66"
    assert told(QmailLogReader, line) == [
        ("inbound", "192.0.2.66", "", "", "553 http://dnsbl.example/?192.0.2.66", None)
    ]
