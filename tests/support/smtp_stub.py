"""A mail server on loopback that follows a script, for tests of live checks; and certificates made for it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from smtpscope.probes.mail_connection import Trust

DAY = timedelta(days=1)


@dataclass(frozen=True)
class MadeCertificate:
    """A certificate with its key in one file, and the certificate alone in DER."""

    path: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path)
        return context


@cache
def certificate(
    *names: str,
    issuer: MadeCertificate | None = None,
    days: tuple[int, int] = (-10, 100),
    authority: bool = False,
) -> MadeCertificate:
    """For `names` (host names or IP addresses), signed by `issuer` or by itself, valid for `days` from today."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    alternatives: list[x509.GeneralName] = []
    for name in names:
        try:
            alternatives.append(x509.IPAddress(ip_address(name)))
        except ValueError:
            alternatives.append(x509.DNSName(name))
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * DAY)
        .not_valid_after(now + days[1] * DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = key if issuer is None else issuer.key
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    if authority:
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        builder = builder.add_extension(usage, critical=True)
    signed = builder.sign(signer, hashes.SHA256())
    path = Path(mkdtemp(prefix="smtpscope-certificate-")) / "chain.pem"
    parts = (
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        signed.public_bytes(serialization.Encoding.PEM),
    )
    path.write_bytes(b"".join(parts))
    return MadeCertificate(path, signed, key)


def authority() -> MadeCertificate:
    """The root that the tests trust."""
    return certificate("root.example", authority=True)


def trusting(root: MadeCertificate) -> Trust:
    """A Trust with this root only."""

    def trust(*, verified: bool = True) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(root.path)
        if not verified:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    return trust


@contextmanager
def nobody_listening() -> Iterator[int]:
    """A port of loopback that refuses connections, and that nobody else gets meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@dataclass
class SmtpStub:
    """Runs while it is entered. `said` are the lines that it received, `replies` its answers by verb.

    `banner` None keeps silent, "" closes at once. `tls` is the context for STARTTLS; None does not offer it.
    """

    banner: str | None = "220 mx1.fabrikam.com ESMTP"
    extensions: tuple[str, ...] = ("SIZE 35882577", "8BITMIME")
    replies: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    said: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __enter__(self) -> SmtpStub:
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()

        async def serve() -> None:
            self._stop = asyncio.Event()
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls if self.implicit else None)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await self._stop.wait()
            server.close()

        def run() -> None:
            self._loop.set_exception_handler(lambda loop, context: None)
            self._loop.run_until_complete(serve())
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert ready.wait(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if self.banner is None:
                await reader.read()
                return
            if self.banner:
                await self._send(writer, self.banner)
                encrypted = self.implicit
                while line := (await reader.readline()).decode().rstrip("\r\n"):
                    self.said.append(line)
                    verb = line.split(" ", 1)[0].upper()
                    reply = self.replies.get(verb) or self._usual(verb, encrypted)
                    await self._send(writer, reply)
                    if verb == "STARTTLS" and reply.startswith("220") and self.tls is not None:
                        await writer.start_tls(self.tls)
                        encrypted = True
                    if verb == "QUIT":
                        break
        except (OSError, ssl.SSLError):
            pass
        finally:
            writer.close()

    @staticmethod
    async def _send(writer: asyncio.StreamWriter, reply: str) -> None:
        writer.write(f"{reply}\r\n".encode())
        await writer.drain()

    def _usual(self, verb: str, encrypted: bool) -> str:
        if verb == "EHLO":
            starttls = ("STARTTLS",) if self.tls is not None and not encrypted else ()
            lines = ("mx1.fabrikam.com", *self.extensions, *starttls)
            return "\r\n".join(f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines)
        return {"STARTTLS": "220 go ahead", "QUIT": "221 bye"}.get(verb, "250 ok")
