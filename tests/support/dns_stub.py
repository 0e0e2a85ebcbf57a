"""An authoritative DNS server on loopback for tests of live checks: UDP and TCP on one port, every question noted.

Zones are a dictionary: name -> type -> texts as in a zone file. A text that begins with `!` is how the server behaves:
`!SERVFAIL`, `!REFUSED`, `!SILENCE`, `!TC` (cut off over UDP, then the other records over TCP), `!AD` (authenticated),
`!NXDOMAIN`. A CNAME is followed through the zones, as a resolver does.
"""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

Zones = Mapping[str, Mapping[str, str | list[str]]]
_MOST_ALIASES = 12


@dataclass
class DnsStub:
    """Runs while it is entered. `zones` may be changed; `questions` are `TYPE name` in the order they came."""

    zones: dict[str, Mapping[str, str | list[str]]] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)
    over_tcp: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> DnsStub:
        stub = self

        class OverUdp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, sending = self.request
                answer = stub.answer(data, tcp=False)
                if answer is not None:
                    sending.sendto(answer, self.client_address)

        class OverTcp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                (length,) = struct.unpack("!H", self.request.recv(2))
                answer = stub.answer(self.request.recv(length), tcp=True)
                if answer is not None:
                    self.request.sendall(struct.pack("!H", len(answer)) + answer)

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._udp, self._tcp = _on_one_port(OverUdp, OverTcp)
        self.port = self._udp.server_address[1]
        for server in (self._udp, self._tcp):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()

    @property
    def resolver(self) -> str:
        """As `--resolver` wants it."""
        return f"127.0.0.1:{self.port}"

    def answer(self, data: bytes, *, tcp: bool) -> bytes | None:
        """The answer to a question, None for silence."""
        question = dns.message.from_wire(data)
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        record_type = dns.rdatatype.to_text(asked.rdtype)
        (self.over_tcp if tcp else self.questions).append(f"{record_type} {name}")
        answer = dns.message.make_response(question, recursion_available=True)
        for _ in range(_MOST_ALIASES):
            records = self._records(name, record_type)
            behaviour = {each for each in records if each.startswith("!")}
            if "!SILENCE" in behaviour:
                return None
            if "!TC" in behaviour and not tcp:
                answer.flags |= dns.flags.TC
                return answer.to_wire()
            if "!AD" in behaviour:
                answer.flags |= dns.flags.AD
            for word in ("SERVFAIL", "REFUSED", "NXDOMAIN"):
                if f"!{word}" in behaviour:
                    answer.set_rcode(dns.rcode.from_text(word))
                    return answer.to_wire()
            texts = [each for each in records if not each.startswith("!")]
            alias = self._records(name, "CNAME")
            if not texts and alias and record_type != "CNAME":
                answer.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", "CNAME", *alias))
                name = alias[0].rstrip(".")
                continue
            if texts:
                answer.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", record_type, *texts))
            elif not self._exists(name):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            break
        try:
            return answer.to_wire(max_size=65_535 if tcp else 1_232)
        except dns.exception.TooBig:
            cut_off = dns.message.make_response(question)
            cut_off.flags |= dns.flags.TC
            return cut_off.to_wire()

    def _records(self, name: str, record_type: str) -> list[str]:
        found = self.zones.get(name, {})
        texts = found.get(record_type, found.get("*", []))
        return [texts] if isinstance(texts, str) else list(texts)

    def _exists(self, name: str) -> bool:
        """RFC 8020: a name with something below it exists."""
        return any(each == name or each.endswith(f".{name}") for each in self.zones)


def _on_one_port(
    over_udp: type[socketserver.BaseRequestHandler], over_tcp: type[socketserver.BaseRequestHandler]
) -> tuple[socketserver.ThreadingUDPServer, socketserver.ThreadingTCPServer]:
    """A port that is free over UDP may be taken over TCP."""
    for _ in range(50):
        udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), over_udp)
        try:
            return udp, socketserver.ThreadingTCPServer(("127.0.0.1", udp.server_address[1]), over_tcp)
        except OSError:
            udp.server_close()
    raise AssertionError("no port is free over UDP and TCP")
