"""Writes agent logs of Exchange, small for tests or large to measure; same seed, same log."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import BinaryIO, Final

from support.protocol_logs import header, row, time_text

FIELDS: Final = (
    "Timestamp,SessionId,LocalEndpoint,RemoteEndpoint,EnteredOrgFromIP,MessageId,P1FromAddress,P2FromAddresses,"
    "Recipient,NumRecipients,Agent,Event,Action,SmtpResponse,Reason,ReasonData,Diagnostics,NetworkMsgID,TenantID,"
    "Directionality"
)
_BEGIN: Final = datetime(2026, 11, 9, 5, tzinfo=UTC)
_ACTS: Final = (
    ("Connection Filtering Agent", "OnRcptCommand", "RejectCommand", "550 5.7.1 Recipient not authorized; your IP has "
     "been found on a block list", "BlockListProvider", "dnsbl.example.net"),
    ("Content Filter Agent", "OnEndOfData", "RejectMessage", "550 5.7.1 Message rejected as spam, see the \"policy\"",
     "SclAtOrAboveRejectThreshold", "9"),
    ("Sender Filter Agent", "OnMailCommand", "RejectCommand", "554 5.1.0 Sender denied", "SenderBlocked", ""),
    ("Recipient Filter Agent", "OnRcptCommand", "RejectCommand", "550 5.1.1 User unknown", "RecipientDoesNotExist", ""),
)  # fmt: skip


def agent_row(number: int, chance: random.Random, share: float) -> str:
    """One entry, which refuses something in `share` of them."""
    moment = _BEGIN + timedelta(seconds=9.5 * number)
    agent, event, action, reply, reason, data = chance.choice(_ACTS)
    if chance.random() >= share:
        agent, event, action, reply, reason, data = "Inbound Trust Agent", "OnEndOfHeaders", "ModifyHeaders", "", "", ""
    client = f"203.0.113.{chance.randint(1, 250)}"
    recipients = ";".join(chance.sample(["berta@contoso.example", "carl@contoso.example"], chance.randint(1, 2)))
    return row(
        time_text(moment), f"08DE1F3A{number:08X}", "192.0.2.5:25", f"{client}:{40_000 + number % 9_000}", client,
        f"<{number}@example.org>", "ann@example.org", "ann@example.org;", recipients, recipients.count(";") + 1, agent,
        event, action, reply, reason, data, "", "", "", "Incoming",
    )  # fmt: skip


def agent_log(entries: int = 60, seed: int = 11, share: float = 0.5) -> str:
    """A log of so many entries."""
    chance = random.Random(seed)
    return header("Agent Log", FIELDS) + "".join(agent_row(number, chance, share) for number in range(entries))


def write_agent_log(target: BinaryIO, size: int, seed: int = 7002) -> None:
    """A log of about `size` bytes, of which 5 in 100 entries refuse something."""
    chance = random.Random(seed)
    written = target.write(header("Agent Log", FIELDS).encode())
    numbers: Iterator[int] = count()
    while written < size:
        written += target.write(agent_row(next(numbers), chance, 0.05).encode())
