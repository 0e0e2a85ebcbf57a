"""Reads a file whose records contain the lines of another log, with the reader for these lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, cast

from msgspec.structs import replace

from smtpscope.reading.record import Batch, FileInformation, Followable, Format, LogReader, ReadOptions, Source
from smtpscope.reading.smtp_session import HasSessions, SmtpSession
from smtpscope.reading.text.encodings import BLOCK_SIZE
from smtpscope.reading.wrappers.alert_blocks import AlertBlocks
from smtpscope.reading.wrappers.container_lines import ContainerLines
from smtpscope.reading.wrappers.journal_records import JournalRecords
from smtpscope.reading.wrappers.json_records import JsonRecords
from smtpscope.reading.wrappers.message_tables import MessageTables
from smtpscope.reading.wrappers.pasted.folded_lines import FoldedLines
from smtpscope.reading.wrappers.pasted.quoted_lines import QuotedLines
from smtpscope.reading.wrappers.value_lines import ValueLines
from smtpscope.reading.wrappers.wrapped_text import WrappedSource, WrappedText, inner_head
from smtpscope.reading.wrappers.wrapper import Wrapper

WRAPPERS: Final[tuple[Wrapper, ...]] = (
    JournalRecords(),
    AlertBlocks(),
    ContainerLines(),
    JsonRecords(),
    MessageTables(),
    ValueLines(),
    FoldedLines(),
)
"""In the order in which they are tried."""
QUOTED: Final[tuple[Wrapper, ...]] = (QuotedLines(),)
"""Those that are tried if no reader knows the lines as they are."""


class WrappedLog:
    """One file; see `LogReader`. `inner` reads the lines in the records, whose offsets and bounds `wrapper` knows."""

    format: ClassVar[Format]
    wrapper: ClassVar[Wrapper]
    inner: ClassVar[type[LogReader]]

    def __init__(self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE) -> None:
        self._source = WrappedSource(source, self.wrapper, options, block_size)
        self._reader = self.inner(self._source, options)
        self._outer = WrappedText(source, self.wrapper, options)

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        """See `LogReader`."""
        inside = inner_head(head, cls.wrapper)
        return bool(inside.strip()) and cls.inner.sniff(inside)

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        return self._with_damages(self._reader.batches())

    def raw(self, offset: int) -> str:
        """The whole record, not only the line inside."""
        return self._outer.record(offset)

    def smtp_session(self, offset: int) -> SmtpSession | None:
        """See `HasSessions`; None if the lines inside have no sessions."""
        if hasattr(self._reader, "smtp_session"):
            return cast("HasSessions", self._reader).smtp_session(offset)
        return None

    def information(self) -> FileInformation:
        """See `LogReader`: facts from the lines inside, and the encoding of the file itself."""
        inner = self._reader.information()
        facts = tuple(
            (label, self._outer.outer_encoding.title if label == "Encoding" else value) for label, value in inner.facts
        )
        return replace(inner, format_name=self.format.title, facts=facts)

    def _with_damages(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            problems = [
                problem
                for text in self._source.texts
                for problem in text.take_problems(final=batch.bytes_read >= batch.bytes_total)
            ]
            yield replace(batch, problems=[*batch.problems, *problems]) if problems else batch


class FollowableWrappedLog(WrappedLog):
    """One file whose lines are read by a reader that can go on where it ended."""

    def read_new(self) -> Iterator[Batch]:
        """See `Followable`."""
        return self._with_damages(cast("Followable", self._reader).read_new())


def wrapped(wrapper: Wrapper, inner: type[LogReader]) -> type[WrappedLog]:
    """The reader of files in the form `wrapper` whose lines `inner` reads."""
    lines = inner.format
    outer_format = Format(
        name=lines.name,
        title=f"{lines.title}, in {wrapper.title}",
        recognised_by=f"{wrapper.recognised_by}; in it {lines.recognised_by}",
        lacks=lines.lacks,
        service=lines.service,
    )
    base = FollowableWrappedLog if hasattr(inner, "read_new") else WrappedLog
    made = type("WrappedLog", (base,), {"format": outer_format, "wrapper": wrapper, "inner": inner})
    return cast("type[WrappedLog]", made)


def inside_of(head: bytes, wrappers: tuple[Wrapper, ...] = WRAPPERS) -> Iterator[tuple[Wrapper, bytes]]:
    """Each possible form of a file that begins with `head`, with the beginning of the lines inside."""
    for wrapper in wrappers:
        inside = inner_head(head, wrapper)
        if inside.strip():
            yield wrapper, inside
