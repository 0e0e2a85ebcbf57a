from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from smtpscope.export.conversion.convert_columns import COLUMNS, DiagnosedExchange, time_text
from smtpscope.export.conversion.convert_text import converted_text
from smtpscope.export.summaries.incident_wording import utc_text
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.converted.exchange_schema import OWN_NAMES, SWITCH_NAMES, TEXT_NAMES
from smtpscope.reading.record import SmtpExchangeRecord
from support.changed import replace
from support.converted_logs import first_exchanges

# Written down here once more, since programs of our users rely on them: names are only ever added.
NAMES = [
    "schema", "time", "time_ms", "origin_place", "record_id", "connection", "time_assumed", "event_id", "level",
    "provider", "channel", "computer", "direction", "virtual_server", "certainty", "text_level", "problem", "salvaged",
    "connector", "guess", "origin_file", "remote_host", "remote_host_key", "given_command", "full_command",
    "beside_mailbox", "verb", "recipient", "sender", "reply", "reply_code", "enhanced_code", "reply_text", "category",
    "who_acts",
]  # fmt: skip
RECORD = SmtpExchangeRecord(
    file="logs/SEND.LOG",
    offset=4711,
    time_ms=1_793_600_061_017,
    time_assumed=False,
    side="inbound",
    provider="SMTP Receive Protocol Log",
    computer="EXCH01",
    connector="Default",
    remote_host="[192.0.2.7]",
    logged_verb="DATA",
    command=".",
    reply="=550-5.7.1 a\r\n550 5.7.1 \x1b[1mb\ud800",
    mailbox="j.smith@example.com",
)
ROW = DiagnosedExchange(SmtpExchangeParser().take(RECORD), "policy", "them")


def test_json_has_all_columns_in_their_order() -> None:
    line = json.loads("".join(converted_text([ROW], "jsonl")))
    assert list(line) == NAMES
    assert line["schema"] == "smtpscope.exchange/1"
    assert line["time"] == "2026-11-02T06:14:21.017Z"
    assert (line["origin_file"], line["origin_place"]) == ("logs/SEND.LOG", 4711)
    assert (line["beside_mailbox"], line["recipient"]) == ("j.smith@example.com", "j.smith@example.com")
    assert (line["remote_host"], line["remote_host_key"]) == ("[192.0.2.7]", "192.0.2.7")
    assert line["reply"] == RECORD.reply
    assert (line["category"], line["who_acts"]) == ("policy", "them")


def test_csv_has_the_same_columns_and_harmless_cells() -> None:
    text = "".join(converted_text([ROW], "csv"))
    header, row = csv.reader(io.StringIO(text, newline=""))
    assert header == NAMES
    cells = dict(zip(header, row, strict=True))
    assert cells["reply"] == "'=550-5.7.1 a\\r\\n550 5.7.1 \\x1b[1mb\\ud800"
    assert (cells["time_assumed"], cells["record_id"], cells["origin_place"]) == ("false", "", "4711")


def test_ecs_has_its_names_and_all_of_ours() -> None:
    line = json.loads("".join(converted_text([ROW], "ecs")))
    assert {name: value for name, value in line.items() if not name.startswith("smtpscope.")} == {
        "@timestamp": "2026-11-02T06:14:21.017Z",
        "ecs.version": "8.17.0",
        "email.to.address": ["j.smith@example.com"],
        "event.category": ["network"],
        "event.dataset": "smtpscope.exchange",
        "event.kind": "event",
        "event.module": "smtpscope",
        "event.outcome": "unknown",
        "event.provider": "SMTP Receive Protocol Log",
        "event.type": ["protocol", "denied"],
        "error.message": line["smtpscope.reply_text"],
        "host.name": "EXCH01",
        "log.file.path": "logs/SEND.LOG",
        "message": RECORD.reply,
        "network.direction": "inbound",
        "network.protocol": "smtp",
        "related.ip": ["192.0.2.7"],
        "source.address": "[192.0.2.7]",
        "source.ip": "192.0.2.7",
    }
    unset = {"time", "record_id", "connection", "event_id", "level", "channel", "virtual_server", "certainty"}
    unset |= {"text_level", "problem", "guess", "sender", "reply_code"}
    assert {name.removeprefix("smtpscope.") for name in line if name.startswith("smtpscope.")} == {*NAMES} - unset


def test_one_host_stands_on_the_side_of_each_direction() -> None:
    outbound = ROW._replace(exchange=SmtpExchangeParser().take(replace(RECORD, side="outbound")))
    shared = replace(outbound.exchange, remote_host=ROW.exchange.remote_host)
    lines = "".join(converted_text([ROW, ROW._replace(exchange=shared)], "ecs")).splitlines()
    assert ["source.ip" in line for line in lines] == [True, False]
    assert ["destination.ip" in line for line in lines] == [False, True]


@pytest.mark.parametrize("form", ["jsonl", "ecs", "csv"])
def test_no_text_of_a_log_reaches_a_terminal_as_it_is(form: str) -> None:
    text = "".join(converted_text([ROW], form))  # type: ignore[arg-type]
    assert all(letter.isprintable() for letter in text.rstrip("\r\n").replace("\r\n", ""))
    assert text.encode()


def test_exchanges_without_any_text_in_common_are_written_each_with_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtpscope.export.conversion.convert_text._REMEMBERED", 3)
    rows = first_exchanges(200)
    lines = [json.loads(line) for line in "".join(converted_text(iter(rows), "jsonl")).splitlines()]
    assert [line["full_command"] for line in lines] == [row.exchange.command.full for row in rows]
    assert [line["reply"] for line in lines] == [row.exchange.reply.verbatim for row in rows]


def test_without_an_exchange_only_csv_writes_something() -> None:
    assert "".join(converted_text([], "jsonl")) == ""
    assert "".join(converted_text([], "csv")) == ",".join(NAMES) + "\r\n"


def test_what_is_written_is_what_is_read() -> None:
    assert {column.name for column in COLUMNS if column.own} == {*OWN_NAMES}
    assert {column.name for column in COLUMNS if column.own and column.kind == "text"} == TEXT_NAMES
    assert {column.name for column in COLUMNS if column.kind == "yes or no"} == SWITCH_NAMES


@pytest.mark.parametrize("time_ms", [0, -1, 1_793_600_061_017, -62_135_596_800_000, 253_402_300_799_999, 1 << 62])
def test_times_are_written_as_elsewhere(time_ms: int) -> None:
    assert time_text(time_ms) == utc_text(time_ms)


def test_the_documentation_names_each_column_with_its_type() -> None:
    text = (Path(__file__).parents[3] / "docs" / "convert.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([a-z ]+ \| (?:yes)? ?)\|", text, re.MULTILINE))
    rows.pop("exact_texts")
    kinds = {column.name: f"{column.kind} | {'yes ' if column.own else ''}" for column in COLUMNS}
    assert rows == {**kinds, "time": "time | "}
