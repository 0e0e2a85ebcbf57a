"""Header and rows of the logs of Exchange's transport service."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange.transport_log import (
    LONGEST,
    LogRows,
    fields_in,
    header_of,
    host_of,
    iso_milliseconds,
    row_at,
    utc_milliseconds,
)
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.text.encodings import TextBlock, detect
from support.every_format import SERVICE_LOGS, without_header
from support.memory_source import MemorySource

USUAL = ("time", "session", "text", "context")
WANTED = ("time", "session", "text")


def reader() -> tuple[LogRows, ProblemLog]:
    problems = ProblemLog("memory.log")
    return LogRows(WANTED, USUAL, problems), problems


def block(text: str, *, final: bool = True) -> TextBlock:
    data = text.encode()
    return TextBlock(data, start=0, encoding=detect(b"plain"), final=final)


def rows(text: str) -> list[list[str]]:
    return [fields for _, fields in reader()[0].of(block(text), final=True)]


def told(text: str) -> list[tuple[str, str, str]]:
    log, problems = reader()
    assert list(log.of(block(text), final=True)) is not None
    return [(problem.place, problem.reason, problem.outcome) for problem in problems.take(final=True)]


def test_a_row_is_split_at_its_commas() -> None:
    assert rows("t,s,a b,c\n") == [["t", "s", "a b", "c"]]


def test_quotes_keep_commas_line_ends_and_doubled_quotes() -> None:
    assert rows('t,s,"a, ""b""\r\nc",d\r\nt,s,e,f\r\n') == [["t", "s", 'a, "b"\r\nc', "d"], ["t", "s", "e", "f"]]


def test_the_last_field_keeps_commas_without_quotes() -> None:
    assert rows("t,s,a,b, c,d\n") == [["t", "s", "a", "b, c,d"]]


def test_quotes_that_are_never_closed_end_where_another_row_begins() -> None:
    time = "2026-11-09T05:00:00.000Z"
    assert rows(f'{time},s,"open,c\n{time},s,a,b\n') == [[time, "s", "open,c"], [time, "s", "a", "b"]]


def test_quotes_that_are_never_closed_end_at_the_longest_row() -> None:
    lines = "x,y,z,w\n" * 40_000
    found = rows(f't,s,"open,c\n{lines}')
    assert len(found) > 15_000
    assert found[-1] == ["x", "y", "z", "w"]


def test_a_row_that_lacks_what_is_needed_is_told_and_passed_over() -> None:
    log, problems = reader()
    assert [fields[2] for _, fields in log.of(block("t,s,a,b\nt,s\nt,s,e,f\n"), final=True)] == ["a", "e"]
    assert log.skipped == 1
    assert [(problem.place, problem.reason) for problem in problems.take()] == [
        ("line 2", "2 fields, the header has 4")
    ]


def test_a_row_that_lacks_its_last_field_is_read_and_told() -> None:
    assert rows("t,s,a\n") == [["t", "s", "a"]]
    assert told("t,s,a\n") == [("line 1", "3 fields, the header has 4", "noted")]


def test_blank_lines_and_zeros_are_no_rows() -> None:
    assert rows("\r\n\n\0\0\0\nt,s,a,b\n") == [["t", "s", "a", "b"]]


def test_a_header_in_the_middle_names_other_fields() -> None:
    log, _ = reader()
    found = [
        [fields[log.columns[name]] for name in WANTED]
        for _, fields in log.of(
            block("1,2,3,4\n#Log-type: Other\n\ufeff#Fields: text,Session,extra,time\n3,2,0,1\n"), final=True
        )
    ]
    assert found == [["1", "2", "3"], ["1", "2", "3"]]
    assert log.labels == {"log-type": "Other", "fields": "text,Session,extra,time"}


def test_a_header_without_the_fields_that_count_changes_nothing() -> None:
    assert rows("#Fields: a,b\nt,s,a,b\n") == [["t", "s", "a", "b"]]
    assert told("#Fields: a,b\nt,s,a,b\n") == [
        ("line 1", 'the header (#Fields) has no field "time": only rows of 4 fields can be read', "noted")
    ]


def test_rows_of_a_header_that_lacks_fields_are_passed_over_and_told_so() -> None:
    for names in ("time,text", "time,text,context,a,b"):
        text = f"#Fields: {names}\n{names}\n#Fields: time,session,text\nt,s,a\n"
        assert rows(text) == [["t", "s", "a"]]
        assert told(text)[1:] == [("line 2", "its header (#Fields) lacks required fields", "skipped")]


def test_a_hostile_header_fills_no_memory() -> None:
    log, _ = reader()
    text = "".join(f"#Name{'abcdefgh'[offset % 8] * (offset // 8 + 1)}: x\n" for offset in range(200))
    assert not list(log.of(block(text), final=True))
    assert len(log.labels) == 16


def test_an_unfinished_row_is_left_for_later() -> None:
    log, _ = reader()
    text = 't,s,a,b\nt,s,"c\nd'
    assert [fields for _, fields in log.of(block(text), final=False)] == [["t", "s", "a", "b"]]
    assert log.rest == 8
    assert [fields for _, fields in log.of(block(text[8:] + '",e\n'), final=False)] == [["t", "s", "c\nd", "e"]]
    assert log.number == 2


@pytest.mark.parametrize("quote", ["", '"'])
def test_of_a_row_that_is_too_long_the_beginning_is_read(quote: str) -> None:
    long = f"t,s,{quote}550 {'x ' * LONGEST}"
    log, problems = reader()
    pieces = ("t,s,a,b\n" + long, "x" * 50, f"x{quote},c\nt,s,a,b\nt\n")
    found = [fields for piece in pieces for _, fields in log.of(block(piece, final=False), final=False)]
    assert [fields[2][:5] for fields in found] == ["a", "550 x", "a"]
    assert [(problem.place, problem.reason, problem.outcome) for problem in problems.take()] == [
        ("line 2", "the row is longer than 131,072 characters: only those were read", "noted"),
        ("line 4", "1 field, the header has 4", "skipped"),
    ]


def test_a_row_that_is_too_long_before_its_fields_are_over_is_told_so() -> None:
    assert told("t," + "s" * LONGEST + ",text,b\nt,s,a,b\n") == []
    assert told('"t"' + "s" * LONGEST + ",text,b\n") == [
        ("line 1", "the row is longer than 131,072 characters: only those were read", "skipped")
    ]


def test_lines_are_counted_through_all_blocks() -> None:
    log, problems = reader()
    for text in ("t,s,a,b\n" * 3, 't,s,"a\nb",c\nbroken\n'):
        assert list(log.of(block(text), final=False))
    assert [problem.place for problem in problems.take()] == ["line 6"]


def test_a_row_is_found_by_its_beginning() -> None:
    text = 't,s,"a\nb",c\r\nt,s,d,e\n'
    assert row_at(text, 0) == 't,s,"a\nb",c'
    assert row_at(text, 13) == "t,s,d,e"
    assert row_at(text, len(text)) == ""


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("1970-01-01T00:00:01.478Z", 1478),
        ("1970-01-01T00:00:01", 1000),
        ("1970-01-01T01:00:01+01:00", 1000),
        ("1/2/1970 0:00:01", 86_401_000),
        ("1970-02-30T00:00:00Z", None),
        ("", None),
        ("\x1b[31m", None),
    ],
)
def test_times_are_utc(written: str, milliseconds: int | None) -> None:
    assert utc_milliseconds(written) == milliseconds


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("192.0.2.7:25", "192.0.2.7"),
        ("[2001:db8::7]:25", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("mx.example.net:25", "mx.example.net"),
        ("192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_an_endpoint_is_told_without_its_port(endpoint: str, host: str) -> None:
    assert host_of(endpoint) == host


def test_the_header_of_a_file_ends_at_its_first_row() -> None:
    head = "\r\n#Software: Microsoft Exchange Server\r\n#Log-type: Kind\r\nrow\r\n#Fields: a\r\n"
    expected = {"software": "Microsoft Exchange Server", "log-type": "Kind"}
    for data in (head.encode(), head.encode("utf-8-sig"), head.encode("utf-16")):
        assert header_of(data) == expected


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(exclude_characters="\0\r", codec="utf-8"), max_size=12), min_size=4, max_size=4))
def test_what_is_written_as_a_row_is_read_again(values: list[str]) -> None:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(values)
    assert fields_in(stream.getvalue()) == values


@settings(max_examples=25)
@given(st.text(st.sampled_from('a,"\n\r#\0\x1b:'), max_size=60))
def test_any_text_is_read(text: str) -> None:
    log, _ = reader()
    for start, fields in log.of(block(text), final=True):
        assert 0 <= start < len(text)
        assert 3 <= len(fields) <= 4


@pytest.mark.parametrize(
    "place", ["RECV20261109-1.LOG:", "RECV20261109-1.LOG:17:", r"C:\Logs\SmtpReceive\RECV20261109-1.LOG:17:"]
)
def test_the_time_behind_the_place_where_grep_found_a_row_is_read(place: str) -> None:
    assert iso_milliseconds(f"{place}2026-11-09T12:00:00.250Z") == iso_milliseconds("2026-11-09T12:00:00.250Z")


@pytest.mark.parametrize("form", ["SMTP Receive protocol log", "tracking of Exchange 2019", "agent log"])
def test_rows_that_grep_found_are_recognised_and_say_the_same(form: str) -> None:
    name, write = SERVICE_LOGS[form]
    rows = without_header(write())
    found = b"".join(b"SOME-1.LOG:" + line for line in rows.splitlines(keepends=True))
    told = [
        [(each.reply, each.time_ms, each.remote_host) for batch in reader.batches() for each in batch.exchanges]
        for reader in (open_log(MemorySource(data), ReadOptions()) for data in (rows, found))
    ]
    assert told[0] == told[1] != []
    assert open_log(MemorySource(found), ReadOptions()).format.name == name
