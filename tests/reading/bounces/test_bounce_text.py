"""The words of bounces: who failed, who refused him, with which reply, and at which command."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
