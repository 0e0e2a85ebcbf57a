"""The templates of a chunk as python-evtx reads them, to compare our own reading with."""

from __future__ import annotations

import html
import struct
from collections.abc import Iterable
from typing import Any, Final

from Evtx import Nodes
from Evtx.Evtx import ChunkHeader

from smtpscope.reading.evtx.evtx_layout import FIRST_RECORD
from smtpscope.reading.evtx.templates import binary_values as values
from smtpscope.reading.evtx.templates.template_tree import Part, Slot, TemplateElement

_TABLES: Final = 128
_INDEPENDENT: Final = 0xFFFF


class _OnDemand(dict[int, Any]):
    """Names or templates by offset, made when they are first asked for."""

    def __init__(self, make: Any) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, offset: int) -> Any:
        return self._make(offset)


class PythonEvtxTemplates:
    """Reads the templates of one chunk; each is parsed once."""

    def __init__(self, chunk: bytes) -> None:
        """`chunk` is the whole chunk; its tables are hidden, since python-evtx would follow damaged ones in circles."""
        self.buffer = chunk[:_TABLES] + bytes(FIRST_RECORD - _TABLES) + chunk[FIRST_RECORD:]
        self._chunk = ChunkHeader(self.buffer, 0)
        self._chunk._strings = _OnDemand(self._chunk.add_string)
        self._chunk._templates = _OnDemand(self._chunk.add_template)
        self._parsed: dict[int, TemplateElement] = {}

    def template(self, offset: int) -> TemplateElement:
        """The template whose definition stands at `offset` in the chunk."""
        found = self._parsed.get(offset)
        if found is None:
            children = _children(self._chunk.templates()[offset].children(), self.buffer)
            root = next((child for child in children if isinstance(child, TemplateElement)), None)
            assert root is not None
            found = self._parsed[offset] = root
        return found


def _children(nodes: Iterable[Any], buffer: bytes) -> tuple[TemplateElement | Part, ...]:
    found: list[TemplateElement | Part] = []
    for node in nodes:
        if isinstance(node, Nodes.OpenStartElementNode):
            found.append(_element(node, buffer))
        else:
            found.extend(_parts(node, buffer))
    return tuple(found)


def _element(node: Any, buffer: bytes) -> TemplateElement:
    attributes = []
    inner = []
    for child in node.children():
        if isinstance(child, Nodes.AttributeNode):
            attributes.append((child.attribute_name().string(), tuple(_parts(child.attribute_value(), buffer))))
        else:
            inner.append(child)
    depends_on = node.unknown0()
    return TemplateElement(
        name=node.tag_name(),
        attributes=tuple(attributes),
        children=_children(inner, buffer),
        depends_on=None if depends_on == _INDEPENDENT else depends_on,
    )


def _parts(node: Any, buffer: bytes) -> list[Part]:
    """The text or slot that `node` stands for; none for tokens that only mark an end."""
    if isinstance(node, Nodes.ValueNode):
        return [_literal(node, buffer)]
    if isinstance(node, Nodes.NormalSubstitutionNode):
        return [Slot(node.index(), optional=False)]
    if isinstance(node, Nodes.ConditionalSubstitutionNode):
        return [Slot(node.index(), optional=True)]
    if isinstance(node, Nodes.CDataSectionNode):
        return [node.cdata()]
    if isinstance(node, Nodes.CharacterReferenceNode):
        return [chr(node.entity())]
    if isinstance(node, Nodes.EntityReferenceNode):
        return [html.unescape(node.entity_reference())]
    return []


def _literal(node: Any, buffer: bytes) -> str:
    """A value that stands in the template itself.

    Text is taken as bytes: python-evtx's own conversion raises on what is no valid UTF-16.
    """
    if node.type() != values.STRING:
        return str(node.value().string())
    start = node.offset() + 4
    (length,) = struct.unpack_from("<H", buffer, start - 2)
    return values.decoded(buffer[start : start + 2 * length])
