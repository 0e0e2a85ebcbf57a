"""The failed recipients and the date of a bounce, as mail (RFC 5322, multipart/report of RFC 6522) or as text.

Mail from strangers may be nested and long without limit: the number, depth and size of parts are limited.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from typing import Final

from msgspec import Struct

from smtpscope.reading.bounces import bounce_text, status_fields
from smtpscope.reading.bounces.failure import Failure

LONGEST: Final = 4 << 20
"""Bytes of one mail that are read: the status comes before the returned mail."""
_DEEPEST: Final = 6
_MOST_PARTS: Final = 60
_MOST_BOUNDARIES: Final = 200
_LONGEST_TEXT: Final = 1 << 18
_HEADER: Final = re.compile(rb"\s{0,64}(?:[A-Za-z][A-Za-z0-9\-]{1,60}:[ \t]|>?From [^\r\n]{1,300}\r?\n)")
# Text pasted from a mail program may also begin with fields, but not with these.
_MAIL_FIELDS: Final = ("Content-Type", "MIME-Version", "Received", "Return-Path", "Message-ID")
_SCRIPT: Final = re.compile(r"<(?:style|script|title)\b", re.IGNORECASE)
_BLOCK: Final = re.compile(r"<(?:br|p|div|tr|li|h\d|table|/p|/div|/tr|/table)\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[A-Za-z/!][^<>]{0,4000}>")
_OUTLOOK_TIME: Final = re.compile(
    r"^[ \t>*]{0,8}(?:Date|Sent|Gesendet|Envoy\u00e9|Enviado|Inviato|Verzonden)[ \t]{0,8}:\**[ \t]{0,8}([^\r\n]{6,80})",
    re.MULTILINE | re.IGNORECASE,
)
# Without its own date, a bounce has that of the mail: in its headers, or in the description of it.
_OTHER_TIME: Final = re.compile(
    r"[A-Z][a-z]{2}, [ \d]?\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Z]{2,4})"
    r"|(?<=Created Date: )[^\r\n]{6,60}"
)


class Bounce(Struct, frozen=True):
    """`failures` in order; `date` is that of the bounce as written, "" if it has none.

    `delivered` counts the recipients that got the mail; `text` is its readable part, `nested_too_deep` is set if some
    parts were not opened.
    """

    failures: tuple[Failure, ...]
    date: str
    text: str
    delivered: int = 0
    nested_too_deep: bool = False


def read_bounce(data: bytes) -> Bounce:
    """Parses the mail or the text `data`. Never raises."""
    data = data[:LONGEST]
    nested = data.count(b"boundary=") > _MOST_BOUNDARIES or data.lower().count(b"message/rfc822") > _MOST_BOUNDARIES
    if _HEADER.match(data) is None or nested:
        return _of_text(_decoded(data, "utf-8"), "", nested=nested)
    try:
        mail = message_from_bytes(data.lstrip(), policy=policy.compat32)
    except (RecursionError, ValueError, LookupError):
        return _of_text(_decoded(data, "utf-8"), "", nested=True)
    if not any(name in mail for name in _MAIL_FIELDS):
        return _of_text(_decoded(data, "utf-8"), "")
    status: list[str] = []
    plain: list[str] = []
    marked_up: list[str] = []
    parts, nested = _parts(mail)
    for part in parts:
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            status.append(_status_text(part))
        elif kind == "text/plain":
            plain.append(_text_of(part))
        elif kind == "text/html":
            marked_up.append(_without_tags(_text_of(part)))
    if not any(text.strip() for text in (*status, *plain, *marked_up)):
        # Parts that are not announced in a header, as in a mail that was passed on.
        plain = [_decoded(data, "utf-8")]
    readable = "\n\n".join(plain or marked_up)
    return _of_text(readable, _header(mail, "Date"), fields="\n\n".join(status), nested=nested)


def _of_text(words: str, date: str, *, fields: str = "", nested: bool = False) -> Bounce:
    """The failures in the fields of a status, completed by the words of the bounce; else those in the words alone.

    Without separate `fields`, they may be among the words.
    """
    text = f"{words}\n\n{fields}" if fields else words
    if not date:
        found = _OUTLOOK_TIME.search(text)
        other = _OTHER_TIME.search(text) if found is None else None
        date = found[1].strip() if found is not None else "" if other is None else other.group()
    by_fields = status_fields.failures_in(fields or words)
    said = bounce_text.failures_in(words, anchored=bool(by_fields))
    by_words = {failure.mailbox.casefold(): failure for failure in said}
    failures: dict[str, Failure] = {}
    for failure in by_fields:
        more = by_words.get(failure.mailbox.casefold())
        failures.setdefault(failure.mailbox.casefold(), failure if more is None else _united(failure, more))
    if not failures:
        failures = by_words
    return Bounce(tuple(failures.values()), date, text, status_fields.succeeded_in(fields or words), nested)


def _united(fields: Failure, words: Failure) -> Failure:
    """The fields of a status, completed by the words, which may have the reply if the fields have only its class."""
    if len(fields.reply) < len("550 ") and words.reply:
        return words.completed_by(fields)
    return fields.completed_by(words)


def _parts(mail: Message) -> tuple[list[Message], bool]:
    """The parts of a mail that are not mails themselves, in order, and whether some were left out."""
    found: list[Message] = []
    nested = False
    waiting: list[tuple[Message, int]] = [(mail, 0)]
    while waiting:
        part, depth = waiting.pop()
        if len(found) >= _MOST_PARTS:
            return found, True
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            if depth >= _DEEPEST:
                nested = True
            else:
                waiting += [(each, depth + 1) for each in reversed(inner) if isinstance(each, Message)]
        else:
            found.append(part)
    return found, nested


def _status_text(part: Message) -> str:
    """The fields of a delivery status, which the email package splits into a message per block."""
    blocks = part.get_payload()
    if isinstance(blocks, list):
        texts = ["\n".join(f"{name}: {value}" for name, value in block.items()) for block in _messages(blocks)]
        text = "\n\n".join(texts)[:_LONGEST_TEXT]
        if "-recipient:" in text.casefold() or not blocks:
            return text
        # A status that was encoded (RFC 2045) looks like the body of its first block.
        first = blocks[0]
        if isinstance(first, Message) and part.get("Content-Transfer-Encoding"):
            first["Content-Transfer-Encoding"] = str(part["Content-Transfer-Encoding"])
            return _text_of(first)
        return text
    return _text_of(part)


def _messages(blocks: Sequence[object]) -> Iterator[Message]:
    return (block for block in blocks[: _MOST_PARTS * 100] if isinstance(block, Message))


def _text_of(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, RecursionError):
        return ""
    if not isinstance(data, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    return _decoded(data[: _LONGEST_TEXT * 2], charset)[:_LONGEST_TEXT].replace("\r\n", "\n")


def _decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset)
    except (LookupError, UnicodeError, ValueError):
        return data.decode("cp1252", errors="replace")


def _header(mail: Message, name: str) -> str:
    try:
        return str(make_header(decode_header(str(mail.get(name, "")))))[:200]
    except (ValueError, LookupError, UnicodeError):
        return ""


def _without_tags(text: str) -> str:
    """HTML as text: good enough to find mailboxes and replies in it."""
    text = _TAG.sub("", _BLOCK.sub("\n", _without_scripts(text.replace("\n", " "))))
    return html.unescape(text)


def _without_scripts(text: str) -> str:
    """The content of a script or a style sheet is not text."""
    kept: list[str] = []
    done = 0
    for match in _SCRIPT.finditer(text):
        if match.start() < done:
            continue
        kept.append(text[done : match.start()])
        end = text.find("</", match.end())
        done = len(text) if end < 0 else end
    kept.append(text[done:])
    return " ".join(kept)
