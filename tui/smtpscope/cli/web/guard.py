"""Access checks: only requests that name this machine, and only from our own page.

A web page from elsewhere must not reach us through its visitor's browser: neither under its own name pointed at us (DNS
rebinding), nor by opening a WebSocket to us, which browsers allow any page to do. Other users of this machine reach the
port as we do, so the address has a key that only its reader knows.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
import socket
from typing import Final

# RFC 9110 section 7.2, without forms that no browser sends: the header is used in the page and its policy.
_HOST: Final = re.compile(r"(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::[0-9]{1,5})?")

_KEY_BYTES: Final = 24
NO_KEY: Final = "The address lacks its key: open the whole address that smtpscope serve printed."


def new_key() -> str:
    """A key that nobody can guess, made of letters that an address may have."""
    return secrets.token_urlsafe(_KEY_BYTES)


def is_key(given: str, key: str) -> bool:
    """Whether `given` is the `key`; takes as long for any wrong one. Without a key ("") anything is right."""
    return not key or hmac.compare_digest(given.encode("utf-8", "replace"), key.encode())


HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    # The page may write to the clipboard when the user presses a key, but never read it.
    "Permissions-Policy": "clipboard-read=(), camera=(), microphone=(), geolocation=()",
}
"""Headers of every response."""


def policy(host: str) -> str:
    """The Content-Security-Policy of the page requested at `host`, a Host header that passed `refusal`.

    Scripts are our own files only; inline styles are allowed, since the terminal uses them. The sandbox has no
    allow-popups: the terminal turns URLs in replies into links, and a click would open a stranger's page.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' ws://{host}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "sandbox allow-scripts allow-same-origin allow-downloads",
        )
    )


def own_names(host: str) -> frozenset[str]:
    """Host names allowed in requests, besides any IP address: `host` as given, and this machine's names."""
    return frozenset(name.lower() for name in ("localhost", host, socket.gethostname()) if name)


def refusal(host: str | None, origin: str | None, names: frozenset[str]) -> str | None:
    """Why a request with these Host and Origin headers is refused, None if it is allowed.

    An IP address is always allowed, as rebinding needs a name. The port is ignored: through a tunnel it differs.
    """
    match = _HOST.fullmatch(host.lower()) if host else None
    if host is None or match is None:
        return "The request does not say which host it is for."
    if not (is_address(match[1] or match[2]) or match[2] in names):
        return "The request is for a host that this machine is not called."
    if origin is not None and origin.lower().partition("://")[2] != host.lower():
        return "The request comes from a page of another site."
    return None


def is_address(name: str) -> bool:
    """Whether `name` is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_this_machine_only(address: str) -> bool:
    """Whether a socket bound to `address` is reached from this machine only."""
    return is_address(address) and ipaddress.ip_address(address).is_loopback
