"""Events as XML: with and without a root, broken, cut off, hostile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.event_exports.xml.event_xml_file import EventXmlReader
from smtpscope.reading.record import EventRecord, ReadOptions
from smtpscope.reading.text.xml_elements import LONGEST
from support.changed import replace
from support.event_texts import TextEvent
from support.event_xml_texts import printed_xml, saved_xml, xml_event
from support.memory_source import MemorySource, problems_of, records_of

TIME = datetime(2009, 1, 26, 13, 4, 34)  # noqa: DTZ001 - as written; the XML says that it is UTC
EVENT = TextEvent(TIME, host="", reply='550 5.1.1 <user> & "friend" unknown ', command="RCPT TO:<a@example.com> ")
SECOND = replace(EVENT, connection=44, host="mx2.example.com")
EXPECTED = EventRecord(
    file="events.xml",
    offset=0,
    time_ms=round(TIME.replace(tzinfo=UTC).timestamp() * 1000),
    time_assumed=False,
    record_id=667364,
    event_id=7004,
    level="error",
    provider="MSExchangeTransport",
    channel="Application",
    computer="EXCH01",
    strings=EVENT.strings,
    message=None,
    binary=b"\x05\x07",
)


def reader(text: str | bytes, block_size: int = 1 << 20) -> EventXmlReader:
    data = text.encode() if isinstance(text, str) else text
    return EventXmlReader(MemorySource(data, "events.xml"), ReadOptions(), block_size=block_size)


def connections(text: str | bytes) -> list[str]:
    return [(record.strings or ())[1] for record in records_of(reader(text))]


def test_an_event_is_read_with_all_its_values() -> None:
    assert records_of(reader(xml_event(EVENT))) == [EXPECTED]


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_quotes_and_encoding_make_no_difference(quote: str, codec: str) -> None:
    (record,) = records_of(reader(xml_event(EVENT, quote=quote).encode(codec)))
    assert replace(record, offset=0) == EXPECTED


@pytest.mark.parametrize("form", [saved_xml, printed_xml])
def test_a_root_around_the_events_makes_no_difference(form: type) -> None:
    text = form([EVENT, SECOND])
    assert EventXmlReader.sniff(text.encode())
    assert connections(text) == ["43", "44"]
    assert problems_of(reader(text)) == []


def test_indented_xml_keeps_the_empty_host() -> None:
    indented = xml_event(EVENT).replace("><", ">\n  <").replace("<Data/>", "<Data>\n    </Data>")
    assert records_of(reader(indented)) == [EXPECTED]


def test_a_rendered_event_has_its_sentence_too() -> None:
    (record,) = records_of(reader(xml_event(EVENT, rendered=True)))
    assert record == replace(EXPECTED, message=EVENT.sentence)


def test_a_sentence_without_values_is_enough() -> None:
    text = xml_event(EVENT, rendered=True)
    start, end = text.index("<EventData>"), text.index("</EventData>") + len("</EventData>")
    (record,) = records_of(reader(text[:start] + text[end:]))
    exchange = SmtpExchangeParser().parse(record)
    assert exchange is not None
    assert (exchange.connection, exchange.reply.verbatim) == (43, EVENT.reply)


def test_the_values_become_an_exchange() -> None:
    exchange = SmtpExchangeParser().parse(records_of(reader(xml_event(EVENT)))[0])
    assert exchange is not None
    assert (exchange.remote_host.verbatim, exchange.command.mailbox, exchange.reply.code) == ("", "a@example.com", 550)
    assert exchange.reply.verbatim == EVENT.reply


def test_named_values_keep_their_order() -> None:
    text = xml_event(EVENT)
    for number in range(6):
        text = text.replace("<Data>", f"<Data Name='param{number}'>", 1) if number != 2 else text
    assert records_of(reader(text)) == [EXPECTED]


def test_events_of_other_sources_are_counted_and_not_read() -> None:
    foreign = xml_event(EVENT, provider="ESE").replace("</Computer>", "</Broken>")
    batches = list(reader(foreign + xml_event(EVENT) + foreign).batches())
    assert sum(batch.unrelated_records for batch in batches) == 2
    assert [problem for batch in batches for problem in batch.problems] == []


def test_a_broken_event_is_told_and_the_next_one_read() -> None:
    broken = xml_event(EVENT).replace("</Computer>", "")
    text = broken + xml_event(SECOND)
    assert connections(text) == ["44"]
    (problem,) = problems_of(reader(text))
    assert (problem.place, problem.outcome, problem.records) == ("line 1", "skipped", 1)
    assert "not well-formed XML" in problem.reason


def test_a_broken_event_that_holds_its_sentence_gives_the_exchange() -> None:
    text = xml_event(EVENT, rendered=True).replace("</Computer>", "") + xml_event(SECOND)
    first, _ = records_of(reader(text))
    exchange = SmtpExchangeParser().parse(first)
    assert exchange is not None
    assert (exchange.connection, exchange.reply.verbatim, exchange.time_ms) == (43, EVENT.reply, EXPECTED.time_ms)
    assert [problem.outcome for problem in problems_of(reader(text))] == ["recovered"]
    assert reader(text).raw(first.offset).startswith("<Event")


@pytest.mark.parametrize("cut", [20, 200, 500])
def test_an_event_that_is_cut_off_is_told(cut: int) -> None:
    text = xml_event(EVENT)
    for whole in (text + text[:cut], text[:cut] + text):
        assert connections(whole) == ["43"]
        (problem,) = problems_of(reader(whole))
        assert "cut off" in problem.reason


def test_a_file_without_events_is_read_as_empty() -> None:
    text = '<?xml version="1.0"?>\n<Events></Events>'
    assert EventXmlReader.sniff(text.encode())
    assert records_of(reader(text)) == []


@pytest.mark.parametrize("sign", ["\x1b", "&#27;", "&#x1B;", "&#xFFFF;", "&#9999999;"])
def test_characters_that_xml_forbids_do_not_hide_a_refusal(sign: str) -> None:
    text = xml_event(EVENT).replace("unknown", f"{sign}[31m")
    (record,) = records_of(reader(text))
    assert (record.strings or ())[4] == '550 5.1.1 <user> & "friend" \ufffd[31m '
    assert [problem.outcome for problem in problems_of(reader(text))] == ["recovered"]


def test_entities_of_the_file_are_never_resolved() -> None:
    bomb = '<!DOCTYPE Events [<!ENTITY a "aaaa"><!ENTITY file SYSTEM "file:///etc/passwd">]>'
    for name in ("a", "file"):
        hostile = f"{bomb}<Events>{xml_event(EVENT).replace('unknown', f'&{name};')}{xml_event(SECOND)}</Events>"
        assert connections(hostile) == ["44"]
        (problem,) = problems_of(reader(hostile))
        assert "undefined entity" in problem.reason


def test_a_declaration_within_an_event_is_refused() -> None:
    assert connections("<Event><!DOCTYPE x [<!ENTITY a 'b'>]></Event>" + xml_event(EVENT)) == ["43"]


def test_an_event_without_end_does_not_swallow_the_file() -> None:
    text = "<Event>" + "x" * (3 * LONGEST) + xml_event(EVENT)
    assert connections(text) == ["43"]


def test_deep_elements_do_no_harm() -> None:
    deep = "<UserData>" + "<a>" * 5_000 + "</a>" * 5_000 + "</UserData>"
    (record,) = records_of(reader(xml_event(EVENT).replace("<EventData>", f"{deep}<EventData>")))
    assert record.strings == ()


@pytest.mark.parametrize("block_size", [64, 1_000, 1_337])
@pytest.mark.parametrize("form", [saved_xml, printed_xml])
def test_the_size_of_the_blocks_makes_no_difference(block_size: int, form: type) -> None:
    data = form([replace(EVENT, connection=number) for number in range(20)]).encode("utf-16")
    assert records_of(reader(data, block_size)) == records_of(reader(data))
    assert len(records_of(reader(data))) == 20


def test_the_raw_event_is_its_xml() -> None:
    text = printed_xml([EVENT, SECOND])
    first, second = records_of(reader(text))
    assert reader(text).raw(second.offset) == xml_event(SECOND)
    assert reader(text).raw(first.offset) == xml_event(EVENT)
    assert "no event" in reader(text).raw(second.offset + 1)


def test_the_file_tells_its_encoding() -> None:
    facts = dict(reader(xml_event(EVENT).encode("utf-16")).information().facts)
    assert facts["Encoding"].startswith("UTF-16")


@pytest.mark.parametrize(
    "text",
    [
        "<?xml version='1.0'?><Other/>",
        "<!DOCTYPE html><html><Event><System></html>",
        "a mail about <Event><System>",
        "<Event><EventTime>2026</EventTime></Event>",
    ],
)
def test_other_xml_is_left_to_others(text: str) -> None:
    assert not EventXmlReader.sniff(text.encode())


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<Event",
                " ",
                ">",
                "</Event>",
                "<System>",
                "<Provider Name='MSExchangeTransport'/>",
                "</System>",
                "&",
                "&#0;",
                "<![CDATA[",
                "]]>",
                "<!--",
                "\0",
                "\ud7ff",
                "x",
            ]
        ),
        max_size=20,
    )
)
def test_any_text_ends_in_records_and_problems(parts: list[str]) -> None:
    read = reader("<Event><System>" + "".join(parts))
    batches = list(read.batches())
    assert batches[-1].bytes_read == batches[-1].bytes_total
    for batch in batches:
        for record in batch.records:
            assert read.raw(record.offset).startswith("<Event")


_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=9
)


@settings(max_examples=60, deadline=None)
@given(host=_TEXT, reply=_TEXT, command=_TEXT)
def test_any_values_come_back(host: str, reply: str, command: str) -> None:
    event = replace(EVENT, host=host, reply=reply, command=command)
    (record,) = records_of(reader(xml_event(event)))
    assert record.strings == event.strings
