from __future__ import annotations

import csv
import json
from pathlib import Path

from cli.conftest import Smtpscope
from cli.processes import LINES, SAMPLES
from support.evtx_events import cut_behind, many_events
from support.evtx_writer import WrittenEvent, evtx_bytes

# Written down here once more, since scripts of our users rely on them.
NAMES = [
    "record_id", "time", "event_id", "level", "provider", "channel", "computer", "direction", "virtual_server",
    "connection", "connector", "remote_host", "command", "full_command", "mailbox", "reply", "reply_code",
    "enhanced_code", "reply_text", "category", "guess", "file",
]  # fmt: skip


def test_every_exchange_is_a_line_in_order_of_time(smtpscope: Smtpscope) -> None:
    result = smtpscope("events", SAMPLES)
    assert result.exit_code == 0
    assert result.stderr == ""
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(events) == 528
    assert all(list(event) == NAMES for event in events)
    times = [event["time"] for event in events]
    assert times == sorted(times)


def test_the_filter_chooses_the_exchanges(smtpscope: Smtpscope) -> None:
    lines = smtpscope("events", LINES, "--filter", "code:4xx host:woodgrove").stdout.splitlines()
    assert lines
    for event in map(json.loads, lines):
        assert event["reply_code"] // 100 == 4
        assert "woodgrove" in event["remote_host"]


def test_csv_has_the_same_names_and_rows(smtpscope: Smtpscope) -> None:
    rows = list(csv.reader(smtpscope("events", LINES, "--format", "csv").stdout.splitlines()))
    assert rows[0] == NAMES
    assert len(rows) - 1 == len(smtpscope("events", LINES).stdout.splitlines())


def test_no_exchange_is_no_failure_but_told(smtpscope: Smtpscope) -> None:
    result = smtpscope("events", LINES, "--filter", "code:599")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "match the filter" in result.stderr


def test_names_may_be_masked(smtpscope: Smtpscope) -> None:
    lines = smtpscope("events", LINES, "--mask").stdout
    assert "woodgrove" not in lines
    assert all(list(json.loads(line)) == NAMES for line in lines.splitlines())


def test_a_log_without_events_of_ours_is_told(smtpscope: Smtpscope, tmp_path: Path) -> None:
    log = tmp_path / "other.evtx"
    log.write_bytes(evtx_bytes([WrittenEvent(provider="ESE", event_id=101, strings=("page 1",))]))
    result = smtpscope("events", log)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert f"no SMTP refusals in {log}, among 1 other record. " in result.stderr
    assert "diagnostic logging" in result.stderr


def test_deleted_records_are_printed_when_they_are_asked_for(smtpscope: Smtpscope, tmp_path: Path) -> None:
    log = tmp_path / "a.evtx"
    log.write_bytes(cut_behind(evtx_bytes(many_events(9, ours_every=1)), 6))
    assert len(smtpscope("events", log).stdout.splitlines()) == 6
    assert len(smtpscope("events", log, "--salvage").stdout.splitlines()) == 9
