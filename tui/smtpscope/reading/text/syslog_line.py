"""Takes apart a line written by a syslog daemon, a journal or a supervisor: header, program, process and text.

Plain forms are recognised by their tag: RFC 3164 (`Nov 24 13:45:02 host program[pid]: text`), the same with an ISO 8601
time (rsyslog, journalctl) or with a container's prefix before it, and RFC 5424 (`<22>1 2026-11-24T13:45:02Z host
program pid - - text`). All others are recognised by the text, which each program begins with the same words: whatever
comes before it is the header (see `syslog_header`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from msgspec import Struct

from smtpscope.reading.text.syslog_header import UNUSUAL, Headers, Written, end_of_header, written_time

__all__ = ["Headers", "LogLine", "Naming", "Tag", "Written", "split", "tag", "written_time"]

_HEADER: Final = 300
_BEGINNING: Final = 4_096
"""Characters of a text that are searched to find out which program wrote it."""
_REPEATED = re.compile(r"message repeated (?P<count>\d{1,9}) times: \[ ?")


class LogLine(NamedTuple):
    """A parsed line; `header` is everything before the program, `process` is "" if none is named.

    `repetitions` is how often the message was written, if the daemon folded several into one line. `when` is the time
    as far as it is known, if the header does not have all of it.
    """

    header: str
    program: str
    process: str
    text: str
    repetitions: int = 1
    when: str = ""

    @property
    def timed(self) -> str:
        """The text with the time of the line."""
        return self.when or self.header


Naming = Callable[[str, str], str | None]
"""Takes the word in the position of the tag ("" for none) and the text, and gives the program, or None if the word is
not one of its names.

The text is one that the program writes; a word that is not one of its names is the computer.
"""


class Tag(Struct, frozen=True):
    """How the lines of a program are recognised: by its name before `: `, or by the beginning of its texts.

    `word` is in each name of the program.
    """

    plain: re.Pattern[str]
    word: str = ""
    text: re.Pattern[str] | None = None
    naming: Naming | None = None


def tag(programs: str, text: str | None = None, naming: Naming | None = None, *, word: str = "") -> Tag:
    """How the lines of the program that `programs` matches (a regular expression without groups) are recognised.

    `word` is in whatever it matches: lines without it are skipped sooner.

    `text` matches the beginning of each relevant text of the program, and few lines of others; with it, and `naming`,
    lines without a tag or with an unusual one are understood too.
    """
    plain = re.compile(
        # socklog writes facility and level before the time, just like a tag.
        rf"(?<!\S)(?!{UNUSUAL}: )(?P<program>{programs})"
        # Solaris puts number and facility of the message after the tag.
        r"(?:(?:\[(?P<process>\d{1,10})\])?:[ \t](?:\[ID \d{1,10} [\w.]{1,32}\] )?"
        # rsyslog's own template has two spaces before the text.
        r"| (?P<process_id>\d{1,10}|-) [^\s:]{1,32} (?:-|\[[^\]]{0,500}\]) {1,2}(?:\ufeff|\xef\xbb\xbf)?)"
    )
    return Tag(plain, word, None if text is None else re.compile(rf"(?<![^\s\ufeff>|\"`,;])(?:{text})"), naming)


def split(line: str, told_by: Tag) -> LogLine | None:
    """`line` parsed from its tag on, or where a text of the program begins; None if it belongs to another program."""
    match = told_by.plain.search(line, 0, _HEADER) if line.find(told_by.word, 0, _HEADER) >= 0 else None
    if match is None:
        return None if told_by.text is None or told_by.naming is None else _by_text(line, told_by.text, told_by.naming)
    process = match["process"] or match["process_id"] or ""
    text = line[match.end() :].lstrip(" \t")
    if text.startswith("message repeated "):
        repeated = _REPEATED.match(text)
        if repeated is not None:
            text, count = text[repeated.end() :].removesuffix("]"), int(repeated["count"])
            return LogLine(line[: match.start()], match["program"], process.strip("-"), text, count)
    return LogLine(line[: match.start()], match["program"], process.strip("-"), text)


def _by_text(line: str, beginning: re.Pattern[str], naming: Naming) -> LogLine | None:
    match = beginning.search(line, 0, _HEADER + _BEGINNING)
    if match is None or match.start() > _HEADER:
        return None
    before, text, count = line[: match.start()], line[match.start() :], 1
    repeated = _REPEATED.search(before)
    if repeated is not None and repeated.end() == len(before):
        before, text, count = before[: repeated.start()], text.removesuffix("]"), int(repeated["count"])
    header = end_of_header(before)
    if header is None:
        return None
    program = naming(header.word, text)
    if program is None:
        program = naming("", text)
        return None if program is None else LogLine(before, program, header.process, text, count)
    return LogLine(before[: header.word_begins], program, header.process, text, count)
