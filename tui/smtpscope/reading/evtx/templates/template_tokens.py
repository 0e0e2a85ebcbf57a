"""A template of binary XML -> its tree, for templates of the few tokens that nearly all of them are made of.

python-evtx reads them all, but importing it and reading a handful of templates takes longer than the rest of a large
log; so it is asked for the others only. Source: [MS-EVEN6] section 2.2.12.
"""

from __future__ import annotations

import struct
from typing import Final

from smtpscope.reading.evtx.templates import binary_values as values
from smtpscope.reading.evtx.templates.template_tree import Part, Slot, TemplateElement, UnreadableError

_DEFINITION_HEADER: Final = 24
_FRAGMENT: Final = b"\x0f\x01\x01\x00"
_END_OF_STREAM, _START, _START_CLOSED, _EMPTY, _END, _VALUE, _ATTRIBUTE = range(7)
_SUBSTITUTION, _OPTIONAL_SUBSTITUTION = 0x0D, 0x0E
_MORE: Final = 0x40
"""Set in a token that has attributes, or that another one follows."""
_TOKEN: Final = 0x3F
_INDEPENDENT: Final = 0xFFFF
_DEEPEST: Final = 16
_START_TOKEN = struct.Struct("<HII")
_NAME = struct.Struct("<4xHH")
_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")


def quick_template(chunk: bytes, offset: int) -> TemplateElement:
    """The template whose definition stands at `offset` of `chunk`, the same as `TemplateReader` has it.

    Raises UnreadableError for one with other tokens, which may be sound.
    """
    try:
        if chunk[offset + _DEFINITION_HEADER : offset + _DEFINITION_HEADER + 4] != _FRAGMENT:
            raise UnreadableError("a template that does not begin as usual")
        return _Tokens(chunk, offset + _DEFINITION_HEADER + 4).element(0)
    except (struct.error, IndexError):
        raise UnreadableError("a template that reaches beyond its chunk") from None


class _Tokens:
    """Reads token after token; `_at` is where the next one stands."""

    def __init__(self, chunk: bytes, at: int) -> None:
        self._chunk = chunk
        self._at = at

    def _next(self) -> int:
        return self._chunk[self._at] & _TOKEN

    def element(self, depth: int) -> TemplateElement:
        if self._next() != _START or depth > _DEEPEST:
            raise UnreadableError("a template without an element, or with too many in each other")
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
        """The name at that offset; it may stand here, and is passed over then."""
        _, length = _NAME.unpack_from(self._chunk, name_at)
        end = name_at + _NAME.size + 2 * length
        if name_at == self._at:
            self._at = end + 2
        if end > len(self._chunk):
            raise IndexError
        return values.decoded(self._chunk[name_at + _NAME.size : end])

    def _attributes(self) -> tuple[tuple[str, tuple[Part, ...]], ...]:
        found = []
        while self._next() == _ATTRIBUTE:
            (name_at,) = _U32.unpack_from(self._chunk, self._at + 1)
            self._at += 5
            found.append((self._name(name_at), (self._part(),)))
        return tuple(found)

    def _content(self, depth: int) -> tuple[TemplateElement | Part, ...]:
        token = self._next()
        self._at += 1
        if token == _EMPTY:
            return ()
        if token != _START_CLOSED:
            raise UnreadableError("a template with an unusual attribute")
        found: list[TemplateElement | Part] = []
        while (token := self._next()) != _END:
            found.append(self.element(depth + 1) if token == _START else self._part())
        self._at += 1
        return tuple(found)

    def _part(self) -> Part:
        token = self._next()
        if token in (_SUBSTITUTION, _OPTIONAL_SUBSTITUTION):
            (index,) = _U16.unpack_from(self._chunk, self._at + 1)
            self._at += 4
            return Slot(index, token == _OPTIONAL_SUBSTITUTION)
        if token != _VALUE or self._chunk[self._at + 1] != values.STRING:
            raise UnreadableError("a template with an unusual value")
        (length,) = _U16.unpack_from(self._chunk, self._at + 2)
        start = self._at + 4
        self._at = start + 2 * length
        if self._at > len(self._chunk):
            raise IndexError
        return values.decoded(self._chunk[start : self._at])
