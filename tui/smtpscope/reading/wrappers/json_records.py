"""Lines inside JSON objects: one per line, one after the other, or in arrays and answers at any depth.

Docker's json-file driver, Filebeat and Elastic Agent, Fluent Bit, fluentd, GELF, Wazuh's archives, Splunk's results,
`journalctl -o json`, answers of Elasticsearch: they are all treated alike, see `fields`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple, cast

import msgspec

from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.wrappers.fields import labels_of, line_of
from smtpscope.reading.wrappers.inner_header import NO_LABELS, Labels, labelled
from smtpscope.reading.wrappers.otlp_records import ROOT, log_bodies, record_starts
from smtpscope.reading.wrappers.split_lines import LinePart, SplitLines, lines_of
from smtpscope.reading.wrappers.wrapper import Damage, InnerLine, Unwrapped

_OPENS = re.compile(r"\{\s{0,64}\"|\{\s{0,64}(?=\})")
_LONGEST: Final = 1 << 18
_LONGEST_LINE: Final = 1 << 16
"""Characters of a line that is tried as one object first."""
_MOST_FAILURES: Final = 200
"""How often objects inside a broken one are tried in one block: a hostile file must not make that quadratic."""
_PREFIX: Final = 200
"""Characters before an object that belong to its record: fluentd's time and tag."""
# Fluent Bit prints its records to standard output as Ruby does.
_RUBY = re.compile(r'(?<=")=>')
_DECODER: Final = json.JSONDecoder(strict=False)
_DEEPEST: Final = 64
_DOCKERS_END: Final = '\\n"'
"""The end of a line in a record that Docker wrote."""
_CUT_OFF: Final = "the object is cut off or not JSON"
_MOMENT = re.compile(r"(?<![\d.])[12]\d{9}\.\d{1,9}|\d{4}-\d\d-\d\d[T ][^\t]{8,30}")


class JsonRecords:
    """See `Wrapper`."""

    name = "json-lines"
    title = "JSON records"
    recognised_by = 'objects of JSON with a line of a log in "log", "message", "MESSAGE", "_raw" or "full_log"'

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        return _OPENS.search(head, 0, 4096) is not None

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        text = block.text
        lines: list[InnerLine] = []
        damages: list[Damage] = []
        position = failures = 0
        parts = SplitLines()
        broken: _Broken | None = None
        while (opened := _OPENS.search(text, position)) is not None:
            begin = opened.start()
            if broken is not None and begin > broken.line_end and text[begin - 1] == "\n":
                damages += broken.damage(lines)
                broken = None
            known = self._known(text, begin)
            if known is not None:
                position, line = known
                lines.append(InnerLine(begin, position, line))
                continue
            end, value = object_at(block, begin)
            if value is None:
                if not final and (len(text) - begin < _LONGEST or "\n" not in text[begin:]):
                    return parts.unwrapped(lines, damages, begin, final=False)
                # The objects inside may be complete even if the outer one is cut off.
                broken = broken or _Broken(begin, text.find("\n", begin) % (len(text) + 1), len(lines))
                failures += 1
                next_line = text.find("\n", begin) + 1 or len(text)
                position = begin + 1 if failures <= _MOST_FAILURES else next_line
                continue
            found = self._line_of(value)
            start = _start_of(text, begin)
            if found is None:
                records = self._records_of(value)
                if records:
                    lines += _of_records(text, begin, end, records)
                    position = end
                    continue
                streamed = self._lines_of(value, text[start:begin])
                if streamed and start == begin:
                    self._learn(text[begin:end], value)
                lines += [InnerLine(begin, end, line) for line in streamed]
                position = begin + 1 if not streamed and _holds_records(value) else end
                continue
            position = end
            message, labels = found
            part = LinePart(start, end, message, _timed(labels, block.cut(start, begin) if start < begin else ""))
            stream = value.get("stream")
            if isinstance(stream, str) and "log" in value:
                part = parts.join(stream, part)
                if _goes_on(value, message, head):
                    parts.wait(stream, part)
                    continue
            lines += [InnerLine(part.start, end, line) for line in lines_of(part)]
        if broken is not None:
            damages += broken.damage(lines) or _cut_end(text, lines)
        rest = len(text) if final else max(position, min(text.rfind("\n") + 1, opening(text)))
        return parts.unwrapped(lines, damages, rest, final=final)

    def _known(self, text: str, begin: int) -> tuple[int, str] | None:
        """The end of the object at `begin` and its line, if that is clear without reading it as an object."""
        return None

    def _learn(self, record: str, value: Mapping[str, object]) -> None:
        """The text `record` was read as an object."""

    def _line_of(self, value: Mapping[str, object]) -> tuple[str, Labels] | None:
        """The line in a record, with what the record says of it."""
        return line_of(value)

    def _lines_of(self, value: Mapping[str, object], prefix: str) -> list[str]:
        """The lines in a record behind `prefix` that has them elsewhere, with all that is known of each."""
        return _streamed(value)

    def _records_of(self, value: Mapping[str, object]) -> list[list[str]]:
        """The lines of each log record in an export of OpenTelemetry."""
        if ROOT not in value and not isinstance(value.get("body"), dict):
            return []
        try:
            found = [line_of(body) or ("", NO_LABELS) for body in log_bodies(value)]
        except RecursionError:
            return []
        return [[labelled(line, labels) for line in text.rstrip("\n").split("\n")] for text, labels in found]


class _Broken(NamedTuple):
    """Handles an incomplete object at `begin`; `known` lines were found before it."""

    begin: int
    line_end: int
    known: int

    def damage(self, lines: list[InnerLine]) -> list[Damage]:
        """The object, if nothing in it is complete either."""
        return [Damage(self.begin, _CUT_OFF)] if len(lines) == self.known else []


def opening(text: str) -> int:
    """The index of a brace at the end of `text` behind which nothing has come yet, its length where there is none."""
    bare = text.rstrip()
    return len(bare) - 1 if bare.endswith("{") else len(text)


def object_at(block: TextBlock, begin: int) -> tuple[int, Mapping[str, object] | None]:
    """The end of the object that begins at `begin`, and its content; None if it is incomplete."""
    text = block.text
    line_end = text.find("\n", begin)
    line_end = len(text) if line_end < 0 else line_end
    if line_end - begin <= _LONGEST_LINE:
        try:
            whole: object = msgspec.json.decode(block.cut(begin, line_end).rstrip(" \t\r,]"))
        except (msgspec.DecodeError, RecursionError):
            pass
        else:
            return line_end, cast("Mapping[str, object]", whole) if isinstance(whole, dict) else None
    searched, at = text, begin
    if "=>" in text[begin : begin + _PREFIX]:
        searched, at = _RUBY.sub(" :", text[begin:line_end]), 0
    try:
        value, end = _DECODER.raw_decode(searched, at)
    except (ValueError, RecursionError):
        return begin, None
    if not isinstance(value, dict):
        return begin, None
    return end + begin - at, _decoded(value)


def _decoded(value: dict[str, object]) -> Mapping[str, object]:
    """Decoded values: searched text has a character for each byte."""
    return {name: _true(each) for name, each in value.items()}


def _true(value: object) -> object:
    if isinstance(value, str):
        if value.isascii():
            return value
        try:
            return value.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return value
    if isinstance(value, dict):
        return {name: _true(each) for name, each in value.items()}
    return [_true(each) for each in value] if isinstance(value, list) else value


def _holds_records(value: Mapping[str, object], depth: int = 0) -> bool:
    """Whether objects within `value` may be records themselves."""
    return any(
        (isinstance(each, dict) and depth < _DEEPEST)
        or (isinstance(each, list) and any(isinstance(item, dict) for item in each[:1]))
        for each in value.values()
    )


def _streamed(value: Mapping[str, object]) -> list[str]:
    """The lines in an answer of Loki: pairs of a moment, in nanoseconds since 1970, and a line."""
    stream, values = value.get("stream"), value.get("values")
    if not isinstance(stream, dict) or not isinstance(values, list):
        return []
    of_all = labels_of(stream)
    return [
        labelled(line, of_all._replace(time=f"{pair[0][:10]}.{pair[0][10:]}"))
        for pair in values
        if isinstance(pair, list) and len(pair) >= 2 and isinstance(pair[0], str) and isinstance(pair[1], str)
        for line in pair[1].rstrip("\n").split("\n")
    ]


def _of_records(text: str, begin: int, end: int, records: list[list[str]]) -> list[InnerLine]:
    """The lines of the log records in the object between the indices, each with the place of its record."""
    starts = record_starts(text, begin, end)
    if len(starts) != len(records):
        starts = [begin] * len(records)
    ends = [*(start if start > begin else end for start in starts[1:]), end]
    return [
        InnerLine(start, behind, line)
        for start, behind, lines in zip(starts, ends, records, strict=True)
        for line in lines
        if line
    ]


def _start_of(text: str, begin: int) -> int:
    """The start of the record of the object at `begin`: that of its line, if only a time and a tag come before it."""
    start = text.rfind("\n", max(0, begin - _PREFIX), begin) + 1
    if start == 0 and begin > _PREFIX:
        return begin
    before = text[start:begin]
    return start if before.strip() and "{" not in before and '"' not in before else begin


def _timed(labels: Labels, prefix: str) -> Labels:
    moment = None if labels.time else _MOMENT.search(prefix)
    return labels if moment is None else labels._replace(time=moment.group())


def _goes_on(value: Mapping[str, object], message: str, head: str) -> bool:
    """Whether the line in a container's record is continued in the next one of its stream.

    Docker cuts lines at 16 KiB, and only the last part has the end of the line. Collectors that read a log of
    Kubernetes leave out all ends, and may keep its mark: P for a part, F for the last one.
    """
    mark = value.get("logtag", value.get("_p"))
    return mark == "P" or (mark is None and not message.endswith("\n") and _DOCKERS_END in head)


def _cut_end(text: str, lines: list[InnerLine]) -> list[Damage]:
    behind = lines[-1].end
    opened = _OPENS.search(text, behind)
    return [] if opened is None else [Damage(opened.start(), _CUT_OFF)]
