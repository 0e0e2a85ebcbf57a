"""Events that a timeline prints as one text: `[7002 / 0x1b5a] Source Name: X Strings: ['1', ...] Hostname: Y ...`."""

from __future__ import annotations

import re
from typing import Any, Final

_BEGINNING: Final = re.compile(r"\s*\[(\d{1,10}) / 0x[0-9a-fA-F]{1,8}\]\s")
_LABEL: Final = re.compile(
    r"(?:\A|\s)(Source Name|Provider [iI]dentifier|Strings|Message strings?|Computer Name"
    r"|Hostname|Record Number|Event Level|Event Type|Event Category|Channel|Event Identifier): ?"
)


def labelled_event(text: str) -> dict[str, Any] | None:
    """The labels of such a text with their values, None if `text` has another form. The last label of a name counts.

    A string may contain the words of a label, so the strings reach to the last bracket before a label.
    """
    beginning = _BEGINNING.match(text)
    if beginning is None:
        return None
    found: dict[str, Any] = {"event_id": int(beginning[1])}
    strings = text.find("Strings: [", beginning.end())
    end = text.rfind("]", beginning.end()) + 1
    head, tail = (text, "") if strings < 0 or end <= strings else (text[:strings], text[end:])
    if tail or end > strings >= 0:
        found["strings"] = text[strings + len("Strings: ") : end]
    for part in (head[beginning.end() :], tail):
        stop = len(part)
        for label in reversed(list(_LABEL.finditer(part))):
            found.setdefault(label[1], part[label.end() : stop].strip())
            stop = label.start()
    return found
