"""The only way out: a check asks and connects through its gate, which lets pass what was announced and nothing else."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field

from smtpscope.knowledge.live.block_lists import BlockLists
from smtpscope.probes.live_check import (
    MOST_ADDRESSES,
    Connection,
    DnsQuery,
    FollowedQueries,
    HttpsFetch,
    LiveCheck,
    SmtpConnection,
)
from smtpscope.probes.mail_connection import Connector, MailStream, Trust, system_trust
from smtpscope.probes.name_server import DnsAnswer, Resolver
from smtpscope.probes.pacing import LiveClock, Pace
from smtpscope.probes.safe_targets import LabelKind, Reach, UnsafeTargetError


class NotAnnouncedError(Exception):
    """A check tried to send something that was not announced: a bug in it, which ends the check before it is sent."""


class EnoughAskedError(Exception):
    """Answers led to more questions than were announced; the check ends with what it knows."""


@dataclass
class AnswerMemory:
    """Answers of this run until their TTL ends, so that the same is not asked again."""

    clock: LiveClock
    most: int = 2_000
    _kept: dict[tuple[str, str], tuple[float, DnsAnswer]] = field(default_factory=dict)

    def get(self, name: str, record_type: str) -> DnsAnswer | None:
        kept = self._kept.get((name, record_type))
        return kept[1] if kept is not None and kept[0] > self.clock.monotonic() else None

    def put(self, answer: DnsAnswer) -> None:
        """Errors and silence are not remembered, and names without records only for a minute."""
        if answer.untold:
            return
        if len(self._kept) >= self.most:
            self._kept.clear()
        seconds = min(answer.ttl, 3_600) if answer.records else 60
        self._kept[(answer.question_name, answer.record_type)] = (self.clock.monotonic() + seconds, answer)


@dataclass
class Outside:
    """Everything that the gates of one run share."""

    resolver: Resolver
    connector: Connector
    clock: LiveClock
    pace: Pace
    memory: AnswerMemory
    reach: Reach
    lists: BlockLists
    trust: Trust = field(default_factory=lambda: system_trust)


class Gate:
    """One check's way out. `sent` lists what went out, `asked` who answered, in order."""

    def __init__(self, check: LiveCheck, outside: Outside) -> None:
        self._outside = outside
        self._zone = check.target.zone if check.kind == "block-list" else ""
        self._labels: LabelKind = "printable" if check.kind == "spf" else "service"
        self._exact = {(each.name, each.record_type) for each in check.sends if isinstance(each, DnsQuery)}
        self._followed = {each: each.most for each in check.sends if isinstance(each, FollowedQueries)}
        self._connections = {each: each.most for each in check.sends if isinstance(each, SmtpConnection | HttpsFetch)}
        self.reach = outside.reach
        self.lists = outside.lists
        self.trust = outside.trust
        self.sent: list[str] = []
        self.asked: dict[str, None] = {}

    @property
    def connected(self) -> bool:
        """Whether it connected to a server, or tried to."""
        return any(line.startswith("TCP ") for line in self.sent)

    @property
    def now_ms(self) -> int:
        return self._outside.clock.now_ms()

    async def ask(self, name: str, record_type: str) -> DnsAnswer:
        """The answer to a question that was announced by its name. Raises NotAnnouncedError."""
        if (name, record_type) not in self._exact:
            raise NotAnnouncedError(f"{record_type} {name}")
        return await self._ask(name, record_type)

    async def follow(self, name: str, record_type: str, labels: LabelKind = "host") -> DnsAnswer:
        """The answer about a name that came from an earlier answer; one that was announced itself is one of those.

        Raises UnsafeTargetError for a name that must not be asked for, EnoughAskedError after as many as announced, and
        NotAnnouncedError for a type that is not announced at all.
        """
        name = self.reach.name(name, labels)
        if (name, record_type) in self._exact:
            return await self._ask(name, record_type)
        known = self._outside.memory.get(name, record_type)
        if known is not None and any(record_type in each.record_types for each in self._followed):
            self.asked[known.server] = None
            return known
        for each, left in self._followed.items():
            if record_type in each.record_types and left > 0:
                self._followed[each] = left - 1
                return await self._ask(name, record_type)
        if any(record_type in each.record_types for each in self._followed):
            raise EnoughAskedError(f"{record_type} {name}")
        raise NotAnnouncedError(f"{record_type} {name}")

    async def _ask(self, name: str, record_type: str) -> DnsAnswer:
        # Announcements are made of names that were looked at; this is the last look before one leaves.
        self.reach.name(name, self._labels)
        memory = self._outside.memory
        known = memory.get(name, record_type)
        if known is None:
            for _ in range(2):
                if self._zone:
                    await self._outside.pace.turn(self._zone)
                self.sent.append(f"DNS {record_type} {name}")
                known = await self._outside.resolver.ask(name, record_type)
                if known.status != "no answer":
                    break
            assert known is not None
            memory.put(known)
        self.asked[known.server] = None
        return known

    async def connect(
        self, announced: Connection, addresses: Iterable[str], tls: ssl.SSLContext | None = None
    ) -> MailStream:
        """A connection to the first of `addresses` that may be contacted and answers.

        Each one is looked at here, after it was resolved and right before it is used, and the connection is made to it
        and not to the name. Raises UnsafeTargetError if none may be contacted, OSError or TimeoutError if none answers.
        """
        if self._connections.get(announced, 0) <= 0:
            raise NotAnnouncedError(announced.words)
        safe: list[str] = []
        refused: UnsafeTargetError | None = None
        for address in addresses:
            try:
                safe.append(self.reach.address(address))
            except UnsafeTargetError as error:
                refused = error
        if not safe:
            raise refused or OSError("it has no IP address")
        self._connections[announced] -= 1
        failed: OSError | None = None
        for address in safe[:MOST_ADDRESSES]:
            self.sent.append(f"TCP {address} port {announced.port}")
            try:
                stream = await self._outside.connector.open(address, announced.port, tls, announced.host)
            except ssl.SSLError:
                raise
            except OSError as error:
                failed = error
                continue
            self.asked[f"{announced.host} [{address}] port {announced.port}"] = None
            return stream
        assert failed is not None
        raise failed

    def line(self, announced: SmtpConnection, line: str) -> bytes:
        """`line` as bytes to send, if it was announced. Raises NotAnnouncedError."""
        if line not in announced.lines:
            raise NotAnnouncedError(line)
        self.sent.append(f"SMTP {line}")
        return f"{line}\r\n".encode("ascii")

    def request(self, announced: HttpsFetch) -> bytes:
        """The bytes that ask for a page that was announced. Raises NotAnnouncedError."""
        if announced not in self._connections:
            raise NotAnnouncedError(announced.words)
        self.sent.append(f"HTTPS {announced.lines[0]} {announced.host}")
        return "".join(f"{line}\r\n" for line in announced.lines).encode("ascii")
