"""Bounces as files: one mail (.eml), a mailbox of them (mbox), or the text that people paste."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import ClassVar, Final, NamedTuple

from smtpscope.errors import LogError
from smtpscope.reading.batching import Batching
from smtpscope.reading.bounces.bounce_mail import LONGEST, Bounce, read_bounce
from smtpscope.reading.bounces.failure import Failure
from smtpscope.reading.log_span import span_of
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format, SmtpExchangeRecord
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.encodings import TextBlock, detect, head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import HEAD_SIZE, TextLog, head_of

PROVIDER: Final = "Delivery status notification"
_NOT_REMOTE: Final = "The bounce does not say that another server gave this reply: it may be the author's own wording"
_SEPARATOR: Final = re.compile(r"^From [^\r\n]{1,300}\d{4}[^\r\n]{0,12}\r?$", re.MULTILINE)
_REPORT: Final = re.compile(
    r"report-type=\"?delivery-status|Content-Type:\s{0,4}message/(?:global-)?delivery-status", re.IGNORECASE
)
# Words in all bounces of one program. A text with one of them, and a recipient with a reply, is a bounce.
_SIGNS: Final = (
    "Final-Recipient:", "Original-Recipient:", "Diagnostic information", "Generating server", "Diagnoseinformationen",
    "Informations de diagnostic", "This is the mail system at host", "created automatically by mail delivery software",
    "permanent fatal errors", "Transcript of session follows", "the qmail-send program", "Giving up on",
    "Remote host said:",
    "Delivery to the following recipient", "response from the remote server was", "other server returned was",
    "could not be reached", "could not be delivered", "couldn't be delivered", "wasn't delivered to", "returned '",
    "gave this error", "#SMTP#",
    "did not reach the following recipient",
    "Informaci\u00f3n de diagn\u00f3stico",
    "This is the Postfix program at host", "DragonFly Mail Agent", "This is the MAILER-DAEMON",
    "unable to deliver your message", "have been delayed", "has been delayed", "Unsent message follows",
    "Informazioni di diagnostica", "Diagnostische gegevens",
)  # fmt: skip
_SURE_SIGNS: Final = (
    "This is the mail system at host", "This is the Postfix program at host", "This is the qmail-send program at",
    "message was created automatically by mail delivery software", "This is the DragonFly Mail Agent",
    "Diagnostic information for administrators", "Delivery to the following recipient failed permanently",
)  # fmt: skip
# Logs contain these too, but not at the beginning of a line.
_SIGN_LINES: Final = re.compile(
    r"^[ \t>]{0,8}(?:<[^\s<>]{1,64}@[^\s<>]{1,255}>: host |SMTP error from remote (?:mail )?server after )",
    re.MULTILINE,
)
_TIME_BEGINS: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |#")


class _Piece(NamedTuple):
    """The bytes of one mail, from `offset` to `end`."""

    offset: int
    end: int
    data: bytes


class BounceReader(TextLog):
    """Reads one file; each failed or delayed recipient is an exchange, the other recipients are counted."""

    format: ClassVar[Format] = Format(
        name="bounce",
        service=True,
        title="Bounce (non-delivery report, delivery status notification): .eml, mbox or pasted text",
        recognised_by="a multipart/report, the fields of RFC 3464, or the words of a mail server's bounce with a reply",
        lacks=("the rest of the SMTP session", "the command, in bounces of Exchange and Gmail", "other deliveries"),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        text = head_text(head)
        if _REPORT.search(text) is not None:
            return True
        is_likely = any(sign in text for sign in _SIGNS) or _SIGN_LINES.search(text) is not None
        if not is_likely or _TIME_BEGINS.match(text.lstrip()):
            return False
        if any(sign in text for sign in _SURE_SIGNS):
            return True
        encoding = detect(head)
        block = TextBlock(head[encoding.mark :], start=encoding.mark, encoding=encoding, final=True)
        # Words without a code are not enough for a text that is not otherwise known as a bounce.
        return any(
            failure.mailbox and failure.reply[:1].isdigit()
            for failure in read_bounce(_eight_bit(block, 0, len(text))).failures
        )

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError if the file is not a bounce."""
        head = head_of(self._source)
        if head and not self.sniff(head):
            raise LogError(
                where=self._source.name,
                what="not a bounce: it names no recipient with a reply",
                remedy="Save the report as .eml or copy its whole text, or omit --read-as",
            )
        return self._batches()

    def _batches(self) -> Iterator[Batch]:
        batching = Batching(self._source.size)
        times = FileTimes(self._source.name, self._options, self._written_times)
        problems = ProblemLog(self._source.name)
        for number, piece in enumerate(self._pieces(), 1):
            bounce = read_bounce(piece.data)
            place = f"mail {number}, byte {piece.offset:#x}"
            batching.unrelated_records += bounce.delivered or not bounce.failures
            if bounce.nested_too_deep:
                problems.add(place, "parts nested too deep, or too many parts, were not opened", "noted")
            if not any(failure.reply for failure in bounce.failures):
                problems.add(place, "a mail without a refused recipient: not a bounce, or no reply in it", "noted")
            for index, failure in enumerate(failure for failure in bounce.failures if failure.reply):
                offset = min(piece.offset + index, max(piece.offset, piece.end - 1))
                record = self._record(failure, bounce, offset, times)
                if record.time_ms is None:
                    problems.add(place, "the bounce has no readable date", "noted")
                batching.extend_log_span(span_of([record.time_ms], assumed=record.time_assumed))
                batching.exchanges.append(record)
            if batching.due:
                batching.problems += problems.take() + times.take_problems()
                yield batching.take(piece.end)
        batching.problems += problems.take(final=True) + times.take_problems()
        yield batching.take(self._source.size)

    def _record(self, failure: Failure, bounce: Bounce, offset: int, times: FileTimes) -> SmtpExchangeRecord:
        time_ms, assumed = _moment(failure.time or bounce.date, times)
        if time_ms is None and failure.time:
            time_ms, assumed = _moment(bounce.date, times)
        host = failure.host or ("" if failure.is_remote else failure.reporter)
        return SmtpExchangeRecord(
            file=self._source.name,
            offset=offset,
            time_ms=time_ms,
            time_assumed=assumed,
            side="outbound",
            provider=PROVIDER,
            computer=failure.reporter if failure.reporter and failure.reporter != host else None,
            connector=None,
            remote_host=host,
            logged_verb=failure.verb,
            command="",
            reply=failure.reply,
            mailbox=failure.mailbox or None,
            guess=None if failure.is_remote else _NOT_REMOTE,
        )

    def _pieces(self) -> Iterator[_Piece]:
        """The mails of the file: in a mailbox, lines that begin with "From " separate them."""
        is_mailbox = _SEPARATOR.match(head_text(head_of(self._source))) is not None
        begin, end, held = self._text.encoding.mark, 0, b""
        for block, _ in self._text.blocks():
            cuts = [match.start() for match in _SEPARATOR.finditer(block.text)] if is_mailbox else []
            done = 0
            for cut in cuts:
                held += _eight_bit(block, done, cut)[: LONGEST - len(held)]
                if held.strip():
                    yield _Piece(begin, block.offset(cut), held)
                begin, done, held = block.offset(cut), cut, b""
            held += _eight_bit(block, done, len(block.text))[: LONGEST - len(held)]
            end = block.end
        if held.strip():
            yield _Piece(begin, end, held)

    def _written_times(self) -> Iterator[WrittenTime]:
        for piece in self._pieces():
            written = find_time(read_bounce(piece.data).date)
            if written is not None:
                yield written

    def raw(self, offset: int) -> str:
        """The readable part of the mail at `offset`: its text and the fields of its status."""
        for piece in self._pieces():
            if piece.offset <= offset < piece.end:
                return read_bounce(piece.data).text.strip()
        return f"There is no mail at byte {offset:#x}."

    def information(self) -> FileInformation:
        mails = sum(1 for _ in self._pieces()) if self._source.size <= HEAD_SIZE * 64 else 0
        return self._described(*((("Mails", f"{mails:,}"),) if mails else ()))


def _eight_bit(block: TextBlock, begin: int, end: int) -> bytes:
    """The text from `begin` to `end` as bytes, as in mail."""
    # Text for searching is Latin-1 if a character is a byte, else it is decoded already.
    return block.text[begin:end].encode("latin-1" if block.length_before(1) == 1 else "utf-8", errors="replace")


def _moment(written: str, times: FileTimes) -> tuple[int | None, bool]:
    """Milliseconds since 1970-01-01 UTC of a date as in RFC 5322 or Outlook, and whether its zone is assumed."""
    if not written:
        return None, False
    try:
        aware = parsedate_to_datetime(written)
        if aware.tzinfo is not None:
            return round(aware.timestamp() * 1_000), False
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    found = find_time(written)
    if found is None:
        return None, False
    return times.milliseconds(found), found.zone_minutes is None
