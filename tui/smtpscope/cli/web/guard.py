"""Who may ask for a page: only somebody who named this machine, and only from a page of ours.

There is no log-in, so a web page from elsewhere must not reach us through its reader's browser: neither under a name
of its own that it points at us (DNS rebinding), nor by opening a WebSocket to us, which browsers let any page do.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Final

# RFC 9110 section 7.2, without what no browser sends: the header goes into the page and into its policy.
_HOST: Final = re.compile(r"(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::[0-9]{1,5})?")

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    # The page may put text on the clipboard, as the user's keys ask for; what is on it is none of its business.
    "Permissions-Policy": "clipboard-read=(), camera=(), microphone=(), geolocation=()",
}
"""On every answer."""


def policy(host: str) -> str:
    """The Content-Security-Policy of the page that was asked for at `host`, a Host header that passed `refusal`.

    Scripts are files of ours only; styles may stand in the page, since the terminal writes its own. The sandbox has
    no allow-popups: the terminal makes links of what looks like one in a reply, and a click would open a stranger's.
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
            "sandbox allow-scripts allow-same-origin",
        )
    )


def own_names(host: str) -> frozenset[str]:
    """Names under which a browser may ask, besides any IP address: `host` as it was given, and this machine's."""
    return frozenset(name.lower() for name in ("localhost", host, socket.gethostname()) if name)


def refusal(host: str | None, origin: str | None, names: frozenset[str]) -> str | None:
    """Why a request with these headers Host and Origin is refused, None when it is answered.

    An address is always ours, as rebinding needs a name. The port is not looked at: through a tunnel it is another.
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
