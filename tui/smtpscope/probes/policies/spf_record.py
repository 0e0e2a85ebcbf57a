"""An SPF record, parsed (RFC 7208 sections 5, 6, 7 and 12); what is not understood is a permanent error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Final, Literal

import msgspec

Qualifier = Literal["+", "-", "~", "?"]
MOST_LENGTH: Final = 10_000

_TERM: Final = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)((?:[:/].*)?)\Z", re.IGNORECASE)
_MODIFIER: Final = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(.*)\Z")
_PREFIXES: Final = re.compile(r"(.*?)(?:/(0|[1-9][0-9]{0,2}))?(?://(0|[1-9][0-9]{0,2}))?\Z")
_NETWORK: Final = re.compile(r"[0-9A-Fa-f:.]+(?:/(?:0|[1-9][0-9]{0,2}))?\Z")
# Section 7.1: a domain ends in a macro, or in a label with a letter or a hyphen inside.
_DOMAIN_END: Final = re.compile(r".*\.(?=[^.]*[A-Za-z-])(?!-)[A-Za-z0-9-]+(?<!-)\.?\Z")
_MACRO: Final = re.compile(r"%(?:\{([slodiphcrtv])([0-9]{0,3})(r?)([.\-+,/_=]*)\}|([%_-]))", re.IGNORECASE)
_LITERAL: Final = re.compile(r"[\x21-\x24\x26-\x7e]*\Z")


class SpfSyntaxError(ValueError):
    """The record is wrong; the message says where."""


class SpfDirective(msgspec.Struct, frozen=True):
    """A mechanism: `value` is its domain or network as written, "" if there is none."""

    qualifier: Qualifier
    name: str
    value: str
    prefix4: int = 32
    prefix6: int = 128


class SpfRecord(msgspec.Struct, frozen=True):
    directives: tuple[SpfDirective, ...]
    redirect: str = ""


def is_spf(text: str) -> bool:
    """Whether a TXT record is one of SPF version 1 (section 4.5)."""
    lowered = text.lower()
    return lowered == "v=spf1" or lowered.startswith("v=spf1 ")


def parse_spf(text: str) -> SpfRecord:
    """The whole record; a mistake anywhere spoils all of it (section 4.6). Raises SpfSyntaxError."""
    if len(text) > MOST_LENGTH:
        raise SpfSyntaxError("the record is too long")
    directives: list[SpfDirective] = []
    modifiers: dict[str, str] = {}
    for term in text[6:].split(" "):
        if not term:
            continue
        mechanism = _TERM.match(term)
        if mechanism is not None:
            directives.append(_directive(term, mechanism))
            continue
        modifier = _MODIFIER.match(term)
        if modifier is None:
            raise SpfSyntaxError(f"{term[:60]!r} is not understood")
        name = modifier[1].lower()
        if name in ("redirect", "exp"):
            if name in modifiers:
                raise SpfSyntaxError(f"{name} appears twice")
            _check_domain(term, modifier[2])
        else:
            _check_macros(term, modifier[2])
        modifiers.setdefault(name, modifier[2])
    return SpfRecord(tuple(directives), modifiers.get("redirect", ""))


def _directive(term: str, found: re.Match[str]) -> SpfDirective:
    qualifier: Qualifier = found[1] or "+"  # type: ignore[assignment]
    name, rest = found[2].lower(), found[3]
    if name in ("ip4", "ip6"):
        return SpfDirective(qualifier, name, _network(term, name, rest.removeprefix(":")))
    if name == "all":
        if rest:
            raise SpfSyntaxError(f"{term[:60]!r}: all takes no value")
        return SpfDirective(qualifier, name, "")
    domain, prefix4, prefix6 = rest, None, None
    if name in ("a", "mx"):
        parts = _PREFIXES.match(rest)
        assert parts is not None
        domain, prefix4, prefix6 = parts[1], parts[2], parts[3]
    if domain and not domain.startswith(":"):
        raise SpfSyntaxError(f"{term[:60]!r} is not understood")
    value = domain.removeprefix(":")
    if domain or name in ("include", "exists"):
        _check_domain(term, value)
    lengths = (32 if prefix4 is None else int(prefix4), 128 if prefix6 is None else int(prefix6))
    if lengths[0] > 32 or lengths[1] > 128:
        raise SpfSyntaxError(f"{term[:60]!r}: the prefix is too long")
    return SpfDirective(qualifier, name, value, *lengths)


def _network(term: str, name: str, written: str) -> str:
    try:
        if not _NETWORK.match(written):
            raise ValueError
        network = ip_network(written, strict=False)
    except ValueError:
        raise SpfSyntaxError(f"{term[:60]!r} is not an IP network") from None
    if network.version != int(name[2]):
        raise SpfSyntaxError(f"{term[:60]!r} is an IP network of the other family")
    return str(network)


def _check_domain(term: str, value: str) -> None:
    _check_macros(term, value)
    ends_in_macro = any(found.end() == len(value) and found[1] for found in _MACRO.finditer(value))
    if not value or not (ends_in_macro or _DOMAIN_END.match(value)):
        raise SpfSyntaxError(f"{term[:60]!r} names no domain")


def _check_macros(term: str, value: str) -> None:
    left = _MACRO.sub("", value)
    if "%" in left or not _LITERAL.match(left):
        raise SpfSyntaxError(f"{term[:60]!r}: a character or macro in it is not allowed")
    for macro in _MACRO.finditer(value):
        if macro[1] and macro[1].lower() in "crt":
            raise SpfSyntaxError(f"{term[:60]!r}: that macro is for explanations only")
        if macro[2] and int(macro[2]) == 0:
            raise SpfSyntaxError(f"{term[:60]!r}: a macro of no labels")


def uses_validated_name(text: str) -> bool:
    """Whether it has the macro `p`, which section 7.2 wants nobody to use, and some do."""
    return any((macro[1] or "").lower() == "p" for macro in _MACRO.finditer(text))


class SpfMacros(msgspec.Struct, frozen=True):
    """The values of macros (section 7.2). `validated` is that of `p`, which takes questions to know."""

    address: str
    sender: str
    helo: str
    validated: str = ""

    def expanded(self, text: str, domain: str) -> str:
        """`text` with its macros replaced, at most 253 characters: labels in front are cut off (section 7.3)."""

        def value(macro: re.Match[str]) -> str:
            if macro[5]:
                return {"%": "%", "_": " ", "-": "%20"}[macro[5]]
            raw = self._value(macro[1].lower(), domain)
            parts = re.split(f"[{re.escape(macro[4] or '.')}]", raw)
            if macro[3]:
                parts.reverse()
            if macro[2]:
                parts = parts[-int(macro[2]) :]
            return ".".join(parts)

        whole = _MACRO.sub(value, text)
        while len(whole) > 253 and "." in whole:
            whole = whole.partition(".")[2]
        return whole

    def _value(self, letter: str, domain: str) -> str:
        local, _, sender_domain = self.sender.rpartition("@")
        address = ip_address(self.address)
        dotted = self.address if address.version == 4 else ".".join(address.exploded.replace(":", ""))
        return {
            "s": self.sender,
            "l": local,
            "o": sender_domain,
            "d": domain,
            "i": dotted,
            "v": "in-addr" if address.version == 4 else "ip6",
            "h": self.helo,
            "p": self.validated or "unknown",
        }[letter]


def within(addresses: Iterable[str], client: str, directive: SpfDirective) -> bool:
    """Whether `client` is in the network that one of `addresses` makes with the directive's prefix."""
    wanted = ip_address(client)
    length = directive.prefix4 if wanted.version == 4 else directive.prefix6
    for each in addresses:
        try:
            address = ip_address(each)
        except ValueError:
            continue
        if address.version == wanted.version and wanted in ip_network(f"{each}/{length}", strict=False):
            return True
    return False
