"""Text logs of any kind with the messages of SMTP protocol events in their lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.messages.event_messages import (
    LONGEST,
    first_message,
    holds_message,
    lines_between,
    scan,
)
from smtpscope.reading.event_exports.messages.line_records import LineRecords, written_before
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, Source
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import BLOCK_SIZE, TextBlock, head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import FollowableTextLog, head_of, zone_warnings


class MessageLineReader(FollowableTextLog):
    """Reads a text log line by line; other lines are skipped without being decoded."""

    format: ClassVar[Format] = Format(
        name="text",
        title="Text log with the event's message",
        recognised_by='the words "This is an SMTP protocol … log for virtual server"',
        lacks=("record number", "insertion strings"),
    )

    def __init__(self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE) -> None:
        super().__init__(source, options, block_size=block_size)
        self._times = FileTimes(source.name, options, self._written_times)

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        text = head_text(head)
        return holds_message(text)

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        batching = Batching(self._source.size)
        times = self._times
        lines = LineRecords(self._source.name, times)
        for block, stream in self._text.blocks(self._done):
            found = scan(block.text, final=block.final and to_the_end)
            done = 0
            for sentence in found.sentences:
                batching.unrelated_records += lines_between(block.text, done, sentence.start)
                batching.records.append(lines.record(block, sentence))
                done = sentence.end
                if batching.full:
                    batching.problems += times.take_problems()
                    yield batching.take(block.offset(done))
            batching.unrelated_records += lines_between(block.text, done, found.rest)
            stream.keep_from(found.rest)
            batching.problems += times.take_problems()
            self._done = block.offset(found.rest)
            if block.final or batching.due:
                yield batching.take(self._done)

    def _written_times(self) -> Iterator[WrittenTime]:
        for block, stream in self._text.blocks():
            found = scan(block.text, final=block.final)
            for sentence in found.sentences:
                written = written_before(block, sentence)
                if written is not None:
                    yield written
            stream.keep_from(found.rest)

    def raw(self, offset: int) -> str:
        block = self._text.at(offset, 2 * LONGEST)
        sentences = first_message(block.text)
        end = sentences[0].end if sentences else block.text.find("\n") % (len(block.text) + 1)
        return block.cut(0, end).strip("\r\n")

    def information(self) -> FileInformation:
        head = TextBlock(head_of(self._source), start=0, encoding=self._text.encoding, final=True)
        return self._described(warnings=self._warnings(head))

    def _warnings(self, head: TextBlock) -> tuple[str, ...]:
        """What the first message in `head` lacks."""
        sentences = scan(head.text, final=True).sentences
        if not sentences:
            return ()
        written = written_before(head, sentences[0])
        if written is None:
            return ("The text has no times.",)
        return zone_warnings(written)
