"""The 29 causes, in their fixed order, each with its short title."""

from __future__ import annotations

UNPARSED = "unparsed"
"""Entry and category of an event that could not be parsed."""
NOT_A_REFUSAL = "not-a-refusal"
"""Entry and category of a reply that is not a refusal (2yz, 3yz)."""

CATEGORIES: dict[str, str] = {
    "recipient-unknown": "No such mailbox",
    "recipient-disabled": "Mailbox disabled",
    "recipient-restricted": "Recipient is restricted",
    "recipient-domain": "Domain accepts no mail",
    "mailbox-full": "Mailbox full",
    "relay-denied": "Relaying denied",
    "auth-required": "Authentication required",
    "auth-failed": "Authentication failed",
    "tls": "TLS missing or failed",
    "sender-rejected": "Sender rejected",
    "sender-domain": "Sender domain not found",
    "email-auth": "SPF/DKIM/DMARC failed",
    "rdns": "PTR missing or wrong",
    "helo": "HELO name rejected",
    "blocked": "Block list or reputation",
    "spam": "Classified as spam",
    "virus-attachment": "Virus/banned attachment",
    "malformed": "Malformed message",
    "too-large": "Message too large",
    "too-many-recipients": "Too many recipients",
    "rate-limited": "Rate or connection limit",
    "greylisted": "Greylisted",
    "unavailable": "Server busy/unreachable",
    "resources": "Out of disk or memory",
    "server-error": "Server error",
    "loop": "Mail loop",
    "protocol": "Command not understood",
    "verb-refused": "Exchange command refused",
    "policy": "Refused without a reason",
}

SPECIAL_CATEGORIES: dict[str, str] = {
    UNPARSED: "Event not parsed",
    NOT_A_REFUSAL: "Not a refusal",
}

ALL_CATEGORIES: dict[str, str] = {**CATEGORIES, **SPECIAL_CATEGORIES}
