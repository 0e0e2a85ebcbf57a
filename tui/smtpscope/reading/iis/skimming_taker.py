"""Takes the rows of a W3C log that can change what is found, and counts the others."""

from __future__ import annotations

from collections.abc import Callable, Generator
from copy import copy

from smtpscope.reading.batching import Batching
from smtpscope.reading.iis.row_taker import RowTaker, Times, turns_of
from smtpscope.reading.iis.session_guess import GuessedSessions, stated_in
from smtpscope.reading.iis.turns import OTHER, RowForm, Turn
from smtpscope.reading.iis.w3c_rows import W3cRows
from smtpscope.reading.iis.w3c_skimming import DISORDER_MS, SkimmedRows, skimmed
from smtpscope.reading.record import Batch
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.text_log import TextSource, text_before


class SkimmingTaker(RowTaker):
    """Finds what a `RowTaker` finds; `new_form` makes a form for reading the file from its beginning."""

    def __init__(self, file: str, text: TextSource, new_form: Callable[[], W3cRows]) -> None:
        super().__init__(file, text)
        self._new_form = new_form
        self._may_skim = True
        self._newest_ms: int | None = None

    def take(self, block: TextBlock, end: int, form: RowForm, batching: Batching) -> Generator[Batch, None, Times]:
        """See `RowTaker`."""
        assert isinstance(form, W3cRows), "a W3C log has rows of its own form"
        if self._may_skim and end == len(block.text):
            rows = skimmed(block, form, self._newest_ms or 0, self._sessions)
            if rows is not None:
                self._newest_ms = rows.newest_ms
                return (yield from self._skim(rows, block, form, batching))
        if self._newest_ms is not None:
            self._look_at_times(block.text[:end], copy(form), block.start)
        return (yield from super().take(block, end, form, batching))

    def _skim(
        self, rows: SkimmedRows, block: TextBlock, form: W3cRows, batching: Batching
    ) -> Generator[Batch, None, Times]:
        text = block.text
        others = rows.others
        for begin, end, stands_alone in zip(rows.begins, rows.ends, rows.stands_alone, strict=True):
            turn = form.turn(text[begin:end])
            if not isinstance(turn, Turn):
                continue
            answered = stated_in(turn) if stands_alone else self._sessions.take(turn)
            if answered is None:
                others += 1
                continue
            batching.exchanges.append(self._exchange(block.offset(begin), turn, answered, form))
            if batching.full:
                batching.add((), others, self.problems.take())
                others = 0
                yield batching.take(block.offset(begin))
        self._lines += rows.lines
        batching.unrelated_records += others
        return [rows.first_ms, rows.last_ms]

    def _look_at_times(self, text: str, form: W3cRows, start: int) -> None:
        """Looks at the rows of `text`, from the byte `start` on, before they are taken one by one. If one is so old
        that it may belong to a session whose rows were skimmed, all rows before them are taken again, one by one, and
        no more are skimmed.
        """
        newest_ms = self._newest_ms or 0
        times = (turn.time_ms for turn in turns_of(text, form))
        if any(time_ms is None or time_ms < newest_ms - DISORDER_MS for time_ms in times):
            self._may_skim, self._newest_ms = False, None
            self._sessions = GuessedSessions()
            form = self._new_form()
            for before in text_before(self._text, start):
                for turn in turns_of(before, form):
                    if turn is not OTHER:
                        self._sessions.take(turn)
