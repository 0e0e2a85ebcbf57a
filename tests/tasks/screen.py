"""What a person reads off the screen: rows of the table, the two panes, a window over them. Only drawn text goes in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_CELL = re.compile(r"(?P<count>\d[\d,]*) (?P<mailbox>\S+@\S+)")
_DAY = re.compile(r"(?P<day>\d{4}-\d\d-\d\d) \S +(?P<count>\d[\d,]*)")
_HEADING = re.compile(r"(?P<title>[A-Z][a-z ]+) \((?P<count>[\d,]+)")
_GUIDANCE = re.compile("─Guidance")
"""The heading of the right pane, which may go on with a key."""
_CUT = "…"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table as it is drawn. `code` is that of the row above it for a host; `name` may end in "…"."""

    code: str
    name: str
    is_host: bool
    count: int
    first: str
    last: str
    state: str

    @property
    def is_cut(self) -> bool:
        return self.name.endswith(_CUT)

    def may_be(self, name: str) -> bool:
        """Whether this row's name is `name` as far as it can be read."""
        return name.startswith(self.name[:-1]) if self.is_cut else name == self.name


@dataclass(frozen=True, slots=True)
class Screen:
    """The lines of the screen, and which of them stands out as the table's cursor (None: none does)."""

    lines: Sequence[str]
    cursor_line: int | None

    # The table

    @property
    def rows(self) -> list[Row]:
        return [row for _, row in self._numbered_rows()]

    @property
    def cursor(self) -> int | None:
        """The number of the row under the cursor."""
        numbers = [line for line, _ in self._numbered_rows()]
        return numbers.index(self.cursor_line) if self.cursor_line in numbers else None

    def _numbered_rows(self) -> Iterator[tuple[int, Row]]:
        heading = next((n for n, line in enumerate(self.lines) if re.search(r"cause .*count .*first ", line)), None)
        if heading is None:
            return
        starts = {name: self.lines[heading].index(name) for name in ("cause", "action", "first", "last", "state")}
        end_of_count = self.lines[heading].index("count") + len("count")
        code = ""
        for number, line in enumerate(self.lines[heading + 1 :], heading + 1):
            if line.startswith("─"):
                return
            name = line[2 : starts["cause"]]
            count = line[starts["action"] : end_of_count].split()[-1:]
            if not count or not count[0].replace(",", "").isdigit():
                continue
            is_host = name.startswith("  ")
            label = name.strip()[2:]
            if not is_host:
                code = label.split()[0]
            yield (
                number,
                Row(
                    code=code,
                    name=label,
                    is_host=is_host,
                    count=_number(count[0]),
                    first=line[starts["first"] : starts["last"]].strip(),
                    last=line[starts["last"] : starts["state"]].strip(),
                    state=line[starts["state"] : starts["state"] + 9].strip(),
                ),
            )

    # The panes

    def _panes(self) -> tuple[list[str], list[str]]:
        for number, line in enumerate(self.lines):
            if line.startswith("─") and (heading := _GUIDANCE.search(line)):
                middle = heading.start()
                # The last column of a pane is its scroll bar; the footer has the last two lines.
                below = self.lines[number + 1 : -2]
                return [row[: middle - 1].rstrip() for row in below], [row[middle:-1].strip() for row in below]
        return [], []

    @property
    def facts(self) -> str:
        """The left pane as running text."""
        return _running(self._panes()[0])

    @property
    def guidance(self) -> str:
        """The right pane as running text."""
        return _running(self._panes()[1])

    def section(self, title: str) -> tuple[int, list[str]]:
        """The lines of the left pane under the heading `title`, and the number that stands in the heading."""
        told, found = -1, list[str]()
        for line in self._panes()[0]:
            heading = _HEADING.match(line.strip())
            if heading is not None:
                if told >= 0:
                    break
                if heading["title"] == title:
                    told = _number(heading["count"])
            elif told >= 0:
                found.append(line)
        return told, found

    @property
    def recipients(self) -> dict[str, int] | None:
        """The recipients that the left pane counts; None unless all that it promises can be seen."""
        told, lines = self.section("Recipients")
        counted = _mailboxes(lines)
        return counted if len(counted) == told else None

    @property
    def days(self) -> dict[str, int]:
        return {found["day"]: _number(found["count"]) for found in _DAY.finditer(" ".join(self.section("Per day")[1]))}

    # A window over all that

    @property
    def counted(self) -> dict[str, int]:
        """Mailboxes and their numbers in the window over the table."""
        return _mailboxes(re.split("[│╭╮]", line)[1] for line in self.lines if line.count("│") >= 2)


def _mailboxes(lines: Sequence[str] | Iterator[str]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for found in _CELL.finditer(re.sub(r" +", " ", " ".join(lines))):
        counted[found["mailbox"]] += _number(found["count"])
    return dict(counted)


def _running(lines: Sequence[str]) -> str:
    return " ".join(" ".join(lines).split())


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))
