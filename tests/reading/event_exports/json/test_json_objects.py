"""Where JSON objects stand in a text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.event_exports.json.json_objects import (
    LONGEST,
    JsonObject,
    NoObjectError,
    ObjectScan,
    decoded_object,
    is_lines,
    wrapper_length,
)
from smtpscope.reading.event_exports.messages.own_signs import lines, may_be_ours
from smtpscope.reading.text.encodings import TextBlock, TextEncoding


def scanned(text: str, *, final: bool = True) -> tuple[list[JsonObject], int]:
    block = TextBlock(text.encode("latin-1"), start=0, encoding=TextEncoding("utf-8", 0, ""), final=final)
    return ObjectScan().objects(block)


def objects(text: str) -> list[str]:
    return [text[each.start : each.end] for each in scanned(text)[0] if each.whole]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}\n{"b": 2}\n', True),
        ('{"a": \n{"b": 2}\n', True),
        ('<14>Jan 26 13:04:35 host tag: {"a": 1}\n', True),
        ("[2026-11-09] {}\n", True),
        ('{\n  "a": 1\n}\n', False),
        ('[{"a": 1}]', False),
        ("[\r\n    {", False),
        ('{"a": 1}', False),
        ("\ufeff[]", False),
    ],
)
def test_one_object_a_line_is_told_from_an_array(text: str, expected: bool) -> None:
    assert is_lines(text) is expected


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ('{"hits": {"a": [], "hits": [{"x": 1}]}}', 28),
        ('{"Events":[\n{', 12),
        ('{"ProviderName": "x", "Properties": [{"Value": 1}]}', 0),
        ('{"resourceLogs": [{}]}', 0),
        ('[{"a": [{}]}]', 0),
        ('{"a": 1}\n', 0),
        ('{"a": [{}], "EventID": 1}\n{"a": [{}]}\n', 0),
        ("{" + "[" * 100_000, 0),
    ],
    ids=range(8),
)
def test_what_is_around_the_events_is_measured(text: str, length: int) -> None:
    assert wrapper_length(text) == length


def test_braces_and_quotes_within_values_do_not_count() -> None:
    text = r'[{"a": "}{\"}", "b": {"c": "\\"}}, {}, {"d": "["}]'
    assert objects(text) == [r'{"a": "}{\"}", "b": {"c": "\\"}}', "{}", '{"d": "["}']


def test_an_object_that_goes_on_is_seen_again() -> None:
    text = '[{"a": 1}, {"b": "x'
    found, rest = scanned(text, final=False)
    assert [text[each.start : each.end] for each in found] == ['{"a": 1}']
    assert text[rest:] == '{"b": "x'


def test_a_broken_object_ends_where_the_next_one_begins() -> None:
    text = '[{"a": {1}, {"b": 2}]'
    found, _ = scanned(text)
    assert [(text[each.start : each.end], each.whole) for each in found] == [('{"a": {1}, ', False), ('{"b": 2}', True)]


def test_many_broken_objects_take_no_more_than_a_moment() -> None:
    begin = time.process_time()
    for text in ("{," * (LONGEST // 3), '{"\\"' * LONGEST, '{"' * LONGEST):
        scanned(text)
    assert time.process_time() - begin < 15


def test_only_lines_that_may_be_ours_are_looked_at() -> None:
    text = 'a\n{"SourceName": "msexchangetransport"} smtpsvc\nb\nThis is an SMTP protocol log for virtual server\n'
    assert [text[line.begin : line.end] for line in lines(text)] == text.splitlines()[1::2]
    assert may_be_ours("x SMTPSVC")
    assert not may_be_ours("x")


def test_a_letter_that_grows_in_small_letters_moves_nothing() -> None:
    text = "\u0130\u0130\u0130 x\n\u0130 SMTPSVC\nx"
    assert [text[line.begin : line.end] for line in lines(text)] == ["\u0130 SMTPSVC"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "\\ud83d\\ude00"}', "\U0001f600"),
        ('{"a": "\\ud83d"}', "\ufffd"),
        ('{"a": "x\ty"}', "x\ty"),
        ('{"a": 1e999}', float("inf")),
        ('{"a": "b"} and more', "b"),
    ],
)
def test_odd_json_is_read_all_the_same(text: str, value: object) -> None:
    assert decoded_object(text) == {"a": value}


DEEP = '{"a":' * 9_999 + "1" + "}" * 9_999
LONG = '{"a": ' + "9" * 5_000 + "}"


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "1", LONG, DEEP], ids=["empty", "array", "open", "number", "long", "deep"]
)
def test_what_is_no_object_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(NoObjectError, match=r"^The event |^Not "):
        decoded_object(text)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from('{}[]",\\\n a:'), max_size=40), st.booleans())
def test_objects_follow_each_other_whatever_the_text(text: str, final: bool) -> None:
    found, rest = scanned(text, final=final)
    ends = [0, *(each.end for each in found)]
    assert all(before <= each.start < each.end for before, each in zip(ends, found, strict=False))
    assert ends[-1] <= rest <= len(text)
