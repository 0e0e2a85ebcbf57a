"""The listing of a queue (mailq, postqueue -p, sendmail -bp): each message with its recipients and the reason why it
waits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.wrappers.deliveries.delivery_fields import SIGN
from smtpscope.reading.wrappers.inner_header import Labels, labelled
from smtpscope.reading.wrappers.wrapper import InnerLine, Unwrapped

_HEADING = re.compile(r"-{1,8}Q(?:ueue )?-?ID-{1,8} {1,4}--Size--")
_ENTRY = re.compile(
    r"(?m)^[ \t>]{0,8}(?P<id>[0-9A-Za-z]{6,24})[*!#-]?[ \t]{1,16}\d{1,12}[ \t]{1,16}"
    r"(?P<time>(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d(?::\d\d)?)[ \t]{1,8}\S"
)
# Sendmail names the body type before the reason.
_REASON = re.compile(r"[ \t>]{0,100}(?:[78]BIT(?:MIME)?[ \t]{1,20})?\((?P<reason>.{1,8000})\)[ \t\r]{0,8}\Z")
_RECIPIENT = re.compile(r"[ \t>]{0,100}<?(?P<to>[^\s<>()]{1,512}@[^\s<>()]{1,255})>?[ \t\r]{0,8}\Z")
_DEFERRED: Final = "Deferred: "
_LONGEST: Final = 1 << 18


class QueueListings:
    """See `Wrapper`. A message is a record; each of its recipients is a line."""

    name = "queue-listing"
    title = "the listing of a queue"
    recognised_by = "the headings of mailq, or rows with a queue id, a size and a date, and reasons in parentheses"

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        if _HEADING.search(head, 0, 8_192) is None:
            return False
        return _ENTRY.search(head) is not None

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        text = block.text
        program = "sendmail" if "--Q-ID--" in head else "postfix/showq"
        lines: list[InnerLine] = []
        starts = list(_ENTRY.finditer(text))
        for number, entry in enumerate(starts):
            start = entry.start()
            is_last = number + 1 == len(starts)
            if is_last and not final and len(text) - start < _LONGEST:
                return Unwrapped(lines, [], start)
            end = len(text) if is_last else starts[number + 1].start()
            waiting = block.cut(start, end)
            behind = start + len(waiting.rstrip())
            lines += [InnerLine(start, behind, line) for line in _lines(waiting, entry["time"], program)]
        return Unwrapped(lines, [], len(text))


def _lines(entry: str, time: str, program: str) -> Iterator[str]:
    """A line for each recipient of a message, with the reason before it."""
    reason, found = "", False
    for text in entry.split("\n")[1:]:
        given = _REASON.match(text)
        if given is not None:
            reason = given["reason"].removeprefix(_DEFERRED)
            continue
        recipient = _RECIPIENT.match(text)
        if recipient is not None:
            found = True
            known = {"program": program, "to": recipient["to"], "reply": reason, "failed": bool(reason), "queued": True}
            yield labelled(f"{SIGN}{json.dumps(known)}", Labels(time=time))
    if not found:
        yield ""
