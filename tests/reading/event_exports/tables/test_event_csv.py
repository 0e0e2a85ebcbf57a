"""Tables of events: Event Viewer's of two ages, PowerShell's, eventquery's, Log Parser's; broken rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.event_exports.tables.event_csv import EventCsvReader
from smtpscope.reading.record import EventRecord, ReadOptions
from support.changed import replace
from support.event_tables import (
    HEADER_2008,
    event_viewer_2003,
    event_viewer_2008,
    eventquery,
    get_event_log,
    get_win_event,
    log_parser,
    table,
)
from support.event_texts import TextEvent
from support.memory_source import MemorySource, problems_of, records_of

TIME = datetime(2009, 1, 26, 13, 4, 34)  # noqa: DTZ001 - as written, without zone
EVENT = TextEvent(TIME, reply='550 5.1.1 The user "a", unknown; sorry ', command="RCPT TO:<a@example.com>\n")
SECOND = replace(EVENT, connection=44, host="", level="Warning", event_id=7002)
Form = Callable[[Iterable[TextEvent]], str]
FORMS: dict[str, Form] = {
    "event viewer 2003": event_viewer_2003,
    "event viewer 2003, tabs": lambda events: event_viewer_2003(events, delimiter="\t"),
    "event viewer 2008": event_viewer_2008,
    "event viewer 2008, tabs": lambda events: event_viewer_2008(events, delimiter="\t"),
    "Get-WinEvent": get_win_event,
    "Get-WinEvent without type": lambda events: get_win_event(events, type_line=False),
    "Get-EventLog": get_event_log,
    "eventquery": eventquery,
    "Log Parser": log_parser,
}


def reader(text: str | bytes, options: ReadOptions | None = None, block_size: int = 1 << 20) -> EventCsvReader:
    data = text.encode() if isinstance(text, str) else text
    return EventCsvReader(MemorySource(data, "events.csv"), options or ReadOptions(), block_size=block_size)


def exchanges(read: EventCsvReader) -> list[SmtpExchange]:
    parser = SmtpExchangeParser()
    found = [parser.parse(record) for record in records_of(read)]
    assert None not in found
    return [exchange for exchange in found if exchange is not None]


def connections(text: str | bytes) -> list[int | None]:
    return [exchange.connection for exchange in exchanges(reader(text))]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_each_form_is_recognised_and_gives_the_same_exchanges(form: Form) -> None:
    text = form([EVENT, SECOND])
    assert EventCsvReader.sniff(text.encode())
    first, second = exchanges(reader(text))
    assert (first.event_id, first.level, first.connection, first.remote_host.verbatim) == (
        7004,
        "error",
        43,
        "mx1.example.com",
    )
    assert (first.command.mailbox, first.reply.verbatim, first.reply.code) == ("a@example.com", EVENT.reply, 550)
    assert first.command.full == EVENT.command
    assert (first.time_ms, first.time_assumed) == (round(TIME.replace(tzinfo=UTC).timestamp() * 1000), True)
    assert (second.event_id, second.level, second.connection, second.remote_host.verbatim) == (7002, "warning", 44, "")
    assert problems_of(reader(text)) == []


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_the_encoding_makes_no_difference(form: Form, codec: str) -> None:
    text = form([replace(EVENT, host="mx.пример.example"), SECOND])
    data = text.encode(codec)
    assert EventCsvReader.sniff(data)
    assert [replace(each, offset=0) for each in exchanges(reader(data))] == [
        replace(each, offset=0) for each in exchanges(reader(text))
    ]


def test_all_columns_of_get_win_event_are_taken() -> None:
    (record,) = records_of(reader(get_win_event([EVENT])))
    assert record == EventRecord(
        file="events.csv",
        offset=get_win_event([EVENT]).index(f'"{EVENT.sentence[:9]}'),
        time_ms=round(TIME.replace(tzinfo=UTC).timestamp() * 1000),
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


def test_log_parser_gives_the_strings_even_with_a_bar_in_the_reply() -> None:
    event = replace(EVENT, reply="550 a|b | c")
    (record,) = records_of(reader(log_parser([event])))
    assert record.strings == event.strings


def test_a_selection_of_columns_in_any_order_is_enough() -> None:
    text = table([("Message", "TimeCreated", "Id"), (EVENT.sentence, "2009-01-26 13:04:34", 7004)], delimiter=";")
    (exchange,) = exchanges(reader(text))
    assert (exchange.connection, exchange.event_id, exchange.provider) == (43, 7004, None)


def test_a_banner_before_the_header_is_passed_over() -> None:
    banner = "Microsoft (R) Windows Script Host Version 5.6\r\nCopyright (C) 1996-2001, all, rights, reserved.\r\n"
    text = banner + eventquery([EVENT, SECOND])
    assert EventCsvReader.sniff(text.encode())
    assert connections(text) == [43, 44]


@pytest.mark.parametrize(
    "header",
    [
        ("Ebene", "Datum und Uhrzeit", "Quelle", "Ereignis-ID", "Aufgabenkategorie"),
        ("Niveau", "Date et heure", "Source", "ID de l’événement", "Catégorie de la tâche"),
        ("Уровень", "Дата и время", "Источник", "Код события", "Категория задачи"),
        ("レベル", "日付と時刻", "ソース", "イベント ID", "タスクのカテゴリ"),
    ],
)
def test_a_translated_header_is_told_by_the_rows_below(header: tuple[str, ...]) -> None:
    text = event_viewer_2008([EVENT], header=header)
    assert EventCsvReader.sniff(text.encode())
    assert connections(text) == [43]


def test_a_translated_level_and_its_letters_are_read() -> None:
    text = event_viewer_2008([EVENT]).replace("Error,", "Fehler,").replace("sorry", "für später")
    (exchange,) = exchanges(reader(text.encode("cp1252")))
    assert exchange.level == "error"
    assert "für später" in exchange.reply.verbatim


def test_events_of_other_sources_are_counted() -> None:
    text = event_viewer_2008([EVENT, SECOND]).replace("PM,MSExchangeTransport,7002", "PM,ESE,7002")
    batches = list(reader(text).batches())
    assert [len(batch.records) for batch in batches] == [1]
    assert sum(batch.unrelated_records for batch in batches) == 1


def test_a_row_with_too_few_fields_is_told_with_its_line() -> None:
    rows = get_win_event([EVENT, SECOND]).splitlines(keepends=True)
    text = "".join(rows[:2]) + '"only","three","fields"\r\n' + "".join(rows[2:])
    assert connections(text) == [43, 44]
    (problem,) = problems_of(reader(text))
    assert (problem.place, problem.reason, problem.outcome) == ("line 3", "3 fields, the table has 15", "skipped")


def test_messages_of_several_lines_without_quotes_are_read_and_noted_once() -> None:
    text = event_viewer_2008([EVENT, SECOND, EVENT], delimiter="\t").replace('""', "''").replace('"', "")
    text = text.replace("''", '"')
    assert connections(text) == [43, 44, 43]
    (problem,) = problems_of(reader(text))
    assert (problem.outcome, problem.records) == ("noted", None)
    assert "belong to no row" in problem.reason


@pytest.mark.parametrize("form", [get_win_event, get_event_log, event_viewer_2003, event_viewer_2008])
def test_quotes_that_nobody_doubled_do_not_hide_a_refusal(form: Form) -> None:
    plain = replace(EVENT, reply="550 5.1.1 User unknown, sorry", command="RCPT TO:<a@example.com>")
    # Two quotes behind a comma are an empty field.
    text = re.sub('(?<!,)""', '"', form([plain, replace(plain, connection=44)]))
    assert EventCsvReader.sniff(text.encode())
    first, second = exchanges(reader(text))
    assert (first.connection, first.reply.code, second.connection) == (43, 550, 44)
    assert (first.remote_host.verbatim, first.command.mailbox) == ("mx1.example.com", "a@example.com")
    assert (first.time_ms, first.event_id) == (round(TIME.replace(tzinfo=UTC).timestamp() * 1000), 7004)


def test_lines_are_counted_through_messages_of_several_lines() -> None:
    before, after = event_viewer_2008([EVENT]), event_viewer_2008([SECOND]).partition("\n")[2]
    text = f"{before}Error,1/26/2009 1:04:34 PM,broken\r\n{after}"
    (problem,) = problems_of(reader(text))
    assert problem.place == f"line {before.count(chr(10)) + 1}"
    assert connections(text) == [43, 44]


def test_commas_that_nobody_quoted_stay_in_the_message() -> None:
    row = f"Error,1/26/2009 1:04:34 PM,MSExchangeTransport,7004,SMTP Protocol,{EVENT.sentence}".replace("\n", "")
    assert connections(",".join(HEADER_2008) + f"\n{row}\n") == [43]


def test_quotes_that_are_never_closed_cost_one_row() -> None:
    good = event_viewer_2008([replace(EVENT, connection=number, command="RCPT") for number in range(50, 60)])
    header, rows = good.split("\r\n", 1)
    broken = 'Error,1/26/2009 1:04:34 PM,ESE,1,None,"never closed\r\n'
    text = f"{header}\r\n{broken}{rows}"
    assert connections(text)[-9:] == list(range(51, 60))
    (problem, *_) = problems_of(reader(text))
    assert problem.place == "line 2"


def test_a_row_within_a_message_is_no_row() -> None:
    forged = 'Error,1/26/2009 1:04:34 PM,MSExchangeTransport,7004,SMTP Protocol,"This is an SMTP protocol error log"'
    assert connections(event_viewer_2008([replace(EVENT, reply=f"550 no\r\n{forged}\r\n"), SECOND])) == [43, 44]


def test_a_file_that_ends_within_a_message_gives_what_is_there() -> None:
    plain = replace(SECOND, command="RCPT")
    whole = event_viewer_2003([EVENT, plain])
    cut = whole[: whole.rindex("For more")]
    assert connections(cut) == [43, 44]
    assert [problem.outcome for problem in problems_of(reader(cut))] == ["recovered"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_exports_that_were_put_together_are_read_as_one(form: Form) -> None:
    text = form([EVENT]) + form([SECOND])
    assert connections(text) == [43, 44]
    assert problems_of(reader(text)) == []
    assert sum(batch.unrelated_records for batch in reader(text).batches()) == 0


def test_many_broken_rows_are_told_together() -> None:
    text = event_viewer_2008([EVENT]) + "Error,1/26/2009 1:04:34 PM,x\r\n" * 1_500
    found = problems_of(reader(text))
    assert len(found) == 1_001
    assert sum(problem.records or 0 for problem in found) == 1_500


def test_the_order_of_day_and_month_comes_from_the_whole_file() -> None:
    text = event_viewer_2008([replace(EVENT, time=datetime(2009, 3, 2, 8, 0)), EVENT])  # noqa: DTZ001
    first, _ = records_of(reader(text))
    assert first.time_ms == round(datetime(2009, 3, 2, 8, tzinfo=UTC).timestamp() * 1000)
    assert problems_of(reader(text)) == []


def test_local_times_are_taken_in_the_zone_of_the_session() -> None:
    (record,) = records_of(reader(event_viewer_2003([EVENT]), ReadOptions(zone=ZoneInfo("Asia/Tokyo"))))
    assert record.time_ms == round(TIME.replace(tzinfo=ZoneInfo("Asia/Tokyo")).timestamp() * 1000)


@pytest.mark.parametrize("block_size", [64, 1_000, 1_337])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_the_size_of_the_blocks_makes_no_difference(block_size: int, codec: str) -> None:
    data = event_viewer_2008([replace(EVENT, connection=number) for number in range(20)]).encode(codec)
    assert records_of(reader(data, block_size=block_size)) == records_of(reader(data))
    assert len(records_of(reader(data))) == 20


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize("form", [event_viewer_2003, get_win_event])
def test_the_raw_event_is_its_row(codec: str, form: Form) -> None:
    read = reader(form([EVENT, SECOND]).encode(codec))
    first, second = records_of(read)
    assert "connection #43" in read.raw(first.offset)
    assert "connection #44" not in read.raw(first.offset)
    assert form([EVENT, SECOND]).rstrip().endswith(read.raw(second.offset).rstrip())
    assert "connection #44" in read.raw(second.offset)


def test_the_file_tells_its_columns() -> None:
    told = reader(event_viewer_2003([EVENT], delimiter="\t")).information()
    facts = dict(told.facts)
    assert facts["Separator"] == "tab"
    assert facts["Columns"] == "time, clock, level, provider, event id, computer, message"
    assert told.warnings == ("The times have no zone.",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Date,Amount\n1/2/2009,3\n",
        "a,b,c,d,e\n1,2,3,4,5,6\n",
        ",".join(HEADER_2008),
        "Dear all, what is this, Message, and Event ID?\n",
        EVENT.sentence,
    ],
)
def test_other_texts_are_left_to_others(text: str) -> None:
    assert not EventCsvReader.sniff(text.encode())
    with pytest.raises(LogError, match="not a table of events"):
        records_of(reader(text))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(['"', '""', ",", "\n", "\r\n", "\r", "\0", "x", "MSExchangeTransport", "7004", "é"])))
def test_any_rows_end_in_records_and_problems(parts: list[str]) -> None:
    read = reader(event_viewer_2008([EVENT]) + "".join(parts))
    batches = list(read.batches())
    assert sum(len(batch.records) for batch in batches) >= 1
    assert batches[-1].bytes_read == batches[-1].bytes_total
    for batch in batches:
        for record in batch.records:
            assert read.raw(record.offset)
    read.information()


_VALUE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters='"\x85'), max_size=9)


@settings(max_examples=60, deadline=None)
@given(host=_VALUE, reply=_VALUE, command=_VALUE, delimiter=st.sampled_from(",\t"))
def test_any_values_come_back(host: str, reply: str, command: str, delimiter: str) -> None:
    event = replace(EVENT, host=host, reply=reply, command=command)
    (record,) = records_of(reader(event_viewer_2008([event], delimiter=delimiter)))
    assert record.message is not None
    assert record.message.startswith(event.sentence)


@pytest.mark.parametrize("form", [event_viewer_2008, lambda events: event_viewer_2008(events, delimiter="\t")])
@pytest.mark.parametrize("left", ["This is", "This is an SMTP protocol error log", "connection #51"])
def test_a_row_that_is_cut_off_within_its_message_and_goes_on_with_the_next_one_is_told(form: Form, left: str) -> None:
    events = [replace(EVENT, connection=number, command="RCPT") for number in range(50, 54)]
    whole = form(events)
    start = whole.index(left, whole.index("connection #50") + 20) + len(left)
    cut = whole[:start] + whole[whole.rindex("\r\n", 0, whole.index("connection #52")) + 2 :]
    assert {50, 53} <= set(connections(cut))
    assert any(problem.records for problem in problems_of(reader(cut)))
