"""Replies in a file of unknown form: recognised by their two codes, or by the name of their field.

Everything else about them is inferred, so all of it is marked as a guess. Only files in which nothing else was found
are searched.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import ClassVar, Final

from msgspec import Struct

from smtpscope.errors import Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.record import Batch, Format, ReadOptions, SmtpExchangeRecord, Source
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.encodings import BLOCK_SIZE, TextBlock, head_text
from smtpscope.reading.text.field_names import LOOKED_BACK, columns_in, field_at_end, has_objects, has_tags
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.text.text_log import LineOffsets, TextLog, head_of
from smtpscope.reading.unknown.other_mail_servers import other_mail_server

GUESS: Final = "found by its codes alone, in a file of unknown format: direction, host and recipient may be wrong"
# RFC 5321 section 4.2 and RFC 3463: the first digits agree. Not part of a number, a version or an IP address.
_ENHANCED: Final = re.compile(r"(?<![\w.:/+-])([45])[0-5]\d[ -]\1\.\d{1,3}\.\d{1,3}(?![\w.])")
# Each begins with a literal, which is found at the speed of memory.
_SIGNS_OF_ENHANCED: Final = tuple(re.compile(rf"{sign}\.\d") for sign in (" 5", "-5", " 4", "-4"))
# Without the second code, only its field identifies a reply; codes of web servers (500, 503, 404) don't count.
_SIGNS_OF_NAMED: Final = tuple(re.compile(rf"{code}[ -][^\W\d]") for code in ("421", "45[0-2]", "53[045]", "55[0-6]"))
_NAME: Final = re.compile(
    r"(?:reply|response|diagnostic|said|reason|last_?error|error|status|result|message)[\w ]{0,24}[\"']?\s{0,8}[:=>]"
    r"\s{0,8}(?:\[\s{0,8})?[\"']?\Z",
    re.IGNORECASE,
)
_LONGEST_NAME: Final = 80
_MAILBOX: Final = r"<?(?P<mailbox>[^\s<>\"'(),;:=]{1,64}@[A-Za-z0-9\[][^\s<>\"'(),;=]{1,253})"
_RECIPIENT: Final = re.compile(
    rf"\b(?:to|rcpt|recipients?|mailto|for|address|forward-path)[\"']?[\s:=>]{{1,8}}(?:\[\s{{0,8}})?[\"']?{_MAILBOX}",
    re.IGNORECASE,
)
_ANY_MAILBOX: Final = re.compile(_MAILBOX)
# Only names that certainly mean the other side: `host` and `server` are usually the machine that wrote the file.
_DOTTED: Final = r"[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
_HOST: Final = re.compile(
    r"\b(?:relay|peer|mx|remote(?:[ _-]?(?:host|name|mta|server|ip|address))?)[\"']?\s{0,8}[:=]\s{0,8}[\"']?"
    rf"(?P<named>{_DOTTED})"
    rf"|(?<![\w.-])(?P<said>{_DOTTED})(?:\[[0-9A-Fa-f.:]{{2,45}}\])?(?::\d{{1,5}})? "
    r"(?:said|responded|replied|refused)\b",
    re.IGNORECASE,
)
_END: Final = re.compile(
    r"\s{0,8}(?:\(in reply to [^)]{0,80}\)|\(state \d{1,3}\)|[,;] ?(?:from|to|relay|proto|helo)=.*)?[\s)\]}]{0,16}$"
)
_REACH: Final = 4_000
"""Characters on either side of a reply that contain its record."""
_LONGEST_REPLY: Final = 2_000
_ENTITIES: Final = re.compile(r"&(?:lt|gt|amp|quot|apos|#[0-9]{1,7});")


class _Stray(Struct, frozen=True):
    """A reply from `begin` to `end`, in a record from `start` to `stop`; all are indices."""

    start: int
    begin: int
    end: int
    stop: int


class StrayReplyReader(TextLog):
    """Searches any text for replies 4yz and 5yz, and notes that it did."""

    format: ClassVar[Format] = Format(
        name="replies",
        title="Text in an unknown format with mail server replies",
        recognised_by="replies with a reply code and an enhanced status code",
        lacks=("who refused whom, and which command",),
        service=True,
    )

    def __init__(self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE) -> None:
        super().__init__(source, options, block_size=block_size)
        self._times = FileTimes(source.name, options, self._written_times)

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return is_text(head) and next(_strays(head_text(head), head_text(head)), None) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        head = head_text(head_of(self._source))
        batching = Batching(self._source.size)
        lines = LineOffsets()
        found, place = 0, ""
        for block, stream in self._text.blocks():
            lines.begin(block)
            rest = len(block.text) if block.final else max(0, block.text.rfind("\n") + 1)
            for stray in _strays(head, block.text[:rest]):
                batching.exchanges.append(self._exchange(block, stray, head))
                if not found:
                    field = field_at_end(head, block.text[max(0, stray.begin - LOOKED_BACK) : stray.begin])
                    place = lines.at(stray.begin) + (f" in {field}" if field else "")
                found += 1
                if batching.full:
                    yield batching.take(block.offset(stray.end))
            lines.done(rest)
            stream.keep_from(rest)
            batching.problems += self._times.take_problems()
            if block.final and found:
                batching.problems.append(self._problem(found, place, head))
            if block.final or batching.due:
                yield batching.take(block.offset(rest))

    def _problem(self, found: int, place: str, head: str) -> Problem:
        what, where = ("1 reply was", "at") if found == 1 else (f"{found:,} replies were", "the first at")
        server = other_mail_server(head)
        why = "the text around them was not understood" if server is None else f"it looks like {server[0]}"
        reason = f"{what} found by the codes alone, {where} {place}: {why}"
        return Problem(self._source.name, "whole file", reason, "recovered", found)

    def _exchange(self, block: TextBlock, stray: _Stray, head: str) -> SmtpExchangeRecord:
        text = block.cut(stray.start, stray.stop)
        before = block.cut(stray.start, stray.begin)
        written = find_time(before) or find_time(text)
        milliseconds = None if written is None else self._times.milliseconds(written, block.offset(stray.start))
        reply = _plain(block.cut(stray.begin, stray.end), head)
        around = f"{before} {block.cut(stray.end, stray.stop)}"
        host = _HOST.search(around)
        mailbox = _RECIPIENT.search(around) or _ANY_MAILBOX.search(reply) or _only(_ANY_MAILBOX.finditer(around))
        return SmtpExchangeRecord(
            file=self._source.name,
            offset=block.offset(stray.start),
            time_ms=milliseconds,
            time_assumed=milliseconds is not None and written is not None and written.zone_minutes is None,
            side="unknown",
            provider=None,
            computer=None,
            connector=None,
            remote_host="" if host is None else (host["named"] or host["said"] or "").strip(".-"),
            logged_verb="",
            command="",
            reply=reply,
            mailbox=None if mailbox is None else mailbox["mailbox"].rstrip(".>"),
            guess=GUESS,
        )

    def _written_times(self) -> Iterator[WrittenTime]:
        head = head_text(head_of(self._source))
        for block, stream in self._text.blocks():
            rest = len(block.text) if block.final else max(0, block.text.rfind("\n") + 1)
            for stray in _strays(head, block.text[:rest]):
                written = find_time(block.cut(stray.start, stray.stop))
                if written is not None:
                    yield written
            stream.keep_from(rest)

    def raw(self, offset: int) -> str:
        """The surroundings of the reply."""
        block = self._text.at(offset, 2 * _REACH)
        stray = next(_strays(head_text(head_of(self._source)), block.text), None)
        end = block.text.find("\n") % (len(block.text) + 1) if stray is None else stray.stop
        return block.cut(0, end).strip("\r\n")


def _only(found: Iterator[re.Match[str]]) -> re.Match[str] | None:
    first = next(found, None)
    return first if next(found, None) is None else None


def _strays(head: str, text: str) -> Iterator[_Stray]:
    """The replies in `text` in order, each with its record, in a file that begins with `head`."""
    done = 0
    for found in _found(text):
        if found[0] < done:
            continue
        begin, end = found[0], _end_of(head, text, found[0])
        # The lines of one reply are consecutive; all but the last have a hyphen after the code.
        while text[begin + 3 : begin + 4] == "-" and (more := _next_line(text, begin, end)) is not None:
            end = more
            if text[text.rfind("\n", begin, end) + 1 :][3:4] != "-":
                break
        start, stop = _record_around(head, text, begin, end, done)
        done = end
        yield _Stray(start, begin, end, max(stop, end))


def _found(text: str) -> list[tuple[int, int]]:
    found = set()
    for index in _places(text, _SIGNS_OF_ENHANCED):
        both = _ENHANCED.match(text, max(0, index - 3))
        if both is not None:
            found.add((both.start(), both.end()))
    found.update((index, index + 4) for index in _places(text, _SIGNS_OF_NAMED) if _is_named(text, index))
    return sorted(found)


def _is_named(text: str, index: int) -> bool:
    """Whether there is the name of a reply field before `index`, a word after it, and a mailbox in the record."""
    before = text[max(0, index - _LONGEST_NAME) : index]
    if before.rstrip(" \"'[")[-1:] not in (":", "=", ">"):
        return False
    return _NAME.search(before) is not None and "@" in _line_at(text, index)


def _places(text: str, signs: tuple[re.Pattern[str], ...]) -> Iterator[int]:
    return (found.start() for sign in signs for found in sign.finditer(text))


def _line_at(text: str, index: int) -> str:
    begin = text.rfind("\n\n", max(0, index - _REACH), index)
    end = text.find("\n\n", index, index + _REACH)
    return text[max(0, begin, index - _REACH) : end if end >= 0 else index + _REACH]


def _next_line(text: str, begin: int, end: int) -> int | None:
    code = text[begin : begin + 3]
    line = text[end : end + 2].lstrip("\r")
    at = text.find(code, end, end + 8) if line.startswith("\n") else -1
    if at < 0 or text[at + 3 : at + 4] not in (" ", "-") or text[end:at].strip():
        return None
    stop = text.find("\n", at, at + _LONGEST_REPLY)
    return len(text) if stop < 0 else stop


def _end_of(head: str, text: str, begin: int) -> int:
    """The end of the reply at `begin`: that of its field, its quotes or its line."""
    stop = text.find("\n", begin, begin + _LONGEST_REPLY)
    stop = min(len(text), begin + _LONGEST_REPLY) if stop < 0 else stop
    if has_tags(head):
        tag = text.find("<", begin, stop)
        return stop if tag < 0 else tag
    opening = text.rfind('"', text.rfind("\n", 0, begin) + 1, begin)
    if has_objects(head) or (opening >= 0 and text[opening + 1 : begin].strip() == ""):
        quote = begin
        while (quote := text.find('"', quote, stop)) >= 0:
            escaped = len(text[begin:quote]) - len(text[begin:quote].rstrip("\\"))
            if text[quote + 1 : quote + 2] == '"' and not has_objects(head):
                quote += 2
            elif escaped % 2:
                quote += 1
            else:
                return quote
        return stop
    delimiter, names = columns_in(head)
    if names:
        cell = text.find(delimiter, begin, stop)
        return stop if cell < 0 else cell
    end = _END.search(text, begin, stop)
    return stop if end is None else end.start()


def _record_around(head: str, text: str, begin: int, end: int, done: int) -> tuple[int, int]:
    """The record of the reply between the indices, as far as the text shows it."""
    first, last = max(done, begin - _REACH), min(len(text), end + _REACH)
    if has_objects(head) and "{" not in text[text.rfind("\n", first, begin) + 1 :][:1]:
        opening, closing = text.rfind("{", first, begin), text.find("}", end, last)
        return (first if opening < 0 else opening), (last if closing < 0 else closing + 1)
    line, line_end = text.rfind("\n", first, begin) + 1, text.find("\n", end, last)
    line, line_end = max(line, first), last if line_end < 0 else line_end
    # In a list, each label has its own line, and blank lines separate records.
    label = text[line:begin].rpartition(":")[0].strip()
    if (has_tags(head) and text[line:begin].count("<") <= 1) or (label.replace(" ", "").isalpha() and len(label) < 40):
        above, below = text.rfind("\n\n", first, begin), text.find("\n\n", end, last)
        return (first if above < 0 else above + 2), (last if below < 0 else below)
    return line, line_end


def _plain(reply: str, head: str) -> str:
    """`reply` without the escapes of the surrounding format."""
    if has_objects(head):
        with suppress(ValueError):
            reply = str(json.loads(f'"{reply}"', strict=False))
    elif has_tags(head):
        reply = _ENTITIES.sub(lambda entity: html.unescape(entity[0]), reply)
    else:
        reply = reply.replace('""', '"')
    return reply.replace("\r\n", "\n").strip()
