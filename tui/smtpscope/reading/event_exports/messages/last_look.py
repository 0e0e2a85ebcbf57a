"""A last look at a file without any recognised event: searches it for the messages of SMTP events."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from smtpscope.errors import Problem
from smtpscope.reading.event_exports.messages.event_messages import LONGEST, holds_message, scan
from smtpscope.reading.event_exports.messages.message_lines import MessageLineReader
from smtpscope.reading.record import Batch, EventRecord
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.field_names import LOOKED_BACK, field_at_end, has_fields, has_tags
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.text.text_log import head_of

GUESS: Final = "found by its text alone, in a file of unknown format: time, id and computer may be wrong"
_REFERENCE: Final = re.compile(r"&(?:[A-Za-z]{1,8}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")


class LastLookReader(MessageLineReader):
    """Searches any text, also JSON, XML and web pages, for messages only, and notes that it did."""

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return is_text(head) and holds_message(head_text(head))

    @classmethod
    def has_form(cls, head: bytes) -> bool:
        """Whether a file that begins with `head` has fields, so that it is more than lines of text."""
        return has_fields(head_text(head))

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        found, place = 0, ""
        tags = has_tags(head_text(head_of(self._source)))
        for batch in super()._batches(to_the_end=to_the_end):
            found += len(batch.records)
            if found and not place:
                place = self._place_of(batch.records[0])
            problems = batch.problems
            if found and batch.bytes_read >= batch.bytes_total:
                problem = problem_of_words(self._source.name, found, place, "the text around them was not understood")
                problems = [*problems, problem]
            yield replace(batch, records=[_marked(record, tags=tags) for record in batch.records], problems=problems)

    def _place_of(self, record: EventRecord) -> str:
        """The line of `record`, and the field with its message, as far as the text shows it."""
        line = f"line {self._text.line_of(record.offset)}"
        block = self._text.at(record.offset, 2 * LONGEST)
        sentences = scan(block.text, final=True).sentences
        if not sentences:
            return line
        head = head_text(head_of(self._source))
        name = field_at_end(head, block.text[max(0, sentences[0].opening - LOOKED_BACK) : sentences[0].opening])
        return f"{line} in {name}" if name else line


def problem_of_words(file: str, count: int, first: str, why: str) -> Problem:
    """The note, once per file, on `count` events that were found by their words, the first at `first`."""
    what, where = ("1 event was", "at") if count == 1 else (f"{count:,} events were", "the first at")
    reason = f"{what} found by the text of the message alone, {where} {first}: {why}"
    return Problem(file, "whole file", reason, "recovered", count)


def _marked(record: EventRecord, *, tags: bool) -> EventRecord:
    if not tags:
        return replace(record, guess=GUESS)
    # Names of elements are not computers. Numbers too long for a character make unescape raise.
    message = _REFERENCE.sub(lambda reference: html.unescape(reference[0]), record.message or "")
    return replace(record, guess=GUESS, message=message, computer=None)
