"""Parses a template of binary XML into a tree. Source: [MS-EVEN6] section 2.2.12.

Each token is read once and a template has a limit of them, so damage can't make it long or large.
"""

from __future__ import annotations

import html
import struct
from typing import Final

from smtpscope.reading.evtx.templates import binary_values as values
from smtpscope.reading.evtx.templates.template_tree import Part, Slot, TemplateElement, UnreadableError

_DEFINITION_HEADER: Final = 24
_FRAGMENT_HEADER: Final = 0x0F
_END_OF_STREAM, _START, _START_CLOSED, _EMPTY, _END, _VALUE, _ATTRIBUTE = range(7)
_CDATA, _CHARACTER, _ENTITY, _INSTRUCTION, _INSTRUCTION_DATA = range(0x07, 0x0C)
_SUBSTITUTION, _OPTIONAL_SUBSTITUTION = 0x0D, 0x0E
_MORE: Final = 0x40
"""Set in a token with attributes, or one that is followed by another."""
_TOKEN: Final = 0x3F
_INDEPENDENT: Final = 0xFFFF
_DEEPEST: Final = 64
_MOST_TOKENS: Final = 8_000
"""Windows templates have some hundreds."""
LONGEST_NAME: Final = 2_048
"""Characters. A name is written once and used many times, so a long one would take much memory."""
_START_TOKEN = struct.Struct("<HII")
_NAME = struct.Struct("<4xHH")
_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")

_PARTS: Final = frozenset((_VALUE, _CHARACTER, _ENTITY, _SUBSTITUTION, _OPTIONAL_SUBSTITUTION))
"""The content of an attribute."""
_LITERAL_SIZES: Final = {
    **dict.fromkeys((0x03, 0x04), 1),
    **dict.fromkeys((0x05, 0x06), 2),
    **dict.fromkeys((0x07, 0x08, 0x0B, 0x0D, 0x14), 4),
    **dict.fromkeys((0x09, 0x0A, 0x0C, 0x11, 0x15), 8),
    **dict.fromkeys((0x0F, 0x12), 16),
    values.NULL: 0,
}
"""Bytes of a literal value by its type; for text and binary data, they come before it."""


def parsed_template(chunk: bytes, offset: int) -> TemplateElement:
    """The template defined at `offset` of `chunk`. Raises UnreadableError."""
    try:
        start = offset + _DEFINITION_HEADER
        if chunk[start] & _TOKEN == _FRAGMENT_HEADER:
            start += 4
        return _Tokens(chunk, start).element(0)
    except (struct.error, IndexError):
        raise UnreadableError("its template reaches beyond the chunk") from None


class _Tokens:
    """Reads token after token; `_at` is the offset of the next one."""

    def __init__(self, chunk: bytes, at: int) -> None:
        self._chunk = chunk
        self._at = at
        self._left = _MOST_TOKENS

    def _next(self) -> int:
        self._left -= 1
        if self._left < 0:
            raise UnreadableError("its template has an impossible number of parts")
        return self._chunk[self._at] & _TOKEN

    def element(self, depth: int) -> TemplateElement:
        if self._next() != _START:
            raise UnreadableError("its template lacks a required element")
        if depth > _DEEPEST:
            raise UnreadableError("its elements are nested too deep")
        has_attributes = self._chunk[self._at] & _MORE
        depends_on, _, name_at = _START_TOKEN.unpack_from(self._chunk, self._at + 1)
        self._at += 1 + _START_TOKEN.size
        name = self._name(name_at)
        attributes: tuple[tuple[str, tuple[Part, ...]], ...] = ()
        if has_attributes:
            self._at += 4
            attributes = self._attributes()
        content = self._content(depth)
        return TemplateElement(name, attributes, content, None if depends_on == _INDEPENDENT else depends_on)

    def _name(self, name_at: int) -> str:
        """The name at that offset; if it is here, it is skipped."""
        _, length = _NAME.unpack_from(self._chunk, name_at)
        end = name_at + _NAME.size + 2 * length
        if name_at == self._at:
            self._at = end + 2
        if length > LONGEST_NAME:
            raise UnreadableError("a name in its template is impossibly long")
        return values.decoded(self._slice(name_at + _NAME.size, end))

    def _slice(self, start: int, end: int) -> bytes:
        if end > len(self._chunk):
            raise IndexError
        return self._chunk[start:end]

    def _attributes(self) -> tuple[tuple[str, tuple[Part, ...]], ...]:
        found = []
        while self._next() == _ATTRIBUTE:
            (name_at,) = _U32.unpack_from(self._chunk, self._at + 1)
            self._at += 5
            name = self._name(name_at)
            parts = [self._part()]
            while self._next() in _PARTS:
                parts.append(self._part())
            found.append((name, tuple(parts)))
        return tuple(found)

    def _content(self, depth: int) -> tuple[TemplateElement | Part, ...]:
        token = self._next()
        self._at += 1
        if token == _EMPTY:
            return ()
        if token != _START_CLOSED:
            raise UnreadableError("an opening tag of its template does not end")
        found: list[TemplateElement | Part] = []
        while (token := self._next()) != _END:
            if token == _START:
                found.append(self.element(depth + 1))
            elif token in (_INSTRUCTION, _INSTRUCTION_DATA):
                self._pass_over_instruction(token)
            else:
                found.append(self._part())
        self._at += 1
        return tuple(found)

    def _part(self) -> Part:
        token = self._next()
        if token in (_SUBSTITUTION, _OPTIONAL_SUBSTITUTION):
            (index,) = _U16.unpack_from(self._chunk, self._at + 1)
            self._at += 4
            return Slot(index, token == _OPTIONAL_SUBSTITUTION)
        if token == _VALUE:
            return self._value()
        if token == _CDATA:
            return self._text(self._at + 1)
        if token == _CHARACTER:
            (number,) = _U16.unpack_from(self._chunk, self._at + 1)
            self._at += 3
            return chr(number)
        if token == _ENTITY:
            (name_at,) = _U32.unpack_from(self._chunk, self._at + 1)
            self._at += 5
            return html.unescape(f"&{self._name(name_at)};")
        raise UnreadableError("its template has invalid contents")

    def _text(self, at: int) -> str:
        return values.decoded(self._counted_bytes(at, 2))

    def _counted_bytes(self, at: int, unit: int) -> bytes:
        (length,) = _U16.unpack_from(self._chunk, at)
        start = at + 2
        self._at = start + unit * length
        return self._slice(start, self._at)

    def _value(self) -> str:
        """A value in the template itself."""
        value_type, start = self._chunk[self._at + 1], self._at + 2
        if value_type == values.STRING:
            return self._text(start)
        if value_type in (values.ANSI_STRING, values.BINARY):
            return values.value_text(value_type, self._counted_bytes(start, 1))
        size = _LITERAL_SIZES.get(value_type)
        if size is None:
            raise UnreadableError("its template has a value of an unusual type")
        self._at = start + size
        return values.value_text(value_type, self._slice(start, self._at))

    def _pass_over_instruction(self, token: int) -> None:
        if token == _INSTRUCTION:
            (name_at,) = _U32.unpack_from(self._chunk, self._at + 1)
            self._at += 5
            self._name(name_at)
        else:
            self._counted_bytes(self._at + 1, 2)
