"""A refusal as the tasks know it, and how to read a log of such lines without smtpscope, so that the two can differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from support.changed import replace

_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) \w+ (?P<server>\S+) MSExchangeTransport 7002 .*?"
    r'connection #(?P<connection>\d+)\. The remote host "(?P<host>[^"]*)", responded to the SMTP command '
    r'"(?P<verb>[^"]*)" with "(?P<reply>[^"]*)"\. The full command sent was "(?P<command>[^"]*)"\.'
)


@dataclass(frozen=True, slots=True)
class Message:
    """One event 7002. `time` is in UTC; texts are without the blanks that the event has behind them."""

    time: datetime
    server: str
    connection: int
    host: str
    verb: str
    reply: str
    command: str

    @property
    def code(self) -> int:
        return int(self.reply[:3])

    @property
    def permanent(self) -> bool:
        return self.reply.startswith("5")

    @property
    def host_key(self) -> str:
        """One host whatever its spelling; "" for the host that is not named."""
        return self.host.lower()

    @property
    def recipient(self) -> str | None:
        found = re.fullmatch(r"RCPT TO:<(.*)>", self.command)
        return None if found is None else found[1]

    @property
    def line(self) -> str:
        kind, outcome = ("error", "will probably") if self.permanent else ("warning", "may")
        return (
            f"{self.time:%Y-%m-%d %H:%M:%S} {kind.capitalize()} {self.server} MSExchangeTransport 7002 "
            f"This is an SMTP protocol {kind} log for virtual server ID 1, connection #{self.connection}. "
            f'The remote host "{self.host}", responded to the SMTP command "{self.verb}" with "{self.reply}  ". '
            f'The full command sent was "{self.command}  ".  This {outcome} cause the connection to fail.'
        )

    def on_connection(self, connection: int) -> Message:
        return replace(self, connection=connection)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays which part in the tasks.

    `mailbox_host` has no such mailboxes, `blocked_host` has us on a block list (both with `code`); `outage_host` was
    down for an afternoon with `outage_code`; the temporary refusals are those of `server` since `since`, without
    `without_host`.
    """

    code: int
    mailbox_host: str
    blocked_host: str
    outage_code: int
    outage_host: str
    since: date
    server: str
    without_host: str


def read_messages(lines: Iterable[str]) -> list[Message]:
    """The messages of a log of lines. Raises ValueError on a line that is none."""
    return [_message(line) for line in lines if line.strip()]


def _message(line: str) -> Message:
    found = _LINE.match(line)
    if found is None:
        raise ValueError(f"not an event 7002: {line[:80]!r}")
    return Message(
        time=datetime.fromisoformat(found["time"]).replace(tzinfo=UTC),
        server=found["server"],
        connection=int(found["connection"]),
        host=found["host"],
        verb=found["verb"],
        reply=found["reply"].rstrip(),
        command=found["command"].rstrip(),
    )


def cast_of(messages: Sequence[Message], *, code: int = 550, outage_code: int = 421, server: str = "EXCH02") -> Cast:
    """Finds who plays which part in a log of that shape; its last seven days are those of the temporary refusals."""
    with_code = [message for message in messages if message.code == code]
    [blocked] = {message.host_key for message in with_code if "blocked using" in message.reply}
    mailboxes = Counter(m.host_key for m in with_code if m.recipient is not None and m.host_key != blocked)
    outage = Counter(message.host_key for message in messages if message.code == outage_code)
    since = (max(message.time for message in messages) - timedelta(days=6)).date()
    temporary = Counter(message.host_key for message in messages if 400 <= message.code < 500 and message.recipient)
    return Cast(
        code=code,
        mailbox_host=mailboxes.most_common(1)[0][0],
        blocked_host=blocked,
        outage_code=outage_code,
        outage_host=outage.most_common(1)[0][0],
        since=since,
        server=server,
        without_host=temporary.most_common(1)[0][0],
    )
