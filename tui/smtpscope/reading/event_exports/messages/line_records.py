"""The event record of a message in a text: labels and time are taken from the text before it."""

from __future__ import annotations

import re

from smtpscope.reading.event_exports.messages.event_messages import MessageMatch, scan
from smtpscope.reading.event_exports.messages.line_labels import LineLabels, read_labels
from smtpscope.reading.event_exports.messages.related_messages import RELATED_EVENT_IDS
from smtpscope.reading.record import EventRecord
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.file_times import FileTimes

_MAIL_QUOTE = re.compile(r"\n[ \t]*(?:>[ \t]?)+")
_CACHED_LABELS = 4_096


def plain_message(text: str) -> str:
    """`text` of a message with LF as line end, without mail quote marks, and with the doubled quotes of a table
    undone.
    """
    if "\n" in text:
        text = text.replace("\r\n", "\n")
        if "\n>" in text or "\n " in text:
            text = _MAIL_QUOTE.sub("\n", text)
    # In a table cell every quote is doubled; a message elsewhere has single ones around its values.
    if '""' in text and '"' not in text.replace('""', ""):
        text = text.replace('""', '"')
    return text


def written_before(block: TextBlock, sentence: MessageMatch) -> WrittenTime | None:
    """The time before `sentence` in its record."""
    return _time_in(_prefix(block, sentence))


def _time_in(prefix: str) -> WrittenTime | None:
    """The first time, or the second if only that has a year: syslog writes its own before the event's."""
    written = find_time(prefix)
    if written is None or written.year is not None:
        return written
    following = find_time(prefix[written.end :])
    if following is None or following.year is None:
        return written
    return following._replace(begin=following.begin + written.end, end=following.end + written.end)


def _prefix(block: TextBlock, sentence: MessageMatch) -> str:
    prefix = block.cut(sentence.start, sentence.opening)
    # rsyslog writes a tab in a message this way.
    return prefix.replace("#011", "\t") if "#011" in prefix else prefix


class LineRecords:
    """Makes the records of one file."""

    def __init__(self, file: str, times: FileTimes) -> None:
        self._file = file
        self._times = times
        # Lines of one log repeat the same text before the message, except for the time.
        self._labels: dict[tuple[str, bool], LineLabels] = {}

    def between(self, block: TextBlock, begin: int, end: int) -> list[EventRecord]:
        """The records of the messages in `block` from `begin` to `end`."""
        found = scan(block.text, final=True, begin=begin, stop=end)
        return [self.record(block, sentence) for sentence in found.sentences]

    def record(self, block: TextBlock, sentence: MessageMatch) -> EventRecord:
        """The record of `sentence`, which was found in `block`."""
        prefix = _prefix(block, sentence)
        written = _time_in(prefix)
        if written is None:
            milliseconds, assumed = None, False
        else:
            milliseconds = self._times.milliseconds(written, block.offset(sentence.start))
            assumed = milliseconds is not None and written.zone_minutes is None
            prefix = f"{prefix[: written.begin]} {prefix[written.end :]}"
        labels = self._labels_of(prefix, related=sentence.related)
        # Text before a message without any label is prose, and no word of it is a computer.
        labelled = written is not None or labels.event_id is not None or labels.provider is not None
        return EventRecord(
            file=self._file,
            offset=block.offset(sentence.start),
            time_ms=milliseconds,
            time_assumed=assumed,
            record_id=None,
            event_id=labels.event_id,
            level=labels.level,
            provider=labels.provider,
            channel=labels.channel,
            computer=labels.computer if labelled else None,
            strings=None,
            message=plain_message(block.cut(sentence.opening, sentence.closing)),
        )

    def _labels_of(self, prefix: str, *, related: bool) -> LineLabels:
        labels = self._labels.get((prefix, related))
        if labels is None:
            labels = read_labels(prefix, RELATED_EVENT_IDS) if related else read_labels(prefix)
            if len(self._labels) >= _CACHED_LABELS:
                self._labels.clear()
            self._labels[prefix, related] = labels
        return labels
