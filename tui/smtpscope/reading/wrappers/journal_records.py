"""Lines inside the records of a systemd journal as `journalctl -o verbose` and `journalctl -o export` write them.

Verbose: a line with the time and the cursor, then each field on its own line after four spaces. Export
(https://systemd.io/JOURNAL_EXPORT_FORMATS): each field on a line, a blank line between records; the value of a field
with control characters follows its length (eight bytes, little-endian).
"""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.wrappers.fields import line_of
from smtpscope.reading.wrappers.inner_header import labelled
from smtpscope.reading.wrappers.wrapper import Damage, InnerLine, Unwrapped

_VERBOSE = re.compile(
    r"^(?:[^\s\d]{1,12} )?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^\n]{0,40} \[s=[0-9a-f]{16,64};[^\n]{0,300}\]\r?$", re.M
)
_EXPORT = re.compile(r"^__CURSOR=", re.M)
_FIELD = re.compile(r"^ {4}(?P<name>[A-Z_][A-Z0-9_]{0,63})=(?P<value>[^\n]*(?:\n {5,}[^\n]*)*)", re.M)
_NAME = re.compile(r"(?P<name>[A-Z_][A-Z0-9_]{0,63})(?P<sign>[=\n])")
_LENGTH: Final = 8
_MOST_FIELDS: Final = 1_000


class JournalRecords:
    """See `Wrapper`."""

    name = "journal"
    title = "a journal (journalctl -o verbose or export)"
    recognised_by = 'fields such as "_HOSTNAME=" and "MESSAGE=" on lines of their own'

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        return _EXPORT.search(head) is not None or _VERBOSE.search(head, 0, 4096) is not None

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        pattern = _EXPORT if _EXPORT.search(head) else _VERBOSE
        text = block.text
        starts = [match.start() for match in pattern.finditer(text)]
        if not starts:
            return Unwrapped([], [], len(text) if final else 0)
        ends = [*starts[1:], len(text)]
        # The last record may continue in the next block.
        whole = len(starts) if final else len(starts) - 1
        lines: list[InnerLine] = []
        damages: list[Damage] = []
        for start, end in zip(starts[:whole], ends, strict=False):
            fields = _exported(block, start, end) if pattern is _EXPORT else _verbose(block, start, end)
            found = line_of(fields)
            if found is None:
                damages.append(Damage(start, "the record has no MESSAGE: it is cut off"))
                continue
            message, labels = found
            lines += [InnerLine(start, end, labelled(line, labels)) for line in message.rstrip("\n").split("\n")]
        if final and pattern is _VERBOSE:
            last = text.rstrip("\n").rfind("\n") + 1
            if not text.endswith("\n") and not text.startswith("    ", last):
                damages.append(Damage(last, "the record is cut off"))
        return Unwrapped(lines, damages, len(text) if final else starts[-1])


def _verbose(block: TextBlock, start: int, end: int) -> dict[str, object]:
    text = block.cut(start, end)
    fields: dict[str, object] = {match["name"]: match["value"].rstrip("\r") for match in _FIELD.finditer(text)}
    if not fields.keys() & {"__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP"}:
        fields["time"] = text.partition(" [s=")[0]
    return fields


def _exported(block: TextBlock, start: int, end: int) -> dict[str, object]:
    text = block.text
    fields: dict[str, object] = {}
    while start < end and len(fields) < _MOST_FIELDS:
        match = _NAME.match(text, start, end)
        if match is None:
            break
        begin = match.end()
        if match["sign"] == "=":
            stop = text.find("\n", begin, end)
            stop = end if stop < 0 else stop
        else:
            length = int.from_bytes(text[begin : begin + _LENGTH].encode("latin-1", errors="replace"), "little")
            begin += _LENGTH
            stop = min(begin + length, end)
        fields[match["name"]] = block.cut(begin, stop)
        start = stop + 1
    return fields
