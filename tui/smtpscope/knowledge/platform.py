"""Which mail server wrote a log: guidance for another one helps nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from smtpscope.parsing.smtp_exchange import SmtpExchange

Platform = Literal[
    "exchange-2003",
    "exchange",
    "postfix",
    "exim",
    "sendmail",
    "opensmtpd",
    "courier",
    "haraka",
    "qmail",
    "hmailserver",
    "mailenable",
    "msmtp",
    "dma",
    "nullmailer",
    "ssmtp",
    "stalwart",
    "ironport",
]


class _Server(NamedTuple):
    """`words` is what people call the server; a program whose name begins with one of `programs` writes its log."""

    platform: Platform
    words: str
    programs: tuple[str, ...] = ()


_SERVERS: Final = (
    _Server("exchange-2003", "Exchange 2003"),
    _Server("exchange", "Exchange 2007+"),
    _Server("postfix", "Postfix", ("postfix",)),
    _Server("exim", "Exim", ("exim",)),
    _Server("sendmail", "Sendmail"),
    _Server("opensmtpd", "OpenSMTPD", ("smtpd", "opensmtpd")),
    _Server("courier", "Courier", ("courier",)),
    _Server("haraka", "Haraka", ("haraka",)),
    _Server("qmail", "qmail", ("qmail", "rblsmtpd")),
    _Server("hmailserver", "hMailServer", ("hmailserver",)),
    _Server("mailenable", "MailEnable", ("mailenable",)),
    _Server("msmtp", "msmtp", ("msmtp",)),
    _Server("dma", "dma", ("dma",)),
    _Server("nullmailer", "nullmailer", ("nullmailer",)),
    _Server("ssmtp", "sSMTP", ("ssmtp",)),
    _Server("stalwart", "Stalwart", ("stalwart",)),
    _Server("ironport", "Cisco Secure Email", ("ironport",)),
)

PLATFORM_WORDS: Final[Mapping[Platform, str]] = {server.platform: server.words for server in _SERVERS}
"""What people call them. Exchange 2003 includes Exchange 2000 and the SMTP service of Windows."""

EXCHANGE: Final[tuple[Platform, ...]] = ("exchange-2003", "exchange")

LATER_EVENTS: Final = frozenset({1012, 1021, 1035, 2002, 2003, 2004, 2005, 2017})
"""Events of the source MSExchangeTransport that Exchange 2007 and later write; all others that we read are older."""

_LATER_LOGS: Final = re.compile(r"protocol log|connectivity log|message tracking log|agent log|microsoft exchange")
_OLDER_SOURCES: Final = frozenset({"smtpsvc", "smtpevt"})
_OLDER_SOFTWARE: Final = re.compile(r"microsoft (?:internet information|iis|smtp)|internet information services")
_OLDER_SERVICE: Final = re.compile(r"smtpsvc\d*", re.IGNORECASE)
_SENDMAIL: Final = re.compile(r"sm-[\w.-]+|mta|[\w.-]*sendmail[\w.-]*")


def platform_of(exchange: SmtpExchange) -> Platform | None:
    """The server whose log holds `exchange`, by event source, program or kind of log; None where nothing tells it.

    A reply that was typed in comes from no log, and a log that names neither source nor event may be of any server.
    """
    provider = (exchange.provider or "").strip().casefold()
    if not provider:
        return _without_provider(exchange)
    if provider == "msexchangetransport":
        return "exchange" if exchange.event_id in LATER_EVENTS else "exchange-2003"
    if provider == "msexchangefrontendtransport" or _LATER_LOGS.search(provider):
        return "exchange"
    if provider in _OLDER_SOURCES or _OLDER_SOFTWARE.search(provider):
        return "exchange-2003"
    return _by_program(provider)


def _without_provider(exchange: SmtpExchange) -> Platform | None:
    if exchange.event_id in LATER_EVENTS:
        return "exchange"
    # Sentences of 7002, 7004 and 7010 count virtual servers, which later versions do not have.
    if exchange.event_id is not None or exchange.virtual_server is not None:
        return "exchange-2003"
    connector = exchange.connector or ""
    if _OLDER_SERVICE.fullmatch(connector):
        return "exchange-2003"
    # SERVER\Connector, as protocol logs write it even where their header is cut off.
    return "exchange" if "\\" in connector else None


def _by_program(program: str) -> Platform | None:
    # Only Postfix writes a slash, between a name that can be chosen and the daemon.
    if "/" in program:
        return "postfix"
    for server in _SERVERS:
        if program.startswith(server.programs):
            return server.platform
    return "sendmail" if _SENDMAIL.fullmatch(program) else None
