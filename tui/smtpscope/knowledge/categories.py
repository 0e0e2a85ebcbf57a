"""The 29 things that can be wrong, in their fixed order, each with its short title."""

from __future__ import annotations

UNPARSED = "unparsed"
"""Entry and category of an event that could not be taken apart."""
NOT_A_REFUSAL = "not-a-refusal"
"""Entry and category of a reply that refuses nothing (2yz, 3yz)."""

CATEGORIES: dict[str, str] = {
    "recipient-unknown": "No such mailbox",
    "recipient-disabled": "Mailbox switched off",
    "recipient-restricted": "Recipient takes no mail from this sender",
    "recipient-domain": "Recipient domain takes no mail",
    "mailbox-full": "Mailbox full",
    "relay-denied": "Relaying refused",
    "auth-required": "Login required",
    "auth-failed": "Login failed",
    "tls": "TLS missing or failed",
    "sender-rejected": "Sender address refused",
    "sender-domain": "Sender domain not found",
    "email-auth": "SPF, DKIM or DMARC failed",
    "rdns": "Reverse DNS missing or wrong",
    "helo": "HELO name refused",
    "blocked": "On a block list or poor reputation",
    "spam": "Content judged as spam",
    "virus-attachment": "Virus or forbidden attachment",
    "malformed": "Message format refused",
    "too-large": "Message too large",
    "too-many-recipients": "Too many recipients",
    "rate-limited": "Too much mail or too many connections",
    "greylisted": "Greylisted",
    "unavailable": "Server busy or not reachable",
    "resources": "Server out of disk or memory",
    "server-error": "Server has a fault",
    "loop": "Mail loop",
    "protocol": "Command not understood",
    "verb-refused": "Microsoft verb refused",
    "policy": "Refused without a usable reason",
}

SPECIAL_CATEGORIES: dict[str, str] = {
    UNPARSED: "Event not understood",
    NOT_A_REFUSAL: "Not a refusal",
}

ALL_CATEGORIES: dict[str, str] = {**CATEGORIES, **SPECIAL_CATEGORIES}
