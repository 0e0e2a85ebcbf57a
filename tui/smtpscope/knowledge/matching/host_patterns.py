"""The remote hosts of a rule: single hosts by name or IP address, or domains with all hosts in them."""

from __future__ import annotations

from collections.abc import Iterable

from smtpscope.parsing.remote_host import parse_remote_host

# A DNS name has at most 253 characters (RFC 1035 section 2.3.4). A longer one is only compared as a whole, so a hostile
# name with a thousand labels costs no more than others.
_LONGEST_NAME = 253


def folded(pattern: str) -> str:
    """`MX1.Example.COM.` -> `mx1.example.com`, `.Example.COM` -> `.example.com`; "" if it isn't a host."""
    written = pattern.strip()
    key = parse_remote_host(written.removeprefix(".")).key
    return f".{key}" if key and written.startswith(".") else key


class HostPatterns:
    """Patterns in folded form: `mx1.example.com` and `192.0.2.1` match that host, `.example.com` the domain and all
    hosts in it.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = frozenset(patterns)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def fitting(self, host_key: str) -> tuple[str, ...]:
        """The patterns that match the host with this key, the most precise first; usually none."""
        if not self._patterns or not host_key:
            return ()
        names = [host_key]
        if len(host_key) <= _LONGEST_NAME:
            labels = host_key.split(".")
            names += ["." + ".".join(labels[place:]) for place in range(len(labels))]
        return tuple(name for name in names if name in self._patterns)
