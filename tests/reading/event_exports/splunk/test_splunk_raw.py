"""Events as Splunk keeps them: their names, their times, their XML, cut off and hostile."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.event_exports.json.event_json import EventJsonReader
from smtpscope.reading.event_exports.splunk.splunk_raw import (
    _any_labels,
    epoch_milliseconds,
    is_unwanted,
    labels_of,
    raw_record,
    written_in,
)
from smtpscope.reading.event_exports.tables.event_csv import EventCsvReader
from smtpscope.reading.explaining import EventSources
from smtpscope.reading.record import EventRecord, LogReader, ReadOptions
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.file_times import FileTimes
from support import splunk_exports as splunk
from support.changed import replace
from support.event_tables import table
from support.event_texts import TextEvent
from support.memory_source import MemorySource, problems_of, records_of

TIME = datetime(2026, 2, 3, 13, 4, 34)  # noqa: DTZ001 - of the server; Splunk says UTC beside it
MILLISECONDS = round(TIME.replace(tzinfo=UTC).timestamp() * 1000)
EVENT = TextEvent(TIME, reply='550 5.1.1 <a@example.com> "unknown", try Type=Error ')
PIECES = (
    *("LogName=", "SourceName=MSExchangeTransport", "EventCode=", "7004", "Message=", "\n", " ", "RecordNumber="),
    *("<Event>", "<System>", "<Provider Name='SMTPSVC'/>", "02/03/2026 01:04:34 PM", "\x1b[2J", "\0", "é"),
)


def record(raw: str) -> EventRecord | None:
    return raw_record(raw, file="s.txt", offset=7, times=FileTimes("s.txt", ReadOptions(), tuple))


def exchange_in(reader: LogReader) -> SmtpExchange:
    assert problems_of(reader) == []
    (found,) = records_of(reader)
    exchange = SmtpExchangeParser().parse(found)
    assert exchange is not None
    return exchange


def json_reader(*results: dict[str, object]) -> EventJsonReader:
    data = splunk.exported_json(results).encode()
    assert EventJsonReader.sniff(data)
    return EventJsonReader(MemorySource(data), ReadOptions())


def csv_reader(text: str) -> EventCsvReader:
    assert EventCsvReader.sniff(text.encode())
    return EventCsvReader(MemorySource(text.encode()), ReadOptions())


@pytest.mark.parametrize("form", [splunk.raw, splunk.raw_by_wmi, lambda event: splunk.raw(event).replace("\n", "\r\n")])
def test_names_and_values_become_a_record(form: splunk.Raw) -> None:
    assert record(form(EVENT)) == EventRecord(
        file="s.txt",
        offset=7,
        time_ms=MILLISECONDS,
        time_assumed=True,
        record_id=1043,
        event_id=7004,
        level="error",
        provider="MSExchangeTransport",
        channel="Application",
        computer="EXCH01",
        strings=None,
        message=EVENT.sentence,
    )


def test_lost_line_breaks_cost_no_value() -> None:
    found = record(splunk.raw(EVENT).replace("\n", " "))
    assert found is not None
    assert (found.provider, found.event_id, found.level) == ("MSExchangeTransport", 7004, "error")
    assert (found.computer, found.record_id, found.message) == ("EXCH01", 1043, EVENT.sentence)


def test_what_a_reply_says_is_no_name_of_the_event() -> None:
    hostile = replace(EVENT, reply="550 no\nSourceName=Backup\nEventCode=1\nRecordNumber=9\nUser=x\nMessage=y ")
    found = record(splunk.raw(hostile))
    assert found is not None
    assert (found.event_id, found.record_id, found.message) == (7004, 1043, hostile.sentence)


def test_the_month_comes_first() -> None:
    written = written_in("02/03/2026 01:04:34 PM\nLogName=Application")
    assert isinstance(written, WrittenTime)
    assert (written.first, written.second, written.ordered, written.order) == (2, 3, True, None)
    day_first = written_in("23/02/2026 13:04:34\nLogName=Application")
    assert isinstance(day_first, WrittenTime)
    assert day_first.order == "day/month/year"


def test_the_time_of_wmi_has_its_zone_in_minutes() -> None:
    written = written_in("20260203130434.000000-300\nCategory=7")
    assert isinstance(written, WrittenTime)
    assert (written.hour, written.zone_minutes) == (13, -300)


def test_the_offset_of_wmi_counts_more_than_the_name_of_a_zone_beside_it() -> None:
    by_wmi = splunk.raw_by_wmi(EVENT).replace(".000000", ".000000+060", 1)
    shown: dict[str, object] = {"_raw": by_wmi, "_time": "2026-02-03 13:04:34.000 CET", "host": "exch01"}
    found = exchange_in(json_reader(shown))
    assert (found.time_ms, found.time_assumed) == (MILLISECONDS - 3_600_000, False)


@pytest.mark.parametrize("form", [splunk.raw, splunk.raw_by_wmi])
def test_what_the_event_collector_takes_is_read(form: splunk.Raw) -> None:
    """HTTP Event Collector: objects one behind the other, the event as text."""
    sent = [
        {"time": MILLISECONDS / 1000, "host": "exch01", "sourcetype": "WinEventLog", "event": form(each)}
        for each in (EVENT, replace(EVENT, connection=44))
    ]
    data = "".join(map(json.dumps, sent)).encode()
    assert EventJsonReader.sniff(data)
    reader = EventJsonReader(MemorySource(data), ReadOptions())
    assert [(each.record_id, each.event_id, each.time_ms) for each in records_of(reader)] == [
        (1043, 7004, MILLISECONDS),
        (1044, 7004, MILLISECONDS),
    ]
    assert problems_of(reader) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1770123874", 1_770_123_874_000),
        ("1770123874.25", 1_770_123_874_250),
        (" 999999999 ", 999_999_999_000),
        ("7004", None),
        ("20260203130434", None),
        ("-1770123874", None),
        ("٣٣٣٣٣٣٣٣٣", None),
        ("", None),
    ],
)
def test_seconds_since_1970_are_told_from_other_numbers(text: str, expected: int | None) -> None:
    assert epoch_milliseconds(text) == expected


def test_the_number_of_the_type_says_no_level() -> None:
    """2 is an error in newer versions and a warning in older ones."""
    found = record(splunk.raw(EVENT).replace("Type=Error\n", "", 1).replace("EventType=2\n", "EventType=2\nX=", 1))
    assert found is not None
    assert found.level is None
    fields = {name: value for name, value in splunk.extracted(EVENT).items() if name != "Type"}
    (extracted,) = records_of(json_reader(fields))
    assert extracted.level is None


def test_another_source_is_none_of_ours() -> None:
    assert record(splunk.raw(EVENT, source="MSExchangeIS Mailbox Store")) is None
    assert record(splunk.raw_xml(EVENT).replace("MSExchangeTransport", "MSExchangeIS")) is None
    assert record("a line of some other log") is None


def test_a_sentence_in_a_line_that_splunk_indexed_is_read() -> None:
    found = record(f"<14>Feb  3 13:04:34 exch01 {EVENT.sentence}")
    assert found is not None
    assert found.provider is None
    assert EVENT.sentence in (found.message or "")


def test_the_time_that_splunk_tells_beside_the_event_wins() -> None:
    result = splunk.result(EVENT) | {"_time": "2026-02-03T15:04:34.500+02:00"}
    for reader in (json_reader(result), csv_reader(splunk.csv_export([result]))):
        exchange = exchange_in(reader)
        assert (exchange.time_ms, exchange.time_assumed) == (MILLISECONDS + 500, False)


def test_seconds_in_time_are_read_from_json_and_csv() -> None:
    for result in (splunk.result(EVENT), splunk.extracted(EVENT)):
        seconds = result | {"_time": str(MILLISECONDS // 1000)}
        for reader in (json_reader(seconds), csv_reader(splunk.csv_export([seconds]))):
            exchange = exchange_in(reader)
            assert (exchange.time_ms, exchange.time_assumed) == (MILLISECONDS, False)


def test_extracted_fields_make_the_same_exchange_as_the_whole_event() -> None:
    whole = exchange_in(json_reader(splunk.result(EVENT)))
    assert (whole.computer, whole.record_id, whole.level, whole.connection) == ("EXCH01", 1043, "error", 43)
    whole = replace(whole, channel=None, offset=0)
    for reader in (json_reader(splunk.extracted(EVENT)), csv_reader(splunk.csv_export([splunk.extracted(EVENT)]))):
        assert replace(exchange_in(reader), offset=0) == whole


def test_results_without_what_the_endpoint_puts_around_them_are_read() -> None:
    for text in (json.dumps(splunk.result(EVENT)) + "\n", json.dumps([splunk.result(EVENT)], indent=1)):
        assert EventJsonReader.sniff(text.encode())
        reader = EventJsonReader(MemorySource(text.encode()), ReadOptions())
        assert exchange_in(reader).reply.verbatim == EVENT.reply


def test_a_table_of_a_few_fields_has_its_computer_in_host() -> None:
    text = table([("_time", "host", "EventCode", "Message"), (f"{TIME}", "EXCH01", "7004", EVENT.sentence)])
    assert exchange_in(csv_reader(text)).computer == "EXCH01"


def test_xml_that_splunk_cut_off_keeps_its_facts() -> None:
    xml = splunk.raw_xml(EVENT)
    cut = xml[: xml.index("<EventData>") + 40]
    (found,) = records_of(json_reader(splunk.result(EVENT) | {"_raw": cut}))
    assert (found.event_id, found.level, found.record_id) == (7004, "error", 667364)
    assert (found.provider, found.channel, found.computer) == ("MSExchangeTransport", "Application", "EXCH01")
    assert (found.time_ms, found.strings, found.message) == (MILLISECONDS, None, cut)
    exchange = SmtpExchangeParser().parse(found)
    assert exchange is not None
    assert exchange.problem is not None


def test_other_records_of_an_export_are_counted_once_each() -> None:
    foreign = splunk.result(EVENT) | {"_raw": splunk.raw(EVENT, source="MSExchangeIS Mailbox Store")}
    answered = splunk.answered_json([foreign, splunk.result(EVENT), foreign]).encode()
    for reader in (
        json_reader(foreign, splunk.result(EVENT), foreign),
        EventJsonReader(MemorySource(answered), ReadOptions()),
        csv_reader(splunk.csv_export([foreign, splunk.result(EVENT), foreign])),
    ):
        batches = list(reader.batches())
        assert sum(len(batch.records) for batch in batches) == 1
        assert sum(batch.unrelated_records for batch in batches) == 2


def test_a_table_that_splunk_made_of_other_logs_is_no_table_of_events() -> None:
    text = table([("_time", "host", "_raw"), ("2026-02-03T13:04:34.000+0000", "mx1", "postfix/smtpd[1]: connect")])
    assert not EventCsvReader.sniff(text.encode())
    assert not EventJsonReader.sniff(json.dumps({"result": {"_raw": "postfix/smtpd[1]: connect"}}).encode())


@settings(max_examples=40)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join) | st.text(max_size=60))
def test_whatever_stands_in_it_nothing_is_raised(raw: str) -> None:
    found = record(raw)
    assert found is None or found.offset == 7
    assert all(value == value.strip() for value in labels_of(raw).values())


@pytest.mark.parametrize("form", [splunk.raw, splunk.raw_xml])
@pytest.mark.parametrize(
    "left", ['"20', '"2026-11-02T17:30:00.000+00:00","EXCH01","wineventlog"', "all but the last quote"]
)
def test_a_row_that_is_cut_off_does_not_take_the_next_event_with_it(form: splunk.Raw, left: str) -> None:
    events = [replace(EVENT, connection=number) for number in (50, 51, 52)]
    parts = [splunk.csv_export([splunk.result(event, form)]).split("\n", 1) for event in events]
    header = parts[0][0]
    whole, cut, last = (row for _, row in parts)
    damaged = cut.rstrip()[:-1] if left.startswith("all") else left
    reader = csv_reader(f"{header}\n{whole}{damaged}{last}")
    found = [SmtpExchangeParser().parse(record) for record in records_of(reader)]
    connections = [exchange.connection for exchange in found if exchange is not None]
    assert {50, 52} <= set(connections) <= {50, 51, 52}
    assert problems_of(reader)


_HEADS = st.sampled_from([
    "02/03/2026 01:04:34 PM", "LogName=Application", "SourceName=MSExchangeTransport", "SourceName=ESE",
    "EventCode=7004", "EventCode=428 ", "Type=Error\r", "User=a Type=b", " Sid=S-1", "ComputerName=EXCH01", "Foo=bar",
    "Foo", "Keywords=", "Message=one\nType=two", "Message=", "TimeWritten=20260203", "Type=x>Message=y", "",
])  # fmt: skip


@given(st.lists(_HEADS, max_size=8))
def test_labels_that_begin_lines_are_those_of_any_form(lines: list[str]) -> None:
    raw = "\n".join(lines)
    assert labels_of(raw) == _any_labels(raw)


@given(st.lists(_HEADS, max_size=8))
def test_an_event_that_is_unwanted_by_its_first_names_has_no_record(lines: list[str]) -> None:
    sources = EventSources({"ESE": {474: ()}, "MSExchangeTransport": {15004: ()}})
    for source in ("ESE", "ese ", "ESE log", "SMTPSVC", "smtpsvc x", "Other", ""):
        for code in ("428", "474", "66010"):
            raw = f"02/03/2026 01:04:34 PM\nLogName=App\nSourceName={source}\nEventCode={code}\n" + "\n".join(lines)
            if is_unwanted(source, code, sources):
                found = raw_record(raw, file="s", offset=0, times=FileTimes("s", ReadOptions(), tuple), sources=sources)
                assert found is None
