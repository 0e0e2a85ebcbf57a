"""What is said of files that are nearly JSON, XML, a table or a log: the line and the reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.text.broken_json import why_broken
from smtpscope.reading.text.encodings import TextBlock, detect
from smtpscope.reading.text.text_log import LineOffsets
from smtpscope.reading.unknown.syntax_errors import where_it_breaks
from support import tracking_logs
from support.memory_source import MemorySource, problems_of

ROW = "1,2,3,4\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}\n{"b": 2}\n{"c": [1, ', "line 3: the JSON object is not closed"),
        ('\n\n[\n {"a": 1},\n {"b": 2\n', "line 5: the JSON object is not closed"),
        ('[{"a": 1}, {"b": 2}', "line 1: the JSON array is not closed"),
        ('[\n{"a": 1}\n', "line 3: the JSON array is not closed"),
        ('{"a": 1}\n{"a" 1}', "line 2: a colon is missing at character 6"),
        ('{"a": 1,\n "b": 2 "c": 3}', "line 2: a comma or a closing bracket is missing at character 9"),
        ('{"a": }', "line 1: a value is missing at character 7"),
        ('[{"a": 1}, {"b": 2}]\n', None),
        ("<Log>\n<Entry>\n<Text>x</Text>\n", "line 2: the element Entry is not closed"),
        ("<Log>\n<Entry>\n</Log>", "line 3: mismatched tag, at character 3"),
        ("<Log>\n<Entry a=1/></Log>", "line 2: not well-formed (invalid token), at character 10"),
        ("<Entry/>\n<Entry/>\n", None),
        ("<html><p>Hello", None),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;', None),
        (f"a,b,c,d\n{ROW * 810}1,2,3\n{ROW}", "line 812: 3 fields, the other rows have 4"),
        (f'a,b,c,d\n{ROW}1,"2\n2",3,4\n1,2\n{ROW}', "line 5: 2 fields, the other rows have 4"),
        (f'a,b,c,d\n{ROW}1,"2,3,4\n{ROW}', "line 3: quotes opened here are never closed"),
        (
            "TimeCreated,Id,ProviderName\n1,2,3\n",
            "line 1: the header has no column for the message (Message or Description)",
        ),
        ("TimeCreated,Text,Message\n1,2,3\n", "line 1: the header has no column for the event id or the source"),
        ("Level,Date and Time,Source,Event ID,Task Category\n", None),
        (f"a,b,c,d\n{ROW}", None),
        ("Dear all, hello, this is, text\nno table\n", None),
        ("#Version: 1.0\n#Fields: date ti", "line 2: the file ends within its header"),
        ("#Version: 1.0\n#Fields: date time\n", None),
        ("", None),
    ],
)
def test_the_line_and_the_reason_are_told(text: str, expected: str | None) -> None:
    assert where_it_breaks(text, whole=True) == expected


@pytest.mark.parametrize(
    "text", ['{"a": [1, ', "<Log>\n<Entry>\n", f'a,b,c,d\n{ROW * 3}1,"2', f"a,b,c,d\n{ROW * 3}1,2"]
)
def test_the_end_of_a_beginning_proves_nothing(text: str) -> None:
    assert where_it_breaks(text, whole=True) is not None
    assert where_it_breaks(text, whole=False) is None


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (
            '{"a": 1}\n{"b": 2}\n{"c": '.encode("utf-16"),
            "JSON without SMTP protocol events; line 3: the JSON object is not",
        ),
        (b"\xef\xbb\xbf<Events>\n<Event>", "XML without SMTP protocol events; line 2: the element Event is not closed"),
        (f"a,b,c,d\n{ROW * 3}1,2".encode(), "a table (CSV) without SMTP protocol events; line 5: 2 fields, the other"),
    ],
)
def test_the_error_of_a_file_that_nobody_reads_says_where_it_breaks(data: bytes, what: str) -> None:
    with pytest.raises(LogError) as caught:
        open_log(MemorySource(data), ReadOptions())
    assert f"it looks like {what}" in caught.value.what
    assert caught.value.remedy.startswith("If it was cut off, copy or export it again. ")


def test_a_log_that_ends_within_its_header_says_so() -> None:
    reader = open_log(MemorySource(tracking_logs.sample("15.02.1544.004")[:300]), ReadOptions())
    (problem,) = problems_of(reader)
    assert (problem.place, problem.reason) == ("line 5", "the file ends within its header")


def test_a_reason_of_the_decoder_that_is_not_known_is_told_as_it_is() -> None:
    assert why_broken(json.JSONDecodeError("Something new", "{x}", 1)) == "Something new at character 2"
    assert (
        why_broken(json.JSONDecodeError("Expecting value", "{\n{x}", 3))
        == "a value is missing in its line 2, at character 2"
    )
    assert why_broken(json.JSONDecodeError("Expecting value", "{", 1)) == "it ends before its last bracket is closed"
    assert why_broken(ValueError("too many digits")) == "a number is too long"


def test_lines_are_counted_over_blocks_and_long_ones_tell_the_byte() -> None:
    places = LineOffsets()
    first = TextBlock(b"one\ntwo\nthree\n", start=0, encoding=detect(b""), final=False)
    places.begin(first)
    assert [places.at(0), places.at(3), places.at(4)] == ["line 1", "line 1", "line 2"]
    places.done(8)
    places.begin(TextBlock(b"three\n" + b"x" * 5_000, start=8, encoding=detect(b""), final=True))
    assert [places.at(0), places.at(6), places.at(4_006)] == ["line 3", "line 4", "line 4, byte 0xfae"]


@settings(max_examples=50)
@given(
    st.text(max_size=40)
    | st.lists(
        st.sampled_from([*'{}[]<>",;\n\0\t \\', "a", "1", "<a>", "</a>", "&#0;", "<?xml", '"a":', "\ud800"]),
        max_size=20,
    ).map("".join),
    st.booleans(),
)
def test_any_text_is_looked_through_without_an_exception(text: str, whole: bool) -> None:
    found = where_it_breaks(text, whole=whole)
    assert found is None or found.startswith("line ")
