"""The seam to servers: a connection to an IP address that was looked at just before."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Protocol

import msgspec


class MailStream(msgspec.Struct, frozen=True):
    """An open connection; `peer` is the IP address at its other end."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    peer: str


class Connector(Protocol):
    """Opens a TCP connection to exactly this IP address and port; raises OSError or TimeoutError."""

    async def open(self, address: str, port: int, tls: ssl.SSLContext | None, server_name: str) -> MailStream: ...


class Trust(Protocol):
    """Makes the TLS settings of a connection: verified against root certificates, or to look without trusting."""

    def __call__(self, *, verified: bool = True) -> ssl.SSLContext: ...


def system_trust(*, verified: bool = True) -> ssl.SSLContext:
    """With the root certificates of this computer."""
    context = ssl.create_default_context()
    # Python 3.13 began to refuse what RFC 5280 only advises, such as a missing key identifier; mail servers do not.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class DirectConnector:
    """Connects from this computer, without a proxy.

    `place` may lead an IP address and port somewhere else: tests have their servers on loopback.
    """

    def __init__(self, place: Callable[[str, int], tuple[str, int]] | None = None, limit: int = 8_192) -> None:
        self._place = place
        self._limit = limit

    async def open(self, address: str, port: int, tls: ssl.SSLContext | None, server_name: str) -> MailStream:
        where, at_port = (address, port) if self._place is None else self._place(address, port)
        # An IP address, never a name: nothing is looked up a second time between the look at it and the connection.
        reader, writer = await asyncio.open_connection(
            where, at_port, ssl=tls, server_hostname=server_name if tls is not None else None, limit=self._limit
        )
        return MailStream(reader, writer, address)
