"""What a refusal gives to check: IP addresses, domains, hosts, block lists. All of it is a stranger's word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from smtpscope.knowledge.live.block_lists import BlockLists
from smtpscope.knowledge.placeholders import values_of
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange

MOST_DOMAINS: Final = 3
"""Domains of one incident that are checked; the most frequent."""
_MOST_LISTS: Final = 4

_WITH_PORT: Final = re.compile(r"(?:\[([^\]]*)\]|([^:\[\]]*))(?::([0-9]{1,5}))?\Z")
_FROM_DOMAIN: Final = re.compile(
    r"\b(?:e?-?mail|message|mail)s? from (?:the domain )?([a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?\.[a-z]{2,24})\b", re.I
)
_SELECTORS: Final = (
    re.compile(r"\b([a-z0-9][a-z0-9_-]{0,62})\._domainkey\.([a-z0-9][a-z0-9.-]{1,200}[a-z0-9])", re.I),
    re.compile(
        r"\bs(?:elector)?=([a-z0-9][a-z0-9_.-]{0,62}).{0,40}?\bd=([a-z0-9][a-z0-9.-]{1,200}[a-z0-9])", re.IGNORECASE
    ),
    re.compile(r"\bheader\.s=([a-z0-9][a-z0-9_.-]{0,62}).{0,60}?\bheader\.d=([a-z0-9][a-z0-9.-]{1,200}[a-z0-9])", re.I),
)
_READ_AT_MOST: Final = 4_000


class LiveSubject(msgspec.Struct, frozen=True):
    """`address` is the IP address that mail comes from: ours outbound, the client's inbound; "" if unknown.
    `helo` is the name that the same side gives in HELO.

    `from_domain` is the domain of From where the reply names it. `selectors` are DKIM selectors with their domains.
    """

    direction: Direction
    address: str
    block_lists: tuple[str, ...]
    remote_host: str
    port: int
    recipient: str
    recipient_domains: tuple[str, ...]
    sender_domains: tuple[str, ...]
    from_domain: str
    helo: str
    selectors: tuple[tuple[str, str], ...]


def live_subject(
    exchange: SmtpExchange,
    lists: BlockLists,
    *,
    recipients: Iterable[str] = (),
    senders: Iterable[str] = (),
    our_address: str = "",
) -> LiveSubject:
    """The subject of one exchange, with the other `recipients` and `senders` of its incident.

    `our_address` is used where the reply names none: what a reply calls the client is what the other side saw.
    """
    values = values_of(exchange)
    inbound = exchange.direction is Direction.INBOUND
    text = exchange.reply.verbatim[:_READ_AT_MOST]
    named = exchange.reply.values.block_lists or tuple(facts.zone for facts in lists.mentioned(text))
    host, port = _host_and_port(exchange.remote_host.key)
    from_domain = _FROM_DOMAIN.search(text)
    return LiveSubject(
        direction=exchange.direction,
        address=values.get("client_address", "") if inbound else values.get("our_address", "") or our_address,
        block_lists=named[:_MOST_LISTS],
        remote_host="" if inbound else host,
        port=port,
        recipient=values.get("recipient", ""),
        recipient_domains=_domains((values.get("recipient", ""), *recipients)),
        sender_domains=_domains((values.get("sender", ""), *senders)),
        from_domain="" if from_domain is None else from_domain[1].lower(),
        helo=values.get("helo", ""),
        selectors=tuple(
            dict.fromkeys((found[1], found[2].lower()) for each in _SELECTORS for found in each.finditer(text))
        )[:2],
    )


def _host_and_port(written: str) -> tuple[str, int]:
    """`mx1.fabrikam.com:587`, `[192.0.2.1]:25`, and a bare name or IP address, for which mail goes to port 25."""
    found = _WITH_PORT.match(written.strip())
    if found is None:
        return written, 25
    return found[1] or found[2] or "", int(found[3] or 25)


def _domains(mailboxes: Iterable[str]) -> tuple[str, ...]:
    found = (mailbox.rpartition("@")[2].strip("<> ").rstrip(".").lower() for mailbox in mailboxes if "@" in mailbox)
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_DOMAINS]
