"""JSON of the Exchange Management Shell (ConvertTo-Json): message tracking, queues, messages, traces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final, NamedTuple

from smtpscope.reading.microsoft_exchange.shell.shell_log import LACKS, ShellReader
from smtpscope.reading.microsoft_exchange.shell.shell_object import NAMES, ShellObject, folded, kind_of
from smtpscope.reading.record import Format
from smtpscope.reading.text.encodings import TextBlock, detect, first_part
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.wrappers.json_records import object_at, opening

_OPENS = re.compile(r"\{\s{0,64}\"")
_LONGEST: Final = 1 << 18
_MOST_NESTED: Final = 400
"""So many objects of a block are opened up to look inside: a hostile file must not make that quadratic."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Windows PowerShell writes dates as JavaScript's.
_DATE = re.compile(r"/Date\((?P<milliseconds>-?\d{1,15})(?:[+-]\d{4})?\)/")
_INNER: Final = ("value", "datetime", "address", "name")
"""Names under which PowerShell puts the value of an object that has other properties as well."""
_NUMBERS: Final = frozenset(("source", "eventid", "status", "deliverytype", "event", "action"))
"""Names whose values ConvertTo-Json may write as the number of an enumeration, which says nothing."""


class ShellJsonReader(ShellReader):
    """Reads objects one in a line, in arrays, or in an answer around them."""

    format: ClassVar[Format] = Format(
        name="exchange-json",
        service=True,
        title="JSON of the Exchange Management Shell (ConvertTo-Json)",
        recognised_by="objects of JSON with RecipientStatus, LastError or SmtpResponse, or those of a message trace",
        lacks=LACKS,
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head):
            return False
        encoding = detect(head)
        block = TextBlock(first_part(head)[encoding.mark :], start=0, encoding=encoding, final=True)
        if block.text.lstrip()[:1] not in ("{", "["):
            return False
        return any(each.values is not None for each in _objects_in(block))

    def _objects(self) -> Iterator[ShellObject]:
        line = 1
        for block, stream in self._text.blocks():
            counted, rest = 0, len(block.text) if block.final else opening(block.text)
            for each in _objects_in(block):
                if each.values is None:
                    rest = each.start
                    break
                line += block.text.count("\n", counted, each.start)
                counted = each.start
                yield ShellObject(block.offset(each.start), block.offset(each.end), line, each.values)
            line += block.text.count("\n", counted, rest)
            stream.keep_from(rest)


class _Found(NamedTuple):
    """One of our objects, from `start` to `end`; without `values` it goes on in the next block."""

    start: int
    end: int
    values: Mapping[str, str] | None


def _objects_in(block: TextBlock) -> Iterator[_Found]:
    text, position, opened = block.text, 0, 0
    while (found := _OPENS.search(text, position)) is not None:
        start = found.start()
        end, value = object_at(block, start)
        if value is None:
            if not block.final and len(text) - start < _LONGEST:
                yield _Found(start, start, None)
                return
            # Cut off: the next object may begin a line.
            position = text.find("\n", start) + 1 or len(text)
            continue
        values = {folded(name): _text(folded(name), each) for name, each in value.items()}
        if _is_ours(values):
            yield _Found(start, end, values)
            position = end
            continue
        inside = opened < _MOST_NESTED and any(isinstance(each, dict | list) for each in value.values())
        opened += inside
        position = start + 1 if inside else end


def _is_ours(values: Mapping[str, str]) -> bool:
    return 2 * sum(name in NAMES for name in values) >= len(values) and kind_of(values) is not None


def _text(name: str, value: object) -> str:
    """A value as the shell prints it; the members of a list with `;` between them."""
    if isinstance(value, list):
        return ";".join(filter(None, (_text(name, each) for each in value)))
    if isinstance(value, dict):
        inner = {folded(key): each for key, each in value.items()}
        return next((_text(name, inner[key]) for key in _INNER if inner.get(key) not in (None, "")), "")
    if value is None or isinstance(value, bool) or (name in _NUMBERS and isinstance(value, int | float)):
        return ""
    date = _DATE.fullmatch(value) if isinstance(value, str) else None
    if date is None:
        return str(value)
    try:
        return (_EPOCH + timedelta(milliseconds=int(date["milliseconds"]))).isoformat()
    except OverflowError:
        return ""
