"""Sends a terminal only the cells that differ from what it already shows.

Textual draws whole lines of a widget again when anything in it has changed: 6 to 15 KB for each key at 120x36, which is
seconds on a slow line. What it writes is plain enough to be compared with what was written before: absolute moves, runs
of text that each have their own colours, and modes. Everything else passes, and is taken to have changed the screen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from threading import Lock
from typing import Final

from rich.cells import cell_len

_PIECE: Final = re.compile(
    r"(?P<move>\x1b\[\d*(?:;\d*)?H)|(?P<colour>\x1b\[[\d;:]*m)|(?P<hyperlink>\x1b\]8;.*?(?:\x07|\x1b\\))"
    r"|(?P<mode>\x1b\[[?<>=][\d;$]*[a-z]|\x1b\[\d+(?:;\d+)*t|\x1b\[6n|\x1b\](?!8;).*?(?:\x07|\x1b\\))"
    r"|(?P<other>\x1b\[[ -?]*[@-~]|\x1b[^\[\]])|(?P<text>[^\x00-\x1f\x7f]+)|(?P<control>.)",
    re.DOTALL,
)
_SCREEN_MODES: Final = re.compile(r"\x1b\[\?(?:1049|1047|47)[hl]")
_SHORT_GAP: Final = 6
"""Cells between two changes that are cheaper to write again than to skip."""
_SHORT_BLANKS: Final = 4
_UNKNOWN: Final = ""
_PLAIN: Final = " "
"""Before each look, so that one without colours is not the same as an unknown one."""
_ENDS: Final = {"3": "23", "4": "24", "7": "27", "9": "29"}
_UNSEEN_IN_BLANKS: Final = frozenset({"1", "2", "3"})
_LOOK_PART: Final = re.compile(
    r"(?P<foreground>38;(?:2;\d+;\d+;\d+|5;\d+)|3[0-79]|9[0-7])"
    r"|(?P<background>48;(?:2;\d+;\d+;\d+|5;\d+)|4[0-79]|10[0-7])|\d+"
)


class _Line:
    """The cells of one line as far as they are known: a character, and how it looks."""

    def __init__(self) -> None:
        self.characters: list[str] = []
        self.looks: list[str] = []

    def reach(self, end: int) -> None:
        missing = end - len(self.characters)
        if missing > 0:
            self.characters += [_UNKNOWN] * missing
            self.looks += [_UNKNOWN] * missing


class ChangedCells:
    """A filter for what is written to one terminal; may be called by several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._out: list[str] = []
        self.forget()

    def forget(self) -> None:
        """What the terminal shows is unknown from now on, so everything is sent again."""
        self._lines: defaultdict[int, _Line] = defaultdict(_Line)
        # Where Textual is, and how it writes; None for a place that its output does not tell.
        self._at: tuple[int, int] | None = None
        self._look = ""
        self._link = ""
        # Where the terminal is, and how it would write.
        self._pen_at: tuple[int, int] | None = None
        self._pen_look = ""

    def changed(self, written: str) -> str:
        """What of `written`, which holds whole sequences, a terminal needs to look as if it had got all of it."""
        with self._lock:
            self._out = []
            for piece in _PIECE.finditer(written):
                getattr(self, f"_{piece.lastgroup}")(piece[0])
            if self._at is not None and self._at != self._pen_at:
                self._go(*self._at)
            self._wear("")
            return "".join(self._out)

    # The kinds of pieces

    def _move(self, sequence: str) -> None:
        row, _, column = sequence[2:-1].partition(";")
        self._at = (int(row or 1) - 1, int(column or 1) - 1)

    def _colour(self, sequence: str) -> None:
        # Textual ends each run with a reset, so a style is one sequence, or several that add up.
        parameters = sequence[2:-1]
        self._look = "" if parameters in ("", "0") else f"{self._look};{parameters}".strip(";")

    def _hyperlink(self, sequence: str) -> None:
        self._link = "" if sequence.rstrip("\x07\x1b\\") == "\x1b]8;;" else sequence

    def _mode(self, sequence: str) -> None:
        if _SCREEN_MODES.match(sequence):
            self._other(sequence)
        else:
            self._out.append(sequence)

    def _other(self, sequence: str) -> None:
        self._wear("")
        self._out.append(sequence)
        look, link = self._look, self._link
        self.forget()
        self._look, self._link = look, link

    def _control(self, character: str) -> None:
        if character == "\n" and self._at is not None:
            # It is sent with the next move.
            self._at = (self._at[0] + 1, 0)
        else:
            self._other(character)

    def _text(self, text: str) -> None:
        if self._at is None:
            self._wear(self._look)
            self._out.append(text)
            return
        row, column = self._at
        width = len(text) if text.isascii() else _width(text)
        line = self._lines[row]
        end = column + (cell_len(text) if width is None else width)
        line.reach(end)
        self._at = (row, end)
        if width is None or self._link:
            self._as_it_is(text, line, row, column, end)
            return
        characters = list(text)
        looks = [_PLAIN + self._look] * width
        if " " in characters:
            blank = _PLAIN + _blank_look(self._look)
            looks = [blank if each == " " else look for each, look in zip(characters, looks, strict=True)]
        if line.characters[column:end] != characters or line.looks[column:end] != looks:
            self._compare(text, looks, line, row, column)
            line.characters[column:end] = characters
            line.looks[column:end] = looks

    def _as_it_is(self, text: str, line: _Line, row: int, column: int, end: int) -> None:
        """Text that terminals give different widths, and links: always sent, and never relied on."""
        self._go(row, column)
        self._wear(self._look)
        self._out += [self._link, text, "\x1b]8;;\x1b\\"] if self._link else [text]
        line.characters[column:end] = [_UNKNOWN] * (end - column)
        # What follows is sent to its own place.
        self._pen_at = None

    def _compare(self, text: str, looks: list[str], line: _Line, row: int, column: int) -> None:
        """Sends the parts of `text` that the line does not show yet."""
        known = zip(line.characters[column:], line.looks[column:], strict=True)
        differing = [
            number
            for number, (cell, before) in enumerate(zip(zip(text, looks, strict=True), known, strict=False))
            if cell != before
        ]
        start = last = differing[0]
        for number in [*differing[1:], len(text) + _SHORT_GAP + 1]:
            if number - last > _SHORT_GAP:
                part = text[start : last + 1]
                self._go(row, column + start)
                if part.strip(" "):
                    self._wear(self._look)
                elif _blank_look(self._pen_look) != (blank := _blank_look(self._look)):
                    self._wear(_on_ground(self._pen_look, blank))
                self._out.append(part)
                self._pen_at = (row, column + last + 1)
                start = number
            last = number

    # What the terminal gets

    def _go(self, row: int, column: int) -> None:
        if self._pen_at == (row, column):
            return
        if self._pen_at is not None and self._pen_at[0] == row and self._pen_at[1] < column:
            gap = column - self._pen_at[1]
            self._out.append(" " * gap if self._are_blanks(row, self._pen_at[1], column) else f"\x1b[{gap}C")
        else:
            self._out.append(f"\x1b[{row + 1};{column + 1}H")
        self._pen_at = (row, column)

    def _are_blanks(self, row: int, start: int, end: int) -> bool:
        """Whether a few cells are spaces that the pen would write just as they are: shorter than to step over them."""
        if end - start > _SHORT_BLANKS:
            return False
        line = self._lines[row]
        looks = [_PLAIN + _blank_look(self._pen_look)] * (end - start)
        return line.characters[start:end] == [" "] * (end - start) and line.looks[start:end] == looks

    def _wear(self, look: str) -> None:
        if look != self._pen_look:
            self._out.append(_between(self._pen_look, look))
            self._pen_look = look


@lru_cache(maxsize=4096)
def _between(before: str, look: str) -> str:
    """The shortest sequence from one look to another: what ends and what begins, or all of it after a reset."""
    (old_attributes, *old_colours), (attributes, *colours) = _parts(before), _parts(look)
    added = [*(attributes - old_attributes)]
    ended = old_attributes - attributes
    # 22 ends bold and faint.
    added += ["22"] if ended & {"1", "2"} else []
    added += [_ENDS[each] for each in ended if each in _ENDS]
    lost = ended - _ENDS.keys() - {"1", "2"}
    both = ended & {"1", "2"} and attributes & {"1", "2"}
    for old, new, default in zip(old_colours, colours, ("39", "49"), strict=True):
        added += [new or default] if new != old else []
    whole = f"\x1b[0;{look}m" if look else "\x1b[0m"
    part = f"\x1b[{';'.join(added)}m"
    return whole if lost or both or len(whole) < len(part) else part


@lru_cache(maxsize=4096)
def _parts(look: str) -> tuple[frozenset[str], str, str]:
    """Attributes, foreground and background in the parameters of a look."""
    parts: dict[str, str] = {"foreground": "", "background": ""}
    attributes = set()
    for found in _LOOK_PART.finditer(look):
        if found.lastgroup is None:
            attributes.add(found[0])
        else:
            parts[found.lastgroup] = found[0]
    return frozenset(attributes), parts["foreground"], parts["background"]


@lru_cache(maxsize=4096)
def _on_ground(look: str, blank: str) -> str:
    """`look` on the background of `blank`, so that the next text needs less; `blank` where that would show."""
    attributes, foreground, _ = _parts(look)
    ground_attributes, _, background = _parts(blank)
    if ground_attributes or attributes - _UNSEEN_IN_BLANKS:
        return blank
    return ";".join(filter(None, [*sorted(attributes), foreground, background]))


@lru_cache(maxsize=4096)
def _blank_look(look: str) -> str:
    """What is seen of `look` in a space: its background, unless it is underlined, reversed or struck out."""
    attributes, foreground, background = _parts(look)
    seen = attributes - _UNSEEN_IN_BLANKS
    if seen == {"7"} and foreground:
        # 38 and 30 to 37 become 48 and 40 to 47, 90 to 97 become 100 to 107.
        code, _, rest = foreground.partition(";")
        return f"{int(code) + 10}{rest and ';'}{rest}"
    return look if seen else background


@lru_cache(maxsize=4096)
def _width(text: str) -> int | None:
    """The cells of `text` where each character takes one, None where that is not so, or not in each terminal."""
    certain = all(character < "\u0300" or "\u2000" <= character < "\u2e80" for character in text)
    return len(text) if certain and cell_len(text) == len(text) else None
