"""Replies in a file of unknown form: recognised by their two codes, or by the name of their field.

Everything else about them is inferred, so all of it is marked as a guess. Searched are files in which nothing else was
found, and lines beside those that were understood (`beside_lines`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import ClassVar, Final

from smtpscope.errors import Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.record import Batch, Format, ReadOptions, SmtpExchangeRecord, Source
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.encodings import BLOCK_SIZE, TextBlock, head_text
from smtpscope.reading.text.field_names import LOOKED_BACK, field_at_end
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.text.text_log import LineOffsets, TextLog, head_of
from smtpscope.reading.unknown.other_mail_servers import other_mail_server
from smtpscope.reading.unknown.stray_search import REACH, StrayReply, plain_reply, stray_replies

GUESS: Final = "found by its codes alone, in a file of unknown format: direction, host and recipient may be wrong"
# RFC 5321 section 4.2 and RFC 3463: the first digits agree. Not part of a number, a version or an IP address.
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


class StrayReplyReader(TextLog):
    """Searches any text for replies 4yz and 5yz, and notes that it did."""

    format: ClassVar[Format] = Format(
        name="replies",
        title="Text in an unknown format with mail server replies",
        recognised_by="replies with a reply code and an enhanced status code",
        lacks=("who refused whom, and which command",),
        service=True,
    )

    def __init__(
        self,
        source: Source,
        options: ReadOptions,
        *,
        block_size: int = BLOCK_SIZE,
        told_before: Callable[[str, str], bool] | None = None,
    ) -> None:
        """`told_before` says of a reply and the text before it in its record whether another reader has it."""
        super().__init__(source, options, block_size=block_size)
        self._told_before = told_before
        self._times = FileTimes(source.name, options, self._written_times)

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return is_text(head) and next(stray_replies(head_text(head), head_text(head)), None) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        head = head_text(head_of(self._source))
        batching = Batching(self._source.size)
        lines = LineOffsets()
        found, place = 0, ""
        for block, stream in self._text.blocks():
            lines.begin(block)
            rest = len(block.text) if block.final else max(0, block.text.rfind("\n") + 1)
            for stray in stray_replies(head, block.text[:rest]):
                exchange = self._exchange(block, stray, head)
                before = block.cut(stray.start, stray.begin)
                if self._told_before is not None and self._told_before(exchange.reply, before):
                    continue
                batching.exchanges.append(exchange)
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

    def _exchange(self, block: TextBlock, stray: StrayReply, head: str) -> SmtpExchangeRecord:
        text = block.cut(stray.start, stray.stop)
        before = block.cut(stray.start, stray.begin)
        written = find_time(before) or find_time(text)
        milliseconds = None if written is None else self._times.milliseconds(written, block.offset(stray.start))
        reply = plain_reply(block.cut(stray.begin, stray.end), head)
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
            mailbox=None if mailbox is None else mailbox["mailbox"].rstrip(".>:"),
            guess=GUESS,
        )

    def _written_times(self) -> Iterator[WrittenTime]:
        head = head_text(head_of(self._source))
        for block, stream in self._text.blocks():
            rest = len(block.text) if block.final else max(0, block.text.rfind("\n") + 1)
            for stray in stray_replies(head, block.text[:rest]):
                written = find_time(block.cut(stray.start, stray.stop))
                if written is not None:
                    yield written
            stream.keep_from(rest)

    def raw(self, offset: int) -> str:
        """The surroundings of the reply."""
        block = self._text.at(offset, 2 * REACH)
        stray = next(stray_replies(head_text(head_of(self._source)), block.text), None)
        end = block.text.find("\n") % (len(block.text) + 1) if stray is None else stray.stop
        return block.cut(0, end).strip("\r\n")


def _only(found: Iterator[re.Match[str]]) -> re.Match[str] | None:
    first = next(found, None)
    return first if next(found, None) is None else None
