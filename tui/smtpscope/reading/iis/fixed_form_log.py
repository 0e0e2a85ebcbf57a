"""Logs of the SMTP service in the two fixed formats: Microsoft's IIS format, and the NCSA format of web servers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from typing import ClassVar, Final

from smtpscope.errors import LogError, Problem
from smtpscope.reading.iis.fixed_form_rows import IisRows, NcsaRows
from smtpscope.reading.iis.service_log import IisSmtpReader
from smtpscope.reading.iis.turns import SMTP_VERBS, RowForm, Turn
from smtpscope.reading.record import FileInformation, Format, Source
from smtpscope.reading.text.date_order_evidence import DateOrderProofs, only_proof_in
from smtpscope.reading.text.dates import DateOrder, WrittenTime, find_time
from smtpscope.reading.text.encodings import detect, head_text
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import HEAD_SIZE, NO_ZONE, TextSource

_LINES_LOOKED_AT: Final = 200
_ODD_DATES: Final = 20
_LACKS: Final = (
    "the session (commands and replies of outbound connections are paired by order)",
    "the text of this server's replies to clients",
    "the name of the remote host",
)


class _FixedFormReader(IisSmtpReader):
    def _need_smtp_rows(self) -> None:
        if not self.sniff(self._head()):
            raise LogError(
                where=self._source.name,
                what=f"not an {self.format.title}: no row near its beginning is one of the SMTP service",
                remedy="Omit --read-as, or open a log in LogFiles\\SmtpSvc1",
            )

    def information(self) -> FileInformation:
        return self._described(warnings=(NO_ZONE,) if "the time zone" in self.format.lacks else ())


class IisFormatReader(_FixedFormReader):
    """Reads one log in the IIS format (in*.log); its dates are in the regional order of the server."""

    format: ClassVar[Format] = Format(
        name="iis",
        service=True,
        title="SMTP log of IIS (Microsoft IIS format)",
        recognised_by="fifteen columns, the fifth of them SMTPSVC and a number",
        lacks=("the time zone", *_LACKS),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        turns = _first_turns(head, IisRows(DateOrder.MONTH_FIRST, UTC))
        return any(turn.service.upper().startswith("SMTPSVC") for turn in turns)

    def _new_form(self) -> IisRows:
        self._need_smtp_rows()
        return IisRows(_RegionalDates(self._source, self._text).order()[0], self._options.zone)

    def _notes(self) -> list[Problem]:
        dates = _RegionalDates(self._source, self._text)
        order, example = dates.order()
        if example is None:
            sole = only_proof_in(dates.written_times(), order)
            alone = [Problem(self._source.name, "dates", sole, "noted")] if sole else []
            return alone + dates.contradictions(order)
        date = f"{example.first}/{example.second}/{example.year}"
        reason = (
            f"No date shows whether day or month comes first (such as {date}): "
            f"read as {DateOrder.MONTH_FIRST}, as Microsoft documents this format"
        )
        return [Problem(self._source.name, "dates", reason, "noted")]


class _RegionalDates:
    """The dates of one log, and the order of day and month in them."""

    def __init__(self, source: Source, text: TextSource) -> None:
        self._source = source
        self._text = text

    def order(self) -> tuple[DateOrder, WrittenTime | None]:
        """The order of day and month, and an ambiguous date if no date proves it."""
        proven = DateOrderProofs().decide(self.written_times())
        if proven is not None:
            return proven, None
        first: WrittenTime | None = None
        last: WrittenTime | None = None
        for written in self.written_times():
            first, last = first or written, written
        if first is None or last is None or not first.ambiguous:
            return DateOrder.MONTH_FIRST, None
        # Rows are in order of time, and a log rarely spans months.
        if first.first != last.first and first.second == last.second and first.year == last.year:
            return DateOrder.DAY_FIRST, None
        if first.second != last.second and first.first == last.first and first.year == last.year:
            return DateOrder.MONTH_FIRST, None
        return DateOrder.MONTH_FIRST, first

    def contradictions(self, order: DateOrder) -> list[Problem]:
        """The dates that contradict the order of most others, at most as many as are worth listing."""
        odd = (written for written in self.written_times() if written.order not in (None, order))
        return [self._contradiction(order, written) for written in islice(odd, _ODD_DATES)]

    def _contradiction(self, order: DateOrder, odd: WrittenTime) -> Problem:
        date = f"{odd.first}/{odd.second}/{odd.year} {odd.hour:02}:{odd.minute:02}:{odd.second_of_minute:02}"
        reason = f"The date {date} can't be {order}, as the other dates of the file are: read as {odd.order}"
        return Problem(self._source.name, "dates", f"{reason}; it may be damaged", "noted", 1)

    def written_times(self) -> Iterator[WrittenTime]:
        """Those near the beginning and the end: the earliest and the latest."""
        places = dict.fromkeys((0, max(0, self._source.size - HEAD_SIZE) & ~1))
        for offset in places:
            text = self._text.at(offset, HEAD_SIZE // self._text.encoding.unit).text
            for line in text.split("\n")[1 if offset else 0 : -1]:
                columns = line.split(",", 4)
                written = find_time(f"{columns[2].strip()} {columns[3].strip()}") if len(columns) == 5 else None
                if written is not None:
                    yield written


class NcsaFormatReader(_FixedFormReader):
    """Reads one log in the NCSA common format (nc*.log); it names neither the service nor this server."""

    format: ClassVar[Format] = Format(
        name="ncsa",
        service=True,
        title="SMTP log of IIS (NCSA common format)",
        recognised_by="web server rows with SMTP commands or OutboundConnection…",
        lacks=("the service and this server's name", *_LACKS),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        turns = _first_turns(head, NcsaRows())
        return any(turn.kind != "answered" or turn.verb.upper() in SMTP_VERBS for turn in turns)

    def _new_form(self) -> NcsaRows:
        self._need_smtp_rows()
        return NcsaRows()


def _first_turns(head: bytes, form: RowForm) -> Iterator[Turn]:
    # IIS reserves space after the last row, filled with zeros.
    head = head.rstrip(b"\0") if detect(head).unit == 1 else head
    if not is_text(head) or is_markup(head):
        return
    for line in head_text(head).split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]:
        turn = form.turn(line)
        if isinstance(turn, Turn):
            yield turn
