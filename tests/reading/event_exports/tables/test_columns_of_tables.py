"""Which column holds what."""

from __future__ import annotations

import pytest

from smtpscope.reading.event_exports.tables.table_columns import EventTableColumns, columns_of, is_type_line
from support.changed import replace

DATA_2003 = [
    "1/26/2009",
    "1:04:34 PM",
    "MSExchangeTransport",
    "Error",
    "SMTP Protocol",
    "7004",
    "N/A",
    "EXCH01",
    "text",
]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("TimeCreated,Id,LevelDisplayName,Message", EventTableColumns(4, 1, time=0, event_id=1, level=2, message=3)),
        ("message , EVENTID", EventTableColumns(2, 1, message=0, event_id=1)),
        ("Level,LevelDisplayName,Message,Id", EventTableColumns(4, 1, level=1, message=2, event_id=3)),
        (
            "Type,Event,Date Time,Source,ComputerName,Category,User,Description",
            EventTableColumns(8, 1, level=0, event_id=1, time=2, provider=3, computer=4, message=7),
        ),
        (
            "Date,Time,Source,Event,Description",
            EventTableColumns(5, 1, time=0, clock=1, provider=2, event_id=3, message=4),
        ),
        ("EventID,EventType,Strings", EventTableColumns(3, 1, event_id=0, level=1, strings=2, legacy_types=True)),
    ],
)
def test_names_tell_the_columns(header: str, expected: EventTableColumns) -> None:
    assert columns_of([header.split(",")]) == expected


@pytest.mark.parametrize("header", ["Message", "Message,Date", "Id,Level", "a,b,c", ""])
def test_without_message_and_source_or_number_it_is_no_table_of_events(header: str) -> None:
    assert columns_of([header.split(",")]) is None


def test_lines_before_the_header_are_counted() -> None:
    found = columns_of([["#TYPE System.Object"], ["Message", "Id"]])
    assert found is not None
    assert found.header_rows == 2


def test_nothing_is_no_table() -> None:
    assert columns_of([]) is None
    assert columns_of([["#TYPE System.Object"]]) is None


def test_nine_columns_without_header_are_those_of_windows_2003() -> None:
    expected = EventTableColumns(9, 0, time=0, clock=1, provider=2, level=3, event_id=5, computer=7, message=8)
    assert columns_of([DATA_2003]) == expected
    assert columns_of([DATA_2003[:8]]) is None
    assert columns_of([["x", *DATA_2003[1:]]]) is None
    assert columns_of([[*DATA_2003[:5], "x", *DATA_2003[6:]]]) is None


def test_five_names_above_six_values_are_those_of_windows_2008() -> None:
    row = ["Fehler", "26.01.2009 13:04:34", "MSExchangeTransport", "7004", "SMTP-Protokoll", "text"]
    assert columns_of([["Ebene", "a", "b", "c", "d"], row]) == EventTableColumns(
        6, 1, time=1, level=0, provider=2, event_id=3, message=5
    )
    assert columns_of([["Ebene", "a", "b", "c", "d"], row[:5]]) is None
    assert columns_of([row[:5], row]) is None


def test_the_beginning_of_a_row_is_told_by_its_time_and_number() -> None:
    columns = EventTableColumns(9, 0, time=0, clock=1, provider=2, event_id=5, message=8)
    line = ",".join(DATA_2003)
    assert columns.begins_row(line, ",")
    assert columns.begins_row(",".join(f'"{field}"' for field in DATA_2003), ",")
    assert not columns.begins_row(line.replace("7004", "x"), ",")
    assert not columns.begins_row(line, "\t")
    assert not replace(columns, event_id=4).begins_row(line, ",")
    assert not replace(columns, time=None, clock=None, event_id=None).begins_row(line, ",")


def test_without_a_time_before_its_message_the_numbers_tell_a_row() -> None:
    columns = EventTableColumns(5, 0, time=4, event_id=0, record_id=1, message=3)
    assert columns.begins_row('"7004","1050","Error","This is, so to say, an event","11/2/2026 10:30:00 PM"', ",")
    assert not columns.begins_row('"7004","x","Error","This is an event","11/2/2026 10:30:00 PM"', ",")


def test_the_line_of_a_type_is_known_by_its_sign() -> None:
    assert is_type_line("#TYPE System.Diagnostics.EventLogEntry")
    assert is_type_line("sep=;")
    assert not is_type_line("Type")
