"""An SMTP command line: verb, arguments, and the mailbox and parameters of MAIL and RCPT."""

from __future__ import annotations

import re

from smtpscope.parsing.smtp_exchange import Command

_VERB = re.compile(r"[\s\"']*([^\s:\"']+)")
_PATH_KEYWORD = re.compile(r"(?:FROM|TO)\s*:\s*", re.IGNORECASE)
# RFC 5321 section 4.1.2: a quoted local part may contain spaces, brackets and escaped quotes.
_BRACKETED = re.compile(r"<([^\"<>]*(?:\"[^\"\\]*(?:\\.[^\"\\]*)*\"[^\"<>]*)*)>", re.DOTALL)
_BARE = re.compile(r"(?:\"[^\"\\]*(?:\\.[^\"\\]*)*\"@)?[^\s>]*", re.DOTALL)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=(\S*))?")
# RFC 5321 section 4.1.1.3: a source route is accepted and ignored.
_SOURCE_ROUTE = re.compile(r"(?:@[^\s:@]*)+:")
_PATH_VERBS = frozenset({"MAIL", "RCPT"})


def parse_command(given: str, full: str) -> Command:
    """The command from `given` (%4) and `full` (%6) of the event; any text is accepted.

    The given verb counts, since the full command may not be one: the dot that ends DATA, or base64 after AUTH.
    """
    match = _VERB.match(given) or _VERB.match(full)
    verb = match.group(1).upper() if match else ""
    arguments = full.strip()
    if verb and arguments[: len(verb)].upper() == verb:
        arguments = arguments[len(verb) :].strip()
    if verb not in _PATH_VERBS:
        return Command(given, full, verb, arguments, None)
    mailbox, parameters = _path(arguments)
    return Command(given, full, verb, arguments, mailbox, parameters)


def _path(arguments: str) -> tuple[str | None, tuple[tuple[str, str | None], ...]]:
    """The mailbox without brackets and route, and the parameters after it (RFC 5321 section 4.1.1.2)."""
    if "&lt;" in arguments:
        arguments = arguments.replace("&lt;", "<").replace("&gt;", ">")
    keyword = _PATH_KEYWORD.match(arguments)
    rest = arguments[keyword.end() :] if keyword else arguments
    if not rest:
        return None, ()
    path, rest = _split(rest)
    return path, tuple(_parameters(rest))


def _split(rest: str) -> tuple[str | None, str]:
    bracketed = _BRACKETED.match(rest)
    if bracketed:
        return _mailbox(bracketed.group(1)), rest[bracketed.end() :]
    if rest.startswith("<"):
        # Unbalanced quotes or brackets: spam tools send them, and the mailbox must still be found.
        inner, bracket, behind = rest[1:].partition(">")
        if not bracket:
            inner, _, behind = rest[1:].partition(" ")
        return _mailbox(inner.strip("<>")), behind
    match = _BARE.match(rest)
    bare = match.group() if match else ""
    if "@" not in bare and "=" in bare:
        # A web page took `<a@b>` for a tag and left only the parameters.
        return None, rest
    return _mailbox(bare), rest[len(bare) :]


def _mailbox(path: str) -> str:
    path = path.strip()
    route = _SOURCE_ROUTE.match(path.replace(",", "")) if path.startswith("@") else None
    return path[path.index(":") + 1 :].strip() if route else path


def _parameters(rest: str) -> list[tuple[str, str | None]]:
    found = []
    for word in rest.split():
        parameter = _PARAMETER.fullmatch(word)
        if parameter:
            found.append((parameter.group(1).upper(), parameter.group(2)))
    return found
