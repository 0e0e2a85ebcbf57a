"""A last look at a file in which no event was understood: the sentences of our events that stand in it all the same."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from smtpscope.errors import Problem
from smtpscope.reading.event_exports.messages.event_messages import LONGEST, holds_sentence, scan
from smtpscope.reading.event_exports.messages.message_lines import SentenceLineReader
from smtpscope.reading.record import Batch, EventRecord
from smtpscope.reading.text.dates import find_time
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.table_rows import DELIMITERS, first_rows
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.text.text_log import head_of

GUESS: Final = "found by its words alone, in a file whose form was not understood: time, id and computer may be wrong"
_TAGS: Final = re.compile(r"(?:\xef\xbb\xbf|\ufeff)?\s{0,64}<[A-Za-z!?][\w.:-]{0,60}[\s/>]")
_OBJECTS: Final = re.compile(r"(?:\xef\xbb\xbf|\ufeff)?\s{0,64}(?:\[\s{0,64}\{|\{)")
_KEY: Final = re.compile(r'"((?:[^"\\]|\\.){1,60})"\s{0,8}:\s{0,8}(?:\[\s{0,8})?"')
_ELEMENT: Final = re.compile(r"<([A-Za-z][\w.:-]{0,60})[^<>]{0,400}>")
_REFERENCE: Final = re.compile(r"&(?:[A-Za-z]{1,8}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_NAME: Final = re.compile(r"[^\W\d_][^\d,;|\t]{0,40}")
_FEWEST_COLUMNS: Final = 2
_LOOKED_BACK: Final = 600


class LastLookReader(SentenceLineReader):
    """Reads any text, also JSON, XML and web pages, for sentences of ours alone, and tells that it did."""

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return is_text(head) and holds_sentence(head_text(head))

    @classmethod
    def has_form(cls, head: bytes) -> bool:
        """Whether a file that begins with `head` has fields, so that it is more than lines of text."""
        text = head_text(head)
        return _TAGS.match(text) is not None or _OBJECTS.match(text) is not None or bool(_columns(text)[1])

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        found, place = 0, ""
        tags = _TAGS.match(head_text(head_of(self._source))) is not None
        for batch in super()._batches(to_the_end=to_the_end):
            found += len(batch.records)
            if found and not place:
                place = self._place_of(batch.records[0])
            problems = batch.problems
            if found and batch.bytes_read >= batch.bytes_total:
                told = told_of_words(self._source.name, found, place, "what stands around them was not understood")
                problems = [*problems, told]
            yield replace(batch, records=[_marked(record, tags=tags) for record in batch.records], problems=problems)

    def _place_of(self, record: EventRecord) -> str:
        """The line of `record`, and the field in which its sentence stands as far as the text shows it."""
        line = f"line {self._text.line_of(record.offset)}"
        block = self._text.at(record.offset, 2 * LONGEST)
        sentences = scan(block.text, final=True).sentences
        if not sentences:
            return line
        head = head_text(head_of(self._source))
        name = _field(head, block.text[max(0, sentences[0].opening - _LOOKED_BACK) : sentences[0].opening])
        return f"{line} in {name}" if name else line


def told_of_words(file: str, count: int, first: str, why: str) -> Problem:
    """What is told once a file of `count` events that were found by their words, the first of them at `first`."""
    what, where = ("1 event was", "at") if count == 1 else (f"{count:,} events were", "the first at")
    reason = f"{what} found by the words of the message alone, {where} {first}: {why}"
    return Problem(file, "whole file", reason, "recovered", count)


def _marked(record: EventRecord, *, tags: bool) -> EventRecord:
    if not tags:
        return replace(record, guess=GUESS)
    # Words that are names of elements are no computer. Longer numbers than those of a character make unescape raise.
    message = _REFERENCE.sub(lambda reference: html.unescape(reference[0]), record.message or "")
    return replace(record, guess=GUESS, message=message, computer=None)


def _field(head: str, before: str) -> str:
    """What the text `before` a sentence calls it, in a file that begins with `head`; "" where it has no name."""
    if _TAGS.match(head):
        elements = _ELEMENT.findall(before)
        return f"the element {elements[-1]}" if elements else ""
    if _OBJECTS.match(head):
        keys = _KEY.findall(before)
        return f"the field {keys[-1]}" if keys else ""
    delimiter, names = _columns(head)
    rows = first_rows(before.rpartition("\n")[2], delimiter, 1) if names else []
    index = len(rows[0]) - 1 if rows else 0
    return f"the column {names[index]}" if index < len(names) else ""


def _columns(head: str) -> tuple[str, list[str]]:
    """The separator and the names of the columns of a table that begins with `head`; no names where it is none."""
    line = head.lstrip("\ufeff\r\n").partition("\n")[0]
    if find_time(line) is None:
        for delimiter in DELIMITERS:
            rows = first_rows(line + "\n", delimiter, 1)
            names = [name.strip('\ufeff" \r') for name in rows[0]] if rows else []
            if len(names) >= _FEWEST_COLUMNS and all(map(_NAME.fullmatch, names)):
                return delimiter, names
    return "", []
