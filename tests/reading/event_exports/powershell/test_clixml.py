"""Events that Export-Clixml wrote, whole and broken."""

from __future__ import annotations

import base64
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.event_exports.powershell.clixml import ClixmlReader
from smtpscope.reading.event_exports.powershell.clixml_object import UnreadableObjectError, properties_of
from smtpscope.reading.record import EventRecord, ReadOptions
from support.clixml_texts import clixml, clixml_of_event_log, log_entry, objects, text, win_event
from support.event_texts import TextEvent
from support.memory_source import MemorySource, problems_of, records_of

TIME = datetime(2009, 1, 26, 13, 4, 34)  # noqa: DTZ001 - written with its zone
EVENT = TextEvent(TIME, reply="550-5.7.1 No\r\n550 5.7.1 _x000D_ \x1b[31m & <b> \U0001f600")


def reader(data: str | bytes, block_size: int = 1 << 20) -> ClixmlReader:
    return ClixmlReader(
        MemorySource(data.encode() if isinstance(data, str) else data), ReadOptions(), block_size=block_size
    )


def only(data: str | bytes) -> EventRecord:
    (record,) = records_of(reader(data))
    return record


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_an_event_is_read_with_all_its_values(codec: str) -> None:
    record = only(clixml([EVENT]).encode(codec))
    assert (record.event_id, record.level, record.provider, record.channel) == (
        7004,
        "error",
        "MSExchangeTransport",
        "Application",
    )
    assert (record.time_ms, record.time_assumed, record.computer, record.record_id) == (
        1_232_975_074_000,
        False,
        "EXCH01",
        1043,
    )
    assert record.strings == EVENT.strings
    assert record.message == EVENT.sentence.replace("\r\n", "\n")


def test_an_entry_of_get_event_log_has_its_strings_and_its_data() -> None:
    data = base64.b64encode(b"\x05\x00\x07\x80").decode()
    record = only(objects([log_entry(EVENT, data=data)]))
    assert (record.event_id, record.level, record.strings) == (7004, "error", EVENT.strings)
    assert (record.record_id, record.binary) == (1043, b"\x05\x00\x07\x80")


def test_objects_of_others_are_counted() -> None:
    other = win_event(TextEvent(TIME)).replace("MSExchangeTransport", "ESE").replace("SMTP", "page")
    log = reader(objects([other, win_event(EVENT), other]))
    batches = list(log.batches())
    assert [(len(batch.records), batch.unrelated_records) for batch in batches] == [(1, 2)]


@pytest.mark.parametrize("block_size", [64, 500, 4096])
def test_the_size_of_the_blocks_makes_no_difference(block_size: int) -> None:
    data = clixml([TextEvent(TIME, connection=number) for number in range(9)])
    assert records_of(reader(data, block_size)) == records_of(reader(data))


def test_a_broken_object_does_not_cost_the_others_and_keeps_its_sentence() -> None:
    plain = TextEvent(TIME, connection=7)
    broken = win_event(plain).replace("<DT ", "<DT DT ")
    log = reader(objects([win_event(EVENT), broken, win_event(EVENT)]))
    records = records_of(log)
    assert len(records) == 3
    assert [problem.outcome for problem in problems_of(reader(objects([broken, win_event(EVENT)])))] == ["recovered"]


def test_an_object_that_is_cut_off_is_told() -> None:
    data = clixml([EVENT, EVENT])
    log = reader(data[: data.rindex("<Props>") + 40])
    assert len(records_of(log)) == 1
    (problem,) = problems_of(reader(data[: data.rindex("<Props>") + 40]))
    assert problem.reason == "The object has no end: its XML is cut off"


def test_no_entity_is_resolved() -> None:
    data = '<!DOCTYPE Objs [<!ENTITY a "MSExchangeTransport">]>' + clixml([EVENT]).replace("EXCH01", "&a;")
    (problem,) = problems_of(reader(data))
    assert problem.reason == "The object is not well-formed XML (undefined entity)"


def test_the_raw_object_is_found_at_its_place() -> None:
    log = reader(clixml([EVENT, EVENT]))
    places = [record.offset for record in records_of(log)]
    assert all(log.raw(offset).startswith("<Obj RefId=") for offset in places)
    assert log.raw(places[1]).endswith("</Obj>")
    assert log.raw(places[0] + 1) == f"There is no object at byte {places[0] + 1:#x}."


def test_only_objects_of_events_are_recognised() -> None:
    assert ClixmlReader.sniff(clixml([EVENT]).encode("utf-16"))
    assert ClixmlReader.sniff(clixml_of_event_log([EVENT]).encode())
    assert not ClixmlReader.sniff(objects(['<S N="Name">x</S>']).encode())
    assert not ClixmlReader.sniff(b"<Event><System/></Event>")


def test_nesting_without_end_is_cut() -> None:
    deep = '<Obj N="a"><Props>' * 200 + "</Props></Obj>" * 200
    assert properties_of(deep)["a"] is not None
    with pytest.raises(UnreadableObjectError):
        properties_of('<Obj N="a">')


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
def test_any_text_comes_back(value: str) -> None:
    assert properties_of(f'<Obj><Props><S N="a">{text(value)}</S></Props></Obj>') == {"a": value}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([win_event(EVENT), "</Obj>", "<Obj>", "<Obj/>", "<Objs>", "x", "<Props>"]), max_size=8))
def test_no_mixture_raises(parts: list[str]) -> None:
    log = reader(objects(parts))
    records_of(log)
    log.information()
