"""The placeholders of the guidance, and the values that one exchange gives them.

A value that is missing becomes a visible slot (`<recipient domain>`), so that nobody runs a command with a hole in
it. What goes into a command line comes from strangers: only the letters that host names, addresses and mailboxes
are made of pass, everything else becomes the slot too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address

from smtpscope.parsing.authentication_results import authentication_results
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange

PLACEHOLDERS: Mapping[str, str] = {
    "remote_host": "<remote host>",
    "remote_domain": "<remote domain>",
    "reply": "<reply>",
    "reply_text": "<reply text>",
    "code": "<reply code>",
    "enhanced": "<enhanced status code>",
    "recipient": "<recipient>",
    "recipient_domain": "<recipient domain>",
    "sender": "<sender>",
    "sender_domain": "<sender domain>",
    "our_address": "<our IP address>",
    "client_address": "<client IP address>",
    "block_list": "<block list>",
    "reversed_address": "<reversed IP address>",
    "url": "<URL>",
    "provider_code": "<provider code>",
    "helo": "<HELO name>",
    "server": "<server>",
    "message_size": "<message size>",
    "authentication_results": "<SPF, DKIM and DMARC in the reply>",
}
"""Placeholder -> the slot that shows while there is no value."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?\Z")
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}\Z")
_MAILBOX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=-]{0,63}@[A-Za-z0-9][A-Za-z0-9.-]{0,253}\Z")
_URL = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9./_~:-]{0,200}\Z")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\Z")
# Which values may be typed into a shell, and what they must look like there. The rest never lands in a command.
_IN_COMMANDS: Mapping[str, tuple[re.Pattern[str], ...]] = {
    "remote_host": (_HOST, _ADDRESS),
    "remote_domain": (_HOST,),
    "code": (re.compile(r"[0-9]{3}\Z"),),
    "enhanced": (re.compile(r"[0-9](?:\.[0-9]{1,3}){2}\Z"),),
    "recipient": (_MAILBOX,),
    "recipient_domain": (_HOST,),
    "sender": (_MAILBOX,),
    "sender_domain": (_HOST,),
    "our_address": (_ADDRESS,),
    "client_address": (_ADDRESS,),
    "block_list": (_HOST,),
    "reversed_address": (re.compile(r"[0-9a-f.]{2,80}\Z"),),
    "url": (_URL,),
    "provider_code": (_WORD,),
    "helo": (_HOST,),
    "server": (_HOST,),
    "message_size": (re.compile(r"[0-9]{1,15}\Z"),),
}
# Two labels that registries sell names under (`co.uk`), so that the domain of a host there has three.
_SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "gob", "gov", "gouv", "ltd", "me", "ne", "net", "or", "org", "sch"}
)
_HELO_NAMED = re.compile(r"<([A-Za-z0-9._-]{1,255})>: (?:Helo|HELO|EHLO) ")


def unknown_placeholders(text: str) -> list[str]:
    """The names in braces that are none of our placeholders, in order."""
    return [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` for people, its placeholders replaced by values or slots."""
    if "{" not in text:
        return text
    return _PLACEHOLDER.sub(lambda found: values.get(found[1]) or PLACEHOLDERS.get(found[1], found[0]), text)


def filled_command(command: str, values: Mapping[str, str]) -> str:
    """`command` for a shell: only harmless values pass, for the rest there is the slot."""
    if "{" not in command:
        return command

    def replacement(found: re.Match[str]) -> str:
        name = found[1]
        value = values.get(name, "")
        if any(pattern.match(value) for pattern in _IN_COMMANDS.get(name, ())):
            return value
        return PLACEHOLDERS.get(name, found[0])

    return _PLACEHOLDER.sub(replacement, command)


def values_of(exchange: SmtpExchange) -> dict[str, str]:
    """The placeholders that `exchange` has a value for."""
    reply, command, found = exchange.reply, exchange.command, exchange.reply.values
    inbound = exchange.direction is Direction.INBOUND
    host = exchange.remote_host
    recipient = command.recipient
    if recipient is None and command.verb != "MAIL":
        recipient = next(iter(found.mailboxes), None)
    sender = command.sender
    named = next((address for address in found.addresses if address != host.key), "")
    address = (host.key if host.address else next(iter(found.addresses), "")) if inbound else named
    values = {
        "remote_host": host.key or host.verbatim.strip(),
        "remote_domain": "" if host.address else _registered_domain(host.key),
        "reply": reply.verbatim.strip(),
        "reply_text": reply.text.strip(),
        "code": "" if reply.code is None else str(reply.code),
        "enhanced": reply.enhanced or "",
        "recipient": recipient or "",
        "recipient_domain": _domain(recipient),
        "sender": "<>" if sender == "" else sender or "",
        "sender_domain": _domain(sender),
        "our_address": "" if inbound else named,
        "client_address": host.key if inbound and host.address else "",
        "block_list": next(iter(found.block_lists), ""),
        "reversed_address": reversed_address(address),
        "url": next(iter(found.urls), ""),
        "provider_code": next(iter(found.provider_codes), ""),
        "helo": _helo(exchange),
        "server": exchange.computer or "",
        "message_size": _message_size(exchange),
        "authentication_results": authentication_results(reply.verbatim),
    }
    return {name: value for name, value in values.items() if value}


def _domain(mailbox: str | None) -> str:
    return mailbox.rpartition("@")[2].strip().rstrip(".") if mailbox and "@" in mailbox else ""


def _registered_domain(host: str) -> str:
    labels = host.strip(".").split(".")
    if len(labels) < 2 or not all(labels):
        return ""
    wanted = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-wanted:])


def reversed_address(address: str) -> str:
    """`192.0.2.1` -> `1.2.0.192`, as block lists are asked (RFC 5782); IPv6 by nibbles; "" for anything else."""
    try:
        pointer = ip_address(address).reverse_pointer
    except ValueError:
        return ""
    return pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")


def _helo(exchange: SmtpExchange) -> str:
    if exchange.command.verb in ("EHLO", "HELO"):
        return exchange.command.arguments
    named = _HELO_NAMED.search(exchange.reply.verbatim[:600])
    return named[1] if named is not None else ""


def _message_size(exchange: SmtpExchange) -> str:
    for keyword, value in exchange.command.parameters:
        if keyword == "SIZE" and value:
            return value
    if exchange.command.verb == "XEXCH50":
        return exchange.command.arguments.split(" ", 1)[0]
    return ""
