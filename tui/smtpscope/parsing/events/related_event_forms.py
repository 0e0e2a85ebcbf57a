"""The events other than 7002, 7004 and 7010 that report a refusal: their messages, and the meaning of each value.

Sources of the wordings: TechNet ff981124 (2003), ff985316 and KB 2888788 (2004), ff985567 (2005), ff981647 (2002),
ff982082 (2017), hh994900 (1012), bb218300 (1021), KB 817425 (756, 3028 and its kin), KB 286673 (4000), KB 818530
(1709), KB 818222 (20031), the Exchange Best Practices Analyzer (4006). 4001 and 4007 are 4000 and 4006 followed by verb
and reply; no article prints them, so their insertion strings are trusted only with a reply in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.reading.event_exports.messages.related_messages import RELATED_EVENT_IDS

_VALUE = re.compile(r"\{([a-z ]+)\}")
QUOTES: Final = "\"'`´“”„‘’"

_EXCHANGE: Final = frozenset({"msexchangetransport", "msexchangefrontendtransport"})
_SMTP_SERVICE: Final = frozenset({"msexchangetransport", "smtpsvc"})


@dataclass(frozen=True, slots=True)
class RelatedForm:
    """One event, or several with the same message.

    `sentence` is the message with the insertion strings as `{name}`; `reply` is the server's reply, made of the same
    names. `ends` means that nothing follows the message, so its last value may contain anything.
    """

    ids: frozenset[int]
    providers: frozenset[str]
    direction: Direction
    sentence: str
    reply: str
    ends: bool
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(_VALUE.findall(self.sentence)))

    @property
    def closing(self) -> str:
        """The fixed words after the last value."""
        return self.sentence[self.sentence.rindex("}") + 1 :]

    @property
    def phrases(self) -> tuple[re.Pattern[str], ...]:
        """The fixed words before each value, in order, and those after the last one."""
        return _phrases(self.sentence)


@cache
def _phrases(sentence: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(_phrase, _VALUE.split(sentence)[::2]))


def _phrase(words: str) -> re.Pattern[str]:
    """`words` with any spaces and line wraps between them, and any quotes, or none, for each quote."""
    pieces = []
    for piece in re.split(r"(\s+|[\"'])", words):
        if piece.isspace():
            pieces.append(r"\s+")
        elif piece in ("'", '"'):
            pieces.append(f"[{QUOTES}]?")
        else:
            pieces.append(re.escape(piece))
    # A search must not start at each space of a long run: the first one is enough.
    leading = re.match(r"\s|[\"']\s", words)
    if leading is not None:
        pieces.insert(0, r"(?<!\s)" if leading.group().isspace() else rf"(?:(?=[{QUOTES}])|(?<!\s))")
    return re.compile("".join(pieces), re.IGNORECASE)


def _form(
    ids: tuple[int, ...],
    providers: frozenset[str],
    direction: Direction,
    sentence: str,
    reply: str = "{reply}",
    *,
    ends: bool = True,
) -> RelatedForm:
    return RelatedForm(frozenset(ids), providers, direction, sentence, reply, ends)


FORMS: Final[tuple[RelatedForm, ...]] = (
    _form(
        (2003,),
        _EXCHANGE,
        Direction.OUTBOUND,
        "Send connector {connector} has failed to authenticate with {host}. "
        "The response from the remote site is {reply}.",
    ),
    _form(
        (2004,),
        _EXCHANGE,
        Direction.OUTBOUND,
        "Send connector {connector}: Message delivery was not successful. "
        "The message with message ID {message id} was acknowledged with SMTP response {reply}.",
    ),
    _form(
        (2005,),
        _EXCHANGE,
        Direction.OUTBOUND,
        "Send connector {connector}: Errors occurred with the connection to {host}. "
        "The connection was acknowledged with SMTP response {reply}.",
    ),
    _form(
        (2002,),
        _EXCHANGE,
        Direction.OUTBOUND,
        "Send connector {connector}: an error occurred while connecting to {host}.",
        "An error occurred while connecting",
    ),
    _form(
        (2017,),
        _EXCHANGE,
        Direction.OUTBOUND,
        "Outbound authentication failed with error {error} for Send connector {connector}. "
        "The authentication mechanism is {mechanism}. The target is {target}.",
        "Outbound authentication failed with error {error}. The authentication mechanism is {mechanism}.",
    ),
    _form(
        (1035,),
        _EXCHANGE,
        Direction.INBOUND,
        "Inbound authentication failed with error {error} for Receive connector {connector}. "
        "The authentication mechanism is {mechanism}. "
        "The source IP address of the client who tried to authenticate to Microsoft Exchange is [{address}]",
        "Inbound authentication failed with error {error}. The authentication mechanism is {mechanism}.",
        ends=False,
    ),
    _form(
        (1012,),
        _EXCHANGE,
        Direction.INBOUND,
        "Receive connector {connector}: Authentication failures have exceeded the maximum of {maximum} "
        "for the connection from {address}. Disconnecting",
        "Authentication failures have exceeded the maximum of {maximum} for the connection. Disconnecting.",
        ends=False,
    ),
    _form(
        (1021,),
        _EXCHANGE,
        Direction.INBOUND,
        "Receive connector '{connector}' rejected an incoming connection from IP address '{address}'. "
        "The maximum number of connections per source ('{maximum}')",
        "The maximum number of connections per source ({maximum}) has been reached.",
        ends=False,
    ),
    _form(
        (3028, 3008, 3009, 3015, 3017, 3018, 3030, 756),
        _SMTP_SERVICE,
        Direction.OUTBOUND,
        "A non-delivery report with a status code of {status} was generated for recipient {recipient} "
        "(Message-ID {message id})",
        "A non-delivery report with a status code of {status} was generated.",
        ends=False,
    ),
    _form(
        (4007,),
        _SMTP_SERVICE,
        Direction.OUTBOUND,
        "Message delivery to the host '{host}' failed while delivering to the remote domain '{domain}' "
        "for the following reason: {reason} The SMTP verb which caused the error is '{verb}'. "
        "The response from the remote server is '{reply}'.",
    ),
    _form(
        (4006,),
        _SMTP_SERVICE,
        Direction.OUTBOUND,
        "Message delivery to the host '{host}' failed while delivering to the remote domain '{domain}' "
        "for the following reason: {reason}",
        "{reason}",
    ),
    _form(
        (4001,),
        _SMTP_SERVICE,
        Direction.OUTBOUND,
        "Message delivery to the remote domain '{host}' failed{reason} The SMTP verb which caused the error is "
        "'{verb}'. The response from the remote server is '{reply}'.",
    ),
    _form(
        (4000,),
        _SMTP_SERVICE,
        Direction.OUTBOUND,
        "Message delivery to the remote domain '{host}' failed for the following reason: {reason}",
        "{reason}",
    ),
    _form(
        (4000,),
        _SMTP_SERVICE,
        Direction.OUTBOUND,
        "Message delivery to the remote domain '{host}' failed. {reason}",
        "{reason}",
    ),
    _form(
        (1709,),
        _SMTP_SERVICE,
        Direction.INBOUND,
        'The SMTP client "{host}" did not authenticate before attempting to send mail. Access was denied',
        "The SMTP client did not authenticate before attempting to send mail. Access was denied.",
        ends=False,
    ),
    _form(
        (1706,),
        _SMTP_SERVICE,
        Direction.INBOUND,
        'EXPS is temporarily unable to provide protocol security with "{host}". "{caller}" called "{function}" '
        "which failed with error code {error code} ( {source file}@{line} )",
        'EXPS is temporarily unable to provide protocol security. "{caller}" called "{function}" which failed with '
        "error code {error code}.",
        ends=False,
    ),
)

OPENING: Final = re.compile(
    r"(?:Send|Receive)\s+connector|(?:In|Out)bound\s+authentication|non-delivery\s+report|Message\s+delivery\s+to"
    r"|SMTP\s+client|EXPS\s+is",
    re.IGNORECASE,
)
"""Some of the first words of each message: a text without them has no message."""

UNKNOWN_COMMAND_ID: Final = 20031
"""Of the SMTP filter of ISA Server 2000 (SmtpEvt); the command is in the event's data, not in its strings."""
UNKNOWN_COMMAND: Final = "An unknown SMTP command"

RELATED_IDS: Final = RELATED_EVENT_IDS | {UNKNOWN_COMMAND_ID}
