"""The second decoder: reads single records, for those that the fast decoder rejects, and to show one.

The output for a chunk is limited: a template may repeat a value many times, and that value may be a template.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from smtpscope.reading.evtx.evtx_layout import RECORD_HEADER_SIZE
from smtpscope.reading.evtx.templates import binary_values as values
from smtpscope.reading.evtx.templates.chunk_templates import ChunkTemplates
from smtpscope.reading.evtx.templates.fragment import FragmentReader
from smtpscope.reading.evtx.templates.template_tree import Slot, TemplateElement, UnreadableError
from smtpscope.reading.windows_event.event_element import EventElement

_INSTANCE = struct.Struct("<BBII")
_TOKEN_BITS: Final = 0x0F
_STREAM_START: Final = 0x0F
_TEMPLATE_INSTANCE: Final = 0x0C
_MOST_NODES: Final = 20_000
_MOST_TEXT: Final = 1 << 22
"""Characters: a record of 64 KiB has at most 32,768 itself."""
_MOST_NODES_OF_CHUNK: Final = 400_000
_FEW_NODES: Final = 2_000
_LITTLE_TEXT: Final = 1 << 17
"""The limit for a record once its chunk is over the limit: an honest one has far less."""


class _Value(Struct, frozen=True):
    """The content of a slot in a record."""

    type: int
    offset: int
    bytes: bytes


class _Repeated(Struct, frozen=True):
    """A string array: its element is printed once for each string."""

    texts: tuple[str, ...]


_Content = EventElement | _Repeated | str


class FallbackDecoder:
    """Reads records of one chunk."""

    def __init__(self, chunk: bytes) -> None:
        """`chunk` is the whole chunk (64 KiB); its header need not be intact."""
        self._templates = ChunkTemplates(chunk)
        self._spent = _Spent()

    def event(self, offset: int) -> EventElement:
        """The Event element of the record at `offset` in the chunk. Raises UnreadableError."""
        try:
            found = _Builder(self._templates, self._spent.of_record()).fragment(offset + RECORD_HEADER_SIZE)
        except RecursionError:
            raise UnreadableError("its elements are nested too deep") from None
        except (ValueError, IndexError, OverflowError, struct.error) as cause:
            raise UnreadableError(f"its binary XML is broken ({cause})") from cause
        event = next((element for element in found if isinstance(element, EventElement)), None)
        if event is None or event.name != "Event":
            raise UnreadableError("it has no Event element")
        return event


class _Spent:
    """The output for a chunk and for the current record, up to a limit."""

    def __init__(self) -> None:
        self._chunk = self._nodes = self._text = 0

    def of_record(self) -> _Spent:
        """The same, for the next record."""
        self._nodes = self._text = 0
        return self

    def add(self, characters: int) -> None:
        """Adds one node with a text of so many characters. Raises UnreadableError beyond a limit."""
        self._chunk += 1
        self._nodes += 1
        self._text += characters
        much = self._chunk > _MOST_NODES_OF_CHUNK
        if self._nodes > (_FEW_NODES if much else _MOST_NODES) or self._text > (_LITTLE_TEXT if much else _MOST_TEXT):
            raise UnreadableError("it holds an impossible number of elements")


class _Builder:
    """Builds the elements of one record."""

    def __init__(self, templates: ChunkTemplates, spent: _Spent) -> None:
        self._templates = templates
        self._buffer = templates.chunk
        self._spent = spent

    def fragment(self, offset: int) -> list[_Content]:
        """The content of the binary XML fragment at `offset`."""
        if self._buffer[offset] & _TOKEN_BITS == _STREAM_START:
            offset += 4
        if self._buffer[offset] & _TOKEN_BITS != _TEMPLATE_INSTANCE:
            return [FragmentReader(self._buffer, offset, self._spent.add).element()]
        _, _, _, definition = _INSTANCE.unpack_from(self._buffer, offset)
        template = self._templates.template(definition)
        offset += _INSTANCE.size
        if definition == offset:
            offset += self._templates.size(definition)
        return list(self._element(template, self._values(offset)))

    def _values(self, offset: int) -> list[_Value]:
        (count,) = struct.unpack_from("<I", self._buffer, offset)
        if count > _MOST_NODES:
            raise UnreadableError("it claims an impossible number of values")
        descriptors = struct.unpack_from("<" + "HBx" * count, self._buffer, offset + 4)
        offset += 4 + 4 * count
        found = []
        for size, value_type in zip(descriptors[::2], descriptors[1::2], strict=True):
            self._spent.add(0)
            found.append(_Value(value_type, offset, self._buffer[offset : offset + size]))
            offset += size
        return found

    def _element(self, template: TemplateElement, found: Sequence[_Value]) -> list[EventElement]:
        if template.depends_on is not None and _is_null(template.depends_on, found):
            return []
        attributes = tuple(
            (name, _joined(self._content(parts, found)))
            for name, parts in template.attributes
            if not (len(parts) == 1 and _leaves_out(parts[0], found))
        )
        content = self._content(template.children, found)
        for repeated in content:
            if isinstance(repeated, _Repeated):
                return [EventElement(template.name, attributes, (text,) if text else ()) for text in repeated.texts]
        plain = tuple(part for part in content if part and not isinstance(part, _Repeated))
        return [EventElement(template.name, attributes, plain)]

    def _content(self, parts: Iterable[TemplateElement | Slot | str], found: Sequence[_Value]) -> list[_Content]:
        content: list[_Content] = []
        for part in parts:
            self._spent.add(len(part) if isinstance(part, str) else 0)
            if isinstance(part, TemplateElement):
                content.extend(self._element(part, found))
            elif isinstance(part, str):
                content.append(part)
            elif part.index < len(found):
                content.extend(self._filled(found[part.index]))
        return content

    def _filled(self, value: _Value) -> list[_Content]:
        if value.type == values.BINARY_XML:
            return self.fragment(value.offset)
        self._spent.add(len(value.bytes))
        if value.type == values.STRING_ARRAY:
            return [_Repeated(values.string_array(value.bytes))]
        return [values.value_text(value.type, value.bytes)]


def _joined(content: Iterable[_Content]) -> str:
    return "".join(part for part in content if isinstance(part, str))


def _leaves_out(part: Slot | str, found: Sequence[_Value]) -> bool:
    return isinstance(part, Slot) and part.optional and _is_null(part.index, found)


def _is_null(index: int, found: Sequence[_Value]) -> bool:
    return index < len(found) and found[index].type == values.NULL
