"""Events as JSON: lines and arrays of several programs, broken, cut off, hostile."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.event_exports.json.event_json import EventJsonReader
from smtpscope.reading.event_exports.json.json_objects import LONGEST
from smtpscope.reading.record import EventRecord, ReadOptions
from support.changed import replace
from support.event_json_texts import (
    converted,
    flat_winlogbeat,
    get_event_log,
    get_win_event,
    json_lines,
    nxlog,
    old_winlogbeat,
    open_telemetry,
    open_telemetry_export,
    rust_export,
    winlogbeat,
)
from support.event_texts import TextEvent
from support.event_tool_texts import pages
from support.memory_source import MemorySource, problems_of, records_of

TIME = datetime(2009, 1, 26, 13, 4, 34)  # noqa: DTZ001 - as written; those formats that have a zone say UTC
MILLISECONDS = round(TIME.replace(tzinfo=UTC).timestamp() * 1000)
EVENT = TextEvent(TIME, host="", reply='550 5.1.1 <user> "a", {unknown} ', command="RCPT TO:<a@example.com> ")
SECOND = replace(EVENT, connection=44, host="mx2.example.com", level="Warning", event_id=7002)
Form = Callable[[TextEvent], dict[str, Any]]
FORMS: tuple[Form, ...] = (
    winlogbeat,
    flat_winlogbeat,
    old_winlogbeat,
    open_telemetry,
    nxlog,
    get_win_event,
    get_event_log,
    rust_export,
)
SYSLOG = "<14>Jan 26 13:04:35 exch01 nxlog: "


def reader(text: str | bytes, block_size: int = 1 << 20) -> EventJsonReader:
    data = text.encode() if isinstance(text, str) else text
    return EventJsonReader(MemorySource(data, "events.json"), ReadOptions(), block_size=block_size)


def exchanges(text: str | bytes) -> list[SmtpExchange]:
    parser = SmtpExchangeParser()
    return [exchange for record in records_of(reader(text)) if (exchange := parser.parse(record)) is not None]


def connections(text: str | bytes) -> list[int | None]:
    return [exchange.connection for exchange in exchanges(text)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_each_program_gives_the_same_exchange(form: Form, codec: str) -> None:
    for text in (json_lines([form(EVENT)]), converted([form(EVENT)]), converted([form(EVENT)])[1:-1].strip()):
        data = text.encode(codec)
        assert EventJsonReader.sniff(data)
        assert problems_of(reader(data)) == []
        (exchange,) = exchanges(data)
        assert (exchange.event_id, exchange.level, exchange.connection) == (7004, "error", 43)
        assert (exchange.remote_host.verbatim, exchange.reply.verbatim) == ("", EVENT.reply)
        assert (exchange.command.full, exchange.computer) == (EVENT.command, "EXCH01")
        assert (exchange.time_ms, exchange.time_assumed) == (MILLISECONDS, form is nxlog)
        assert exchange.record_id == 1043


def test_winlogbeat_gives_all_values_with_the_empty_ones_it_left_out() -> None:
    assert records_of(reader(json_lines([winlogbeat(EVENT)]))) == [
        EventRecord(
            file="events.json",
            offset=0,
            time_ms=MILLISECONDS,
            time_assumed=False,
            record_id=1043,
            event_id=7004,
            level="error",
            provider="MSExchangeTransport",
            channel="Application",
            computer="EXCH01",
            strings=EVENT.strings,
            message=EVENT.sentence,
        )
    ]


@pytest.mark.parametrize("form", [form for form in FORMS if form is not nxlog])
def test_the_strings_are_enough_without_a_message(form: Form) -> None:
    event = form(SECOND)
    event.pop("message", None)
    event.pop("Message", None)
    (record,) = records_of(reader(json_lines([event])))
    assert record.strings == SECOND.strings
    assert connections(json_lines([event])) == [44]


@pytest.mark.parametrize("wrapper", ["body", "Body", "_source"])
def test_an_event_within_a_record_of_its_collector_is_found(wrapper: str) -> None:
    text = json_lines([{"id": 1, "timestamp": "now", wrapper: open_telemetry(EVENT)}])
    assert records_of(reader(text)) == records_of(reader(json_lines([open_telemetry(EVENT)])))


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_many_events_of_one_line_have_places_of_their_own_in_it(codec: str) -> None:
    exported = [open_telemetry_export([EVENT, SECOND]), open_telemetry_export([EVENT])]
    exported[0]["resourceLogs"][0]["scopeLogs"][0]["logRecords"][1:1] = [{"body": {"stringValue": "x"}}, {}, None]
    read = reader(json_lines(exported).encode(codec))
    records = records_of(read)
    assert [record.strings for record in records] == [EVENT.strings, SECOND.strings, EVENT.strings]
    assert len({record.offset for record in records}) == 3
    assert [json.loads(read.raw(record.offset)) for record in records] == [exported[0], exported[0], exported[1]]


@pytest.mark.parametrize("damage", [None, 1, "x", [], [None], {"a": 1}])
def test_an_export_that_is_not_as_it_should_be_does_no_harm(damage: object) -> None:
    good = json_lines([open_telemetry_export([EVENT])])
    odd = {"resourceLogs": damage, "note": "MSExchangeTransport"}
    nested = [
        {"resourceLogs": [{"scopeLogs": damage}], "note": "MSExchangeTransport"},
        {"resourceLogs": [{"scopeLogs": [{"logRecords": damage}]}], "note": "MSExchangeTransport"},
        {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": damage}]}]}], "note": "MSExchangeTransport"},
    ]
    assert connections(json_lines([odd, *nested]) + good) == [43]


def test_objects_behind_a_syslog_prefix_are_read() -> None:
    text = json_lines([nxlog(EVENT), nxlog(SECOND)], prefix=SYSLOG)
    assert EventJsonReader.sniff(text.encode())
    assert connections(text) == [43, 44]
    first, _ = records_of(reader(text))
    assert reader(text).raw(first.offset) == text.splitlines()[0]


def test_lines_of_other_sources_are_counted_and_not_read() -> None:
    foreign = json_lines([winlogbeat(EVENT)]).replace("MSExchangeTransport", "ESE").replace("SMTP protocol", "")
    foreign = foreign.replace("log for virtual", "log of virtual")
    text = foreign + json_lines([winlogbeat(EVENT)]) + foreign + "{broken\n"
    batches = list(reader(text).batches())
    assert sum(batch.unrelated_records for batch in batches) == 2
    assert sum(len(batch.records) for batch in batches) == 1
    (problem,) = [problem for batch in batches for problem in batch.problems]
    assert (problem.place, problem.outcome) == ("line 4", "skipped")
    assert problem.reason == "The event has no end: its JSON is cut off"


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("block_size", [16, 1_000, 1 << 20])
def test_the_answer_to_a_search_is_read_hit_by_hit(indent: int | None, block_size: int) -> None:
    hits = [flat_winlogbeat(EVENT), flat_winlogbeat(SECOND)]
    answer = {"took": 3, "_shards": {"failed": 0, "x": []}, "hits": {"total": 2, "hits": hits}}
    text = json.dumps(answer, indent=indent) + "\n"
    assert EventJsonReader.sniff(text.encode())
    assert [record.strings for record in records_of(reader(text, block_size))] == [EVENT.strings, SECOND.strings]
    assert problems_of(reader(text, block_size)) == []


def test_other_objects_of_an_array_are_counted() -> None:
    foreign = {"Id": 1, "ProviderName": "ESE", "Message": "MSExchangeTransport started"}
    batches = list(reader(converted([foreign, get_win_event(EVENT), {"a": 1}])).batches())
    assert sum(batch.unrelated_records for batch in batches) == 2


def test_an_object_behind_a_page_of_hits_costs_none_of_them() -> None:
    page = {"took": 3, "hits": {"hits": [{"_source": winlogbeat(EVENT)}, {"_source": winlogbeat(SECOND)}]}}
    assert connections(json_lines([page, {"took": 1}])) == [43, 44]
    assert connections(json.dumps(page, indent=2) + "\n" + json.dumps({"took": 1})) == [43, 44]


def test_an_event_that_is_cut_off_before_its_message_takes_no_other_one_into_it() -> None:
    later = replace(SECOND, time=EVENT.time + timedelta(hours=2))
    text = json.dumps(pages([EVENT, later]))
    lost, second = text.index('"message": [') + len('"message": ['), text.index('{"_index"', text.index('"_index"'))
    # What closes the page closes the first event then.
    cut = text[:lost] + text[second:]
    assert connections(cut) == [44]
    assert [found.time_ms for found in exchanges(cut)] == [MILLISECONDS + 2 * 3_600_000]
    assert [problem.outcome for problem in problems_of(reader(cut))] == ["recovered"]


def test_a_sentence_without_a_source_is_enough() -> None:
    text = json_lines([{"event_id": 7004, "message": EVENT.sentence}])
    assert connections(text) == [43]


def test_a_broken_line_without_its_sentence_is_told_and_the_rest_read() -> None:
    line = json_lines([winlogbeat(EVENT)])
    text = line[: line.index('"message"')] + "\n" + json_lines([winlogbeat(SECOND)])
    assert connections(text) == [44]
    (problem,) = problems_of(reader(text))
    assert (problem.place, problem.outcome, problem.records) == ("line 1", "skipped", 1)
    assert "not valid JSON" in problem.reason


def test_a_broken_line_that_holds_its_sentence_gives_the_exchange() -> None:
    line = json_lines([winlogbeat(EVENT)])
    text = line[:-3] + "\n" + json_lines([winlogbeat(SECOND)])
    first, second = exchanges(text)
    assert (first.connection, first.reply.verbatim, first.command.full) == (43, EVENT.reply, EVENT.command)
    assert (first.time_ms, second.connection) == (MILLISECONDS, 44)
    assert [problem.outcome for problem in problems_of(reader(text))] == ["recovered"]


def test_a_broken_object_of_an_array_is_told_and_its_sentence_read() -> None:
    text = converted([get_win_event(EVENT), get_win_event(SECOND)]).replace('"Version": null', '"Version": nil', 1)
    first, second = exchanges(text)
    assert (first.connection, first.reply.verbatim, second.connection) == (43, EVENT.reply, 44)
    (problem,) = problems_of(reader(text))
    assert problem.outcome == "recovered"
    assert "not valid JSON" in problem.reason
    assert reader(text).raw(records_of(reader(text))[0].offset).startswith("{")


def test_an_array_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    text = converted([get_win_event(EVENT), get_win_event(SECOND)])
    cut = text[: text.rindex('"Message"')]
    assert connections(cut) == [43]
    assert any("cut off" in problem.reason for problem in problems_of(reader(cut)))


def test_an_object_without_end_does_not_swallow_the_file() -> None:
    text = '[{"a": "' + "x" * LONGEST + '",' + "\n  {},\n  " + converted([get_win_event(EVENT)])[1:]
    assert connections(text) == [43]


SEVERAL = [replace(EVENT, connection=100 + number, time=TIME + timedelta(minutes=number)) for number in range(5)]


def searched(events: list[TextEvent]) -> dict[str, Any]:
    hits = [{"_index": "i", "_source": winlogbeat(each), "fields": {"@timestamp": ["x"]}} for each in events]
    return {"took": 3, "_shards": {"failed": 0}, "hits": {"total": {"value": 5}, "hits": hits}}


def splunk(events: list[TextEvent]) -> dict[str, Any]:
    rows = [
        {
            "_time": f"{each.time:%Y-%m-%dT%H:%M:%S}.000+00:00",
            "_raw": f"{each.time:%m/%d/%Y %I:%M:%S %p}\nSourceName=MSExchangeTransport\nEventCode=7004\nType=Error\n"
            f"RecordNumber={each.connection}\nMessage={each.sentence}",
        }
        for each in events
    ]
    names = [{"name": "_raw"}, {"name": "EventCode"}, {"name": "SourceName"}]
    return {"preview": False, "init_offset": 0, "messages": [{"type": "DEBUG"}], "fields": names, "results": rows}


@pytest.mark.parametrize("between", ["", " ", ",", "\x1e", " , "])
def test_objects_of_one_line_are_all_read(between: str) -> None:
    one, two, three, four, five = (json.dumps(winlogbeat(each)) for each in SEVERAL)
    text = f"{one}{between}{two}\n{three}\n{four}{between}{five}\n"
    assert connections(text) == [100, 101, 102, 103, 104]
    assert problems_of(reader(text)) == []
    records = records_of(reader(text))
    assert len({record.offset for record in records}) == 5
    assert all(record.record_id is not None and record.time_ms is not None for record in records)


@pytest.mark.parametrize("indent", [None, 1])
def test_the_names_of_columns_before_the_results_are_no_records(indent: int | None) -> None:
    text = "\n".join(json.dumps(splunk(part), indent=indent) for part in (SEVERAL[:2], SEVERAL[2:]))
    assert connections(text) == [100, 101, 102, 103, 104]
    assert sum(batch.unrelated_records for batch in reader(text).batches()) == 0


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("form", [searched, splunk, lambda events: [rust_export(each) for each in events]])
def test_a_lost_part_takes_no_more_than_the_events_that_it_touches(
    form: Callable[[list[TextEvent]], Any], indent: int | None
) -> None:
    text = json.dumps(form(SEVERAL), indent=indent)
    for lost in (2, 40):
        for start in range(0, len(text) - lost, 311 if indent is None else 397):
            damaged = text[:start] + text[start + lost :]
            found = connections(damaged)
            assert len(set(found) - {None}) >= len(SEVERAL) - 2, (start, lost, found)
            assert all(found.count(each) == 1 for each in found if each is not None), (start, lost, found)


def test_what_ran_into_the_event_before_it_is_told() -> None:
    text = json.dumps(searched(SEVERAL))
    start = text.index('"fields": {')
    damaged = text[:start] + text[text.index('"_source"', start) :]
    assert sorted(filter(None, connections(damaged))) == [100, 101, 102, 103, 104]
    (problem,) = problems_of(reader(damaged))
    assert (problem.outcome, problem.reason[:30]) == ("recovered", "Two events run into each other")


@pytest.mark.parametrize("sign", ["\x1b", "\\u001b", "\\ud800", "\\ud83d\\ude00"])
def test_odd_characters_of_a_reply_do_not_hide_it(sign: str) -> None:
    text = json_lines([winlogbeat(EVENT)]).replace("unknown", sign)
    (record,) = records_of(reader(text))
    assert record.strings is not None
    assert record.strings[4].startswith('550 5.1.1 <user> "a", {')
    record.strings[4].encode()


@pytest.mark.parametrize(
    "nested",
    ["[" * 100_000 + "]" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000, "9" * 5_000, "1e999"],
    ids=["arrays", "objects", "digits", "exponent"],
)
def test_deep_and_long_values_do_no_harm(nested: str) -> None:
    line = json_lines([winlogbeat(EVENT)])
    text = line.replace('"SMTP Protocol"', nested) + line
    assert 43 in connections(text)


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("2009-01-26T13:04:34.5678901Z", MILLISECONDS + 567),
        ("2009-01-26T14:04:34+01:00", MILLISECONDS),
        (MILLISECONDS // 1000, MILLISECONDS),
        (MILLISECONDS, MILLISECONDS),
        (MILLISECONDS * 1000, MILLISECONDS),
        ("/Date(-1)/", -1),
        ("/Date(999999999999999)/", None),
        (True, None),
        (1e300, None),
        ("yesterday", None),
    ],
)
def test_times_come_in_many_forms(written: object, milliseconds: int | None) -> None:
    (record,) = records_of(reader(json_lines([winlogbeat(EVENT) | {"@timestamp": written}])))
    assert record.time_ms == milliseconds


@pytest.mark.parametrize("number", [7004, "7004", 3221494620, "-1073472676"])
def test_the_event_id_is_the_number_without_severity(number: int | str) -> None:
    (record,) = records_of(reader(json_lines([old_winlogbeat(EVENT) | {"event_id": number}])))
    assert record.event_id == 7004


@pytest.mark.parametrize("block_size", [64, 1_000, 1_337])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize("array", [True, False])
def test_the_size_of_the_blocks_makes_no_difference(block_size: int, codec: str, array: bool) -> None:
    events = [get_win_event(replace(EVENT, connection=number)) for number in range(20)]
    data = (converted(events) if array else json_lines(events)).encode(codec)
    assert records_of(reader(data, block_size)) == records_of(reader(data))
    assert len(records_of(reader(data))) == 20


def test_the_raw_event_of_an_array_is_its_object() -> None:
    text = converted([get_win_event(EVENT), get_win_event(SECOND)])
    _, second = records_of(reader(text))
    assert json.loads(reader(text).raw(second.offset))["RecordId"] == 1044
    assert "no event" in reader(text).raw(second.offset + 1)


def test_the_file_tells_its_form() -> None:
    assert dict(reader(converted([get_win_event(EVENT)])).information().facts)["Form"] == "objects over several lines"
    assert dict(reader(json_lines([get_win_event(EVENT)])).information().facts)["Form"] == "one event a line"


@pytest.mark.parametrize("text", ["", "[]", '[{"a": 1}]', '{"message": "hello"}', 'prose with {"event": 1} in it'])
def test_other_json_is_left_to_others(text: str) -> None:
    assert not EventJsonReader.sniff(text.encode())


_PIECES = ['{"winlog":{"provider_name":"MSExchangeTransport"', "{", "}", '"', "\\", ":", ",", "[", "]", "\n", "\0", "1"]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["", "[", "x: "]), st.lists(st.sampled_from(_PIECES), max_size=20))
def test_any_text_ends_in_records_and_problems(start: str, parts: list[str]) -> None:
    read = reader(start + "".join(parts))
    batches = list(read.batches())
    assert batches[-1].bytes_read == batches[-1].bytes_total
    for batch in batches:
        for record in batch.records:
            assert read.raw(record.offset)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_NAMES = ["@timestamp", "winlog", "event_id", "event_data", "Properties", "message", "level", "record_id", "_source"]


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(_NAMES), _JSON))
def test_any_values_below_the_known_names_do_no_harm(drawn: dict[str, Any]) -> None:
    text = json_lines([{"ProviderName": "MSExchangeTransport"} | drawn])
    for record in records_of(reader(text)):
        SmtpExchangeParser().parse(record)


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=9)


@settings(max_examples=60, deadline=None)
@given(host=_TEXT, reply=_TEXT, command=_TEXT, form=st.sampled_from([winlogbeat, open_telemetry, get_win_event]))
def test_any_values_come_back(host: str, reply: str, command: str, form: Form) -> None:
    event = replace(EVENT, host=host, reply=reply, command=command or "x")
    (record,) = records_of(reader(json_lines([form(event)])))
    assert record.strings == event.strings
