"""A web server on loopback that answers each request with the same bytes, for tests of the MTA-STS policy."""

from __future__ import annotations

import socketserver
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType


def response(
    body: str, *, status: str = "200 OK", kind: str = "text/plain; charset=utf-8", headers: tuple[str, ...] = ()
) -> bytes:
    """An answer with its length."""
    head = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body.encode())}", *headers, "", "")
    return "\r\n".join(head).encode() + body.encode()


@dataclass
class HttpsStub:
    """Runs while it is entered. `requests` are the lines of each request; `answer` None keeps silent."""

    tls: ssl.SSLContext
    answer: bytes | None
    requests: list[list[str]] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> HttpsStub:
        stub = self

        class Request(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError), stub.tls.wrap_socket(self.request, server_side=True) as stream:
                    received = b""
                    while not received.endswith(b"\r\n\r\n") and (part := stream.recv(4_096)):
                        received += part
                    stub.requests.append(received.decode().splitlines())
                    if stub.answer is None:
                        stream.recv(1)
                    else:
                        stream.sendall(stub.answer)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Request)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
