"""Lines of mail logs read as a whole log, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from support.memory_source import MemorySource

OPTIONS = ReadOptions(newest=datetime(2026, 11, 25, tzinfo=UTC))

EventFingerprint = tuple[str, str, str, str, str, str | None]
"""Side, remote host, given verb, full command, reply and mailbox."""


def exchanges_of(reader: MailLog) -> list[SmtpExchangeRecord]:
    return [exchange for batch in reader.batches() for exchange in batch.exchanges]


def told(reader: Callable[..., MailLog], *lines: str) -> list[EventFingerprint]:
    """What each refusal in `lines` tells."""
    data = "".join(f"{line}\n" for line in lines).encode()
    return [
        (each.side, each.remote_host, each.logged_verb, each.command, each.reply, each.mailbox)
        for each in exchanges_of(reader(MemorySource(data), OPTIONS))
    ]
