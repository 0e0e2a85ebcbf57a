"""The typed values of binary XML as text, as in the XML of Windows.

Source: [MS-EVEN6] section 2.2.12 (value types) and 2.2.19 (how they are printed).
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

NULL: Final = 0x00
STRING: Final = 0x01
ANSI_STRING: Final = 0x02
BINARY: Final = 0x0E
BINARY_XML: Final = 0x21
ARRAY: Final = 0x80
STRING_ARRAY: Final = ARRAY | STRING

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def decoded(text: bytes) -> str:
    """UTF-16LE text; a lone surrogate or an odd byte becomes U+FFFD, since a log may contain either."""
    return text.decode("utf-16-le", errors="replace")


def string_array(value: bytes) -> tuple[str, ...]:
    """The strings of an array, each ended by a NUL; empty ones keep their place, and the last NUL may be missing."""
    if not value:
        return ()
    parts = decoded(value).split("\0")
    return tuple(parts if parts[-1] else parts[:-1])


def _number(code: str) -> Callable[[bytes], str]:
    layout = struct.Struct(code)
    return lambda value: str(layout.unpack(value)[0])


def _hexadecimal(value: bytes) -> str:
    return f"0x{int.from_bytes(value, 'little'):x}"


def _boolean(value: bytes) -> str:
    return "true" if any(value) else "false"


def _guid(value: bytes) -> str:
    # Windows prints braces around it; the fast decoder does not, and both must give the same strings.
    return str(uuid.UUID(bytes_le=value)).upper()


def _filetime(value: bytes) -> str:
    moment = _FILETIME_EPOCH + timedelta(microseconds=int.from_bytes(value, "little") // 10)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


def _systemtime(value: bytes) -> str:
    year, month, _, day, hour, minute, second, millisecond = struct.unpack("<8H", value)
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z"


def _sid(value: bytes) -> str:
    authority = int.from_bytes(value[2:8], "big")
    parts = struct.unpack(f"<{value[1]}I", value[8 : 8 + 4 * value[1]])
    return "-".join(["S", str(value[0]), str(authority), *map(str, parts)])


_TEXT: Final[dict[int, Callable[[bytes], str]]] = {
    NULL: lambda value: "",
    STRING: lambda value: decoded(value).rstrip("\0"),
    ANSI_STRING: lambda value: value.decode("cp1252", errors="replace").rstrip("\0"),
    0x03: _number("<b"),
    0x04: _number("<B"),
    0x05: _number("<h"),
    0x06: _number("<H"),
    0x07: _number("<i"),
    0x08: _number("<I"),
    0x09: _number("<q"),
    0x0A: _number("<Q"),
    0x0B: _number("<f"),
    0x0C: _number("<d"),
    0x0D: _boolean,
    BINARY: lambda value: value.hex().upper(),
    0x0F: _guid,
    0x10: _hexadecimal,
    0x11: _filetime,
    0x12: _systemtime,
    0x13: _sid,
    0x14: _hexadecimal,
    0x15: _hexadecimal,
}


def value_text(value_type: int, value: bytes) -> str:
    """A value as text; hexadecimal digits if its type is unknown or does not match its bytes. Never raises."""
    printer = _TEXT.get(value_type)
    if printer is not None:
        try:
            return printer(value)
        except (struct.error, ValueError, OverflowError, IndexError):
            pass
    return value.hex().upper()
