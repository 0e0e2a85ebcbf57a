"""The base of the readers for all three formats of the IIS SMTP service: rows in, refusals out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Final

from smtpscope.errors import Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.iis.peer_session import session_at
from smtpscope.reading.iis.row_taker import RowTaker
from smtpscope.reading.iis.turns import RowForm
from smtpscope.reading.log_span import span_of
from smtpscope.reading.record import Batch, Format
from smtpscope.reading.smtp_session import SmtpSession
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.text_log import FollowableTextLog, head_of

_LONGEST_ROW: Final = 1 << 16


class IisSmtpReader(FollowableTextLog):
    """Reads one log; a `RowForm` knows how a row is written."""

    format: ClassVar[Format]

    def _restart(self) -> None:
        super()._restart()
        self._form: RowForm | None = None
        self._rows = self._new_rows()

    def _new_rows(self) -> RowTaker:
        """What takes the rows, for one pass."""
        return RowTaker(self._source.name, self._text)

    @classmethod
    @abstractmethod
    def sniff(cls, head: bytes) -> bool:
        """See `LogReader`."""

    @abstractmethod
    def _new_form(self) -> RowForm:
        """The form of this file's rows, before its first line. Raises LogError if it is surely another kind."""

    def _notes(self) -> list[Problem]:
        """Assumptions made for the whole file."""
        return []

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        batching = Batching(self._source.size)
        form = self._form
        if form is None:
            form = self._form = self._new_form()
            batching.problems += self._notes()
        for block, _ in self._text.blocks(self._done):
            end = self._end_of_lines(block, to_the_end=to_the_end)
            times = yield from self._rows.take(block, end, form, batching)
            batching.extend_log_span(span_of(times, assumed=form.time_assumed))
            self._done = block.offset(end)
            batching.add((), 0, self._rows.problems.take(final=block.final))
            if block.final or batching.due:
                yield batching.take(self._done)

    @staticmethod
    def _end_of_lines(block: TextBlock, *, to_the_end: bool) -> int:
        """The index up to which the block can be read now."""
        if block.final and not to_the_end:
            return block.text.rfind("\n") + 1
        return len(block.text)

    def raw(self, offset: int) -> str:
        """The row as written."""
        block = self._text.at(offset, _LONGEST_ROW)
        end = block.text.find("\n")
        row = block.cut(0, end if end >= 0 else len(block.text)).strip("\r\0")
        return row or f"There is no row at byte {offset:#x}."

    def smtp_session(self, offset: int) -> SmtpSession | None:
        """See `HasSessions`."""
        return session_at(self._text, self._new_form, offset, self._rows.true_text)

    def _head(self) -> bytes:
        return head_of(self._source)
