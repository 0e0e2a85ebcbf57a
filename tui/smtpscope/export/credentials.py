"""The words of a command that log somebody in: base64 of a name and a password, which nobody else may get.

After AUTH the client sends them on the same line (RFC 4954 section 4, `AUTH PLAIN AGFubgBz...`) or on lines of their
own, which an event shows as its full command. X-EXPS, Exchange's own verb, does the same.
"""

from __future__ import annotations

import re
from typing import Final

from smtpscope.parsing.exchange import Command

LEFT_OUT: Final = "(credentials)"
_LOGIN_VERBS: Final = frozenset({"AUTH", "X-EXPS"})
# RFC 4422 section 3.1: a mechanism has at most 20 characters of these.
_MECHANISM: Final = re.compile(r"[A-Za-z0-9_-]{1,20}")
_SHORTEST: Final = 4


def credentials_in(command: Command) -> tuple[str, ...]:
    """What logs somebody in, in order; () for every other verb and for a mechanism alone."""
    if command.verb not in _LOGIN_VERBS:
        return ()
    words = command.arguments.split()
    names_verb = command.full.strip()[: len(command.verb)].upper() == command.verb
    if names_verb and words and _MECHANISM.fullmatch(words[0]):
        del words[0]
    return tuple(dict.fromkeys(word for word in words if len(word) >= _SHORTEST))


def without_credentials(command: Command) -> str:
    """The full command with `(credentials)` in place of each of them."""
    full = command.full
    for word in sorted(credentials_in(command), key=len, reverse=True):
        full = full.replace(word, LEFT_OUT)
    return full
