"""Elements from binary XML without a template, as in forwarded and re-exported events.

Here an element has no dependency identifier ([MS-EVEN6] 2.2.17.3: only elements of a template have one).
"""

from __future__ import annotations

import html
import struct
from collections.abc import Callable
from typing import Final

from smtpscope.reading.evtx.templates import binary_values as values
from smtpscope.reading.evtx.templates.template_tokens import LONGEST_NAME
from smtpscope.reading.windows_event.event_element import EventElement

_END, _OPEN, _CLOSE_START, _CLOSE_EMPTY, _CLOSE, _VALUE, _ATTRIBUTE = range(7)
_CDATA, _CHARACTER, _ENTITY = 0x07, 0x08, 0x09
_TOKEN_BITS: Final = 0x0F
_HAS_ATTRIBUTES: Final = 0x40
_DEEPEST: Final = 100

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")


class FragmentReader:
    """Reads the elements of one fragment, from the token at `offset` of a whole chunk.

    Raises ValueError, IndexError or struct.error if the tokens make no sense; each token is read once, so it
    terminates.
    """

    def __init__(self, chunk: bytes, offset: int, spend: Callable[[int], None]) -> None:
        """`spend` is called with the length of each element and text, and may raise if it is too much."""
        self._chunk = chunk
        self._at = offset
        self._spend = spend

    def element(self, depth: int = 0) -> EventElement:
        """The element that opens here."""
        opening = self._chunk[self._at]
        if opening & _TOKEN_BITS != _OPEN or depth > _DEEPEST:
            raise ValueError("no element where one must be, or too many inside each other")
        self._at += 5
        name = self._name()
        attributes = []
        if opening & _HAS_ATTRIBUTES:
            self._at += 4
            while self._token() == _ATTRIBUTE:
                self._at += 1
                key = self._name()
                attributes.append((key, self._text()))
        closing = self._token()
        self._at += 1
        if closing == _CLOSE_EMPTY:
            return EventElement(name, tuple(attributes))
        if closing != _CLOSE_START:
            raise ValueError("an opening tag that does not end")
        return EventElement(name, tuple(attributes), self._children(depth))

    def _children(self, depth: int) -> tuple[EventElement | str, ...]:
        children: list[EventElement | str] = []
        while (token := self._token()) != _CLOSE:
            start = self._at
            if token == _OPEN:
                children.append(self.element(depth + 1))
            elif text := self._text():
                children.append(text)
            if self._at == start:
                raise ValueError("an unknown token")
        self._at += 1
        return tuple(children)

    def _token(self) -> int:
        return self._chunk[self._at] & _TOKEN_BITS

    def _text(self) -> str:
        """The values and references that follow each other here, joined."""
        parts = []
        while True:
            token = self._token()
            if token == _VALUE and self._chunk[self._at + 1] == values.STRING:
                self._at += 2
                parts.append(self._counted())
            elif token == _CDATA:
                self._at += 1
                parts.append(self._counted())
            elif token == _CHARACTER:
                parts.append(chr(self._number(_U16, 1)))
            elif token == _ENTITY:
                self._at += 1
                parts.append(html.unescape(f"&{self._name()};"))
            else:
                return "".join(parts)

    def _number(self, layout: struct.Struct, skipped: int = 0) -> int:
        (number,) = layout.unpack_from(self._chunk, self._at + skipped)
        self._at += skipped + layout.size
        return int(number)

    def _counted(self) -> str:
        length = 2 * self._number(_U16)
        self._at += length
        if self._at > len(self._chunk):
            raise ValueError("a text that is longer than the chunk")
        self._spend(length)
        return values.decoded(self._chunk[self._at - length : self._at])

    def _name(self) -> str:
        """A name by its offset; its definition follows here at the first use in the chunk."""
        offset = self._number(_U32)
        (length,) = _U16.unpack_from(self._chunk, offset + 6)
        if length > LONGEST_NAME:
            raise ValueError("a name that is impossibly long")
        self._spend(length)
        end = offset + 8 + 2 * length
        if offset == self._at:
            self._at = end + 2
        return values.decoded(self._chunk[offset + 8 : end])
