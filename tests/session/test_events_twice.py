"""The same event in two logs is one event, unless the user wants each counted."""

from __future__ import annotations

import gzip
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smtpscope.session import Analysis, open_analysis
from support.changed import replace
from support.event_tables import event_viewer_2008
from support.event_texts import TextEvent, block_2008, log_line
from support.every_format import SERVICE_LOGS
from support.evtx_events import many_events
from support.evtx_writer import WrittenEvent, evtx_bytes
from support.protocol_logs import NOON, receive_log, receive_row
from support.tracking_logs import tracking_log


@pytest.fixture
def twice(tmp_path: Path) -> Analysis:
    log, copy = tmp_path / "a.evtx", tmp_path / "copy.evtx"
    log.write_bytes(evtx_bytes(many_events(40, ours_every=1)))
    shutil.copy(log, copy)
    analysis = open_analysis([str(log), str(copy)])
    analysis.read_all()
    return analysis


def test_each_event_counts_once(twice: Analysis) -> None:
    overview = twice.overview()
    assert (overview.events, overview.duplicates) == (40, 40)
    view = twice.view()
    assert (view.count, view.total) == (40, 40)
    assert sum(count for _, count in overview.directions) == 40
    assert twice.view("id:7002").count == sum(event.event_id == 7002 for event in many_events(40, ours_every=1))


def test_the_user_may_count_each(twice: Analysis) -> None:
    twice.count_duplicates = True
    assert twice.overview().events == 80
    assert (twice.view().count, twice.view().total) == (80, 80)


def test_a_report_says_how_many_were_there_before(twice: Analysis) -> None:
    assert twice.report(twice.view()).duplicates == 40


def test_a_log_without_record_numbers_and_its_packed_copy_count_once(tmp_path: Path) -> None:
    log = tmp_path / "SEND.LOG"
    log.write_bytes(SERVICE_LOGS["SMTP Send protocol log"][1]())
    (tmp_path / "SEND.LOG.gz").write_bytes(gzip.compress(log.read_bytes()))
    once, both = open_analysis([str(log)]), open_analysis([str(log), str(tmp_path / "SEND.LOG.gz")])
    once.read_all()
    both.read_all()
    assert both.overview().events == once.overview().events == both.overview().duplicates


def read(folder: Path, **logs: str) -> Analysis:
    """The logs of that content, each written to a file of its name."""
    paths = []
    for name, text in logs.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
        paths.append(str(folder / name))
    analysis = open_analysis(paths)
    analysis.read_all()
    return analysis


def test_two_exports_of_one_log_that_name_no_computer_count_once(tmp_path: Path) -> None:
    first = datetime(2026, 11, 17, 6, 12)  # noqa: DTZ001 - Event Viewer names no zone
    events = [TextEvent(first + timedelta(seconds=number), connection=number // 2) for number in range(40)]
    analysis = read(
        tmp_path,
        csv=event_viewer_2008(events),
        tabs=event_viewer_2008(events, delimiter="\t"),
        other=csv_of_later(events),
    )
    assert (analysis.overview().events, analysis.overview().duplicates) == (80, 40)


EXPORTS = {
    "Event Viewer's table": lambda events: event_viewer_2008(events),
    "blocks": lambda events: "\n".join(map(block_2008, events)),
    "lines": lambda events: "".join(map(log_line, events)),
    "a short name of the computer": lambda events: "".join(
        log_line(replace(event, computer=event.computer.partition(".")[0])) for event in events
    ),
}


@pytest.mark.parametrize("export_first", [False, True])
@pytest.mark.parametrize("form", EXPORTS)
def test_a_log_and_its_export_count_once_whatever_the_export_leaves_out(
    form: str, export_first: bool, tmp_path: Path
) -> None:
    first = datetime(2026, 11, 17, 6, 12)  # noqa: DTZ001 - in the zone of the log, which is UTC here
    # Three in each second, two of them word for word the same; the export goes on where the log ends.
    events = [
        TextEvent(first + timedelta(seconds=number // 3), computer="exch01.corp.example", connection=number % 3 // 2)
        for number in range(30)
    ]
    log, export = tmp_path / "a.evtx", tmp_path / "export.txt"
    log.write_bytes(evtx_bytes([written(event) for event in events[:24]]))
    export.write_text(EXPORTS[form](events), encoding="utf-8", newline="")
    paths = [str(export), str(log)] if export_first else [str(log), str(export)]
    analysis = open_analysis(paths)
    analysis.read_all()
    assert (analysis.overview().events, analysis.overview().duplicates) == (30, 24)


def written(event: TextEvent) -> WrittenEvent:
    return WrittenEvent(
        "MSExchangeTransport",
        event.event_id,
        event.strings,
        event.time.replace(tzinfo=UTC),
        2,
        computer=event.computer,
    )


def test_an_export_that_lost_the_messages_is_told_to_count_twice(tmp_path: Path) -> None:
    first = datetime(2026, 11, 17, 6, 12)  # noqa: DTZ001
    events = [TextEvent(first + timedelta(seconds=number), connection=number) for number in range(3)]
    log, export, tracked = tmp_path / "a.evtx", tmp_path / "b.txt", tmp_path / "c.csv"
    log.write_bytes(evtx_bytes([written(event) for event in events]))
    rows = "".join(
        f"{event.time:%m/%d/%Y %I:%M:%S %p} {event.event_id:>12} Error            {event.sentence[:56]}...\n"
        for event in events
    )
    head = "TimeCreated                     Id LevelDisplayName Message\n-----------                     -- "
    export.write_text(f"   ProviderName: MSExchangeTransport\n\n{head}---------------- -------\n{rows}\n", "utf-8")
    tracked.write_text(
        '"Timestamp","EventId","Source","Recipients","RecipientStatus","ClientIp"\n'
        f'"{events[0].time:%m/%d/%Y %I:%M:%S %p}","FAIL","SMTP","a@example.com","System.String[]","192.0.2.1"\n',
        "utf-8",
    )
    for paths in ([log, export, tracked], [tracked, export, log]):
        analysis = open_analysis([str(path) for path in paths])
        analysis.read_all()
        assert analysis.overview().events == 7
        assert {
            problem.file: problem.reason for problem in analysis.noted if "probably counted twice" in problem.reason
        } == {
            str(export): f"3 events without a reply are probably counted twice: {log} has the reply",
            str(tracked): f"1 event without a reply is probably counted twice: {log} has the reply",
        }


def test_an_export_of_another_server_is_no_copy(tmp_path: Path) -> None:
    first = datetime(2026, 11, 17, 6, 12)  # noqa: DTZ001
    events = [TextEvent(first + timedelta(seconds=number), connection=number) for number in range(9)]
    (tmp_path / "a.evtx").write_bytes(evtx_bytes([written(event) for event in events]))
    others = [replace(event, connection=event.connection + 500) for event in events]
    (tmp_path / "b.csv").write_text(event_viewer_2008(others), encoding="utf-8", newline="")
    analysis = open_analysis([str(tmp_path / "a.evtx"), str(tmp_path / "b.csv")])
    analysis.read_all()
    assert (analysis.overview().events, analysis.overview().duplicates) == (18, 0)


def csv_of_later(events: list[TextEvent]) -> str:
    return event_viewer_2008([replace(event, time=event.time + timedelta(minutes=5)) for event in events])


def test_a_refusal_in_a_protocol_log_and_in_message_tracking_is_told_to_count_twice(tmp_path: Path) -> None:
    refused = "550 5.7.1 Unable to relay"
    protocol = receive_log(receive_row("<", "RCPT TO:<carl@example.org>"), receive_row(">", refused))
    tracked = tracking_log(
        [
            {
                "date-time": NOON.replace(":00.250", ":01.100"),
                "client-ip": "203.0.113.25",
                "connector-id": r"EXCH01\Default Frontend EXCH01",
                "source": "SMTP",
                "event-id": "FAIL",
                "recipient-address": "carl@example.org",
                "recipient-status": refused,
            }
        ]
    )
    analysis = read(tmp_path, protocol=protocol, tracked=tracked)
    assert analysis.overview().events == 2
    assert [problem.reason for problem in analysis.noted] == [
        f"1 refusal is counted twice: also in {tmp_path / 'protocol'}, a log of another kind"
    ]
