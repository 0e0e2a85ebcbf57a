"""Fetches one announced page over HTTPS as RFC 8461 section 3.3 wants it: verified, exactly 200, no redirect."""

from __future__ import annotations

import asyncio
import io
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import HttpsFetch
from smtpscope.probes.smtp.mail_dialogue import DialogueError, addresses_of

if TYPE_CHECKING:
    from http.client import HTTPResponse

FETCH_SECONDS: Final = 8.0
"""Time limit of the connection, the request and the whole answer together."""
_LONGEST_HEAD: Final = 16_384


class _Received:
    """What came back, instead of the socket that http.client reads."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)


async def fetched(announced: HttpsFetch, gate: Gate, evidence: list[str], *, most: int) -> str:
    """The page as text, at most `most` bytes. Raises DialogueError with its finding: no-address, no-connection, or
    not-published for anything but a page that is there, of this name, and of the type text/plain.
    """
    addresses = await addresses_of(announced.host, gate, evidence)
    place = f"https://{announced.host}{announced.path}"
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            data = await _answer(announced, addresses, gate, most + _LONGEST_HEAD)
    except TimeoutError:
        raise DialogueError("no-connection", f"{announced.host} does not answer within {FETCH_SECONDS:g} s") from None
    except ssl.SSLCertVerificationError as error:
        evidence.append(f"certificate not accepted: {error.verify_message}")
        why = f"The certificate of {announced.host} is not accepted: {error.verify_message}"
        raise DialogueError("not-published", why) from error
    except ssl.SSLError as error:
        why = f"TLS with {announced.host} does not come about: {error.reason or error}"
        raise DialogueError("not-published", why) from error
    except OSError as error:
        why = f"No connection to {announced.host} port {announced.port}: {error.strerror or error}"
        raise DialogueError("no-connection", why) from error
    return _page(data, place, evidence, most)


async def _answer(announced: HttpsFetch, addresses: list[str], gate: Gate, most: int) -> bytes:
    """The whole answer, cut off after `most` bytes."""
    stream = await gate.connect(announced, addresses, gate.trust())
    try:
        stream.writer.write(gate.request(announced))
        await stream.writer.drain()
        data = bytearray()
        while len(data) <= most and (part := await stream.reader.read(8_192)):
            data += part
        return bytes(data)
    finally:
        stream.writer.close()
        with suppress(OSError, ssl.SSLError, TimeoutError):
            async with asyncio.timeout(0.2):
                await stream.writer.wait_closed()


def _page(data: bytes, place: str, evidence: list[str], most: int) -> str:
    from http.client import HTTPException, HTTPResponse

    response: HTTPResponse = HTTPResponse(_Received(data), method="GET")  # type: ignore[arg-type]
    try:
        response.begin()
        body = response.read(most + 1)
    except (HTTPException, ValueError, OSError) as error:
        raise DialogueError(
            "not-published", f"{place} does not answer as a web server: {type(error).__name__}"
        ) from None
    kind = response.headers.get_content_type()
    evidence.append(f"GET {place}: {response.status} {response.reason[:80]}, {kind[:80]}, {len(body)} bytes")
    if response.status in (301, 302, 303, 307, 308):
        raise DialogueError(
            "not-published", f"{place} is a redirect, which must not be followed (RFC 8461 section 3.3)"
        )
    if response.status != 200:
        raise DialogueError("not-published", f"{place} answers {response.status} {response.reason[:80]}")
    if len(body) > most:
        raise DialogueError("not-published", f"{place} is larger than {most // 1024} KB")
    if response.length:
        raise DialogueError("not-published", f"{place} ends before it is complete")
    if kind != "text/plain":
        raise DialogueError("not-published", f"{place} is {kind[:80]} and not text/plain")
    return body.decode("utf-8", "replace")
