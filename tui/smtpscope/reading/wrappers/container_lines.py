"""Lines in the log of a Kubernetes container (CRI), whose runtime splits long ones.

2026-11-24T13:45:02.123456789Z stdout F the whole line, or its last part
2026-11-24T13:45:02.123456789Z stdout P a part that goes on in the next line of the stream
"""

from __future__ import annotations

import re

from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.wrappers.inner_header import Labels
from smtpscope.reading.wrappers.split_lines import LinePart, SplitLines, lines_of
from smtpscope.reading.wrappers.wrapper import Damage, InnerLine, Unwrapped, line_bounds

_CUT_OFF = "the last part of the line is missing: the file is cut off"
_LINE = re.compile(
    r"^(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (?P<stream>stdout|stderr) "
    r"(?P<part>[FP])(?::\S{0,64})? ?",
    re.M,
)


class ContainerLines:
    """See `Wrapper`."""

    name = "cri"
    title = "the log of a container"
    recognised_by = 'lines with a time, "stdout" or "stderr", and F or P'

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        return _LINE.match(head) is not None

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        text = block.text
        end = len(text) if final else text.rfind("\n") + 1
        lines: list[InnerLine] = []
        damages: list[Damage] = []
        parts = SplitLines()
        for position, stop in line_bounds(text, end):
            match = _LINE.match(text, position, stop)
            if match is None:
                lines.append(InnerLine(position, stop, block.cut(position, stop).rstrip("\r\n")))
                continue
            said = block.cut(match.end(), stop).rstrip("\r\n")
            part = parts.join(match["stream"], LinePart(position, stop, said, Labels(match["time"])))
            if match["part"] == "P":
                parts.wait(match["stream"], part)
            else:
                lines += [InnerLine(part.start, stop, line) for line in lines_of(part)]
        return parts.unwrapped(lines, damages, end, final=final, missing=_CUT_OFF)
