"""DNS over dnspython: plain questions to the resolvers of this computer, or to one that was named."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

import msgspec

from smtpscope.errors import UsageError
from smtpscope.probes.name_server import AnswerStatus, DnsAnswer

if TYPE_CHECKING:
    import dns.message
    import dns.rdata

_ERRORS: Final[dict[str, AnswerStatus]] = {
    "NXDOMAIN": "no such name",
    "SERVFAIL": "server failure",
    "REFUSED": "refused",
}
_MOST_RECORDS: Final = 200
_LONGEST_RECORD: Final = 8_192


class NameServerPlace(msgspec.Struct, frozen=True):
    """Where a resolver answers."""

    address: str
    port: int = 53

    def __str__(self) -> str:
        if self.port == 53:
            return self.address
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def name_server_place(text: str) -> NameServerPlace:
    """`192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`. Raises UsageError."""
    written = text.strip()
    address, port = written, "53"
    if written.startswith("["):
        address, _, rest = written[1:].partition("]")
        port = rest.removeprefix(":") or "53"
    elif written.count(":") == 1:
        address, _, port = written.partition(":")
    try:
        ip_address(address)
        number = int(port)
    except ValueError:
        number = 0
    if not 0 < number < 65_536:
        raise UsageError(
            where="resolver",
            what=f"{text!r} is not the IP address of a resolver",
            remedy="Write for example 192.0.2.53 or [2001:db8::53]:5353",
        )
    return NameServerPlace(address, number)


def system_name_servers() -> tuple[NameServerPlace, ...]:
    """Those of /etc/resolv.conf, on Windows of the registry. Raises UsageError if there are none."""
    import dns.exception
    import dns.resolver

    try:
        found = dns.resolver.Resolver(configure=True).nameservers
    except (dns.exception.DNSException, OSError):
        found = []
    places = tuple(NameServerPlace(str(each)) for each in found if isinstance(each, str))
    if not places:
        raise UsageError(
            where="resolver", what="this computer has no DNS resolver set", remedy="Name one: --resolver 192.0.2.53"
        )
    return places


class DnspythonResolver:
    """Each question goes to the first server; only if it is silent, the next is asked (the caller asks again).

    `seconds` is the time limit of one question to one server. Nothing but the question itself is sent: no other
    resolver, no search list, no third party.
    """

    def __init__(self, places: tuple[NameServerPlace, ...], *, seconds: float = 3.0) -> None:
        self._places = places
        self._seconds = seconds
        self._silent: set[NameServerPlace] = set()

    @property
    def servers(self) -> tuple[str, ...]:
        return tuple(map(str, self._places))

    async def ask(self, name: str, record_type: str) -> DnsAnswer:
        """One question to one server: over UDP, and over TCP if the answer was cut off."""
        import dns.asyncquery
        import dns.exception
        import dns.flags
        import dns.message
        import dns.name

        place = next((each for each in self._places if each not in self._silent), self._places[0])
        try:
            # RFC 6840 section 5.7: the AD flag of a question asks for that of the answer.
            question = dns.message.make_query(
                dns.name.from_text(name), record_type, flags=dns.flags.RD | dns.flags.AD, use_edns=0, payload=1232
            )
        except dns.exception.DNSException as error:
            return DnsAnswer(name, record_type, "other error", server=str(place), detail=f"not a DNS name: {error}")
        try:
            async with asyncio.timeout(self._seconds):
                message, _ = await dns.asyncquery.udp_with_fallback(
                    question, place.address, timeout=self._seconds, port=place.port, ignore_unexpected=True
                )
        except (TimeoutError, dns.exception.Timeout):
            self._silent.add(place)
            if len(self._silent) == len(self._places):
                self._silent.clear()
            detail = f"no answer within {self._seconds:g} s"
            return DnsAnswer(name, record_type, "no answer", server=str(place), detail=detail)
        except (dns.exception.DNSException, OSError, EOFError, ValueError) as error:
            return DnsAnswer(name, record_type, "no answer", server=str(place), detail=_error_words(error))
        return _answer(message, name, record_type, place)


def _error_words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _answer(message: dns.message.Message, name: str, record_type: str, place: NameServerPlace) -> DnsAnswer:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.rcode

    server, rcode = str(place), dns.rcode.to_text(message.rcode())
    given: dict[str, Any] = {"server": server}
    if rcode not in ("NOERROR", "NXDOMAIN"):
        return DnsAnswer(name, record_type, _ERRORS.get(rcode, "other error"), detail=rcode, **given)
    if not isinstance(message, dns.message.QueryMessage):
        return DnsAnswer(name, record_type, "other error", detail="not the answer to a question", **given)
    try:
        chain = message.resolve_chaining()
    except dns.exception.DNSException as error:
        return DnsAnswer(name, record_type, "other error", detail=_error_words(error), **given)
    # The way to any other resolver can't be trusted with the flag.
    given["claimed"] = bool(message.flags & dns.flags.AD)
    given["authenticated"] = given["claimed"] and ip_address(place.address).is_loopback
    given["name"] = chain.canonical_name.to_text(omit_final_dot=True).lower()
    given["aliases"] = tuple(each.name.to_text(omit_final_dot=True).lower() for each in chain.cnames)
    given["ttl"] = chain.minimum_ttl
    if rcode == "NXDOMAIN":
        return DnsAnswer(name, record_type, "no such name", detail=rcode, **given)
    if chain.answer is None or not len(chain.answer):
        return DnsAnswer(name, record_type, "no data", **given)
    records = tuple(sorted(_text(each) for each in list(chain.answer)[:_MOST_RECORDS]))
    return DnsAnswer(name, record_type, "records", records, **given)


def _text(record: dns.rdata.Rdata) -> str:
    """TXT as the text it holds (RFC 7208 section 3.3: its strings joined), others as in a zone file."""
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings)[:_LONGEST_RECORD].decode("utf-8", "replace")
    return record.to_text()[:_LONGEST_RECORD]
