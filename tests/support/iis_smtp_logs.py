"""Writes logs of the IIS SMTP service in its three forms: sessions in both directions, interleaved as on a server."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final, NamedTuple

FIELDS: Final = (
    "date time c-ip cs-username s-sitename s-computername s-ip s-port cs-method cs-uri-stem cs-uri-query sc-status "
    "sc-win32-status sc-bytes cs-bytes time-taken cs-version cs-host cs(User-Agent) cs(Cookie) cs(Referer)"
)
COMMAND: Final = "OutboundConnectionCommand"
REPLY: Final = "OutboundConnectionResponse"
BEGIN: Final = datetime(2006, 10, 9, 5, 0, 15, tzinfo=UTC)
REFUSALS: Final = (
    "550 5.1.1 <{mailbox}>: Recipient address rejected: User unknown",
    "550 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using dnsbl.example",
    "452 4.2.2 Mailbox full",
    "450 4.2.0 <{mailbox}>: Recipient address rejected: Greylisted, try again in 300 seconds",
    "554 5.7.1 <{mailbox}>: Relay access denied",
)


class LoggedRow(NamedTuple):
    """`argument` with blanks as `+`; `status` is 0 for connections outwards."""

    time: datetime
    peer: str
    user: str
    verb: str
    argument: str
    status: int = 0


def outbound(chance: random.Random, time: datetime, number: int) -> Iterator[LoggedRow]:
    """A mail that we send, one of its commands refused now and then."""
    peer = f"198.51.100.{chance.randrange(1, 40)}"
    mailbox = chance.choice((f"user{number}@contoso.example", f"sales+{number}@fabrikam.example"))
    refused = chance.choice(REFUSALS).format(mailbox=mailbox) if chance.random() < 0.2 else None
    at_data = chance.random() < 0.3

    def said(verb: str, argument: str, reply: str) -> Iterator[LoggedRow]:
        nonlocal time
        if verb:
            yield LoggedRow(time, peer, COMMAND, verb, argument)
        time += timedelta(seconds=chance.randrange(3))
        yield LoggedRow(time, peer, REPLY, "-", reply.replace(" ", "+"))

    yield from said("", "", f"220 mx{number}.example ESMTP ready")
    yield from said("EHLO", "exch01.example.com", f"250-mx{number}.example Hello [192.0.2.25]")
    yield from said("MAIL", f"FROM:<news@example.com>+SIZE={chance.randrange(900, 90_000)}", "250 2.1.0 Sender OK")
    if refused and not at_data:
        yield from said("RCPT", f"TO:<{mailbox}>", refused)
        yield from said("RSET", "-", "250 2.0.0 Resetting")
    else:
        yield from said("RCPT", f"TO:<{mailbox}>", "250 2.1.5 Recipient OK")
        yield from said("DATA", "-", '354 Start mail input; end with "."')
        yield from said("", "", refused or f"250 2.6.0 <{number}@example.com> Queued mail for delivery")
    yield from said("QUIT", "-", "221 2.0.0 Service closing transmission channel")


def inbound(chance: random.Random, time: datetime, number: int) -> Iterator[LoggedRow]:
    """A mail that a client gives us, refused now and then."""
    peer = f"203.0.113.{number % 250 + 1}"
    name = f"client{number}.fabrikam.example"
    status = chance.choice((250, 250, 250, 550, 501))
    for user, verb, argument, code in (
        ("-", "xxxx", f"+{name}", 500),
        (name, "HELO", f"+{name}", 250),
        (name, "MAIL", f"+FROM:+<bounce{number}@fabrikam.example>", 250),
        (name, "RCPT", f"+TO:<user{number}@example.com>", status),
        (name, "DATA", f"+<{number}@fabrikam.example>", 250 if chance.random() < 0.9 else 554),
        (name, "QUIT", name, 240),
    ):
        if (verb == "xxxx" and number % 5) or (verb == "DATA" and status != 250):
            continue
        yield LoggedRow(time, peer, user, verb, argument, code)
        time += timedelta(seconds=chance.randrange(2))


def some_rows(sessions: int = 60, seed: int = 7010, begin: datetime = BEGIN) -> list[LoggedRow]:
    """The rows of that many sessions in the order of time."""
    chance = random.Random(seed)
    all_rows = []
    for number in range(sessions):
        begin += timedelta(seconds=chance.randrange(9))
        talk = outbound if chance.random() < 0.6 else inbound
        all_rows.append(list(talk(chance, begin, number)))
    return list(heapq.merge(*all_rows, key=lambda row: row.time))


def w3c_heading(fields: str = FIELDS, time: datetime = BEGIN) -> str:
    return (
        "#Software: Microsoft Internet Information Services 6.0\r\n#Version: 1.0\r\n"
        f"#Date: {time:%Y-%m-%d %H:%M:%S}\r\n#Fields: {fields} \r\n"
    )


def w3c_rows(rows: Iterable[LoggedRow], fields: str = FIELDS) -> str:
    names = fields.split()
    lines = []
    for row in rows:
        ours = row.user in (COMMAND, REPLY)
        values = {
            "date": f"{row.time:%Y-%m-%d}",
            "time": f"{row.time:%H:%M:%S}",
            "c-ip": row.peer,
            "cs-username": row.user,
            "s-sitename": "SMTPSVC1",
            "s-computername": "EXCH01",
            "s-ip": "-" if ours else "192.0.2.25",
            "s-port": "25" if ours else "0",
            "cs-method": row.verb,
            "cs-uri-query": row.argument,
            "sc-status": str(row.status),
            "sc-win32-status": "0",
            "sc-bytes": str(len(row.argument) + 20),
            "cs-bytes": "4",
            "time-taken": "16",
            "cs-version": "SMTP",
        }
        lines.append(" ".join([values.get(name, "-") for name in names]) + "\r\n")
    return "".join(lines)


def w3c_log(rows: Iterable[LoggedRow], fields: str = FIELDS) -> str:
    return w3c_heading(fields) + w3c_rows(rows, fields)


def iis_log(rows: Iterable[LoggedRow], date: str = "{0.month}/{0.day}/{0:%y}") -> str:
    """`date` is a format of the row's time."""
    return "".join(
        f"{row.peer}, {row.user}, {date.format(row.time)}, {row.time.hour}:{row.time:%M:%S}, SMTPSVC1, EXCH01, "
        f"{'-' if row.user in (COMMAND, REPLY) else '192.0.2.25'}, 16, 4, 46, {row.status}, 0, {row.verb}, -, "
        f"{row.argument},\r\n"
        for row in rows
    )


def ncsa_log(rows: Iterable[LoggedRow], zone: str = "-0600") -> str:
    """The times of the rows are local ones of `zone`."""
    return "".join(
        f"{row.peer} - {row.user} [{row.time:%d/%b/%Y:%H:%M:%S} {zone}] "
        f'"{row.verb} -{"" if row.argument == "-" else "?" + row.argument} SMTP" {row.status} 46\r\n'
        for row in rows
    )


FORMS: Final[dict[str, Callable[[Iterable[LoggedRow]], str]]] = {"w3c": w3c_log, "iis": iis_log, "ncsa": ncsa_log}


def write_iis_smtp_log(target: BinaryIO, size: int, seed: int = 7010, form: str = "w3c") -> int:
    """Writes a log of at least `size` bytes; gives back its number of rows."""
    written = count = 0
    begin = BEGIN
    while written < size:
        rows = some_rows(2_000, seed, begin)
        data = FORMS[form](rows).encode()
        begin, seed = rows[-1].time + timedelta(minutes=10), seed + 1
        written += target.write(data)
        count += len(rows)
    return count
