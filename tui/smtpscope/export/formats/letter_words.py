"""What a letter to the other side's postmaster asks for, by cause, and why none is due where they need not act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Direction

ANYWAY_OPTION: Final = "--letter-anyway"
CHANGE_TO_FILL_IN: Final = "[what we changed]"

_ASKED_TO_ACT: Final[Mapping[str, str]] = {
    "recipient-unknown": "Please tell us whether this mailbox exists, and its present address if it has moved.",
    "recipient-disabled": "Please tell us whether this mailbox will be used again, and who takes its mail until then.",
    "recipient-restricted": "Please allow our senders to write to this recipient, or tell us whom they can write to.",
    "recipient-domain": "Please check the MX records of the domain and whether this server accepts mail for it.",
    "mailbox-full": "Please ask the owner of the mailbox to make room, or raise its quota.",
    "relay-denied": "Please add the domain to those that this server accepts mail for, or correct the MX records that "
    "point to it.",
    "tls": "Please check the certificate and the TLS settings of this server.",
    "rate-limited": "Please tell us which limit applies to our server, and raise it if you can.",
    "unavailable": "Please check the server, and let us know when it will accept mail again.",
    "resources": "Please check the disk space and the memory of the server.",
    "server-error": "Please look up the reply in the log of your server, and let us know when the error is fixed.",
    "loop": "Please check how your servers pass on mail for this recipient: it comes back to where it was.",
    "greylisted": "Please put our server on the list of those that are not deferred; it retries as the standard asks.",
    "spam": "Please check whether this is a false positive of your filter, and tell us what it objects to.",
}
_ASKED_AFTER_OUR_CHANGE: Final[Mapping[str, str]] = {
    "blocked": "Please remove our IP address from your list, and clear any cached result.",
    "spam": "Please check whether your filter still objects to our mail, and tell us what it objects to.",
    "rdns": "Please clear cached DNS answers about our IP address, and let us know if your server still refuses it.",
    "helo": "Please let us know if your server still refuses the name that ours gives.",
    "email-auth": "Please clear cached DNS answers about our domain, and let us know which check still fails.",
    "sender-domain": "Please clear cached DNS answers about our domain, and let us know if it still can't be found.",
    "tls": "Please let us know if the TLS handshake with our server still fails, and with which error.",
    "rate-limited": "Please let us know which limit applies to our server, and lift the block if there is one.",
}
_ASK_WHY: Final = (
    "Please let us know why your server refuses this mail, and what we need to change to have it accepted."
)
_ASK_SIDE: Final = "Please check how your side sends this mail. We are glad to help if the reply is unclear."

_NONE_DUE: Final[Mapping[WhoActs, str]] = {
    "us": "we have to act first. If they still refuse after that, write to them",
    "sender": "the sender has to act, not their postmaster",
    "recipient": "the recipient has to act, not their postmaster",
    "nobody": "no action is needed",
}


def request_words(category: str, who_acts: WhoActs, direction: Direction) -> str:
    """What the letter asks for, in one or two sentences."""
    if direction is Direction.INBOUND:
        return _ASK_SIDE
    if who_acts != "us":
        return _ASKED_TO_ACT.get(category, _ASK_WHY)
    asked = _ASKED_AFTER_OUR_CHANGE.get(category)
    return _ASK_WHY if asked is None else f"We have removed the cause on our side: {CHANGE_TO_FILL_IN}. {asked}"


def why_none_is_due(who_acts: WhoActs) -> str:
    """Why nobody of the other side needs a letter, "" where they have to act; half a sentence."""
    return _NONE_DUE.get(who_acts, "")
