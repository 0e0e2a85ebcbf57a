"""A last look at a file in which no event was understood: the sentences of our events that stand in it all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from smtpscope.errors import Problem
from smtpscope.reading.event_exports.messages.event_messages import holds_sentence
from smtpscope.reading.event_exports.messages.message_lines import SentenceLineReader
from smtpscope.reading.record import Batch
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.text_kind import is_text

GUESS: Final = "found by its words alone, in a file whose form was not understood: time, id and computer may be wrong"


class LastLookReader(SentenceLineReader):
    """Reads any text, also JSON, XML and web pages, for sentences of ours alone, and tells that it did."""

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return is_text(head) and holds_sentence(head_text(head))

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        found = 0
        for batch in super()._batches(to_the_end=to_the_end):
            found += len(batch.records)
            problems = batch.problems
            if found and batch.bytes_read >= batch.bytes_total:
                what = "1 event was" if found == 1 else f"{found:,} events were"
                reason = f"{what} found by the words of the message alone: the form of this file is not known"
                problems = [*problems, Problem(self._source.name, "whole file", reason, "recovered", found)]
            records = [replace(record, guess=GUESS) for record in batch.records]
            yield replace(batch, records=records, problems=problems)
