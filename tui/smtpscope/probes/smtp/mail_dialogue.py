"""A conversation with a mail server in which only announced lines are sent (RFC 5321 section 4)."""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import suppress
from typing import Final

import msgspec

from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import DnsQuery, LiveCheck, LiveTarget, SmtpConnection
from smtpscope.probes.mail_connection import MailStream
from smtpscope.probes.safe_targets import is_address

REPLY_SECONDS: Final = 8.0
"""Time limit of one reply; servers that delay their banner on purpose take up to 6 s."""
IMPLICIT_TLS: Final = 465
PORTS: Final = (25, 465, 587)

_MOST_LINES: Final = 60
_REPLY_LINE: Final = re.compile(rb"([2-5][0-9]{2})([ -]?)(.*)\Z", re.DOTALL)
_KEYWORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,40}\Z")
_LONGEST_TEXT: Final = 500
_FAMILIES: Final = ("A", "AAAA")


class DialogueError(Exception):
    """The conversation can't go on: `finding` is that of the check, the message why."""

    def __init__(self, finding: str, why: str) -> None:
        super().__init__(why)
        self.finding = finding


class ServerReply(msgspec.Struct, frozen=True):
    """A reply with all its lines, without their codes."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"{self.code} {' '.join(self.lines)[:_LONGEST_TEXT]}".rstrip()

    @property
    def positive(self) -> bool:
        return 200 <= self.code < 400


def address_queries(host: str) -> tuple[DnsQuery, ...]:
    """The questions for the IP addresses of a host; none for an IP address."""
    return () if is_address(host) else tuple(DnsQuery(host, family) for family in _FAMILIES)


def connection_of(check: LiveCheck) -> SmtpConnection:
    """The announced connection of a check."""
    return next(each for each in check.sends if isinstance(each, SmtpConnection))


def hello(target: LiveTarget) -> str:
    """The EHLO line. Without our name, an address literal that gives nothing away (RFC 5321 section 4.1.3)."""
    return f"EHLO {target.helo or '[127.0.0.1]'}"


async def addresses_of(host: str, gate: Gate, evidence: list[str]) -> list[str]:
    """The IP addresses of a host. Raises DialogueError if there are none."""
    if is_address(host):
        return [host]
    found: list[str] = []
    untold = ""
    for query in address_queries(host):
        answer = await gate.ask(query.name, query.record_type)
        evidence.append(answer.line)
        found += answer.records
        if answer.untold:
            untold = answer.detail or answer.status
    if not found:
        why = f"its IP address is unknown: {untold}" if untold else "it has no IP address in DNS"
        raise DialogueError("no-address", f"{host} was not contacted: {why}")
    return found


class MailDialogue:
    """One connection. What came back is in `evidence`, a line each."""

    def __init__(self, announced: SmtpConnection, gate: Gate, evidence: list[str]) -> None:
        self._announced = announced
        self._gate = gate
        self._stream: MailStream | None = None
        self._silent = False
        self.evidence = evidence
        self.extensions: dict[str, str] = {}

    async def open(self, addresses: list[str], tls: ssl.SSLContext | None = None) -> ServerReply:
        """Connects and reads the banner. Raises DialogueError, and ssl.SSLError where `tls` does not come about."""
        place = f"{self._announced.host} port {self._announced.port}"
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                self._stream = await self._gate.connect(self._announced, addresses, tls)
        except TimeoutError:
            raise DialogueError("no-connection", f"{place} does not answer within {REPLY_SECONDS:g} s") from None
        except ssl.SSLError:
            raise
        except OSError as error:
            why = error.strerror or str(error)
            raise DialogueError("no-connection", f"No connection to {place}: {why}") from error
        self.evidence.append(f"connected to {self._stream.peer} port {self._announced.port}")
        return await self._reply()

    async def say(self, line: str) -> ServerReply:
        """Sends an announced line and reads the reply. Raises DialogueError."""
        await self._send(line)
        return await self._reply()

    async def _send(self, line: str) -> None:
        assert self._stream is not None
        try:
            self._stream.writer.write(self._gate.line(self._announced, line))
            await self._stream.writer.drain()
        except OSError as error:
            raise DialogueError("no-connection", f"The connection was closed: {error}") from error
        self.evidence.append(f"> {line}")

    async def greet(self, line: str) -> ServerReply:
        """EHLO; its extensions are in `extensions`, keyword in upper case (RFC 5321 section 4.1.1.1)."""
        reply = await self.say(line)
        self.extensions = {}
        if reply.positive:
            for each in reply.lines[1:]:
                keyword, _, values = each.partition(" ")
                if _KEYWORD.match(keyword):
                    self.extensions[keyword.upper()] = values[:_LONGEST_TEXT]
        return reply

    async def start_tls(self, context: ssl.SSLContext) -> ssl.SSLObject:
        """The handshake after STARTTLS was accepted. Raises ssl.SSLError, and DialogueError when the line breaks."""
        assert self._stream is not None
        await self._nothing_left()
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                await self._stream.writer.start_tls(context, server_hostname=self._announced.host)
        except TimeoutError:
            self._silent = True
            raise DialogueError("no-handshake", f"TLS did not come about within {REPLY_SECONDS:g} s") from None
        except ssl.SSLError:
            raise
        except OSError as error:
            raise DialogueError(
                "no-handshake", f"The server closed the connection during the handshake: {error}"
            ) from error
        return self.tls

    async def _nothing_left(self) -> None:
        """Raises DialogueError where more has come than the reply to STARTTLS: it would be read as if TLS had
        protected it (RFC 3207 section 4.2).
        """
        assert self._stream is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                if more := await self._stream.reader.read(_LONGEST_TEXT):
                    self.evidence.append(f"< {_shortened(more)}")
                    why = f"{self._announced.host} or somebody on the way sent text between STARTTLS and TLS"
                    raise DialogueError("no-handshake", why)

    @property
    def tls(self) -> ssl.SSLObject:
        """The TLS of this connection."""
        assert self._stream is not None
        found: ssl.SSLObject = self._stream.writer.get_extra_info("ssl_object")
        return found

    async def close(self, quit_line: str = "") -> None:
        """Says QUIT where that is announced, and closes. Raises nothing.

        Of a check that is stopped, by the user or by its time limit, nothing more is said, and no reply is waited for;
        nor is one of a server that has kept silent once.
        """
        if self._stream is None:
            return
        task = asyncio.current_task()
        with suppress(DialogueError, OSError, ssl.SSLError, ValueError):
            if quit_line and not (task is not None and task.cancelling()):
                await (self._send(quit_line) if self._silent else self.say(quit_line))
        self._stream.writer.close()
        with suppress(OSError, ssl.SSLError, TimeoutError):
            async with asyncio.timeout(0.2):
                await self._stream.writer.wait_closed()
        self._stream = None

    async def _reply(self) -> ServerReply:
        assert self._stream is not None
        lines: list[str] = []
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                while len(lines) < _MOST_LINES:
                    raw = await self._stream.reader.readline()
                    found = _REPLY_LINE.match(raw.rstrip(b"\r\n"))
                    if not raw:
                        raise DialogueError("no-connection", "The server closed the connection without a reply")
                    if found is None:
                        raise DialogueError("not-smtp", f"That is not SMTP: {_shortened(raw)}")
                    lines.append(found[3].decode("utf-8", "replace"))
                    self.evidence.append(f"< {_shortened(raw)}")
                    if found[2] != b"-":
                        return ServerReply(int(found[1]), tuple(lines))
        except TimeoutError:
            self._silent = True
            raise DialogueError("no-connection", f"No reply within {REPLY_SECONDS:g} s") from None
        except ssl.SSLError:
            raise
        except ValueError:
            # A line beyond the limit of the reader.
            raise DialogueError("not-smtp", "A line of the server has no end") from None
        except OSError as error:
            raise DialogueError("no-connection", f"The connection broke: {error}") from error
        raise DialogueError("not-smtp", f"The reply of the server has more than {_MOST_LINES} lines")


def _shortened(raw: bytes) -> str:
    return raw.rstrip(b"\r\n")[:500].decode("utf-8", "replace")
