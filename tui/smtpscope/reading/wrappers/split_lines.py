"""Lines that a container runtime split into several records, for each of its streams."""

from __future__ import annotations

from typing import Final, NamedTuple

from smtpscope.reading.wrappers.inner_header import Labels, labelled
from smtpscope.reading.wrappers.wrapper import Damage, InnerLine, Unwrapped

_LONGEST_WAIT: Final = 1 << 18
"""Characters after which the rest of a line is given up: else a hostile file would be read again and again."""


class LinePart(NamedTuple):
    """Text of a line with what its record says of it, and the start and end of its records in the block (indices)."""

    start: int
    end: int
    text: str
    labels: Labels


class SplitLines:
    """The lines of a block that are not complete yet. Streams may alternate, so other lines can lie within one."""

    def __init__(self) -> None:
        self._waiting: dict[str, LinePart] = {}

    def join(self, stream: str, part: LinePart) -> LinePart:
        """`part` behind the earlier ones of its line."""
        before = self._waiting.pop(stream, None)
        return part if before is None else LinePart(before.start, part.end, before.text + part.text, before.labels)

    def wait(self, stream: str, part: LinePart) -> None:
        """Keeps `part` until the next one of its stream comes."""
        self._waiting[stream] = part

    def unwrapped(
        self, lines: list[InnerLine], damages: list[Damage], rest: int, *, final: bool, missing: str = ""
    ) -> Unwrapped:
        """The complete lines before `rest`, in the order of their records.

        Lines that come after the start of an incomplete one are left to the next block, which begins there.

        With `final`, or after too many characters, an incomplete line is complete; `missing` is its damage, if any.
        """
        for stream, part in list(self._waiting.items()):
            if final or rest - part.start > _LONGEST_WAIT:
                del self._waiting[stream]
                lines += [InnerLine(part.start, part.end, text) for text in lines_of(part)]
                damages += [Damage(part.start, missing)] if missing else []
        if self._waiting:
            rest = min(part.start for part in self._waiting.values())
            while around := [line.start for line in lines if line.start < rest < line.end]:
                rest = min(around)
            lines = [line for line in lines if line.start < rest]
            damages = [damage for damage in damages if damage.start < rest]
        return Unwrapped(sorted(lines, key=lambda line: line.start), damages, rest)


def lines_of(part: LinePart) -> list[str]:
    """The lines of a text that may have several, each with what the record says of it."""
    return [labelled(line, part.labels) for line in part.text.rstrip("\r\n").split("\n")]
