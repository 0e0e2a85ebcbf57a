"""Writes protocol and connectivity logs of Exchange, small for tests or large to measure; same seed, same log."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final, Literal

FIELDS: Final = "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
CONNECTIVITY_FIELDS: Final = "date-time,session,source,Destination,direction,description"
NOON: Final = "2026-11-09T12:00:00.250Z"
SESSION: Final = "08DE1F3A00000001"
Kind = Literal["Send", "Receive"]

_BEGIN: Final = datetime(2026, 11, 9, 5, tzinfo=UTC)
_CONNECTORS: Final[dict[Kind, str]] = {"Send": "Internet über Smarthost", "Receive": r"EXCH01\Default Frontend EXCH01"}
_REMOTE: Final = ("203.0.113.25", "198.51.100.7", "[2001:db8::25]", "203.0.113.80")
_PEOPLE: Final = ("berta", "carl", "dora", "emil", "frieda")
_REFUSALS: Final = (
    ("RCPT", "550 5.1.1 User unknown"),
    ("RCPT", "550 5.7.1 Unable to relay"),
    ("RCPT", "451 4.7.1 Greylisting in action, please come back in 300 seconds"),
    ("DATA", "552 5.3.4 Message size exceeds fixed limit"),
    ("DATA", '554 5.7.1 Message rejected: it has the word "Lottery", see https://mx.example.net/help'),
    ("MAIL", "501 5.1.7 Invalid address"),
    ("AUTH", "535 5.7.3 Authentication unsuccessful"),
    ("banner", "554 5.7.1 Service refused, 192.0.2.10 is listed at dnsbl.example"),
    ("idle", "421 4.4.1 Connection timed out"),
)
Turn = tuple[str, str, str]
"""Who speaks ("client", "server", or the event of the log), what, and the context."""


def header(kind: str, fields: str, begin: datetime = _BEGIN) -> str:
    """The five lines that each file begins with."""
    date = begin.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    lines = ("Software: Microsoft Exchange Server", "Version: 15.0.0.0", f"Log-type: {kind}", f"Date: {date}")
    return "".join(f"#{line}\r\n" for line in (*lines, f"Fields: {fields}"))


def row(*values: object) -> str:
    """One row, with quotes where they have to be."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(values)
    return stream.getvalue()


def time_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def receive_log(*rows: str) -> str:
    """A log of a Receive connector with those rows."""
    return header("SMTP Receive Protocol Log", FIELDS) + "".join(rows)


def receive_row(event: str, data: str, *, session: str = SESSION, sequence: int = 5, context: str = "") -> str:
    """A row of a Receive connector at noon."""
    ends = ("192.0.2.10:25", "203.0.113.25:41000")
    return row(NOON, _CONNECTORS["Receive"], session, sequence, *ends, event, data, context)


def session_rows(kind: Kind, number: int, remote: str, turns: list[Turn], begin: datetime = _BEGIN) -> Iterator[str]:
    """The rows of one session, a turn each 40 ms."""
    name = f"{0x08DE1F3A00000000 + number:016X}"
    local, port = "192.0.2.10", 30_000 + number % 30_000
    ends = (f"{local}:{port}", f"{remote}:25") if kind == "Send" else (f"{local}:25", f"{remote}:{port}")
    signs = {"client": ">" if kind == "Send" else "<", "server": "<" if kind == "Send" else ">"}
    for sequence, (speaker, text, context) in enumerate(turns):
        moment = time_text(begin + timedelta(milliseconds=40 * sequence))
        yield row(moment, _CONNECTORS[kind], name, sequence, *ends, signs.get(speaker, speaker), text, context)


def turns_of(source: random.Random, refused: tuple[str, str] | None) -> list[Turn]:
    """A session of one transaction, in which a command of the kind named is `refused`."""
    at, reply = refused or ("", "")
    turns: list[Turn] = [("+", "", "")]
    if at == "banner":
        return [*turns, ("server", reply, ""), ("-", "", "Remote")]
    turns += [
        ("*", "SMTPSubmit SMTPAcceptAnySender", "Set Session Permissions"),
        ("server", "220 mx.example.net ESMTP ready, at Mon, 9 Nov 2026 05:00:00 +0000", ""),
        ("client", "EHLO mail.example.com", ""),
        ("server", "250-mx.example.net Hello", ""),
        ("server", "250-SIZE 37748736", ""),
        ("server", "250 PIPELINING", ""),
    ]
    if at == "idle":
        return [*turns, ("server", reply, ""), ("-", "", "Local")]
    if at == "AUTH":
        return [*turns, ("client", "AUTH LOGIN", ""), ("server", "334 <authentication response>", ""),
                ("*", "", "Inbound authentication failed with error LogonDenied"), ("server", reply, ""),
                ("-", "", "Remote")]  # fmt: skip
    recipients = source.sample(_PEOPLE, source.randint(1, 3))
    turns.append(("client", f"MAIL FROM:<anna@example.com> SIZE={source.randint(900, 90_000)}", ""))
    if at == "MAIL":
        return [*turns, ("server", reply, ""), ("client", "QUIT", ""), ("server", "221 2.0.0 Bye", ""), ("-", "", "")]
    turns += [("client", f"RCPT TO:<{person}@example.net>", "") for person in recipients]
    turns.append(("server", "250 2.1.0 Sender OK", ""))
    for offset in range(len(recipients)):
        ours = at == "RCPT" and offset == len(recipients) - 1
        if ours:
            turns.append(("*", f"Tarpit for '0.00:00:05' due to '{reply}'", ""))
        turns.append(("server", reply if ours else "250 2.1.5 Recipient OK", ""))
    turns.append(("client", "DATA", ""))
    turns.append(("server", "354 Start mail input; end with <CRLF>.<CRLF>", ""))
    message = f"<{source.getrandbits(64):016x}@example.com> [InternalId={source.getrandbits(40)}, Hostname=MX]"
    queued = f"250 2.6.0 {message} Queued mail for delivery"
    turns.append(("server", reply if at == "DATA" else queued, ""))
    return [*turns, ("client", "QUIT", ""), ("server", "221 2.0.0 Bye", ""), ("-", "", "Local")]


def protocol_log(kind: Kind, *, sessions: int = 40, seed: int = 7002, share: float = 0.5) -> str:
    """A log of that many sessions, of which `share` have a refusal; three at a time are interleaved."""
    source = random.Random(seed)
    lines = [header(f"SMTP {kind} Protocol Log", FIELDS)]
    for first in range(0, sessions, 3):
        begin = _BEGIN + timedelta(seconds=first)
        running = []
        for number in range(first, min(first + 3, sessions)):
            refused = source.choice(_REFUSALS) if source.random() < share else None
            running.append(list(session_rows(kind, number, source.choice(_REMOTE), turns_of(source, refused), begin)))
        while running:
            lines.append(running[source.randrange(len(running))].pop(0))
            running = [rows for rows in running if rows]
    return "".join(lines)


def connectivity_log(*, sessions: int = 30, seed: int = 7002) -> str:
    """A log of that many connections of the queues; some can't be made, some are refused."""
    source = random.Random(seed)
    lines = [header("Transport Connectivity Log", CONNECTIVITY_FIELDS)]
    for number in range(sessions):
        begin = _BEGIN + timedelta(seconds=number)
        name = f"{0x08DE1F3B00000000 + number:016X}"
        domain = source.choice(("example.net", "fabrikam.example", "mx.example.org"))
        described = [
            ("SMTP", domain, "+", "DnsConnectorDelivery 0b1c;QueueLength=TQ=451;AN=451;. "),
            ("SMTP", domain, ">", f"mx.{domain}[203.0.113.25], mx2.{domain}[203.0.113.26]"),
            *source.choice(_ENDS)(domain),
        ]
        for offset, (origin, destination, direction, description) in enumerate(described):
            moment = time_text(begin + timedelta(milliseconds=90 * offset))
            lines.append(row(moment, name, origin, destination, direction, description))
    return "".join(lines)


_ENDS: Final[tuple[Callable[[str], list[tuple[str, str, str, str]]], ...]] = (
    lambda domain: [("SMTP", domain, ">", "Established connection to 203.0.113.25"),
                    ("SMTP", domain, "-", "Messages: 451 Bytes: 45012 ()")],
    lambda domain: [("SMTP", domain, ">", "Failed connection to 203.0.113.25:25 (TimedOut:0000274C)[TargetHost:mx:25]"),
                    ("SMTP", domain, "-", "Messages: 0 Bytes: 0 (Attempting next target)")],
    lambda domain: [("SMTP", domain, "-", "Messages: 0 Bytes: 0 (421 4.4.2 Connection dropped due to SocketError)")],
    lambda _: [("MapiDelivery", "DB01", ">", "432-4.3.2 STOREDRV; mailbox server is too busy"),
               ("MapiDelivery", "DB01", "-", "Messages: 0 Bytes: 0 Recipients: 0")],
    lambda domain: [("DeliveryAgent", domain, ">", "Connection with remote host encountered a permanent failure with "
                     "status 550 5.7.1 Service unavailable, client host is blocked")],
)  # fmt: skip


def write_protocol_log(
    target: BinaryIO, size: int, seed: int = 7002, *, kind: Kind = "Send", share: float = 0.1
) -> int:
    """Writes a log of about `size` bytes; gives back how many bytes it has."""
    return _repeated(target, size, lambda number: protocol_log(kind, sessions=3_000, seed=seed + number, share=share))


def write_connectivity_log(target: BinaryIO, size: int, seed: int = 7002) -> int:
    """Writes a log of about `size` bytes; gives back how many bytes it has."""
    return _repeated(target, size, lambda number: connectivity_log(sessions=3_000, seed=seed + number))


def _repeated(target: BinaryIO, size: int, piece: Callable[[int], str]) -> int:
    written = number = 0
    pieces = [piece(offset).encode() for offset in range(4)]
    while written < size:
        written += target.write(pieces[number % len(pieces)])
        number += 1
    return written
