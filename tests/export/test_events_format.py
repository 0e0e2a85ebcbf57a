"""All exchanges as JSON lines and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.documents import HOSTILE, LEAKS, REPLY, exchange
from smtpscope.export.events_format import FIELDS, event_lines
from smtpscope.export.masking.masking import Mask
from smtpscope.parsing.smtp_exchange import Command, Direction, RemoteHost, Reply, SmtpExchange

NAMES = [
    "record_id",
    "time",
    "event_id",
    "level",
    "provider",
    "channel",
    "computer",
    "direction",
    "virtual_server",
    "connection",
    "connector",
    "remote_host",
    "command",
    "full_command",
    "mailbox",
    "reply",
    "reply_code",
    "enhanced_code",
    "reply_text",
    "category",
    "guess",
    "file",
]
UNPARSED = exchange(
    "",
    time_ms=None,
    record_id=None,
    event_id=None,
    level=None,
    provider=None,
    channel=None,
    computer=None,
    direction=Direction.UNKNOWN,
    virtual_server=None,
    connection=None,
    remote_host=RemoteHost("", "", address=False),
    command=Command("", "", "", "", None),
    reply=Reply("", None, None, ""),
    problem="no sentence of ours",
)


def jsonl(*exchanges: SmtpExchange) -> list[dict[str, object]]:
    return [json.loads(line) for line in event_lines([(each, "policy") for each in exchanges], "jsonl")]


def test_the_fields_have_these_names_in_this_order() -> None:
    assert list(FIELDS) == NAMES
    (line,) = event_lines([(exchange(), "policy")], "jsonl")
    assert list(json.loads(line)) == NAMES
    header, _ = event_lines([(exchange(), "policy")], "csv")
    assert header == ",".join(NAMES) + "\r\n"


def test_an_event_is_told_verbatim() -> None:
    (event,) = jsonl(exchange())
    assert event == {
        "record_id": 120345,
        "time": "2026-11-18T21:47:03.000Z",
        "event_id": 7004,
        "level": "error",
        "provider": "MSExchangeTransport",
        "channel": "Application",
        "computer": "MAIL01",
        "direction": "outbound",
        "virtual_server": 1,
        "connection": 6,
        "connector": None,
        "remote_host": "mail.fabrikam.example",
        "command": "RCPT",
        "full_command": "RCPT TO:<bob@fabrikam.example> ",
        "mailbox": "bob@fabrikam.example",
        "reply": REPLY,
        "reply_code": 550,
        "enhanced_code": "5.1.1",
        "reply_text": REPLY[10:].strip(),
        "category": "policy",
        "guess": None,
        "file": "/logs/Application.evtx",
    }


def test_unknown_is_null_and_an_empty_text_stays_empty() -> None:
    (event,) = jsonl(UNPARSED)
    for name in ("record_id", "time", "event_id", "level", "provider", "channel", "computer", "mailbox", "reply_code"):
        assert event[name] is None, name
    for name in ("remote_host", "command", "full_command", "reply", "reply_text"):
        assert event[name] == "", name
    assert event["direction"] == "unknown"


def test_in_csv_both_are_empty_cells() -> None:
    _, line = event_lines([(UNPARSED, None)], "csv")
    (cells,) = csv.reader([line])
    assert [name for name, cell in zip(NAMES, cells, strict=True) if cell] == ["direction", "file"]


def test_a_lone_surrogate_becomes_a_replacement_character() -> None:
    (event,) = jsonl(exchange("550 \ud800 no"))
    assert event["reply"] == "550 \ufffd no"


@pytest.mark.parametrize("name", ["jsonl", "csv"])
def test_a_line_obeys_nothing(name: str) -> None:
    lines = list(event_lines([(exchange(HOSTILE), HOSTILE)], "csv" if name == "csv" else "jsonl"))
    assert not [leak for leak in LEAKS if leak in "".join(lines)]
    "".join(lines).encode("utf-8")


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_text_is_one_line_of_json_and_comes_back(text: str) -> None:
    (line,) = event_lines([(exchange(text), None)], "jsonl")
    assert line.count("\n") == 1
    assert json.loads(line)["reply"] == text


@settings(max_examples=60)
@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Cc", "Cs"]), max_size=60))
def test_any_text_is_one_row_of_csv(text: str) -> None:
    lines = list(event_lines([(exchange(text), None)], "csv"))
    rows = list(csv.reader(io.StringIO("".join(lines), newline="")))
    assert [len(row) for row in rows] == [len(NAMES)] * 2


def test_events_are_taken_one_at_a_time() -> None:
    taken = 0

    def endless() -> Iterator[tuple[SmtpExchange, str]]:
        nonlocal taken
        while True:
            taken += 1
            yield exchange(), "policy"

    assert len(list(islice(event_lines(endless(), "jsonl"), 3))) == 3
    assert taken == 3


def test_with_a_mask_people_and_hosts_stand_under_the_same_pseudonyms_in_all_lines() -> None:
    mask = Mask()
    lines = list(event_lines([(exchange(), None), (exchange(), None)], "jsonl", mask=mask))
    assert lines[0] == lines[1]
    for original in ("bob", "fabrikam", "MAIL01", "/logs"):
        assert original not in lines[0]
