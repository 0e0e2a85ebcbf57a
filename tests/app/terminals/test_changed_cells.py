"""What is left out of the output makes no difference to a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from smtpscope.app.terminals.changed_cells import ChangedCells

Cell = tuple[str, frozenset[str], str, str]
BLANK: Cell = (" ", frozenset(), "", "")
ENDS = {"22": {"1", "2"}, "23": {"3"}, "24": {"4"}, "27": {"7"}, "29": {"9"}}


class Terminal:
    """As much of a terminal as Textual uses: moves, colours, text."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], Cell] = {}
        self._row = self._column = 0
        self._attributes: set[str] = set()
        self._foreground = self._background = ""

    def write(self, text: str) -> None:
        for sequence, plain in re.findall(r"(\x1b\[[\d;?]*[A-Za-z])|([^\x1b])", text):
            if plain == "\n":
                self._row, self._column = self._row + 1, 0
            elif plain:
                looks = (frozenset(self._attributes), self._foreground, self._background)
                self.cells[self._row, self._column] = (plain, *looks)
                self._column += 1
            elif sequence[-1] == "H":
                row, column = sequence[2:-1].split(";")
                self._row, self._column = int(row) - 1, int(column) - 1
            elif sequence[-1] == "C":
                self._column += int(sequence[2:-1])
            elif sequence[-1] == "m":
                self._colour(iter(sequence[2:-1].split(";")))

    def _colour(self, parameters: Iterator[str]) -> None:
        for each in parameters:
            if each in ("", "0"):
                self._attributes.clear()
                self._foreground = self._background = ""
            elif each in ("38", "48"):
                kind = next(parameters)
                colour = ";".join([each, kind, *(next(parameters) for _ in range(3 if kind == "2" else 1))])
                self._set(each == "38", colour)
            elif each in ENDS:
                self._attributes -= ENDS[each]
            elif each in ("39", "49"):
                self._set(each == "39", "")
            elif len(each) > 1:
                self._set(each[0] in "39", each)
            else:
                self._attributes.add(each)

    def _set(self, foreground: bool, colour: str) -> None:
        if foreground:
            self._foreground = colour
        else:
            self._background = colour

    def seen(self) -> dict[tuple[int, int], Cell]:
        """Blanks show no foreground, and a reversed one shows it as the ground."""
        return {place: self._as_seen(cell) for place, cell in self.cells.items()}

    @staticmethod
    def _as_seen(cell: Cell) -> Cell:
        character, attributes, foreground, background = cell
        if character != " " or attributes & {"4", "9"}:
            return cell
        if "7" not in attributes:
            return (" ", frozenset(), "", background)
        if not foreground:
            return (" ", frozenset({"7"}), "", background)
        code, _, rest = foreground.partition(";")
        return (" ", frozenset(), "", f"{int(code) + 10}{rest and ';'}{rest}")


COLOURS = st.sampled_from(["", "31", "97", "38;5;200", "38;2;1;2;3", "38;2;224;224;224"])
GROUNDS = st.sampled_from(["", "41", "107", "48;5;7", "48;2;18;18;18"])
ATTRIBUTES = st.lists(st.sampled_from("123479"), max_size=2, unique=True)
TEXTS = st.text(st.sampled_from("ab ─█…ü"), min_size=1, max_size=12)


@st.composite
def runs(draw: st.DrawFn) -> str:
    """A run of text as Textual writes it: its look, the text, a reset."""
    look = ";".join(filter(None, [*sorted(draw(ATTRIBUTES)), draw(COLOURS), draw(GROUNDS)]))
    text = draw(TEXTS)
    return f"\x1b[{look}m{text}\x1b[0m" if look else text


@st.composite
def frames(draw: st.DrawFn) -> str:
    """Some lines, each begun with a move, and where the cursor goes at the end."""
    lines = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 6), st.lists(runs(), max_size=4)), max_size=4))
    return "\n".join(f"\x1b[{row};{column}H{''.join(texts)}" for row, column, texts in lines) + "\x1b[1;1H"


@given(st.lists(frames(), min_size=1, max_size=6))
def test_a_terminal_looks_as_if_it_had_got_everything(written: list[str]) -> None:
    cells, whole, less = ChangedCells(), Terminal(), Terminal()
    for frame in written:
        whole.write(frame)
        less.write(cells.changed(frame))
        assert less.seen() == whole.seen()


def test_what_may_have_changed_the_screen_makes_all_of_it_new() -> None:
    cells, frame = ChangedCells(), "\x1b[1;1Hrefused\x1b[1;1H"
    assert "refused" in cells.changed(frame)
    for between in ("\x1b[2J", "\x1b[?1049h", "\x1b[3;9r", "\t"):
        assert cells.changed(frame) == ""
        assert between in cells.changed(between)
        assert "refused" in cells.changed(frame), between
    for between in ("\x1b[?2026h", "\x1b]52;c;aGk=\x07", "\x1b]0;title\x07", "\x1b[>25u", "\x1b[?2026$p"):
        assert cells.changed(between) == between
        assert cells.changed(frame) == "", between


def test_text_of_uncertain_width_and_links_are_always_sent() -> None:
    cells = ChangedCells()
    for text in ("郵便", "e\u0301", "\x1b]8;id=1;https://contoso.example\x1b\\here\x1b]8;;\x1b\\"):
        frame = f"\x1b[1;1H{text}\x1b[1m after\x1b[0m\x1b[1;1H"
        cells.changed(frame)
        again = cells.changed(frame)
        assert text in again
        assert "after" not in again
