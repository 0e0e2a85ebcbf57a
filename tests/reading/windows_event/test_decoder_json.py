"""Events as the fast decoder prints them -> event records."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.record import EventRecord
from smtpscope.reading.windows_event.decoder_json import event_record

_FILETIME_OF_2026 = 134_169_408_000_000_000


def event(**parts: Any) -> str:
    """The JSON of an event; `parts` replace or add to its top elements, those of System in `system`."""
    system = {
        "Provider": {"#attributes": {"Name": "MSExchangeTransport"}},
        "EventID": {"#attributes": {"Qualifiers": 32772}, "#text": 7002},
        "Level": 3,
        "TimeCreated": {"#attributes": {"SystemTime": "2026-03-01T08:00:00.123456Z"}},
        "EventRecordID": 41_207,
        "Channel": "Application",
        "Computer": "EXCH01.example.com",
        **parts.pop("system", {}),
    }
    return json.dumps({"Event": {"#attributes": {"xmlns": "x"}, "System": system, "EventData": None, **parts}})


def read(text: str) -> EventRecord:
    record = event_record(text, file="a.evtx", offset=4_608, filetime=_FILETIME_OF_2026)
    assert record is not None
    return record


@pytest.mark.parametrize("number", [7002, "7002", {"#attributes": {"Qualifiers": 1}, "#text": "7002"}, 0x80041B5A])
def test_the_event_id_is_read_in_each_of_its_shapes(number: object) -> None:
    assert read(event(system={"EventID": number})).event_id == 7002


def test_numbers_that_come_as_text_are_read() -> None:
    record = read(event(system={"Level": "2", "EventRecordID": "3229"}))
    assert (record.level, record.record_id) == ("error", 3229)


@pytest.mark.parametrize(
    ("data", "strings"),
    [
        ({"Data": {"#text": ["1", "", "a"]}, "Binary": None}, ("1", "", "a")),
        ({"Data": {"#text": "one"}}, ("one",)),
        ({"Data": "one", "Binary": "00FF"}, ("one",)),
        ({"param1": "a", "param2": None, "param3": 7, "param4": True}, ("a", "", "7", "true")),
        ({"#attributes": {"Name": "x"}, "Data": ["a", "b"]}, ("a", "b")),
        ({"Data": {"#text": ""}, "Binary": None}, ()),
        (None, ()),
    ],
)
def test_insertion_strings_keep_their_order_and_empty_ones(data: object, strings: tuple[str, ...]) -> None:
    assert read(event(EventData=data)).strings == strings


def test_user_data_gives_the_texts_at_its_ends() -> None:
    data = {"AutoBackup": {"#attributes": {"xmlns": "y"}, "Channel": "Security", "Path": None}}
    assert read(event(UserData=data)).strings == ("Security", "")


def test_a_rendered_message_is_kept() -> None:
    assert read(event(RenderingInfo={"#attributes": {"Culture": "en-US"}, "Message": "a\nb"})).message == "a\nb"


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "2026-13-01T00:00:00Z", "1601-01-01T00:00:00.000000Z", "+60056-05-28T05:36:10Z"]
)
def test_an_event_without_a_time_takes_that_of_its_record(text: str | None) -> None:
    record = read(event(system={"TimeCreated": {"#attributes": {"SystemTime": text}}}))
    assert record.time_ms == 1_772_467_200_000


def test_more_digits_than_microseconds_are_rounded_down() -> None:
    record = read(event(system={"TimeCreated": {"#attributes": {"SystemTime": "2021-11-19T16:52:33.833999900Z"}}}))
    assert record.time_ms == 1_637_340_753_833


@pytest.mark.parametrize("provider", [None, {}, {"#attributes": {"Name": "ESE"}}, {"#attributes": {"Guid": "x"}}])
def test_an_event_of_others_is_none(provider: object) -> None:
    text = event(system={"Provider": provider})
    assert event_record(text, file="a.evtx", offset=0, filetime=0) is None


@pytest.mark.parametrize(
    "text", ["{}", '{"Event": null}', '{"Event": {"EventData": null}}', '{"Event": {"Sys": {}}}', "["]
)
def test_what_is_no_event_is_not_taken_for_an_event_of_others(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        event_record(text, file="a.evtx", offset=0, filetime=0)


@given(st.recursive(st.none() | st.integers() | st.text() | st.booleans(), lambda inner: st.lists(inner, max_size=3)))
def test_any_json_is_an_event_or_a_decode_error(value: object) -> None:
    for text in (json.dumps(value), event(EventData=value), event(system={"EventID": value})):
        try:
            event_record(text, file="a.evtx", offset=0, filetime=0)
        except msgspec.DecodeError:
            continue
