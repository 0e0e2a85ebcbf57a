"""The peer's name or IP address, and one key for all spellings of it."""

from __future__ import annotations

import ipaddress

from smtpscope.parsing.smtp_exchange import RemoteHost

# A DNS name has at most 253 characters (RFC 1035 section 2.3.4); the codec takes quadratic time on longer labels.
_LONGEST_NAME = 253


def parse_remote_host(verbatim: str) -> RemoteHost:
    """The host `verbatim`, as in the event ("" for none), with its key; any text is accepted.

    `MX1.Example.COM.`, `[192.0.2.1]` and `[IPv6:2001:DB8::1]` (RFC 5321 section 4.1.3) lose mere spelling, and
    `mx1.example.com. [192.0.2.1]` the IP address: mail servers write both for a host with a name.
    """
    name = _name_beside_address(verbatim.strip().strip("\"'").strip())
    address = _address(name)
    if address is not None:
        return RemoteHost(verbatim, address, True)
    return RemoteHost(verbatim, _ascii(name.removesuffix(".").casefold()), False)


def _name_beside_address(text: str) -> str:
    """The name in `name [address]:port`, the IP address if the name is `unknown`; any other text as it is."""
    name, bracket, rest = text.rpartition("[")
    inside, closed, port = rest.partition("]")
    name = name.strip()
    if not (bracket and closed and name and (not port or port.startswith(":"))) or _address(inside) is None:
        return text
    return inside if name.casefold() == "unknown" else name


def _address(name: str) -> str | None:
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1].strip()
    if name[:5].casefold() == "ipv6:":
        name = name[5:]
    if len(name) > 64 or not (name[:1].isdigit() or ":" in name):
        return None
    try:
        address = ipaddress.ip_address(name.removesuffix("."))
    except ValueError:
        return None
    # A socket that listens on both families names an IPv4 peer as ::ffff:192.0.2.1.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _ascii(name: str) -> str:
    if name.isascii() or len(name) > _LONGEST_NAME:
        return name
    try:
        return name.encode("idna").decode("ascii").removesuffix(".").lower()
    except UnicodeError:
        return name
