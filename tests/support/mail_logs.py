"""Writes logs of Postfix, Exim and Sendmail as a busy server has them: most mail goes through, some is refused."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import BinaryIO, Final

_START: Final = datetime(2026, 11, 9, 6, 12, 41)  # noqa: DTZ001 - such logs name no zone
_DIGITS: Final = "0123456789ABCDEF"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_HOSTS: Final = (
    ("mx1.contoso.example", "192.0.2.10"),
    ("mail.fabrikam.example", "198.51.100.25"),
    ("mx.tailspin.example", "203.0.113.7"),
)
_CLIENTS: Final = (
    ("unknown", "203.0.113.99"),
    ("dyn-7.isp.example", "198.51.100.77"),
    ("out.partner.example", "192.0.2.66"),
)
_PEOPLE: Final = ("j.smith", "info", "maria.lopez", "ap+invoices", "o'neil", "büro")
_DOMAINS: Final = ("contoso.example", "fabrikam.example", "tailspin.example")
_REFUSED: Final = (
    ("RCPT", "550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual mailbox table"),
    (
        "RCPT",
        "450 4.2.0 <{to}>: Recipient address rejected: Greylisted, see https://greylist.example/help?ip=192.0.2.1",
    ),
    (
        "RCPT",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example; see (the list) below",
    ),
    ("MAIL", "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints"),
    ("DATA", "552 5.3.4 Message size exceeds fixed limit"),
    ("DATA", "550-5.7.26 This mail is unauthenticated.{end}550-5.7.26 Set up SPF or DKIM.{end}550 5.7.26 Gone."),
    ("", "421 4.3.2 Too many connections"),
)

Part = tuple[str, int]
"""Some lines, and how many refusals are in them."""


def _mailbox(chance: random.Random) -> str:
    return f"{chance.choice(_PEOPLE)}@{chance.choice(_DOMAINS)}"


def _moments(chance: random.Random) -> Iterator[datetime]:
    moment = _START
    while True:
        moment += timedelta(milliseconds=chance.randrange(4_000))
        yield moment


def _stamp(moment: datetime) -> str:
    return f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S}"


def postfix_parts(
    seed: int, header: Callable[[datetime], str] = lambda moment: f"{_stamp(moment)} mail"
) -> Iterator[Part]:
    """One message or one refused client after the other."""
    chance = random.Random(seed)
    commands = {"RCPT": "RCPT TO", "MAIL": "MAIL FROM", "DATA": "end of DATA"}
    for moment in _moments(chance):
        at = f"{header(moment)} postfix"
        queue_id = "".join(chance.choices(_DIGITS, k=10))
        process = chance.randrange(1_000, 30_000)
        name, address = chance.choice(_CLIENTS)
        client = f"{name}[{address}]"
        to = _mailbox(chance)
        what = chance.random()
        if what < 0.08:
            text = (
                f"{at}/smtpd[{process}]: connect from {client}\n"
                f"{at}/smtpd[{process}]: NOQUEUE: reject: RCPT from {client}: 554 5.7.1 Service unavailable; Client "
                f"host [{address}] blocked using dnsbl.example; from=<spam@isp.example> to=<{to}> proto=ESMTP "
                f"helo=<friend>\n"
                f"{at}/smtpd[{process}]: disconnect from {client} ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4\n"
            )
            yield text, 1
            continue
        host, host_address = chance.choice(_HOSTS)
        message = (
            f"{at}/smtpd[{process}]: {queue_id}: client={client}\n"
            f"{at}/cleanup[{process + 1}]: {queue_id}: message-id=<{queue_id}@example.com>\n"
            f"{at}/qmgr[812]: {queue_id}: from=<shop@example.com>, size={chance.randrange(900, 90_000)}, nrcpt=1\n"
        )
        delivery = f"{at}/smtp[{process + 2}]: {queue_id}: to=<{to}>, relay={host}[{host_address}]:25, delay=1.2, "
        if what < 0.14:
            command, reply = chance.choice(_REFUSED)
            reply = reply.format(to=to, end=" ")
            status = (
                f"dsn={reply[4:9]}, status={'bounced' if reply[0] == '5' else 'deferred'} (host {host}[{host_address}]"
            )
            said = (
                f"said: {reply} (in reply to {commands[command]} command)"
                if command
                else f"refused to talk to me: {reply}"
            )
            yield f"{message}{delivery}{status} {said})\n", 1
        elif what < 0.17:
            failed = f"dsn=4.4.1, status=deferred (connect to {host}[{host_address}]:25: Connection timed out)\n"
            yield f"{message}{delivery}{failed}", 0
        else:
            sent = f"dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {queue_id[::-1]})\n"
            yield f"{message}{delivery}{sent}{at}/qmgr[812]: {queue_id}: removed\n", 0


def exim_parts(seed: int) -> Iterator[Part]:
    """One message or one refused client after the other, as in mainlog."""
    chance = random.Random(seed)
    for moment in _moments(chance):
        at = f"{moment:%Y-%m-%d %H:%M:%S}"
        letters = "".join(chance.choices(_LETTERS, k=11))
        message_id = f"1{letters[:5]}-{letters[5:]}-{chance.randrange(10, 99)}"
        name, address = chance.choice(_CLIENTS)
        to = _mailbox(chance)
        client = f"H=({name}) [{address}]" if name == "unknown" else f"H={name} [{address}]"
        what = chance.random()
        if what < 0.08:
            reason = "found in dnsbl.example" if what < 0.04 else "Unrouteable address"
            yield f"{at} {client} F=<spam@isp.example> rejected RCPT <{to}>: {reason}\n", 1
            continue
        host, host_address = chance.choice(_HOSTS)
        arrival = f"{at} {message_id} <= shop@example.com {client} P=esmtps S=2211 id={message_id}@example.com\n"
        route = f"{to} R=dnslookup T=remote_smtp"
        if what < 0.14:
            verb, reply = chance.choice(_REFUSED)
            after = {
                "RCPT": f"RCPT TO:<{to}>",
                "MAIL": "pipelined MAIL FROM:<shop@example.com> SIZE=3211",
                "DATA": "end of data",
                "": "initial connection",
            }[verb]
            reply = reply.format(to=to, end="\\n")
            failed = f"** {route}" if reply[0] == "5" else f"== {route} defer (-44)"
            error = f"SMTP error from remote mail server after {after}: {reply}\n"
            yield f"{arrival}{at} {message_id} {failed} H={host} [{host_address}]: {error}", 1
        elif what < 0.17:
            text = (
                f"{arrival}{at} {message_id} {host} [{host_address}] Connection timed out\n"
                f"{at} {message_id} == {route} defer (110): Connection timed out\n"
            )
            yield text, 0
        else:
            sent = f'{at} {message_id} => {route} H={host} [{host_address}] C="250 Ok"\n'
            yield f"{arrival}{sent}{at} {message_id} Completed\n", 0


def sendmail_parts(seed: int) -> Iterator[Part]:
    """One message or one refused client after the other."""
    chance = random.Random(seed)
    for moment in _moments(chance):
        queue_id = f"{chance.randrange(1, 9)}AO{''.join(chance.choices(_LETTERS, k=5))}{chance.randrange(10**5, 10**6)}"
        at = f"{_stamp(moment)} mail sm-mta[{chance.randrange(1_000, 30_000)}]: {queue_id}:"
        name, address = chance.choice(_CLIENTS)
        client = f"[{address}]" if name == "unknown" else f"{name} [{address}]"
        to = _mailbox(chance)
        what = chance.random()
        if what < 0.08:
            refused = f"ruleset=check_rcpt, arg1=<{to}>, relay={client}, reject=550 5.7.1 <{to}>... Relaying denied\n"
            yield f"{at} {refused}", 1
            continue
        host, host_address = chance.choice(_HOSTS)
        delivery = (
            f"{at} from=<shop@example.com>, size=2211, class=0, nrcpts=1, msgid=<{queue_id}@example>, relay={client}\n"
            f"{at} to=<{to}>, ctladdr=<shop@example.com> (1000/1000), delay=00:00:02, xdelay=00:00:01, mailer=esmtp, "
            f"pri=122211, relay={host}. [{host_address}], "
        )
        if what < 0.10:
            yield f"{delivery}dsn=4.2.0, stat=Deferred: 450 4.2.0 <{to}>: Recipient address rejected: Greylisted\n", 1
        elif what < 0.12:
            yield f"{delivery}dsn=5.1.1, stat=User unknown\n", 1
        elif what < 0.14:
            yield f"{delivery}dsn=5.7.1, reply=554 5.7.1 Rejected, see the site, stat=Service unavailable\n", 1
        elif what < 0.17:
            yield f"{delivery}dsn=4.0.0, stat=Deferred: Connection timed out with {host}.\n", 0
        else:
            yield f"{delivery}dsn=2.0.0, stat=Sent (ok {queue_id} Message accepted for delivery)\n", 0


def write_parts(parts: Iterator[Part], target: BinaryIO, size: int) -> int:
    """Writes about `size` bytes of `parts` to `target`; gives back how many refusals they hold."""
    written = refusals = 0
    for text, count in parts:
        written += target.write(text.encode())
        refusals += count
        if written >= size:
            break
    return refusals


def write_postfix(target: BinaryIO, size: int, seed: int) -> int:
    return write_parts(postfix_parts(seed), target, size)


def write_exim(target: BinaryIO, size: int, seed: int) -> int:
    return write_parts(exim_parts(seed), target, size)


def write_sendmail(target: BinaryIO, size: int, seed: int) -> int:
    return write_parts(sendmail_parts(seed), target, size)


def sample(parts: Iterator[Part], size: int = 40_000) -> bytes:
    """A log of about `size` bytes."""
    target = io.BytesIO()
    write_parts(parts, target, size)
    return target.getvalue()


def rsyslog_header(moment: datetime) -> str:
    """As rsyslog writes times in full."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}+01:00 mail.example.com"


def container_header(moment: datetime) -> str:
    """As a container's log has the lines of a program that writes its own time."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}123Z stdout F {_stamp(moment)} mail"
