"""One session in a log of Exchange's transport service: the rows with its number."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from smtpscope.reading.microsoft_exchange.transport_log import (
    LONGEST,
    columns_in,
    columns_of,
    fields_in,
    row_at,
    utc_milliseconds,
)
from smtpscope.reading.smtp_session import SessionLine, Sign, SmtpSession
from smtpscope.reading.text.table_rows import true_text
from smtpscope.reading.text.text_log import TextSource

LINES: Final = 2_000
"""Lines of one session."""
_HEADER: Final = "#Fields:"
_NUMBER: Final = "sequence-number"
_CHANGES: Final = 1_000
SPOKEN: Final[Mapping[str, Sign]] = {"+": "connected", "-": "disconnected", ">": "sent", "<": "received"}
"""The meaning of the signs in a log of whole sessions."""
UNSPOKEN: Final[Mapping[str, Sign]] = {"+": "connected", "-": "disconnected"}
"""Their meaning in a log of connections only: there `>` is news about an open connection."""


class SessionFields(NamedTuple):
    """The names of the fields of a log: all of them in order, and those for a session.

    `texts` make up the text of a line, `facts` are label and field of facts about the whole session. `signs` are those
    that are not plain information.
    """

    usual: tuple[str, ...]
    session: str
    sign: str
    texts: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    signs: Mapping[str, Sign]


class SessionRow(NamedTuple):
    """A row as logged, at byte `offset`, and its fields by name; both decoded."""

    offset: int
    text: str
    fields: Mapping[str, str]


class SessionLog:
    """A log by its sessions. Nothing is read until needed; all methods raise LogError if reading fails."""

    def __init__(self, text: TextSource, named: SessionFields) -> None:
        self._text = text
        self._named = named
        # The fields from which byte on: a header in the middle of a file may name others.
        self._places = [0]
        self._columns: list[Mapping[str, int]] = [columns_of(named.usual)]
        self._looked_through = text.encoding.mark

    def smtp_session(self, offset: int) -> SmtpSession | None:
        """The session of the row at byte `offset`, None if there is no such row or it has no session.

        Of more than 2,000 rows, those around `offset` are returned.
        """
        name = self.session_at(offset)
        if not name:
            return None
        before: deque[SessionLine] = deque(maxlen=LINES // 2)
        behind: list[SessionLine] = []
        facts = {label: "" for label, _ in self._named.facts}
        count = 0
        begins_before = False
        for row in self.rows(name):
            begins_before = begins_before if count else not self._is_first(row)
            count += 1
            for label, field in self._named.facts:
                facts[label] = facts[label] or row.fields.get(field, "")
            if row.offset <= offset:
                before.append(self._line(row))
            elif len(before) + len(behind) < LINES:
                behind.append(self._line(row))
        lines = (*before, *behind)
        session_facts = tuple((label, value) for label, value in facts.items() if value)
        return SmtpSession(lines, session_facts, left_out=count - len(lines), begins_before=begins_before)

    def _is_first(self, row: SessionRow) -> bool:
        connected = self._named.signs.get(row.fields.get(self._named.sign, "")) == "connected"
        return connected or row.fields.get(_NUMBER) == "0"

    def _line(self, row: SessionRow) -> SessionLine:
        sign = self._named.signs.get(row.fields.get(self._named.sign, ""), "information")
        # All other lines are neither a command nor a reply.
        texts = self._named.texts[:1] if sign in ("sent", "received") else self._named.texts
        text = ", ".join(part for part in (row.fields.get(field, "") for field in texts) if part)
        return SessionLine(row.offset, utc_milliseconds(row.fields.get("date-time", "")), sign, text)

    def row_at(self, offset: int) -> str:
        """The row that begins at byte `offset`, as logged."""
        return true_text(row_at(self._text.at(offset, LONGEST).text, 0), self._text.encoding)

    def session_at(self, offset: int) -> str:
        """The session of the row at byte `offset`, as searched (see `encodings`), "" if it has none."""
        return self._session_of(fields_in(row_at(self._text.at(offset, LONGEST).text, 0)), offset)

    def _session_of(self, fields: Sequence[str], offset: int) -> str:
        column = self._columns_at(offset)[self._named.session]
        return fields[column] if len(fields) > column else ""

    def rows(self, name: str, *, begin: int = 0, end: int | None = None) -> Iterator[SessionRow]:
        """The rows of session `name` (as searched) from byte `begin`, the first of a line, to byte `end`."""
        encoding = self._text.encoding
        for block, _ in self._text.blocks(begin):
            if end is not None and block.start >= end:
                return
            found = block.text.find(name)
            while found >= 0:
                start = block.text.rfind("\n", 0, found) + 1
                row = row_at(block.text, start)
                behind = start + len(row)
                row = row[:LONGEST]
                offset, fields = block.offset(start), fields_in(row)
                if self._session_of(fields, offset) == name:
                    texts = [true_text(field, encoding) for field in fields]
                    columns = self._columns_at(offset).items()
                    named = {field: texts[index] for field, index in columns if index < len(texts)}
                    yield SessionRow(offset, true_text(row, encoding), named)
                found = block.text.find(name, max(behind, found + len(name)))

    def _columns_at(self, offset: int) -> Mapping[str, int]:
        """Field -> its index in the row at byte `offset`."""
        if offset >= self._looked_through:
            self._look_through(offset)
        return self._columns[bisect_right(self._places, offset) - 1]

    def _look_through(self, offset: int) -> None:
        """Searches for headers up to the block with byte `offset`."""
        for block, _ in self._text.blocks(self._looked_through):
            found = block.text.find(_HEADER)
            while found >= 0 and len(self._places) < _CHANGES:
                start = block.text.rfind("\n", 0, found) + 1
                columns = columns_in(row_at(block.text, start))
                if {self._named.session, self._named.sign} <= columns.keys() and columns != self._columns[-1]:
                    self._places.append(block.offset(start))
                    self._columns.append(columns)
                found = block.text.find(_HEADER, found + 1)
            if block.end > offset:
                # The unfinished end of a growing log is read again.
                self._looked_through = block.start if block.final else block.end
                return
