"""Writes .evtx files for tests: events of classic sources as Windows stores them, forwarded ones, and manifest ones.

Layout: [MS-EVEN6] section 2.2.17 for the binary XML; file and chunk headers as the logs of Windows have them.
A template's GUID is made from its content, as Windows does, so it is the same in every chunk and every file.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

CHUNK_SIZE = 65_536
FILE_HEADER_SIZE = 4_096
FIRST_RECORD = 512

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
_STREAM_START = b"\x0f\x01\x01\x00"
_INDEPENDENT = 0xFFFF
_END = 0x00

# Types of values.
_NULL, _STRING, _UINT8, _UINT16, _UINT32, _UINT64 = 0x00, 0x01, 0x04, 0x06, 0x08, 0x0A
_BINARY, _GUID, _FILETIME, _SID, _HEX64, _BINARY_XML, _STRING_ARRAY = 0x0E, 0x0F, 0x11, 0x13, 0x15, 0x21, 0x81


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An event to write.

    `form` chooses how Windows would store it: "classic" (ReportEvent: provider, channel and computer are literals of
    the template, the strings one array), "forwarded" (no template, every value a literal text), "manifest" (the
    provider is a value too, so that the template does not tell whose event it is; the strings have names).
    """

    provider: str = "MSExchangeTransport"
    event_id: int = 7002
    strings: tuple[str, ...] = ()
    time: datetime = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    level: int = 3
    task: int = 2
    qualifiers: int = 0x8004
    channel: str = "Application"
    computer: str = "EXCH01.example.com"
    binary: bytes = b""
    form: Literal["classic", "forwarded", "manifest"] = "classic"


def filetime(time: datetime) -> int:
    """100 ns since 1601."""
    distance = time - _FILETIME_EPOCH
    return (distance.days * 86_400 + distance.seconds) * 10_000_000 + distance.microseconds * 10


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le", errors="surrogatepass")


def _name_hash(name: str) -> int:
    total = 0
    for character in name:
        total = (total * 65_599 + ord(character)) & 0xFFFFFFFF
    return total & 0xFFFF


@dataclass(frozen=True, slots=True)
class _Literal:
    text: str


@dataclass(frozen=True, slots=True)
class _Substitution:
    """Value number `index` of the record; an optional one is left out of the XML when it is null."""

    index: int
    type: int
    optional: bool = True


_Part = _Literal | _Substitution


@dataclass(frozen=True, slots=True)
class _Node:
    """An element of a template or of a fragment without one."""

    name: str
    attributes: tuple[tuple[str, _Part], ...] = ()
    children: tuple[_Node | _Part, ...] = ()
    depends_on: int = _INDEPENDENT


@dataclass(frozen=True, slots=True)
class _Value:
    type: int = _NULL
    bytes: bytes = b""


@dataclass(frozen=True, slots=True)
class _Template:
    root: _Node
    guid: bytes

    @classmethod
    def of(cls, root: _Node) -> _Template:
        content = repr(root).encode(errors="surrogatepass")
        return cls(root, hashlib.md5(content, usedforsecurity=False).digest())


@dataclass(frozen=True, slots=True)
class _Instance:
    template: _Template
    values: Sequence[_Value]


@dataclass(slots=True)
class _Tables:
    """What a chunk knows by offset: names and templates, and the heads of the two tables in its header."""

    names: dict[str, int] = field(default_factory=dict)
    templates: dict[bytes, int] = field(default_factory=dict)
    name_heads: list[int] = field(default_factory=lambda: [0] * 64)
    template_heads: list[int] = field(default_factory=lambda: [0] * 32)

    def copy(self) -> _Tables:
        return _Tables(dict(self.names), dict(self.templates), list(self.name_heads), list(self.template_heads))


class _BinaryXml:
    """Writes binary XML that will stand at `offset` in its chunk."""

    def __init__(self, tables: _Tables, offset: int) -> None:
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

    def part(self, part: _Part) -> None:
        if isinstance(part, _Literal):
            text = utf16(part.text)
            self.out += struct.pack("<BBH", 0x05, _STRING, len(text) // 2) + text
        else:
            self.out += struct.pack("<BHB", 0x0E if part.optional else 0x0D, part.index, part.type)

    def node(self, node: _Node, *, in_template: bool) -> None:
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
                if isinstance(child, _Node):
                    self.node(child, in_template=in_template)
                else:
                    self.part(child)
            self.out.append(0x04)
        else:
            self.out.append(0x03)
        self._fill_length(size_at)

    def instance(self, template: _Template, values: Sequence[_Value], nested: _Instance | None = None) -> None:
        """A fragment made of a template and its values; the template is defined at its first use in the chunk.

        `nested` becomes one more value: it is written last, since its names depend on where it stands.
        """
        self.out += _STREAM_START
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
        self.out.append(_END)
        struct.pack_into("<HBx", self.out, size_at, len(self.out) - start, _BINARY_XML)

    def _definition(self, template: _Template) -> None:
        place = self.here
        bucket = int.from_bytes(template.guid[:4], "little") % 32
        self.out += struct.pack("<I16s", self.tables.template_heads[bucket], template.guid)
        size_at = self._length_field()
        self.out += _STREAM_START
        self.node(template.root, in_template=True)
        self.out.append(_END)
        self._fill_length(size_at)
        self.tables.template_heads[bucket] = place
        self.tables.templates[template.guid] = place

    def _length_field(self) -> int:
        self.out += bytes(4)
        return len(self.out)

    def _fill_length(self, at: int) -> None:
        struct.pack_into("<I", self.out, at - 4, len(self.out) - at)


def _element(name: str, index: int, value_type: int, *attributes: tuple[str, _Part]) -> _Node:
    """An element that holds one value and is left out when the record does not have it."""
    return _Node(name, attributes, (_Substitution(index, value_type),), depends_on=index)


def _system(provider: tuple[tuple[str, _Part], ...], channel: _Part, computer: str) -> _Node:
    return _Node(
        "System",
        children=(
            _Node("Provider", provider),
            _element("EventID", 3, _UINT16, ("Qualifiers", _Substitution(4, _UINT16))),
            _element("Level", 0, _UINT8),
            _element("Task", 2, _UINT16),
            _element("Keywords", 5, _HEX64),
            _Node("TimeCreated", (("SystemTime", _Substitution(6, _FILETIME)),)),
            _element("EventRecordID", 10, _UINT64),
            _Node("Channel", children=(channel,)),
            _Node("Computer", children=(_Literal(computer),)),
            _Node("Security", (("UserID", _Substitution(12, _SID)),)),
        ),
    )


def _event(system: _Node, data_index: int) -> _Node:
    data = _Substitution(data_index, _BINARY_XML)
    return _Node("Event", (("xmlns", _Literal(_NAMESPACE)),), (system, data), depends_on=data_index)


@cache
def _classic_template(provider: str, channel: str, computer: str) -> _Template:
    return _Template.of(_event(_system((("Name", _Literal(provider)),), _Literal(channel), computer), 19))


@cache
def _manifest_template(computer: str) -> _Template:
    provider = (("Name", _Substitution(14, _STRING)), ("Guid", _Substitution(15, _GUID)))
    return _Template.of(_event(_system(provider, _Substitution(16, _STRING), computer), 17))


_CLASSIC_DATA = _Template.of(
    _Node("EventData", children=(_element("Data", 0, _STRING_ARRAY), _element("Binary", 2, _BINARY)))
)


@cache
def _named_data_template(count: int) -> _Template:
    children = tuple(
        _Node("Data", (("Name", _Literal(f"param{n + 1}")),), (_Substitution(n, _STRING, optional=False),))
        for n in range(count)
    )
    return _Template.of(_Node("EventData", children=children))


def _system_values(event: WrittenEvent, record_id: int) -> list[_Value]:
    """Values 0 to 13, which classic and manifest events have in common."""
    return [
        _Value(_UINT8, struct.pack("<B", event.level)),
        _Value(_UINT8, b"\0"),
        _Value(_UINT16, struct.pack("<H", event.task)),
        _Value(_UINT16, struct.pack("<H", event.event_id)),
        _Value(_UINT16, struct.pack("<H", event.qualifiers)),
        _Value(_HEX64, struct.pack("<Q", 0x80000000000000)),
        _Value(_FILETIME, struct.pack("<Q", filetime(event.time))),
        _Value(),
        _Value(_UINT32, bytes(4)),
        _Value(_UINT32, bytes(4)),
        _Value(_UINT64, struct.pack("<Q", record_id)),
        _Value(_UINT8, b"\0"),
        _Value(),
        _Value(),
    ]


def _write_classic(xml: _BinaryXml, event: WrittenEvent, record_id: int) -> None:
    strings = b"".join(utf16(string) + b"\0\0" for string in event.strings)
    data = [
        _Value(_STRING_ARRAY, strings) if strings else _Value(),
        _Value(_UINT32, struct.pack("<I", len(event.binary))),
        _Value(_BINARY, event.binary) if event.binary else _Value(),
    ]
    values = [*_system_values(event, record_id), *[_Value()] * 5]
    template = _classic_template(event.provider, event.channel, event.computer)
    xml.instance(template, values, _Instance(_CLASSIC_DATA, data))


def _write_manifest(xml: _BinaryXml, event: WrittenEvent, record_id: int) -> None:
    values = [
        *_system_values(event, record_id),
        _Value(_STRING, utf16(event.provider)),
        _Value(_GUID, hashlib.md5(utf16(event.provider), usedforsecurity=False).digest()),
        _Value(_STRING, utf16(event.channel)),
    ]
    data = [_Value(_STRING, utf16(string)) for string in event.strings]
    xml.instance(_manifest_template(event.computer), values, _Instance(_named_data_template(len(data)), data))


def _write_forwarded(xml: _BinaryXml, event: WrittenEvent, record_id: int) -> None:
    def text(name: str, value: str, *attributes: tuple[str, _Part]) -> _Node:
        return _Node(name, attributes, (_Literal(value),) if value else ())

    system = (
        _Node("Provider", (("Name", _Literal(event.provider)),)),
        text("EventID", str(event.event_id), ("Qualifiers", _Literal(str(event.qualifiers)))),
        text("Level", str(event.level)),
        text("Task", str(event.task)),
        _Node("TimeCreated", (("SystemTime", _Literal(f"{event.time:%Y-%m-%dT%H:%M:%S.%f}000Z")),)),
        text("EventRecordID", str(record_id)),
        text("Channel", event.channel),
        text("Computer", event.computer),
    )
    data = [text("Data", string) for string in event.strings]
    if event.binary:
        data.append(text("Binary", event.binary.hex().upper()))
    children = (_Node("System", children=system), _Node("EventData", children=tuple(data)))
    xml.out += _STREAM_START
    xml.node(_Node("Event", (("xmlns", _Literal(_NAMESPACE)),), children), in_template=False)


_WRITERS = {"classic": _write_classic, "manifest": _write_manifest, "forwarded": _write_forwarded}


class ChunkWriter:
    """One chunk of 64 KiB."""

    def __init__(self, first_number: int) -> None:
        """`first_number` counts the records of the file from 1."""
        self.first_number = first_number
        self.count = 0
        self._first_id = self._last_id = 0
        self._last_offset = FIRST_RECORD
        self._tables = _Tables()
        self._data = bytearray(FIRST_RECORD)

    def add(self, event: WrittenEvent, record_id: int) -> bool:
        """Writes the event; False, and nothing written, when there is no room for it."""
        tables = self._tables.copy()
        xml = _BinaryXml(tables, len(self._data) + 24)
        _WRITERS[event.form](xml, event, record_id)
        xml.out.append(_END)
        size = 24 + len(xml.out) + 4
        size += -size % 8
        if len(self._data) + size > CHUNK_SIZE:
            return False
        record = struct.pack("<4sIQQ", b"\x2a\x2a\0\0", size, record_id, filetime(event.time)) + xml.out
        self._tables = tables
        self._last_offset = len(self._data)
        self._data += record + bytes(size - 4 - len(record)) + struct.pack("<I", size)
        self._first_id = self._first_id or record_id
        self._last_id = record_id
        self.count += 1
        return True

    def finish(self) -> bytes:
        """The chunk as it stands on disk, checksums included."""
        end = len(self._data)
        chunk = self._data + bytes(CHUNK_SIZE - end)
        last_number = self.first_number + self.count - 1
        numbers = (self.first_number, last_number, self._first_id, self._last_id)
        data_checksum = zlib.crc32(chunk[FIRST_RECORD:end])
        struct.pack_into("<8sQQQQIIII", chunk, 0, b"ElfChnk\0", *numbers, 128, self._last_offset, end, data_checksum)
        struct.pack_into("<64I", chunk, 128, *self._tables.name_heads)
        struct.pack_into("<32I", chunk, 384, *self._tables.template_heads)
        struct.pack_into("<I", chunk, 120, 1)
        struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[:120] + chunk[128:512]))
        return bytes(chunk)


def file_header(chunk_count: int, next_record_id: int, *, flags: int = 0) -> bytes:
    """The first 4,096 bytes of a file."""
    header = bytearray(FILE_HEADER_SIZE)
    last_chunk = max(0, chunk_count - 1)
    version = (1, 3)
    struct.pack_into(
        "<8sQQQIHHHH",
        header,
        0,
        b"ElfFile\0",
        0,
        last_chunk,
        next_record_id,
        128,
        *version,
        FILE_HEADER_SIZE,
        chunk_count,
    )
    struct.pack_into("<II", header, 120, flags, zlib.crc32(header[:120]))
    return bytes(header)


def chunks(events: Iterable[WrittenEvent], *, first_record_id: int = 1) -> Iterator[bytes]:
    """Full chunks with the events, numbered on. Raises ValueError for an event that no chunk has room for."""
    writer = ChunkWriter(1)
    for record_id, event in enumerate(events, start=first_record_id):
        if writer.add(event, record_id):
            continue
        if writer.count:
            yield writer.finish()
        writer = ChunkWriter(writer.first_number + writer.count)
        if not writer.add(event, record_id):
            raise ValueError("the event is longer than a chunk")
    if writer.count:
        yield writer.finish()


def evtx_bytes(events: Iterable[WrittenEvent], *, first_record_id: int = 1, flags: int = 0) -> bytes:
    """A whole file with these events."""
    written = list(events)
    body = list(chunks(written, first_record_id=first_record_id))
    return file_header(len(body), first_record_id + len(written), flags=flags) + b"".join(body)


def write_evtx(path: Path, events: Iterable[WrittenEvent], *, first_record_id: int = 1, flags: int = 0) -> Path:
    """Writes these events to `path` and gives it back."""
    path.write_bytes(evtx_bytes(events, first_record_id=first_record_id, flags=flags))
    return path
