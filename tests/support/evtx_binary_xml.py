"""Writes binary XML into a chunk: elements, templates and the values that go into them.

Layout: [MS-EVEN6] section 2.2.17. A template's GUID is made from its content, as Windows does, so it is the same in
every chunk and every file.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

STREAM_START = b"\x0f\x01\x01\x00"
INDEPENDENT = 0xFFFF
END = 0x00

# Types of values.
NULL, STRING, UINT8, UINT16, UINT32, UINT64 = 0x00, 0x01, 0x04, 0x06, 0x08, 0x0A
BINARY, GUID, FILETIME, SID, HEX64, BINARY_XML, STRING_ARRAY = 0x0E, 0x0F, 0x11, 0x13, 0x15, 0x21, 0x81


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le", errors="surrogatepass")


def _name_hash(name: str) -> int:
    total = 0
    for character in name:
        total = (total * 65_599 + ord(character)) & 0xFFFFFFFF
    return total & 0xFFFF


@dataclass(frozen=True, slots=True)
class LiteralText:
    """Text that stands in the template or fragment itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Substitution:
    """Value number `index` of the record; an optional one is left out of the XML when it is null."""

    index: int
    type: int
    optional: bool = True


Part = LiteralText | Substitution


@dataclass(frozen=True, slots=True)
class Node:
    """An element of a template or of a fragment without one."""

    name: str
    attributes: tuple[tuple[str, Part], ...] = ()
    children: tuple[Node | Part, ...] = ()
    depends_on: int = INDEPENDENT


@dataclass(frozen=True, slots=True)
class Value:
    """What a record puts into a template."""

    type: int = NULL
    bytes: bytes = b""


@dataclass(frozen=True, slots=True)
class Template:
    """An element with slots, and the GUID by which it is known."""

    root: Node
    guid: bytes

    @classmethod
    def of(cls, root: Node) -> Template:
        content = repr(root).encode(errors="surrogatepass")
        return cls(root, hashlib.md5(content, usedforsecurity=False).digest())


@dataclass(frozen=True, slots=True)
class Instance:
    """A template with its values."""

    template: Template
    values: Sequence[Value]


@dataclass(slots=True)
class Tables:
    """What a chunk knows by offset: names and templates, and the heads of the two tables in its header."""

    names: dict[str, int] = field(default_factory=dict)
    templates: dict[bytes, int] = field(default_factory=dict)
    name_heads: list[int] = field(default_factory=lambda: [0] * 64)
    template_heads: list[int] = field(default_factory=lambda: [0] * 32)

    def copy(self) -> Tables:
        return Tables(dict(self.names), dict(self.templates), list(self.name_heads), list(self.template_heads))


class BinaryXml:
    """Writes binary XML that will stand at `offset` in its chunk."""

    def __init__(self, tables: Tables, offset: int) -> None:
        self.tables = tables
        self.offset = offset
        self.out = bytearray()

    @property
    def here(self) -> int:
        return self.offset + len(self.out)

    def name(self, name: str) -> None:
        """The offset of a name, with its definition behind it where the chunk uses it for the first time."""
        known = self.tables.names.get(name)
        if known is not None:
            self.out += struct.pack("<I", known)
            return
        place = self.here + 4
        name_hash = _name_hash(name)
        bucket = name_hash % 64
        self.out += struct.pack("<IIHH", place, self.tables.name_heads[bucket], name_hash, len(name))
        self.out += utf16(name) + b"\0\0"
        self.tables.name_heads[bucket] = place
        self.tables.names[name] = place

    def part(self, part: Part) -> None:
        if isinstance(part, LiteralText):
            text = utf16(part.text)
            self.out += struct.pack("<BBH", 0x05, STRING, len(text) // 2) + text
        else:
            self.out += struct.pack("<BHB", 0x0E if part.optional else 0x0D, part.index, part.type)

    def node(self, node: Node, *, in_template: bool) -> None:
        self.out.append(0x41 if node.attributes else 0x01)
        if in_template:
            self.out += struct.pack("<H", node.depends_on)
        size_at = self._length_field()
        self.name(node.name)
        if node.attributes:
            attributes_at = self._length_field()
            for position, (name, value) in enumerate(node.attributes, start=1):
                self.out.append(0x06 if position == len(node.attributes) else 0x46)
                self.name(name)
                self.part(value)
            self._fill_length(attributes_at)
        if node.children:
            self.out.append(0x02)
            for child in node.children:
                if isinstance(child, Node):
                    self.node(child, in_template=in_template)
                else:
                    self.part(child)
            self.out.append(0x04)
        else:
            self.out.append(0x03)
        self._fill_length(size_at)

    def instance(self, template: Template, values: Sequence[Value], nested: Instance | None = None) -> None:
        """A fragment made of a template and its values; the template is defined at its first use in the chunk.

        `nested` becomes one more value: it is written last, since its names depend on where it stands.
        """
        self.out += STREAM_START
        known = self.tables.templates.get(template.guid)
        self.out += struct.pack("<BB4sI", 0x0C, 1, template.guid[:4], self.here + 10 if known is None else known)
        if known is None:
            self._definition(template)
        descriptors = b"".join(struct.pack("<HBx", len(value.bytes), value.type) for value in values)
        content = b"".join(value.bytes for value in values)
        self.out += struct.pack("<I", len(values) + (nested is not None)) + descriptors
        if nested is None:
            self.out += content
            return
        size_at = len(self.out)
        self.out += bytes(4) + content
        start = len(self.out)
        self.instance(nested.template, nested.values)
        self.out.append(END)
        struct.pack_into("<HBx", self.out, size_at, len(self.out) - start, BINARY_XML)

    def _definition(self, template: Template) -> None:
        place = self.here
        bucket = int.from_bytes(template.guid[:4], "little") % 32
        self.out += struct.pack("<I16s", self.tables.template_heads[bucket], template.guid)
        size_at = self._length_field()
        self.out += STREAM_START
        self.node(template.root, in_template=True)
        self.out.append(END)
        self._fill_length(size_at)
        self.tables.template_heads[bucket] = place
        self.tables.templates[template.guid] = place

    def _length_field(self) -> int:
        self.out += bytes(4)
        return len(self.out)

    def _fill_length(self, at: int) -> None:
        struct.pack_into("<I", self.out, at - 4, len(self.out) - at)
