"""Patterns of `re` that every Python we promise reads alike.

Possessive quantifiers came with Python 3.11, whose releases before 3.11.5 match groups with them wrongly (CPython
issues 100061 and 106052); Debian 12 has 3.11.2. What does without them must stay linear all the same: the next sign
tells whether a repetition goes on, so that nothing is tried a second time.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final
from unittest.mock import patch

import pytest

import smtpscope
from smtpscope.export.masking.masking import Mask
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.events.insertion_strings import listed, parse_substitute
from smtpscope.parsing.events.pasted_message import parse_copied
from smtpscope.parsing.events.related_events import from_sentence
from smtpscope.reading.converted.converted_csv import RowFields
from smtpscope.reading.converted.exchange_schema import NoExchangeError
from smtpscope.reading.event_exports.json import json_parts
from smtpscope.reading.event_exports.json.event_json import EventJsonReader
from smtpscope.reading.event_exports.json.json_objects import wrapper_length
from smtpscope.reading.event_exports.tables.event_csv import EventCsvReader
from smtpscope.reading.mail_servers.exim_log import EximLogReader
from smtpscope.reading.microsoft_exchange.reply_pairing import path_of
from smtpscope.reading.record import LogReader, ReadOptions
from support.event_tables import get_win_event
from support.event_texts import TextEvent
from support.memory_source import MemorySource
from support.source_strings import source_strings
from support.splunk_exports import csv_export, raw

PACKAGE = Path(smtpscope.__file__).parent
# What is escaped and what stands in a character class has no meaning of its own.
TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<found>[*+?}]\+|\(\?>)", re.DOTALL)
COMPILED = """
import importlib, json, pkgutil, re, sys
patterns, genuine = [], re.compile
def recorded(pattern, flags=0):
    module = sys._getframe(1).f_globals["__name__"]
    if module.startswith("smtpscope"):
        patterns.append((module, pattern if isinstance(pattern, str) else repr(pattern)))
    return genuine(pattern, flags)
re.compile = recorded
import smtpscope
for found in pkgutil.walk_packages(smtpscope.__path__, "smtpscope."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
from smtpscope.knowledge.base import KnowledgeBase
KnowledgeBase.load()
print(json.dumps(patterns))
"""


def possessive(pattern: str) -> list[str]:
    """The possessive quantifiers and the beginnings of atomic groups in `pattern`."""
    return [match["found"] for match in TOKEN.finditer(pattern) if match["found"]]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"a++", ["++"]),
        (r"[^\]]*+b", ["*+"]),
        (r"(?:a|b)?+", ["?+"]),
        (r"a{2,3}+", ["}+"]),
        (r"x(?>a|b)", ["(?>"]),
        (r"a\++[*+]+[]*+]?\[*\*+[^]*+]", []),
        (r"(?=(?P<all>a+))(?P=all)", []),
    ],
)
def test_the_search_tells_a_quantifier_from_a_sign(pattern: str, found: list[str]) -> None:
    assert possessive(pattern) == found


def test_no_string_of_the_source_has_a_possessive_quantifier() -> None:
    modules = sorted(PACKAGE.rglob("*.py"))
    assert len(modules) > 100
    found = [
        f"{path.relative_to(PACKAGE)}:{each.line}: {each.parts}"
        for path in modules
        for each in source_strings(path)
        # What is put into an f-string counts as one letter.
        if possessive(each.with_values("x"))
    ]
    assert found == []


def test_no_pattern_that_is_put_together_has_a_possessive_quantifier() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", COMPILED],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        text=True,
    )
    patterns: list[tuple[str, str]] = json.loads(finished.stdout)
    assert len(patterns) > 200
    assert [(module, pattern) for module, pattern in patterns if possessive(pattern)] == []


def read(kind: type[LogReader]) -> Callable[[str], object]:
    """Reads a text to its end with one reader."""
    return lambda text: list(kind(MemorySource(text.encode()), ReadOptions()).batches())


def read_objects(text: str) -> object:
    """Reads a text as objects; broken ones are searched less far than in a real log, which is limited, too."""
    with patch.object(json_parts, "_MOST_SEARCHED", 1 << 18):
        return read(EventJsonReader)(text)


def row_fields(line: str) -> None:
    with suppress(NoExchangeError):
        RowFields(",", ["schema", "reply"]).of(line)


SENTENCE: Final = "This is an SMTP protocol error log for virtual server ID"
HOST: Final = 'This is an SMTP protocol log for virtual server ID 1, connection #6. The remote host "'
FAILED: Final = "1abcde-000abc-3D H=mx1.contoso.example [192.0.2.10]"
SPLUNK: Final = csv_export([{"_time": "2026-11-09", "_raw": raw(TextEvent(datetime(2026, 11, 9)))}])  # noqa: DTZ001
HOSTILE: Final[dict[str, tuple[Callable[[str], object], str, list[str]]]] = {
    "command": (
        lambda text: parse_command("", text),
        "RCPT TO:<",
        ['"', '\\"', '"\\"<', '"\\', '""', "a", "@", "@,", "<", " ", " a=", ":", "'"],
    ),
    "bare path": (lambda text: parse_command("MAIL", text), "MAIL FROM:", ['"', '\\"', "a@", "@a,", " a=b", "\t:"]),
    "path": (path_of, "RCPT TO:<", ['"', '\\"', '"\\"<', '"<', '<"', "<", '""', "<a"]),
    "copied": (parse_copied, SENTENCE, [" ", " \n", ",", " ,", " 1 ", "connection ", " connection #", "log for "]),
    "copied values": (
        parse_copied,
        HOST,
        ['" responded to the SMTP command "', '" ', '"with ', '" . ', '"command ,', "> ", "\n ", ' "with" ', '". '],
    ),
    "substitute": (
        parse_substitute,
        "The description for Event ID",
        [" ", " (", " 7 ", " 7002 ) in source ", " 7002 in source x ", "description for event id ", ") "],
    ),
    "substitute's source": (
        parse_substitute,
        "The description for Event ID ( 7002 ) in Source ( a",
        [" ", "\n", " ) ", ")", " cannot ", "could not be ", " x", " following insertion string"],
    ),
    "listing": (lambda text: listed(text, 6), "'a'", [" ", " ,", "', '", "' ,", "\n", " \n", ";"]),
    "related": (
        from_sentence,
        "Send connector x has failed to authenticate with ",
        [" ", " The", " Send connector", ' "', "SMTP client ", "' ", " \n", "The response from "],
    ),
    "filter": (Mask().filter, "host:", ["a", "a:", "abc:", "@", "-", "%"]),
    "row": (row_fields, '"a",', ['"', '""', '",', '"a', "a,", '","', '"",']),
    "wrapper": (wrapper_length, '{"took": 1', ["[", "[ ", '"', "[ {", "{", " "]),
    "table": (
        read(EventCsvReader),
        get_win_event([]),
        ['"', '""', ",", '",', '","', '"\n"', "a,", 'a"', "a,a,a,a\r\n", '"\n"SourceName='],
    ),
    "table of whole events": (
        read(EventCsvReader),
        f'{SPLUNK}"2026-11-09","SourceName=',
        ["a", "\r", '""', '",', 'a"', '"SourceName=', "a\nSourceName="],
    ),
    "objects": (
        read_objects,
        '{"winlog": {"provider_name": "MSExchangeTransport", "x": "',
        ['"', '\\"', "\\", "{", '"{', '{"', "}", "[", '": {"', "\n", '\\"\n{'],
    ),
    "Exim": (
        read(EximLogReader),
        f"2026-11-24 13:45:02 {FAILED} rejected RCPT",
        ["<", "<a", "<>", ":", ": ", " <:", "a", " <a>:", ":<", "\n2026-11-24 13:45:02 H=[192.0.2.1] rejected <"],
    ),
}


@pytest.mark.parametrize("form", HOSTILE)
def test_hostile_text_takes_no_more_than_linear_time(form: str) -> None:
    function, opening, units = HOSTILE[form]
    for unit in units:
        text = opening + unit * (24_000 // len(unit))
        begin = time.process_time()
        for ending in ("", "!", '"\n'):
            function(text + ending)
        # Quadratic work on that many characters takes 10 s; the bound is wide for slow machines.
        assert time.process_time() - begin < 3, unit
