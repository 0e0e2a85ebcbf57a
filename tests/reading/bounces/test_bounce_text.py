"""The words of bounces: who failed, who refused him, with which reply, and at which command."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.bounces.bounce_log import BounceReader
from smtpscope.reading.bounces.bounce_mail import read_bounce
from smtpscope.reading.bounces.bounce_text import failures_in
from support import bounces

BOB = ("bob@example.org", "mx.example.org", "550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown")
UNKNOWN = "550 5.1.1 User unknown"
SPAM = "554 5.7.1 spam"


def told(text: str) -> list[tuple[str, str, str, str]]:
    return [(each.mailbox, each.host, each.reply, each.verb) for each in failures_in(text)]


@pytest.mark.parametrize(
    ("text", "failures"),
    [
        (bounces.EXCHANGE, [(*BOB, ""), ("dora@example.net", "mx.example.net",
                                         '554 5.7.1 Message rejected as "spam"', "")]),
        (bounces.EXCHANGE_2010, [(*BOB, ""), ("dora@contoso.example", "",
                                              "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", "")]),
        (bounces.EXCHANGE_2007, [("bob@example.org", "mx.example.org", "550 5.7.1 Unable to relay", "")]),
        (bounces.EXCHANGE_2003, [("bob@example.org", "mail.contoso.example", UNKNOWN, "")]),
        (bounces.POSTFIX, [(*BOB, "RCPT"), ("dora@example.net", "mx.example.net", SPAM, "DATA")]),
        (bounces.EXIM, [("bob@example.org", "mx.example.org", UNKNOWN, "RCPT"),
                        ("dora@example.net", "mx.example.net", SPAM, "DATA")]),
        (bounces.SENDMAIL, [("bob@example.org", "mx.example.org", "550 5.1.1 <bob@example.org>... User unknown",
                             "RCPT")]),
        (bounces.QMAIL, [("bob@example.org", "203.0.113.7", UNKNOWN, "RCPT"),
                         ("dora@example.net", "203.0.113.8", SPAM, "DATA")]),
        (bounces.GMAIL, [("bob@example.org", "", "550 5.1.1 <bob@example.org> User unknown", "")]),
        (bounces.GMAIL_OLDER, [("bob@example.org", "mx.example.org", "550 5.1.1 <bob@example.org> User unknown", "")]),
        (bounces.ONLINE, [(*BOB, "")]),
    ],
    ids=["Exchange", "2010", "2007", "2003", "Postfix", "Exim", "Sendmail", "qmail", "Gmail", "older Gmail", "Online"],
)  # fmt: skip
def test_each_failed_recipient_has_the_remote_servers_own_reply(
    text: str, failures: list[tuple[str, str, str, str]]
) -> None:
    assert told(text) == failures


def test_a_quoted_bounce_is_read_as_well() -> None:
    assert told("".join(f"> {line}\n" for line in bounces.POSTFIX.split("\n"))) == told(bounces.POSTFIX)


def test_several_recipients_above_one_reply_all_have_it() -> None:
    text = "bob@example.org\ncarl@example.org\nRemote Server at mx.example.org (203.0.113.7) returned '550 5.7.1 No'\n"
    assert [(each.mailbox, each.reply) for each in failures_in(text)] == [
        ("bob@example.org", "550 5.7.1 No"),
        ("carl@example.org", "550 5.7.1 No"),
    ]


def test_an_address_of_which_nothing_is_said_is_no_failure() -> None:
    assert told("ann@contoso.example\nwrote this mail.\n\n" + bounces.POSTFIX) == told(bounces.POSTFIX)


def test_the_time_beside_a_recipient_is_taken() -> None:
    assert [each.time for each in failures_in(bounces.EXCHANGE_2003)] == ["11/9/2026 6:13 AM"]


def test_a_bounce_without_a_date_has_that_of_the_mail_it_describes() -> None:
    assert read_bounce(bounces.EXCHANGE.encode()).date == "Mon, 9 Nov 2026 05:12:00 +0000"
    assert read_bounce(bounces.EXCHANGE_2010.encode()).date == "Monday, November 09, 2026 6:12 AM"


@given(st.text())
@settings(deadline=None)
def test_any_text_is_looked_through_without_an_error(text: str) -> None:
    failures_in(text)
    failures_in(f"<bob@example.org>: host mx.example.org[203.0.113.7] said: 550 {text}")


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("This is the DragonFly Mail Agent v0.13 at mail.contoso.example.\n\nThere was an error "
         "delivering your mail to "
         "<bob@example.org>.\n\nmx.example.org [203.0.113.7] did not like our final "
         "DATA:\n550-5.7.1 No\n550 5.7.1 spam\n",
         ("bob@example.org", "mx.example.org", "550-5.7.1 No\n550 5.7.1 spam", "DATA")),
        ("This is the MAILER-DAEMON\n\nbob@example.org: 550 5.1.1 User unknown\n",
         ("bob@example.org", "", UNKNOWN, "")),
        ("<bob@example.org>:\n550: User unknown\n", ("bob@example.org", "", "550: User unknown", "")),
        ("<bob@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n",
         ("bob@example.org", "", "5.1.1 Sorry, no mailbox here by that name.", "")),
        ("  bob\n    SMTP error from remote mail server after RCPT TO:<bob@example.org>:\n    host mx.example.org "
         "[203.0.113.7]: 550 5.1.1 User unknown\n", ("bob@example.org", "mx.example.org", UNKNOWN, "RCPT")),
        ("<bob@example.org>: 5.1.0 - Unknown address error 550-'5.1.1 User unknown' (delivery attempts: 0)\n",
         ("bob@example.org", "", UNKNOWN, "")),
        ("   ----- Transcript of session follows -----\n554 <bob@example.org>... 550 Host unknown\n",
         ("bob@example.org", "", "554 <bob@example.org>... 550 Host unknown", "")),
        ("bob@example.org\n11/9/2026 6:13:00 AM - Remote Server at mx.example.org (203.0.113.7) "
         "returned '550 5.1.1 User "
         "unknown'\n", ("bob@example.org", "mx.example.org", UNKNOWN, "")),
        ("The following address(es) failed:\n\n  bob@example.org\n    retry timeout exceeded\n",
         ("bob@example.org", "", "retry timeout exceeded", "")),
    ],
    ids=["dma", "OpenSMTPD", "Yahoo", "qmail itself", "no domain", "wrapped", "old Sendmail", "attempt", "words"],
)  # fmt: skip
def test_further_forms_tell_their_recipient(text: str, failure: tuple[str, str, str, str]) -> None:
    assert told(text) == [failure]


def test_a_reply_in_the_diagnostic_code_of_postfix_is_the_remote_servers() -> None:
    fields = (
        "Reporting-MTA: dns; mail.contoso.example\n\nFinal-Recipient: rfc822; bob@example.org\nAction: failed\n"
        "Status: 5.0.0\nDiagnostic-Code: X-Postfix; host mx.example.org[203.0.113.7] said: 550\n"
        "    Protocol violation (in reply to DATA command)\n"
    )
    (failure,) = read_bounce(fields.encode()).failures
    assert (failure.reply, failure.host, failure.verb) == ("550 Protocol violation", "mx.example.org", "DATA")
    assert failure.is_remote


def test_words_without_a_code_have_the_status_in_front() -> None:
    fields = (
        "Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: x-unix; unknown user\n"
    )
    (failure,) = read_bounce(fields.encode()).failures
    assert (failure.reply, failure.is_remote) == ("5.1.1 unknown user", False)


@pytest.mark.parametrize(
    "line",
    [
        "Nov  9 05:12:00 mx postfix/smtp[7]: A1: to=<bob@example.org>, status=bounced (host "
        "mx.example.org[203.0.113.7] "
        "said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n",
        "A1: to=<bob@example.org>, status=bounced (host mx.example.org[203.0.113.7] said: 550 5.1.1 User unknown (in "
        "reply to RCPT TO command))\n",
        "2026-11-09 05:12:00 1A-B-C ** bob@example.org R=dns T=smtp: SMTP error from remote mail server after RCPT "
        "TO:<bob@example.org>: 550 5.1.1 User unknown\n",
    ],
)
def test_a_log_that_quotes_the_same_replies_is_no_bounce(line: str) -> None:
    assert not BounceReader.sniff(line.encode())


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("550 5.1.351 Remote server returned unknown recipient -> 550 5.1.1 User unknown", UNKNOWN),
        (
            '451 4.4.0 Primary target IP address responded with: "550 5.1.1 User unknown" Attempted failover',
            UNKNOWN,
        ),
        ("550 5.1.1 User unknown", UNKNOWN),
        ("550 5.7.1 See mail -> rules", "550 5.7.1 See mail -> rules"),
    ],
)
def test_the_reply_that_the_sending_server_quotes_is_taken(said: str, reply: str) -> None:
    fields = f"Final-Recipient: rfc822;bob@example.org\nAction: failed\nDiagnostic-Code: smtp;{said}\n"
    assert [each.reply for each in read_bounce(fields.encode()).failures] == [reply]
