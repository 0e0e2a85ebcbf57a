"""The same lines of mail servers as syslog daemons, journals and supervisors hand them on, each in its own form.

What each form writes was printed by the tool that it is named after, or is its documented template.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HOST: Final = "mail"
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - all times here are UTC
_GERMAN: Final = ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")
_FRENCH: Final = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


@dataclass(frozen=True, slots=True)
class Message:
    """What one program said once."""

    moment: datetime
    program: str
    process: int
    text: str


def _bsd(moment: datetime) -> str:
    return f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S}"


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}+00:00"


def _seconds(moment: datetime) -> float:
    return (moment - _EPOCH) / timedelta(seconds=1)


def _tai64n(moment: datetime) -> str:
    whole = (moment - _EPOCH) // timedelta(seconds=1)
    return f"@{(1 << 62) + 10 + whole:016x}{moment.microsecond * 1000:08x}"


def _tagged(message: Message) -> str:
    return f"{message.program}[{message.process}]: {message.text}"


def _passed_on(message: Message) -> str:
    """What a receiver of rsyslog's forwarding writes: process and colon belong to a tag of 32 characters."""
    return f"{_iso(message.moment)} {HOST} {f'{message.program}[{message.process}]:'[:32]} {message.text}"


FORMS: Final[dict[str, Callable[[Message], str]]] = {
    "rsyslog": lambda each: f"{_iso(each.moment)} {HOST} {_tagged(each)}",
    "rsyslog's template of RFC 5424": lambda each: (
        f"<22>1 {_iso(each.moment)} {HOST} {each.program.partition('/')[0]} {each.process} - -  {each.text}"
    ),
    "syslog-ng's RFC 5424": lambda each: (
        f'<22>1 {_iso(each.moment)} {HOST} {each.program} {each.process} - [meta sequenceId="7"] {each.text}'
    ),
    "RFC 5424 with several elements": lambda each: (
        f"<22>1 {_iso(each.moment)} {HOST} {each.program} {each.process} ID9 "
        f'[a@32473 k="x\\]y \\"z\\""][o ip="192.0.2.1"] \ufeff{each.text}'
    ),
    "no colon after the tag": lambda each: f"{_iso(each.moment)} {HOST} {each.program}[{each.process}] {each.text}",
    "a tag of 32 characters": _passed_on,
    "a second process number": lambda each: (
        f"{_bsd(each.moment)} {HOST} {each.program}[{each.process}][{each.process}]: {each.text}"
    ),
    "BusyBox": lambda each: f"{_bsd(each.moment)} {HOST} mail.info {_tagged(each)}",
    "OpenWrt": lambda each: f"{each.moment:%a} {_bsd(each.moment)} {each.moment.year} mail.info {_tagged(each)}",
    "FreeBSD, verbose": lambda each: f"{_bsd(each.moment)} <mail.info> {HOST} {_tagged(each)}",
    "FreeBSD, numbers": lambda each: f"{_bsd(each.moment)} <2.6> {HOST} {_tagged(each)}",
    "Solaris": lambda each: (
        f"{_bsd(each.moment)} {HOST} {each.program}[{each.process}]: [ID 197553 mail.info] {each.text}"
    ),
    "metalog": lambda each: f"{_bsd(each.moment)} [{each.program}] {each.text}",
    "socklog": lambda each: f"mail.info: {_bsd(each.moment)} {_tagged(each)}",
    "multilog": lambda each: f"{_tai64n(each.moment)} mail.info: {_bsd(each.moment)} {_tagged(each)}",
    "svlogd -tt": lambda each: (
        f"{each.moment:%Y-%m-%d_%H:%M:%S}.{each.moment.microsecond // 10:05d} mail.info: {_tagged(each)}"
    ),
    "short-unix": lambda each: f"{_seconds(each.moment):.6f} {HOST} {_tagged(each)}",
    "seconds alone": lambda each: f"{int(_seconds(each.moment))} {HOST} {_tagged(each)}",
    "with-unit": lambda each: (
        f"{each.moment:%a %Y-%m-%d %H:%M:%S} UTC {HOST} "
        f"{each.program.partition('/')[0]}@-.service[{each.process}]: {each.text}"
    ),
    "short-full": lambda each: f"{each.moment:%a %Y-%m-%d %H:%M:%S} UTC {HOST} {_tagged(each)}",
    "German months": lambda each: f"{_GERMAN[each.moment.month - 1]} {each.moment:%d %H:%M:%S} {HOST} {_tagged(each)}",
    "French months": lambda each: f"{_FRENCH[each.moment.month - 1]} {each.moment:%d %H:%M:%S} {HOST} {_tagged(each)}",
    "a zone's name": lambda each: f"{_bsd(each.moment + timedelta(hours=1))} CET {HOST} {_tagged(each)}",
    "docker compose logs": lambda each: f"postfix-1  | {_bsd(each.moment)} {HOST} {_tagged(each)}",
    "CRI": lambda each: f"{_iso(each.moment)[:-6]}123Z stdout F {_bsd(each.moment)} {HOST} {_tagged(each)}",
    "OSSEC's archives.log": lambda each: (
        f"{each.moment:%Y %b %d %H:%M:%S} ({HOST}) 192.0.2.10->/var/log/maillog {_bsd(each.moment)} {HOST} "
        f"{_tagged(each)}"
    ),
    "a quoted mail": lambda each: f"> {_bsd(each.moment)} {HOST} {_tagged(each)}",
    "pasted with blanks": lambda each: f"    {_bsd(each.moment)} {HOST} {_tagged(each)}",
    "a table of a web page": lambda each: f"{each.moment:%d.%m.%Y, %H:%M:%S} | info | {each.text}",
    "the text alone": lambda each: each.text,
}
"""The name of each form, and a message in it (without the line's end)."""

WITHOUT_COMPUTER: Final = frozenset(
    {"OpenWrt", "metalog", "socklog", "multilog", "svlogd -tt", "a table of a web page", "the text alone"}
)
WITHOUT_TIME: Final = frozenset({"the text alone"})
WITHOUT_ZONE: Final = frozenset(
    {
        "a second process number", "BusyBox", "OpenWrt", "FreeBSD, verbose", "FreeBSD, numbers", "Solaris", "metalog",
        "socklog", "German months", "French months", "docker compose logs", "OSSEC's archives.log", "a quoted mail",
        "pasted with blanks", "a table of a web page",
    }
)  # fmt: skip


def messages(seed: int, count: int = 12) -> list[Message]:
    """Refusals of Postfix's client and server, and lines that are none."""
    chance = random.Random(seed)
    moment = datetime(2026, 10, 9, 6, 12, 41)  # noqa: DTZ001 - all times here are UTC
    found = []
    for number in range(count):
        moment += timedelta(minutes=chance.randrange(1, 600), microseconds=chance.randrange(1_000_000))
        queue_id = "".join(chance.choices("0123456789ABCDEF", k=10))
        process = chance.randrange(100, 1_000_000)
        what = number % 3
        if what == 0:
            text = (
                f"{queue_id}: to=<u{number}@a.example.com>, relay=mx.a.example.com[192.0.2.10]:25, delay=0.12, "
                "delays=0.01/0.06/0/0.04, dsn=5.1.1, status=bounced (host mx.a.example.com[192.0.2.10] said: "
                "550 5.1.1 No such user here (in reply to RCPT TO command))"
            )
            found.append(Message(moment, "postfix/smtp", process, text))
        elif what == 1:
            text = (
                f"NOQUEUE: reject: RCPT from client.example.net[198.51.100.7]: 554 5.7.1 <u{number}@d.example.com>: "
                f"Relay access denied; from=<s@example.net> to=<u{number}@d.example.com> proto=ESMTP "
                "helo=<client.example.net>"
            )
            found.append(Message(moment, "postfix/smtpd", process, text))
        else:
            text = f"{queue_id}: from=<s@example.org>, size=420, nrcpt=1 (queue active)"
            found.append(Message(moment, "postfix/qmgr", process, text))
    return found


def written(form: str, seed: int = 5) -> bytes:
    """The messages of `seed` as a log in `form`."""
    return "".join(f"{FORMS[form](each)}\n" for each in messages(seed)).encode()
