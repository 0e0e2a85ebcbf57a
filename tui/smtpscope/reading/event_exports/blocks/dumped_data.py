"""The data of an event as the Event Viewer of Windows 2000 to 2003 prints it below the text: a hex dump.

`0000: 58 45 58 43 48 35 30 20   XEXCH50 ` (bytes) or `0000: 80070005 0000000a` (words of 32 bits, the lowest byte
first in memory).
"""

from __future__ import annotations

import re

_HEADING = re.compile(r"(?:\A|\n|[ \t])[> \t]{0,32}Data[ \t]{0,8}:[ \t]*\r?\n?")
_LINE = re.compile(
    r"[> \t]{0,32}[0-9a-fA-F]{4}:[ \t]{1,4}([0-9a-fA-F]{2}(?:[ \t][0-9a-fA-F]{2}){0,15}(?![0-9a-fA-F])"
    r"|[0-9a-fA-F]{8}(?:[ \t][0-9a-fA-F]{8}){0,7}(?![0-9a-fA-F]))[^\n]*(?:\n|\Z)"
)
_LONGEST_INDENT = 33
_BYTES_IN_LINE = 8
"""The letters next to the bytes may look like two more digits."""


def dumped_data(text: str) -> bytes | None:
    """The bytes of the last dump in `text`, None if there is none. Never raises."""
    data = bytearray()
    first = text.find("Data")
    if first < 0 or "0000:" not in text:
        return None
    # Any earlier blank could be the beginning of a heading.
    for heading in _HEADING.finditer(text, max(0, first - _LONGEST_INDENT)):
        position = heading.end()
        found = bytearray()
        line = _LINE.match(text, position)
        while line is not None:
            groups = line[1].split()
            if len(groups[0]) == 2:
                found += bytes.fromhex("".join(groups[:_BYTES_IN_LINE]))
            else:
                for group in groups:
                    found += int(group, 16).to_bytes(4, "little")
            position = line.end()
            line = _LINE.match(text, position)
        data = found or data
    return bytes(data) or None
