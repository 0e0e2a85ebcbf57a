"""Errors of mail libraries in the logs of applications."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.transcripts.library_error_log import LibraryErrorLogReader
from smtpscope.reading.registry import open_log
from support.mail_lines import OPTIONS, exchanges_of, told
from support.memory_source import MemorySource

AT = "2026-11-24 13:45:02,120 ERROR mailer "
MOMENT = 1_795_527_902_120


@pytest.mark.parametrize(
    ("text", "verb", "reply", "mailbox"),
    [
        ("SMTPDataError: (554, b'5.7.1 It\\'s spam')", "DATA", "554 5.7.1 It's spam", None),
        (
            "SMTPSenderRefused: (550, b'5.7.1 No', 'shop@example.com')",
            "MAIL",
            "550 5.7.1 No",
            "shop@example.com",
        ),
        (
            "SMTPAuthenticationError: (535, b'5.7.8 Bad\\n5.7.8 credentials')",
            "AUTH",
            "535 5.7.8 Bad\n5.7.8 credentials",
            None,
        ),
        ('SMTPAuthenticationError(535, b"5.7.8 Bad")', "AUTH", "535 5.7.8 Bad", None),
        (
            "com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 <ann@contoso.example>: Who?",
            "RCPT",
            "550 5.1.1 <ann@contoso.example>: Who?",
            "ann@contoso.example",
        ),
        ("jakarta.mail.AuthenticationFailedException: 535 5.7.8 Bad", "AUTH", "535 5.7.8 Bad", None),
        ("Net::SMTPServerBusy: 450 4.2.0 Greylisted", "", "450 4.2.0 Greylisted", None),
        ("Net::SMTPAuthenticationError (535 5.7.8 Bad (really)):", "AUTH", "535 5.7.8 Bad (really", None),
        (
            'Expected response code "250/251/252" but got code "550", with message "550 5.1.1 <ann@x.example>: ?".',
            "",
            "550 5.1.1 <ann@x.example>: ?",
            "ann@x.example",
        ),
        (
            'Expected response code 250 but got code "550", with message "550-5.7.1 No\\r\\n550 5.7.1 way\\r\\n"',
            "",
            "550-5.7.1 No\n550 5.7.1 way",
            None,
        ),
        (
            '{"exception":"(code: 550): Expected response code \\"250/251\\" but got code \\"550\\", with message '
            '\\"550 5.1.1 Who?\\". at /app/x.php:331)"}',
            "",
            "550 5.1.1 Who?",
            None,
        ),
        (
            "SmtpFailedRecipientException: Mailbox unavailable. The server response was: 5.7.1 No ann@contoso.example",
            "RCPT",
            "550 5.7.1 No ann@contoso.example",
            "ann@contoso.example",
        ),
        ("SmtpException: Mailbox unavailable. The server response was: 4.2.1 Later", "", "450 4.2.1 Later", None),
        (
            "Send-MailMessage : The SMTP server requires a secure connection or the client was not authenticated. The "
            "server response was: 5.7.57 Client not authenticated to send mail",
            "",
            "530 5.7.57 Client not authenticated to send mail",
            None,
        ),
        (
            "Syntax error, command unrecognized. The server response was: 5.7.139 Authentication unsuccessful",
            "",
            "5.7.139 Authentication unsuccessful",
            None,
        ),
        (
            "SMTP Error: data not accepted.SMTP server error: DATA END command failed Detail: Spam SMTP code: 554 "
            "Additional SMTP info: 5.7.1",
            "DATA",
            "554 5.7.1 Spam",
            None,
        ),
    ],
)
def test_the_exception_tells_command_and_reply(text: str, verb: str, reply: str, mailbox: str | None) -> None:
    full = "." if verb == "DATA" and "SMTPDataError" in text else ""
    assert told(LibraryErrorLogReader, f"{AT}{text}") == [("outbound", "", verb, full, reply, mailbox)]
    assert isinstance(open_log(MemorySource(f"{AT}{text}\n".encode()), OPTIONS), LibraryErrorLogReader)


def test_each_recipient_has_a_reply_of_its_own_and_the_time_may_stand_above() -> None:
    refused = "{'ann@contoso.example': (550, b'5.1.1 Who?'), 'bob@contoso.example': (450, b'4.2.0 Later')}"
    lines = [
        f"{AT}Mail failed",
        "Traceback (most recent call last):",
        '  File "/usr/lib/python3.12/smtplib.py", line 901, in sendmail',
        "    raise SMTPRecipientsRefused(senderrs)",
        f"smtplib.SMTPRecipientsRefused: {refused}",
    ]
    found = exchanges_of(LibraryErrorLogReader(MemorySource("\n".join(lines).encode()), OPTIONS))
    assert [(each.logged_verb, each.reply, each.mailbox) for each in found] == [
        ("RCPT", "550 5.1.1 Who?", "ann@contoso.example"),
        ("RCPT", "450 4.2.0 Later", "bob@contoso.example"),
    ]
    assert {each.time_ms for each in found} == {MOMENT}


def test_inner_errors_of_dotnet_are_replies_of_their_own_and_none_has_a_mailbox_that_nobody_named() -> None:
    line = (
        f"{AT}SmtpFailedRecipientsException: Unable to send to all recipients. ---> SmtpFailedRecipientException: "
        "Mailbox unavailable. The server response was: 5.7.1 No ann@contoso.example ---> SmtpFailedRecipientException: "
        "Insufficient system storage. The server response was: 4.3.1 Full"
    )
    assert [(reply, mailbox) for *_, reply, mailbox in told(LibraryErrorLogReader, line)] == [
        ("550 5.7.1 No ann@contoso.example", "ann@contoso.example"),
        ("452 4.3.1 Full", None),
    ]


def test_a_reply_of_several_lines_goes_on_in_the_next_ones() -> None:
    lines = ("com.sun.mail.smtp.SMTPSendFailedException: 550-5.7.1 No", "550 5.7.1 way", "\tat com.sun.mail.Transport")
    assert [found[4] for found in told(LibraryErrorLogReader, *lines)] == ["550-5.7.1 No\n550 5.7.1 way"]


def test_an_error_of_node_has_its_parts_in_lines_of_their_own() -> None:
    lines = (
        f"{AT}Error: Can't send mail - all recipients were rejected: 550 5.1.1 Who?",
        "  code: 'EENVELOPE',",
        "  response: '550 5.1.1 Who?',",
        "  responseCode: 550,",
        "  command: 'RCPT TO',",
        "  rejected: [ 'ann@contoso.example' ],",
        "}",
    )
    assert told(LibraryErrorLogReader, *lines) == [
        ("outbound", "", "RCPT", "", "550 5.1.1 Who?", "ann@contoso.example")
    ]
    assert LibraryErrorLogReader.sniff("\n".join(lines).encode())


def test_an_error_of_node_with_the_errors_of_each_recipient_counts_each_once() -> None:
    lines = (
        f"{AT}Error: Can't send mail - all recipients were rejected: 550 5.1.1 Who?",
        "  code: 'EENVELOPE',",
        "  response: '550 5.1.1 Who?',",
        "  responseCode: 550,",
        "  rejected: [ 'ann@contoso.example', 'bob@contoso.example' ],",
        "  rejectedErrors: [",
        "    Error: Recipient command failed: 550 5.1.1 Who? {",
        "      response: '550 5.1.1 Who?',",
        "      responseCode: 550,",
        "      command: 'RCPT TO',",
        "      recipient: 'ann@contoso.example'",
        "    },",
        "    Error: Recipient command failed: 452 4.2.2 Full {",
        "      response: '452 4.2.2 Full',",
        "      responseCode: 452,",
        "      command: 'RCPT TO',",
        "      recipient: 'bob@contoso.example'",
        "    }",
        "  ]",
        "}",
    )
    assert [(reply, mailbox) for *_, reply, mailbox in told(LibraryErrorLogReader, *lines)] == [
        ("550 5.1.1 Who?", "ann@contoso.example"),
        ("452 4.2.2 Full", "bob@contoso.example"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "smtplib.SMTPServerDisconnected: Connection unexpectedly closed",
        "javax.mail.MessagingException: Could not connect to SMTP host: mx1.contoso.example, port: 25",
        "except SMTPRecipientsRefused as refused:",
        "raise SMTPDataError(code, text)",
        "SMTPResponseException: an error",
    ],
)
def test_what_holds_no_reply_is_no_refusal(text: str) -> None:
    assert told(LibraryErrorLogReader, f"{AT}{text}") == []
    assert not LibraryErrorLogReader.sniff(f"{AT}{text}\n".encode())


def test_no_line_behind_the_error_gives_its_time_wherever_a_block_ends() -> None:
    lines = [
        f"2026-11-24 13:45:{second:02d} ERROR\nSMTPDataError: (554, b'5.7.1 No')\n2026-11-24 14:00:00 INFO {'x' * 90}\n"
        for second in range(60)
    ]
    data = "".join(lines).encode()
    for block_size in (5_000, 6_001, 7_003, 1 << 16):
        reader = LibraryErrorLogReader(MemorySource(data), OPTIONS, block_size=block_size)
        times = [each.time_ms for each in exchanges_of(reader)]
        assert times == [1_795_527_900_000 + 1_000 * second for second in range(60)]
