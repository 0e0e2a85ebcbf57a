"""Finds credentials in a command: the base64 of a user name and a password, which must not reach anybody else.

After AUTH the client sends them on the same line (RFC 4954 section 4, `AUTH PLAIN AGFubgBz...`) or on separate lines,
which an event shows as its full command. X-EXPS, Exchange's own command, does the same.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from smtpscope.parsing.smtp_exchange import Command, SmtpExchange

LEFT_OUT: Final = "(credentials)"
_LOGIN_VERBS: Final = frozenset({"AUTH", "X-EXPS"})
# RFC 4422 section 3.1: a mechanism has at most 20 characters of these.
_MECHANISM: Final = re.compile(r"[A-Za-z0-9_-]{1,20}")
_SHORTEST: Final = 4


def credentials_in(command: Command) -> tuple[str, ...]:
    """The credentials in order; () for any other verb, and for a mechanism without an initial response."""
    if command.verb not in _LOGIN_VERBS:
        return ()
    words = command.arguments.split()
    names_verb = command.full.strip()[: len(command.verb)].upper() == command.verb
    if names_verb and words and _MECHANISM.fullmatch(words[0]):
        del words[0]
    return tuple(dict.fromkeys(word for word in words if len(word) >= _SHORTEST))


def without_credentials(command: Command) -> str:
    """The full command with each credential replaced by `(credentials)`."""
    return _left_out(command.full, sorted(credentials_in(command), key=len, reverse=True))


def hidden(exchange: SmtpExchange, raw: str) -> tuple[SmtpExchange, str]:
    """`exchange` and the raw text of its record without credentials, safe for a ticket."""
    secrets = sorted(credentials_in(exchange.command), key=len, reverse=True)
    if not secrets:
        return exchange, raw
    command = replace(
        exchange.command,
        full=without_credentials(exchange.command),
        arguments=_left_out(exchange.command.arguments, secrets),
    )
    return replace(exchange, command=command), _left_out(raw, secrets)


def _left_out(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, LEFT_OUT)
    return text
