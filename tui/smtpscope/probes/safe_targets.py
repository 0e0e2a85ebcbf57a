"""What may be asked about and connected to: valid host names of the public DNS, and public IP addresses.

Names and IP addresses come from a stranger's reply. Without `allow_private` nothing leaves that would tell a resolver
names of a private network, and nothing in a private network is contacted on a stranger's word.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Literal

import msgspec

_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")
# SPF, DKIM, DMARC and TLSA names begin labels with an underscore (RFC 8552).
_SERVICE_LABEL: Final = re.compile(r"_?[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\Z")
# What DNS takes and macros of SPF may make (RFC 7208 section 7.3). A backslash would begin an escape.
_PRINTABLE_LABEL: Final = re.compile(r"[\x20-\x5b\x5d-\x7e]{1,63}\Z")
_PATTERNS: Final = {"host": _LABEL, "service": _SERVICE_LABEL, "printable": _PRINTABLE_LABEL}
_LONGEST_NAME: Final = 253
_DEVIATIONS: Final = "\u00df\u1e9e\u03c2\u200c\u200d"
"""Signs that IDNA of 2003 and of 2008 write as different domains, which may have different owners (RFC 5894, 7.2)."""
_MAILBOX: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}\Z")

LabelKind = Literal["host", "service", "printable"]
"""What the labels of a name are made of: those of hosts, with underscores as policies have them, or any ASCII sign."""

PRIVATE_ENDINGS: Final = frozenset(
    {"localhost", "local", "internal", "onion", "alt", "invalid", "test", "localdomain"}
    | {"lan", "home", "corp", "mail", "intranet", "private", "domain"}
    | {"home.arpa", "resolver.arpa", "service.arpa"}
)
"""Names of no public DNS: RFC 6761, 6762 (with appendix G), 7686, 8375, 9462, 9476, 9665, and ICANN's reserved ones."""

_REVERSE: Final = (".in-addr.arpa", ".ip6.arpa")
_NOWHERE: Final = IPv4Address(0)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_NOT_OF_ONE_HOST: Final = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48"))
)
# The relay of 6to4 (RFC 7526), and RFC 6890's block: its PCP and TURN anycast (RFC 7723, 8155) is the nearest router.
# AMT (RFC 7450) and AS112 (RFC 7534, 7535) are whoever announces them nearby.
_ANYCAST: Final = tuple(
    map(IPv4Network, ("192.88.99.0/24", "192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24"))
)
# Under 0000:5efe or 0200:5efe, an interface identifier of ISATAP ends in an IPv4 address (RFC 5214 section 6.1).
_ISATAP: Final = (0x00005EFE, 0x02005EFE)


class UnsafeTargetError(Exception):
    """It is not asked or contacted; the message says why, in words for the user, and may quote a log."""


def host_name(text: str, labels: LabelKind = "host") -> str:
    """`text` as a host name in lower case without its trailing dot. Raises UnsafeTargetError.

    Its top-level label is that of a host always.
    """
    name = (text if labels == "printable" else text.strip()).removesuffix(".").lower()
    if not name.isascii():
        if any(sign in name for sign in _DEVIATIONS):
            raise UnsafeTargetError(f"{text[:80]!r} may mean two domains: write it as xn--")
        try:
            name = name.encode("idna").decode("ascii").lower() if len(name) <= _LONGEST_NAME else name
        except UnicodeError:
            raise UnsafeTargetError(f"{text[:80]!r} is not a valid host name") from None
    *others, top = name.split(".")
    right = all(map(_PATTERNS[labels].match, others)) and _LABEL.match(top) and not top.isdigit()
    if not 0 < len(name) <= _LONGEST_NAME or not right:
        raise UnsafeTargetError(f"{text[:80]!r} is not a valid host name")
    return name


def may_exist(name: str) -> bool:
    """Whether the public DNS can hold a name: labels of 1 to 63 signs, the last one that of a top-level domain."""
    labels = name.removesuffix(".").lower().split(".")
    return all(0 < len(label) < 64 for label in labels) and bool(_LABEL.match(labels[-1])) and not labels[-1].isdigit()


def mailbox_name(text: str) -> str:
    """`text` as a mailbox that can be asked for: an unquoted local part and a domain. Raises UnsafeTargetError."""
    if _MAILBOX.match(text) is None or ".." in text:
        raise UnsafeTargetError(f"{text[:80]!r} is not a plain mailbox")
    host_name(text.rpartition("@")[2])
    return text


def is_address(text: str) -> bool:
    """Whether `text` is an IP address rather than a name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def same_address(first: str, second: str) -> bool:
    """Whether both are the same IP address, however written; False for anything else."""
    try:
        return ip_address(first) == ip_address(second)
    except ValueError:
        return False


class PrivateTargetError(UnsafeTargetError):
    """A valid name or IP address, but not one of the public Internet."""


class Reach(msgspec.Struct, frozen=True):
    """How far checks may go. `allow_private` lets private names and IP addresses through."""

    allow_private: bool = False

    def name(self, text: str, labels: LabelKind = "host") -> str:
        """`text` as a name of the public DNS. Raises UnsafeTargetError."""
        name = host_name(text, labels)
        if self.allow_private:
            return name
        if "." not in name:
            raise PrivateTargetError(f"{name} is a name of a private network (it has no dot)")
        ending = next((each for each in PRIVATE_ENDINGS if name.endswith(f".{each}") or name == each), None)
        if ending is not None:
            raise PrivateTargetError(f"{name} is a name of a private network (.{ending})")
        top = name.rpartition(".")[2]
        if not top.isalpha() and not top.startswith("xn--"):
            # RFC 3696 section 2; of 0x7f.0x1 some programs make an IP address.
            raise PrivateTargetError(f"{name} is not a name of the public DNS (.{top})")
        if name.endswith(_REVERSE) and not _is_public(_address_of_pointer(name)):
            raise PrivateTargetError(f"{name} is the name of an IP address that is not public")
        return name

    def address(self, text: str) -> str:
        """`text` as a public IP address in its canonical form; an IPv4-mapped one as IPv4. Raises UnsafeTargetError."""
        try:
            address: IPv4Address | IPv6Address = ip_address(text.strip().strip("[]"))
        except ValueError:
            raise UnsafeTargetError(f"{text[:80]!r} is not an IP address") from None
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            raise UnsafeTargetError(f"{address} is an IP address of this computer's own network")
        if not self.allow_private and not _is_public(address):
            raise PrivateTargetError(f"{address} is not a public IP address")
        return str(address)


def _address_of_pointer(name: str) -> IPv4Address | IPv6Address:
    """The IP address that a reverse name is about; 0.0.0.0 for one that is not about exactly one (RFC 6303)."""
    written, _, family = name.removesuffix(".arpa").rpartition(".")
    labels = written.split(".")[::-1]
    try:
        if family == "in-addr":
            return IPv4Address(".".join(labels))
        return IPv6Address(int("".join(labels), 16)) if len(labels) == 32 == len("".join(labels)) else _NOWHERE
    except ValueError:
        return _NOWHERE


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Neither private, documentation, multicast nor reserved; for IPv6 only what is given out as global unicast.

    What carries an IPv4 address inside (NAT64, 6to4, Teredo: RFC 6052, 3056, 4380) could lead into a private network;
    one of ISATAP is as public as that address.
    """
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _ANYCAST)
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP and not _is_public(IPv4Address(int(address) & 0xFFFFFFFF)):
        return False
    return address in _GLOBAL_UNICAST and not any(address in network for network in _NOT_OF_ONE_HOST)
