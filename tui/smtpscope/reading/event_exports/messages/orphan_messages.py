"""Messages in damaged parts of a file: an incomplete record is better than none."""

from __future__ import annotations

from msgspec.structs import replace

from smtpscope.reading.event_exports.messages.event_messages import holds_message, scan
from smtpscope.reading.event_exports.messages.line_records import LineRecords
from smtpscope.reading.record import EventRecord
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.file_times import FileTimes


class OrphanMessages:
    """Reads broken rows, elements and objects of one file like lines of text."""

    def __init__(self, file: str, times: FileTimes) -> None:
        self._lines = LineRecords(file, times)

    def records(self, block: TextBlock, begin: int, end: int) -> list[EventRecord]:
        """The record of each message in `block` between the indices. All have the offset of `begin`."""
        if not holds_message(block.text, begin, end):
            return []
        found = scan(block.text, final=True, begin=begin, stop=end)
        offset = block.offset(begin)
        return [replace(self._lines.record(block, sentence), offset=offset) for sentence in found.sentences]
