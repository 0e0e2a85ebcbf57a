"""Writes output of the Exchange Management Shell as lists, tables and CSV; same seed, same output."""

from __future__ import annotations

import csv
import io
import json
import random
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count, islice
from typing import BinaryIO, Final

_BEGIN: Final = datetime(2026, 11, 19, 5, 12)  # noqa: DTZ001 - printed without a zone, as PowerShell does
_REPLIES: Final = (
    ("mx.example.org", "203.0.113.7", "550 5.1.1 <{0}>: Recipient address rejected: User unknown in virtual mailbox "
     "table"),
    ("mx.example.net", "203.0.113.8", "554 5.7.1 Service unavailable; Client host [192.0.2.5] blocked using "
     "dnsbl.example; see https://dnsbl.example/?q=192.0.2.5"),
    ("mail.example.org", "203.0.113.9", "421 4.7.0 [TSS04] Messages from 192.0.2.5 temporarily deferred"),
)  # fmt: skip
Object = Mapping[str, str | tuple[str, ...]]
"""Names and values of an object as a cmdlet gives it; a tuple is a list."""


def american(moment: datetime) -> str:
    """As .NET prints a time in the United States."""
    return f"{moment.month}/{moment.day}/{moment.year} {moment.hour % 12 or 12}:{moment:%M:%S %p}"


def status(reply: str, host: str, address: str, moment: datetime) -> str:
    """The status of a recipient since Exchange 2013."""
    return f"[{{LED={reply}}};{{MSG=}};{{FQDN={host}}};{{IP={address}}};{{LRT={american(moment)}}}]"


def tracked(number: int, chance: random.Random, *, failed: bool = True) -> Object:
    """An entry of Get-MessageTrackingLog."""
    moment = _BEGIN + timedelta(seconds=61 * number)
    host, address, reply = chance.choice(_REPLIES)
    recipient = f"{chance.choice(('berta', 'carl', 'dora'))}@{host.partition('.')[2]}"
    told = status(reply.format(recipient), host, address, moment) if failed else "250 2.1.5 Recipient OK"
    return {
        "Timestamp": american(moment),
        "ClientIp": "192.0.2.5",
        "ClientHostname": "EXCH01",
        "ServerIp": address,
        "ServerHostname": host,
        "SourceContext": "",
        "ConnectorId": "Internet",
        "Source": "SMTP",
        "EventId": "FAIL" if failed else "SEND",
        "MessageId": f"<{number}@contoso.example>",
        "Recipients": (recipient,),
        "RecipientStatus": (told,),
        "TotalBytes": "8564",
        "RecipientCount": "1",
        "Sender": "ann@contoso.example",
        "Directionality": "Originating",
    }


def queue(number: int, chance: random.Random) -> Object:
    """A queue of Get-Queue whose last try was refused."""
    moment = _BEGIN + timedelta(seconds=61 * number)
    host, address, reply = chance.choice(_REPLIES)
    said = reply.format("bob@example.org")
    inner = (
        f'451 4.4.0 Primary target IP address responded with: "{said}" Attempted failover to alternate host, but that '
        f"did not succeed. The last endpoint attempted was {address}:25"
    )
    return {
        "Identity": f"EXCH01\\{number}",
        "DeliveryType": "DnsConnectorDelivery",
        "NextHopDomain": host.partition(".")[2],
        "Status": "Retry",
        "MessageCount": str(chance.randint(1, 90)),
        "LastError": f"[{{LRT={american(moment)}}};{{LED={inner}}};{{FQDN={host}}};{{IP={address}}}]",
        "LastRetryTime": american(moment),
    }


def _shown(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "{" + ", ".join(value) + "}"


def format_list(each: Object, width: int = 120) -> str:
    """Format-List: long values go on below themselves, cut between words where that is possible."""
    column = max(map(len, each)) + 1
    lines = []
    for name, value in each.items():
        pieces = textwrap.wrap(_shown(value), width - column - 2, break_on_hyphens=False) or [""]
        lines.append(f"{name:<{column}}: {pieces[0]}".rstrip())
        lines += [" " * (column + 2) + piece for piece in pieces[1:]]
    return "\r\n".join(lines) + "\r\n\r\n"


def format_table(objects: Sequence[Object], names: Sequence[str], width: int = 60) -> str:
    """Format-Table -Wrap with a last column of that width."""
    widths = [max(len(name), *(len(_shown(each[name])) for each in objects)) for name in names]
    widths[-1] = width
    lines = ["", " ".join(f"{name:<{wide}}" for name, wide in zip(names, widths, strict=True))]
    lines.append(" ".join(f"{'-' * len(name):<{wide}}" for name, wide in zip(names, widths, strict=True)))
    for each in objects:
        cells = [textwrap.wrap(_shown(each[name]), wide) or [""] for name, wide in zip(names, widths, strict=True)]
        for number in range(max(map(len, cells))):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            lines.append(" ".join(f"{part:<{wide}}" for part, wide in zip(parts, widths, strict=True)).rstrip())
    return "\r\n".join(lines) + "\r\n\r\n"


def export_csv(objects: Sequence[Object], *, joined: bool = True) -> str:
    """Export-Csv; lists are joined with ";" by whoever exported, or lost to the name of their type."""
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(objects[0])
    for each in objects:
        writer.writerow(
            value if isinstance(value, str) else ";".join(value) if joined else "System.String[]"
            for value in each.values()
        )
    return stream.getvalue()


def _property(name: str, value: str | tuple[str, ...]) -> object:
    if name == "Timestamp" and isinstance(value, str):
        # Windows PowerShell takes the time for that of the machine.
        moment = datetime.strptime(value, "%m/%d/%Y %I:%M:%S %p")  # noqa: DTZ007
        return f"/Date({(moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1)})/"  # noqa: DTZ001
    return value if isinstance(value, str) else list(value)


def convert_to_json(objects: Sequence[Object]) -> str:
    """ConvertTo-Json in Windows PowerShell."""
    converted = [{name: _property(name, value) for name, value in each.items()} for each in objects]
    return json.dumps(converted, indent=4)


def shell_json(objects: int = 60, seed: int = 23) -> str:
    """Get-MessageTrackingLog and Get-Queue through ConvertTo-Json."""
    chance = random.Random(seed)
    entries = [tracked(number, chance, failed=chance.random() < 0.6) for number in range(objects)]
    return convert_to_json([*entries, *(queue(number, chance) for number in range(objects // 6))])


def write_json(target: BinaryIO, size: int, seed: int = 7002) -> None:
    """Entries of a tracking log as JSON, of about `size` bytes, of which 5 in 100 failed."""
    each = len(convert_to_json([next(_entries(seed))]))
    target.write(convert_to_json(list(islice(_entries(seed), max(40, size // each)))).encode())


def shell_lists(objects: int = 40, seed: int = 21, width: int = 120) -> str:
    """What two cmdlets printed, one behind the other."""
    chance = random.Random(seed)
    entries = [tracked(number, chance, failed=chance.random() < 0.6) for number in range(objects)]
    queues = [queue(number, chance) for number in range(objects // 4)]
    return "\r\n\r\n" + "".join(format_list(each, width) for each in (*entries, *queues))


def shell_csv(objects: int = 60, seed: int = 22) -> str:
    """Get-MessageTrackingLog through Export-Csv with its lists joined."""
    chance = random.Random(seed)
    return export_csv([tracked(number, chance, failed=chance.random() < 0.6) for number in range(objects)])


def write_lists(target: BinaryIO, size: int, seed: int = 7002) -> None:
    """Entries of a tracking log of about `size` bytes, of which 5 in 100 failed."""
    written, entries = 0, _entries(seed)
    while written < size:
        written += target.write(format_list(next(entries)).encode())


def write_csv(target: BinaryIO, size: int, seed: int = 7002) -> None:
    """The same as CSV."""
    parts = (export_csv([each]).partition("\r\n") for each in _entries(seed))
    header, _, first = next(parts)
    written = target.write(f"{header}\r\n{first}".encode())
    while written < size:
        written += target.write(next(parts)[2].encode())


def _entries(seed: int) -> Iterator[Object]:
    chance = random.Random(seed)
    return (tracked(number, chance, failed=chance.random() < 0.05) for number in count())
