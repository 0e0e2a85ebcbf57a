"""Writes .evtx files for tests: events of classic sources as Windows stores them, forwarded ones, and manifest ones.

File and chunk headers are those that logs of Windows have; checksums are right, so that a test breaks what it means.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from support.evtx_binary_xml import (
    BINARY,
    BINARY_XML,
    END,
    FILETIME,
    GUID,
    HEX64,
    SID,
    STREAM_START,
    STRING,
    STRING_ARRAY,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    BinaryXml,
    Instance,
    LiteralText,
    Node,
    Part,
    Substitution,
    Tables,
    Template,
    Value,
    utf16,
)

CHUNK_SIZE = 65_536
FILE_HEADER_SIZE = 4_096
FIRST_RECORD = 512

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
EventForm = Literal["classic", "forwarded", "manifest"]


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An event to write.

    `form` chooses how Windows would store it: "classic" (ReportEvent: provider, channel and computer are literals of
    the template, the strings one array), "forwarded" (no template, every value a literal text), "manifest" (the
    provider is a value too, so that the template does not tell whose event it is; the strings have names). `rendered`
    is the sentence that a forwarded event carries with it.
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
    form: EventForm = "classic"
    rendered: str = ""


def filetime(time: datetime) -> int:
    """100 ns since 1601."""
    distance = time - _FILETIME_EPOCH
    return (distance.days * 86_400 + distance.seconds) * 10_000_000 + distance.microseconds * 10


def _element(name: str, index: int, value_type: int, *attributes: tuple[str, Part]) -> Node:
    """An element that holds one value and is left out when the record does not have it."""
    return Node(name, attributes, (Substitution(index, value_type),), depends_on=index)


def _system(provider: tuple[tuple[str, Part], ...], channel: Part, computer: str) -> Node:
    return Node(
        "System",
        children=(
            Node("Provider", provider),
            _element("EventID", 3, UINT16, ("Qualifiers", Substitution(4, UINT16))),
            _element("Level", 0, UINT8),
            _element("Task", 2, UINT16),
            _element("Keywords", 5, HEX64),
            Node("TimeCreated", (("SystemTime", Substitution(6, FILETIME)),)),
            _element("EventRecordID", 10, UINT64),
            Node("Channel", children=(channel,)),
            Node("Computer", children=(LiteralText(computer),)),
            Node("Security", (("UserID", Substitution(12, SID)),)),
        ),
    )


def _event(system: Node, data_index: int) -> Node:
    data = Substitution(data_index, BINARY_XML)
    return Node("Event", (("xmlns", LiteralText(_NAMESPACE)),), (system, data), depends_on=data_index)


@cache
def _classic_template(provider: str, channel: str, computer: str) -> Template:
    return Template.of(_event(_system((("Name", LiteralText(provider)),), LiteralText(channel), computer), 19))


@cache
def _manifest_template(computer: str) -> Template:
    provider = (("Name", Substitution(14, STRING)), ("Guid", Substitution(15, GUID)))
    return Template.of(_event(_system(provider, Substitution(16, STRING), computer), 17))


_CLASSIC_DATA = Template.of(
    Node("EventData", children=(_element("Data", 0, STRING_ARRAY), _element("Binary", 2, BINARY)))
)


@cache
def _named_data_template(count: int) -> Template:
    children = tuple(
        Node("Data", (("Name", LiteralText(f"param{n + 1}")),), (Substitution(n, STRING, optional=False),))
        for n in range(count)
    )
    return Template.of(Node("EventData", children=children))


def _system_values(event: WrittenEvent, record_id: int) -> list[Value]:
    """Values 0 to 13, which classic and manifest events have in common."""
    return [
        Value(UINT8, struct.pack("<B", event.level)),
        Value(UINT8, b"\0"),
        Value(UINT16, struct.pack("<H", event.task)),
        Value(UINT16, struct.pack("<H", event.event_id)),
        Value(UINT16, struct.pack("<H", event.qualifiers)),
        Value(HEX64, struct.pack("<Q", 0x80000000000000)),
        Value(FILETIME, struct.pack("<Q", filetime(event.time))),
        Value(),
        Value(UINT32, bytes(4)),
        Value(UINT32, bytes(4)),
        Value(UINT64, struct.pack("<Q", record_id)),
        Value(UINT8, b"\0"),
        Value(),
        Value(),
    ]


def _write_classic(xml: BinaryXml, event: WrittenEvent, record_id: int) -> None:
    strings = b"".join(utf16(string) + b"\0\0" for string in event.strings)
    data = [
        Value(STRING_ARRAY, strings) if strings else Value(),
        Value(UINT32, struct.pack("<I", len(event.binary))),
        Value(BINARY, event.binary) if event.binary else Value(),
    ]
    values = [*_system_values(event, record_id), *[Value()] * 5]
    template = _classic_template(event.provider, event.channel, event.computer)
    xml.instance(template, values, Instance(_CLASSIC_DATA, data))


def _write_manifest(xml: BinaryXml, event: WrittenEvent, record_id: int) -> None:
    values = [
        *_system_values(event, record_id),
        Value(STRING, utf16(event.provider)),
        Value(GUID, hashlib.md5(utf16(event.provider), usedforsecurity=False).digest()),
        Value(STRING, utf16(event.channel)),
    ]
    data = [Value(STRING, utf16(string)) for string in event.strings]
    xml.instance(_manifest_template(event.computer), values, Instance(_named_data_template(len(data)), data))


def _write_forwarded(xml: BinaryXml, event: WrittenEvent, record_id: int) -> None:
    def text(name: str, value: str, *attributes: tuple[str, Part]) -> Node:
        return Node(name, attributes, (LiteralText(value),) if value else ())

    system = (
        Node("Provider", (("Name", LiteralText(event.provider)),)),
        text("EventID", str(event.event_id), ("Qualifiers", LiteralText(str(event.qualifiers)))),
        text("Level", str(event.level)),
        text("Task", str(event.task)),
        Node("TimeCreated", (("SystemTime", LiteralText(f"{event.time:%Y-%m-%dT%H:%M:%S.%f}000Z")),)),
        text("EventRecordID", str(record_id)),
        text("Channel", event.channel),
        text("Computer", event.computer),
    )
    data = [text("Data", string) for string in event.strings]
    if event.binary:
        data.append(text("Binary", event.binary.hex().upper()))
    children: tuple[Node, ...] = (Node("System", children=system), Node("EventData", children=tuple(data)))
    if event.rendered:
        texts = (text("Message", event.rendered), text("Level", "Information"), text("Task", "SmtpSend"))
        children += (Node("RenderingInfo", (("Culture", LiteralText("en-US")),), texts),)
    xml.out += STREAM_START
    xml.node(Node("Event", (("xmlns", LiteralText(_NAMESPACE)),), children), in_template=False)


_WRITERS = {"classic": _write_classic, "manifest": _write_manifest, "forwarded": _write_forwarded}


class ChunkWriter:
    """One chunk of 64 KiB."""

    def __init__(self, first_number: int) -> None:
        """`first_number` counts the records of the file from 1."""
        self.first_number = first_number
        self.count = 0
        self._first_id = self._last_id = 0
        self._last_offset = FIRST_RECORD
        self._tables = Tables()
        self._data = bytearray(FIRST_RECORD)

    def add(self, event: WrittenEvent, record_id: int) -> bool:
        """Writes the event; False, and nothing written, when there is no room for it."""
        tables = self._tables.copy()
        xml = BinaryXml(tables, len(self._data) + 24)
        _WRITERS[event.form](xml, event, record_id)
        xml.out.append(END)
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
