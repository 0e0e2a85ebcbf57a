"""Lines inside the values of lines: logfmt, FortiMail and other appliances write `name=value`, the line in `msg`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.wrappers.fields import line_of
from smtpscope.reading.wrappers.inner_header import labelled
from smtpscope.reading.wrappers.value_pairs import pairs_in
from smtpscope.reading.wrappers.wrapper import Damage, InnerLine, Unwrapped, line_bounds

_WITH_TEXT: Final = re.compile(r"(?<![\w.])(?:msg|message|log|line|_raw|content|body|raw|rawmsg|full_log)=\"", re.I)
_LOOKED_AT: Final = 50
_SESSION: Final = re.compile(r"(?P<id>[0-9A-Za-z]{8,24})-(?P=id)")
"""FortiMail's session: the queue id of its Sendmail, said two times."""
_CUT_OFF: Final = "the line is cut off"
_BEFORE_NAMES: Final = ("", " ", "\t", ">")
_NO_ID: Final = re.compile(r"(?:to|from)=|ruleset=|Milter: |STARTTLS=")


class ValueLines:
    """See `Wrapper`."""

    name = "logfmt"
    title = "lines of names with values"
    recognised_by = 'lines with name=value, and a line of a log in msg="…"'

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        return any(map(_values_in, head.split("\n", _LOOKED_AT)[:_LOOKED_AT]))

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        text = block.text
        end = len(text) if final else text.rfind("\n") + 1
        lines: list[InnerLine] = []
        damages: list[Damage] = []
        for start, stop in line_bounds(text, end):
            line = block.cut(start, stop).rstrip("\r\n")
            values = _values_in(line)
            if not values and final and stop == len(text) and text[-1] != "\n" and _is_cut_off(line, head):
                damages.append(Damage(start, _CUT_OFF))
                continue
            lines += [InnerLine(start, stop, each) for each in (_lines_of(values) if values else [line])]
        return Unwrapped(lines, damages, end)


def _is_cut_off(line: str, head: str) -> bool:
    """Whether the last line begins as the first one and has no line of a log in it."""
    beginning = head[: head.find("=") + 1]
    return bool(beginning) and "\n" not in beginning and line.startswith(beginning)


def _values_in(line: str) -> Mapping[str, object]:
    """The values of a line with a line in it, behind a header or nothing; none for all else."""
    if _WITH_TEXT.search(line) is None:
        return {}
    before, values = pairs_in(line)
    # In Courier's lines, words and a comma come before the first name.
    return values if before[-1:] in _BEFORE_NAMES else {}


def _lines_of(values: Mapping[str, object]) -> list[str]:
    found = line_of(values)
    if found is None:
        return [""]
    text, labels = found
    session = _SESSION.fullmatch(str(values.get("session_id", "")))
    if session is not None and _NO_ID.match(text):
        text = f"{session['id']}: {text}"
        labels = labels._replace(host=labels.host or str(values.get("device_id", "")), program="sendmail")
    return [labelled(each, labels) for each in text.rstrip("\n").split("\n")]
