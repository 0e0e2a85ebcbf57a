"""The programs that are compared with ours, as command lines."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PHRASE: Final = "This is an SMTP protocol"

_RUST_JSON: Final = """
import sys
from evtx import PyEvtxParser
for record in PyEvtxParser(sys.argv[1]).records_json():
    pass
"""

# What a script of a few lines does: each record as XML, and a search in it.
_PYTHON_EVTX: Final = """
import re, sys
from Evtx.Evtx import Evtx
ours = re.compile(r'<Provider Name="MSExchangeTransport"')
groups = {}
with Evtx(sys.argv[1]) as log:
    for record in log.records():
        xml = record.xml()
        if ours.search(xml):
            strings = re.findall("<string>(.*?)</string>", xml, re.DOTALL)
            key = (strings[4][:3], strings[2]) if len(strings) > 4 else None
            groups[key] = groups.get(key, 0) + 1
for key, count in groups.items():
    print(key, count)
"""


@dataclass(frozen=True, slots=True)
class Peers:
    """`python` is the interpreter of the peers' own environment, `ours` the one that smtpscope is installed in."""

    python: str
    ours: str = sys.executable

    def report(self, log: Path) -> list[str]:
        """The whole of ours: read, parse, explain, group, print."""
        return [self.ours, "-m", "smtpscope", "report", str(log)]

    def report_json(self, log: Path) -> list[str]:
        return [*self.report(log), "--format", "json"]

    def rust_json(self, log: Path) -> list[str]:
        return [self.python, "-c", _RUST_JSON, str(log)]

    def python_evtx(self, log: Path) -> list[str]:
        return [self.python, "-c", _PYTHON_EVTX, str(log)]


def cat(log: Path) -> list[str]:
    """The floor: no reader is quicker than the bytes come."""
    return ["sh", "-c", 'cat "$1" > /dev/null', "cat", str(log)]


def grep(log: Path) -> list[str]:
    """Counts the lines with our phrase, without decoding: the locale would cost it more than the search.

    Through a pipe: grep stops at the first match when it sees that its output is thrown away.
    """
    return ["sh", "-c", 'LC_ALL=C grep -c "$1" "$2" | cat', "grep", PHRASE, str(log)]


def lnav(log: Path) -> list[str] | None:
    """lnav without a screen, counting the lines with our phrase; None where it is not installed."""
    program = shutil.which("lnav")
    if program is None:
        return None
    query = f";SELECT count(*) FROM all_logs WHERE log_body LIKE '%{PHRASE}%'"
    return [program, "-n", "-N", "-c", query, str(log)]
