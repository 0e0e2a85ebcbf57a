"""Bounces as mail servers write them, of made-up mail: small for tests, or a mailbox of them to measure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import BinaryIO, Final

_BEGIN: Final = datetime(2026, 11, 9, 5, 12, tzinfo=UTC)
_PEOPLE: Final = ("berta", "carl", "dora", "emil", "frieda")
_REPLIES: Final = (
    "550 5.1.1 <{0}>: Recipient address rejected: User unknown in virtual mailbox table",
    "554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using dnsbl.example",
    "552 5.2.2 <{0}> mailbox is over its quota",
    "451 4.7.1 Greylisting in action, please come back later",
)

EXCHANGE: Final = """\
Delivery has failed to these recipients or groups:

bob@example.org (bob@example.org)
The e-mail address you entered couldn't be found.

Diagnostic information for administrators:

Generating server: exch01.contoso.example

bob@example.org
Remote Server at mx.example.org (203.0.113.7) returned '550 5.1.1 <bob@example.org>: Recipient address
rejected: User unknown'
dora@example.net
mx.example.net
Remote Server returned '554 5.7.1 Message rejected as "spam"'

Original message headers:

Received: from exch01.contoso.example (192.0.2.5) by exch01.contoso.example (192.0.2.5) with SMTP id 15.1;
 Mon, 9 Nov 2026 05:12:00 +0000
From: Ann <ann@contoso.example>
To: "bob@example.org" <bob@example.org>
"""
EXCHANGE_2010: Final = """\
Sent: Monday, November 09, 2026 6:12 AM
Subject: Undeliverable: Invoice

Diagnostic information for administrators:

Generating server: exch01.contoso.example

bob@example.org
mx.example.org #550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown ##

dora@contoso.example
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
"""
EXCHANGE_2007: Final = """\
Diagnostic information for administrators:

Generating server: exch01.contoso.example

bob@example.org
mx.example.org #<mx.example.org #5.7.1 smtp;550 5.7.1 Unable to relay> #SMTP#
"""
EXCHANGE_2003: Final = """\
Your message did not reach some or all of the intended recipients.

      Subject:  Invoice
      Sent:     11/9/2026 6:12 AM

The following recipient(s) could not be reached:

      bob@example.org on 11/9/2026 6:13 AM
            The e-mail account does not exist at the organization this message was sent to.
            <mail.contoso.example #5.1.1 smtp;550 5.1.1 User unknown>
"""
POSTFIX: Final = """\
This is the mail system at host mail.contoso.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

                   The mail system

<bob@example.org>: host mx.example.org[203.0.113.7] said: 550 5.1.1
    <bob@example.org>: Recipient address rejected: User unknown (in reply to
    RCPT TO command)

<dora@example.net>: host mx.example.net[203.0.113.8] said: 554 5.7.1 spam (in
    reply to end of DATA command)
"""
EXIM: Final = """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bob@example.org
    host mx.example.org [203.0.113.7]
    SMTP error from remote mail server after RCPT TO:<bob@example.org>:
    550 5.1.1 User unknown
  dora@example.net
    SMTP error from remote mail server after end of data:
    host mx.example.net [203.0.113.8]: 554 5.7.1 spam

------ This is a copy of the message, including all the headers. ------
"""
SENDMAIL: Final = """\
The original message was received at Mon, 9 Nov 2026 05:12:00 GMT
from localhost [127.0.0.1]

   ----- The following addresses had permanent fatal errors -----
<bob@example.org>
    (reason: 550 5.1.1 <bob@example.org>... User unknown)

   ----- Transcript of session follows -----
... while talking to mx.example.org.:
>>> RCPT To:<bob@example.org>
<<< 550 5.1.1 <bob@example.org>... User unknown
550 5.1.1 <bob@example.org>... User unknown
"""
QMAIL: Final = """\
Hi. This is the qmail-send program at mail.contoso.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bob@example.org>:
203.0.113.7 does not like recipient.
Remote host said: 550 5.1.1 User unknown
Giving up on 203.0.113.7.

<dora@example.net>:
203.0.113.8 failed after I sent the message.
Remote host said: 554 5.7.1 spam

--- Below this line is a copy of the message.
"""
GMAIL: Final = """\
** Address not found **

Your message wasn't delivered to bob@example.org because the address couldn't be found, or is unable to receive mail.

The response from the remote server was:
550 5.1.1 <bob@example.org> User unknown
"""
GMAIL_OLDER: Final = """\
Delivery to the following recipient failed permanently:

     bob@example.org

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the server for the recipient domain example.org by mx.example.org. [203.0.113.7].

The error that the other server returned was:
550 5.1.1 <bob@example.org> User unknown
"""  # noqa: E501 - Gmail does not wrap it
ONLINE: Final = """\
Your message to bob@example.org couldn't be delivered.

bob wasn't found at example.org.

Original Message Details
Created Date: 11/9/2026 5:12:00 AM
Sender Address: ann@contoso.example
Recipient Address: bob@example.org
Subject: Invoice

Error Details
Reported error: 550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown
DSN generated by: AM0PR01MB1234.eurprd01.prod.exchangelabs.com
Remote server: mx.example.org
"""


def report(
    recipients: dict[str, str],
    *,
    host: str = "mx.example.org",
    date: datetime = _BEGIN,
    text: str = "This is the mail system at host mail.contoso.example.\r\n",
) -> str:
    """A multipart/report (RFC 6522) with a status of these recipients and what each got as diagnostic code."""
    fields = "".join(
        f"\r\nFinal-Recipient: rfc822; {recipient}\r\nOriginal-Recipient: rfc822;{recipient}\r\nAction: failed\r\n"
        f"Status: {said[4:9]}\r\nRemote-MTA: dns; {host}\r\nDiagnostic-Code: smtp; {said}\r\n"
        for recipient, said in recipients.items()
    )
    return (
        "Return-Path: <>\r\n"
        f"Date: {format_datetime(date)}\r\n"
        "From: MAILER-DAEMON@mail.contoso.example (Mail Delivery System)\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "To: ann@contoso.example\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_part"\r\n'
        "\r\n"
        f"--=_part\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{text}\r\n"
        "--=_part\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mail.contoso.example\r\n"
        f"Arrival-Date: {format_datetime(date)}\r\n{fields}\r\n"
        "--=_part\r\nContent-Type: message/rfc822\r\n\r\n"
        "From: ann@contoso.example\r\nTo: bob@example.org\r\nSubject: Invoice\r\n\r\nHello\r\n"
        "--=_part--\r\n"
    )


def mailbox_parts(seed: int) -> Iterator[str]:
    """Bounces one behind the other as an mbox has them, without end."""
    chance = random.Random(seed)
    for number in count():
        date = _BEGIN + timedelta(minutes=7 * number)
        recipients = {f"{name}@example.org": "" for name in chance.sample(_PEOPLE, chance.randint(1, 2))}
        told = {recipient: chance.choice(_REPLIES).format(recipient) for recipient in recipients}
        yield f"From MAILER-DAEMON {date:%a %b %d %H:%M:%S %Y}\r\n{report(told, date=date)}\r\n"


def mailbox(bounces: int = 40, seed: int = 6) -> str:
    """An mbox of so many bounces."""
    parts = mailbox_parts(seed)
    return "".join(next(parts) for _ in range(bounces))


def write_mailbox(target: BinaryIO, size: int, seed: int = 7002) -> None:
    """An mbox of about `size` bytes."""
    written = 0
    for part in mailbox_parts(seed):
        if written >= size:
            return
        written += target.write(part.encode())
