"""The failed recipients in the fields of a delivery status (RFC 3464 section 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from smtpscope.reading.bounces import bounce_text
from smtpscope.reading.bounces.failure import Failure, cleaned_reply

_FIELD: Final = re.compile(r"[ \t>]{0,8}([A-Za-z][A-Za-z0-9\-]{1,40}):[ \t]?(.*)")
_OF_RECIPIENT: Final = ("final-recipient", "original-recipient", "x-actual-recipient")
_TOLD: Final = frozenset(("action", "status", "diagnostic-code"))
_SUCCESS: Final = frozenset(("delivered", "relayed", "expanded"))
_CODE: Final = re.compile(r"#?\s?([245][0-9]{2}(?:[ \-]|\Z))")
_MOST_FIELDS: Final = 400
_MOST_RECIPIENTS: Final = 5_000


def failures_in(text: str) -> list[Failure]:
    """The failed or delayed recipients that the fields in `text` name, in order; other text is skipped."""
    found: list[Failure] = []
    reporter = ""
    for fields in _blocks(text):
        reporter = _after_type(fields.get("reporting-mta", "")) or reporter
        named = next((fields[name] for name in _OF_RECIPIENT if fields.get(name)), "")
        if not named or _TOLD.isdisjoint(fields) or fields.get("action", "").casefold() in _SUCCESS:
            continue
        found.append(_failure(fields, _address(_after_type(named)), reporter))
        if len(found) >= _MOST_RECIPIENTS:
            break
    return found


def succeeded_in(text: str) -> int:
    """How many recipients in the fields of `text` got the mail."""
    return sum(fields.get("action", "").casefold() in _SUCCESS for fields in _blocks(text))


def _failure(fields: Mapping[str, str], mailbox: str, reporter: str) -> Failure:
    host = _after_type(fields.get("remote-mta", ""))
    kind, separator, said = fields.get("diagnostic-code", "").partition(";")
    if not separator:
        kind, said = "smtp", kind
    reply = cleaned_reply(said)
    code = _CODE.match(reply)
    words: Failure | None = None
    if code is not None:
        reply = reply[code.start(1) :]
    else:
        # A server's own words about the delivery may quote the reply.
        words = bounce_text.quoted_in(said)
        reply = words.reply or _with_status(reply, fields.get("status", "").split(" ", 1)[0])
    is_smtp = kind.strip().casefold() == "smtp" and code is not None
    host = _host(host) or ("" if words is None else words.host)
    return Failure(
        mailbox=mailbox,
        host=host,
        reply=reply,
        verb="" if words is None else words.verb,
        reporter=_host(reporter),
        time=fields.get("last-attempt-date", ""),
        is_remote=bool(host) and (is_smtp or (words is not None and bool(words.reply))),
    )


def _with_status(text: str, status: str) -> str:
    """Words without a code, after the status if that is more specific than "failed"."""
    if not text:
        return status
    return text if status.endswith(".0.0") or status in text or not status else f"{status} {text}"


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """The fields of each block, names in lower case; blank lines separate blocks, and the first field of a name
    counts.
    """
    fields: dict[str, str] = {}
    last = ""
    for line in text.split("\n"):
        bare = line.rstrip("\r")
        if not bare.strip("> \t"):
            if fields:
                yield fields
            fields, last = {}, ""
            continue
        match = _FIELD.fullmatch(bare)
        if match is not None and not (last and bare[:1] in " \t" and match[1].lower() not in _KNOWN):
            last = match[1].lower()
            # Pasted fields of two recipients may have no blank line between them.
            if last in fields and last in ("final-recipient", "original-recipient"):
                yield fields
                fields = {}
            if len(fields) < _MOST_FIELDS:
                fields.setdefault(last, match[2].strip())
        elif last in fields and bare[:1] in " \t" and len(fields[last]) < 1 << 16:
            fields[last] += " " + bare.strip()
        else:
            last = ""
    if fields:
        yield fields


_KNOWN: Final = frozenset(
    (*_OF_RECIPIENT, *_TOLD, "remote-mta", "reporting-mta", "last-attempt-date", "arrival-date", "will-retry-until")
)


def _after_type(value: str) -> str:
    """The value without its type: `rfc822; bob@example.org`, `dns;mx.example.org`."""
    return value.partition(";")[2].strip() if ";" in value else value.strip()


def _address(text: str) -> str:
    return text.strip().strip("<>").removeprefix("mailto:")


def _host(text: str) -> str:
    """The name of a server: `mx.example.org (203.0.113.7, the server for the domain)` is from Gmail."""
    bare = text.split("(", 1)[0].split(",", 1)[0].strip().strip("<>")
    return bare.split(" ", 1)[0].rstrip(".")
