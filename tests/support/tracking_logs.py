"""Message tracking logs: rows of Exchange 2007 to 2019 by column names, seeded samples, and logs of Exchange 2003."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final

_2007: Final = [
    "date-time",
    "client-ip",
    "client-hostname",
    "server-ip",
    "server-hostname",
    "source-context",
    "connector-id",
    "source",
    "event-id",
    "internal-message-id",
    "message-id",
    "recipient-address",
    "recipient-status",
    "total-bytes",
    "recipient-count",
    "related-recipient-address",
    "reference",
    "message-subject",
    "sender-address",
    "return-path",
    "message-info",
]
_2010: Final = [*_2007, "directionality", "tenant-id", "original-client-ip", "original-server-ip", "custom-data"]
_2013: Final = [*_2010[:11], "network-message-id", *_2010[11:]]
_2016: Final = [*_2013, "transport-traffic-type", "log-id", "schema-version"]
COLUMNS: Final[dict[str, list[str]]] = {
    "08.01.0436.000": _2007,
    "14.03.0123.002": _2010,
    "15.00.1497.002": _2013,
    "15.02.1544.004": _2016,
}
"""The columns by the version of Exchange."""
_START: Final = datetime(2026, 11, 9, 6, 12, 41, 123_000, UTC)
_REMOTE: Final = (("mx1.contoso.example", "198.51.100.25"), ("mx.fabrikam.example", "203.0.113.7"))
_PEOPLE: Final = ("anna", "ben.o'neil", "jörg", "info")
_SUBJECTS: Final = ("Invoice 451", 'Re: 5" disks, offer 550 - new', "Grüße", "Minutes", "Order 500; urgent")
_REMOTE_REPLIES: Final = (
    "550 5.1.1 <{mailbox}>: Recipient address rejected: User unknown in virtual mailbox table",
    "550 5.7.1 Service unavailable; Client host [192.0.2.25] blocked, see https://dnsbl.example/?ip=192.0.2.25",
    "452 4.2.2 The recipient's mailbox is full; try later",
    "451 4.7.1 Greylisting in action, please come back later",
)
_OWN_REPLIES: Final = (
    ("ROUTING", "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"),
    ("AGENT", "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy"),
    ("STOREDRIVER", "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded"),
    ("QUEUE", "550 4.4.7 QUEUE.Expired; message expired"),
)


def field(text: str) -> str:
    """`text` as one field, in quotes where it has to be."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def row(columns: Iterable[str], values: Mapping[str, str]) -> str:
    """One row; columns without a value are empty."""
    return ",".join(field(values.get(name, "")) for name in columns) + "\r\n"


def header(columns: Iterable[str], version: str = "15.02.1544.004") -> str:
    return (
        f"#Software: Microsoft Exchange Server\r\n#Version: {version}\r\n#Log-type: Message Tracking Log\r\n"
        f"#Date: 2026-11-09T06:12:40.000Z\r\n#Fields: {','.join(columns)}\r\n"
    )


def tracking_log(rows: Iterable[Mapping[str, str]], version: str = "15.02.1544.004") -> str:
    """A log of that version of Exchange."""
    columns = COLUMNS[version]
    return header(columns, version) + "".join(row(columns, values) for values in rows)


def status(reply: str, host: str = "", address: str = "") -> str:
    """The status of one recipient as Exchange 2013 and later write it."""
    return f"[{{LED={reply}}};{{MSG=}};{{FQDN={host}}};{{IP={address}}};{{LRT={'11/9/2026 6:12:41 AM' * bool(host)}}}]"


def tracking_rows(count: int, seed: int = 7002, *, named: bool = True) -> list[dict[str, str]]:
    """`count` rows, about a sixth of them refusals; `named` statuses are those of Exchange 2013 and later."""
    chance = random.Random(seed)
    return [_row(chance, number, named=named) for number in range(count)]


def _row(chance: random.Random, number: int, *, named: bool) -> dict[str, str]:
    moment = _START + timedelta(milliseconds=1_733 * number)
    host, address = chance.choice(_REMOTE)
    mailboxes = [
        f"{chance.choice(_PEOPLE)}{chance.randrange(900)}@{host.partition('.')[2]}"
        for _ in range(chance.choice((1, 1, 3)))
    ]
    values = {
        "date-time": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z",
        "client-ip": "192.0.2.10",
        "client-hostname": "EXCH01",
        "source": "SMTP",
        "event-id": "RECEIVE",
        "internal-message-id": str(4_505_500 + number),
        "message-id": f"<{number:08x}.{seed_text(chance)}@example.com>",
        "network-message-id": f"08de{number:04x}-550a-451b-452c-{seed_text(chance)}0000",
        "recipient-address": ";".join(mailboxes),
        "total-bytes": str(chance.randrange(1_000, 90_000)),
        "recipient-count": str(len(mailboxes)),
        "message-subject": chance.choice(_SUBJECTS),
        "sender-address": "orders@example.com",
        "return-path": "orders@example.com",
        "message-info": f"{moment:%Y-%m-%dT%H:%M:%S}.450Z;SRV=EXCH01.example.com:TOTAL-HUB=0.453|SMR=0.209",
        "directionality": "Originating",
        "original-client-ip": "192.0.2.77",
        "custom-data": "S:E2ELatency=0.701;S:ToEntity=Unknown;S:FromEntity=Hosted;S:DeliveryPriority=Normal",
        "transport-traffic-type": "Email",
        "schema-version": "15.02.1544.004",
    }
    turn = chance.randrange(24)
    if turn < 14:
        return values
    sending = {"server-ip": address, "server-hostname": host, "connector-id": "To Internet"}
    if turn < 20:
        return (
            values
            | sending
            | {
                "event-id": "SEND",
                "recipient-status": ";".join(["250 2.1.5 Recipient OK"] * len(mailboxes)),
                "source-context": f"08DE1F2A{number:08X}",
            }
        )
    replies = [chance.choice(_REMOTE_REPLIES).format(mailbox=mailbox) for mailbox in mailboxes]
    if turn < 22:
        statuses = [status(reply, host, address) for reply in replies] if named else replies
        return values | sending | {"event-id": "FAIL", "recipient-status": ";".join(statuses)}
    if turn < 23:
        context = f"'451 4.4.0 Primary target IP address responded with: \"421 4.2.1 Unable to connect\"; {host}'"
        return values | sending | {"event-id": "DEFER", "source-context": context}
    source, reply = chance.choice(_OWN_REPLIES)
    return values | {
        "client-ip": "",
        "source": source,
        "event-id": "FAIL",
        "recipient-status": status(reply) if named else reply,
    }


def seed_text(chance: random.Random) -> str:
    return f"{chance.getrandbits(32):08x}"


def sample(version: str, count: int = 300) -> bytes:
    """A whole log in UTF-8; that of 2013 begins with a byte order mark."""
    named = COLUMNS[version] in (_2013, _2016)
    text = tracking_log(tracking_rows(count, named=named), version)
    return text.encode("utf-8-sig" if COLUMNS[version] == _2013 else "utf-8")


def write_tracking_log(target: BinaryIO, size: int, seed: int = 7002) -> int:
    """Writes a log of about `size` bytes of Exchange 2019, one row in 300 a refusal; gives how many bytes it has."""
    rows = tracking_rows(3_000, seed)
    refused = [each for each in rows if each["event-id"] in ("FAIL", "DEFER")][:10]
    passed = [each for each in rows if each["event-id"] not in ("FAIL", "DEFER")]
    chance = random.Random(seed)
    lines = [row(_2016, each).encode() for each in passed]
    part = lines[:]
    for each in refused:
        part.insert(chance.randrange(len(part)), row(_2016, each).encode())
    text = b"".join(part)
    written = target.write(header(_2016).encode())
    while written < size:
        written += target.write(text)
    return written


def tracking_2003_log(events: Iterable[tuple[str, str]]) -> str:
    """The log of Exchange 2003 with a row for each event number and recipient."""
    lines = [
        "# Message Tracking Log File",
        "# Exchange System Attendant Version 6.5.7638.1",
        "# Date\tTime\tclient-ip\tClient-hostname\tPartner-Name\tServer-hostname\tserver-IP\tRecipient-Address\t"
        "Event-ID\tMSGID\tPriority\tRecipient-Report-Status\ttotal-bytes\tNumber-Recipients\tOrigination-Time\t"
        "Encryption\tservice-Version\tLinked-MSGID\tMessage-Subject\tSender-Address\t",
    ]
    for number, (event, recipient) in enumerate(events):
        lines.append(
            f"2026-11-9\t6:12:{number % 60} GMT\t192.0.2.77\tmail.example.com\t-\tEXCH01\t192.0.2.10\t{recipient}\t"
            f"{event}\t<{number:06}@example.com>\t0\t0\t4281\t1\t2026-11-9 6:12:{number % 60} GMT\t0\t"
            "Version: 6.0.3790.3959\t-\t Offer 550 5.1.1\torders@example.com\t-"
        )
    return "\r\n".join(lines) + "\r\n"
