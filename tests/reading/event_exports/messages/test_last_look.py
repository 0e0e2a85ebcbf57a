"""A file in which no event was understood is looked through for our sentences before "none" is said."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from support.event_texts import TextEvent

EVENT = TextEvent(datetime(2026, 11, 9, 6, 12, 41), reply='550 5.1.1 "no" such user')  # noqa: DTZ001
HTML = EVENT.sentence.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
UNKNOWN = {
    "unknown.json": json.dumps({"rows": {"a": {"b": ["x", EVENT.sentence]}}}),
    "page.html": f"<!doctype html><html><body><p>{HTML}</p></body></html>",
    "other.csv": 'when,Source,Message,Id\n1,SomeAgent,"' + EVENT.sentence.replace('"', '""') + '",3\n',
    "far.html": "<html>" + "<p>nothing</p>\n" * 6_000 + f"<p>{HTML}</p></html>",
}


def read(folder: Path, name: str, text: str) -> Analysis:
    (folder / name).write_text(text, encoding="utf-8")
    analysis = Analysis(KnowledgeBase.load())
    analysis.open([str(folder / name)])
    analysis.read_all()
    return analysis


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_sentence_in_an_unknown_form_is_found_marked_and_told(tmp_path: Path, name: str) -> None:
    analysis = read(tmp_path, name, UNKNOWN[name])
    (exchange,) = [analysis.store.exchange(row) for row in range(len(analysis.store))]
    assert (exchange.remote_host.verbatim, exchange.command.full) == (EVENT.host, EVENT.command)
    assert exchange.reply.code == 550
    assert exchange.guess is not None
    assert "found by its text alone" in exchange.guess or "in a field not known to hold" in exchange.guess
    assert [problem.outcome for problem in analysis.problems] == ["recovered"]


def test_an_object_that_names_our_source_and_nothing_else_is_told_with_its_place(tmp_path: Path) -> None:
    analysis = read(tmp_path, "a.json", '{"event_id": 1}\n{"event_id": 2, "who": "MSExchangeTransport"}\n')
    assert len(analysis.store) == 0
    (problem,) = [problem for problem in analysis.problems if problem.outcome == "skipped"]
    assert problem.place == "line 2"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("other.csv", "at line 2 in the column Message"),
        ("page.html", "at line 1 in the element p"),
        ("far.html", "at line 6001 in the element p"),
    ],
)
def test_what_was_not_understood_is_told_with_its_field_and_place(tmp_path: Path, name: str, place: str) -> None:
    analysis = read(tmp_path, name, UNKNOWN[name])
    assert [problem.reason for problem in analysis.problems] == [
        f"1 event was found by the text of the message alone, {place}: the text around them was not understood"
    ]


def test_columns_that_nobody_knows_are_no_plain_text(tmp_path: Path) -> None:
    row = f'{EVENT.time};{EVENT.computer};"{EVENT.sentence.replace(chr(34), chr(34) * 2)}"\n'
    analysis = read(tmp_path, "table.csv", "When;Machine;What it said\n" + row * 3)
    assert len(analysis.store) == 3
    assert "3 events were found by the text of the message alone, the first at line 2 in the column What it said" in (
        analysis.problems[0].reason
    )


def test_elements_that_nobody_knows_are_read_without_their_escapes(tmp_path: Path) -> None:
    row = f"<row><when>{EVENT.time}</when><text>{HTML}&#{'1' * 5_000};</text></row>\n"
    analysis = read(tmp_path, "rows.xml", f"<rows>\n{row * 2}</rows>\n")
    exchanges = [analysis.store.exchange(number) for number in range(len(analysis.store))]
    assert [(each.command.full, each.computer) for each in exchanges] == [(EVENT.command, None)] * 2
    assert "the first at line 2 in the element text" in analysis.problems[0].reason


def test_objects_in_a_list_of_unknown_names_are_told_once(tmp_path: Path) -> None:
    line = json.dumps({"when": "soon", "rows": [{"deep": EVENT.sentence}, {"deep": EVENT.sentence}]})
    analysis = read(tmp_path, "rows.json", f"{line}\n" * 3)
    assert len(analysis.store) == 6
    assert [(problem.place, problem.reason) for problem in analysis.problems if problem.outcome == "recovered"] == [
        ("line 1", "No field is known as the text of the event; taken from deep, here and in all events like this one")
    ]


def as_json(**more: object) -> str:
    event = {"@timestamp": f"{EVENT.time}Z", "winlog": {"provider_name": "MSExchangeTransport", "event_id": 7004}}
    return json.dumps(event | more) + "\n"


def as_list(**more: str) -> str:
    labels = {"TimeCreated": f"{EVENT.time}", "ProviderName": "MSExchangeTransport", "Id": "7004", **more}
    return "".join(f"{label:<14}: {value}\n" for label, value in labels.items()) + "\n"


def as_rows(names: str, *cells: str) -> str:
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in (f"{EVENT.time}", *cells))
    return f"{names}\n{row}\n{row}\n"


def as_pairs(**more: str) -> str:
    pairs = {"EventID": "7004", "Provider_Name": "MSExchangeTransport", **more}
    return " ".join(f"{name}='{value}'" for name, value in pairs.items()) + "\n"


def as_xml(rendering: str) -> str:
    return (
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
        '<Provider Name="MSExchangeTransport"/><EventID>7004</EventID><Level>2</Level>'
        f"</System><EventData></EventData><RenderingInfo>{rendering}</RenderingInfo></Event>\n"
    )


# An event of ours whose text stands elsewhere, a field at a time, and what is told of it.
BESIDE = {
    "a known field of JSON": (
        as_json(message="", rendered_description=EVENT.sentence) * 2,
        "The field message is empty; taken from rendered_description",
    ),
    "an unknown field of JSON": (
        as_json(message=None, notes={"text": EVENT.sentence}) * 2,
        "The field message is empty; taken from notes.text",
    ),
    "no field of JSON": (
        as_json(notes=[{"text": EVENT.sentence}]) * 2,
        "No field is known as the text of the event; taken from notes.text",
    ),
    "a known column": (
        as_rows("TimeGenerated,EventID,Source,Message,RenderedDescription", "7004", "MSExchangeTransport", "",
                EVENT.sentence),
        "The column Message is empty; taken from RenderedDescription",
    ),
    "an unknown column of a plain table": (
        as_rows("TimeCreated,Id,ProviderName,Message,Notes", "7004", "MSExchangeTransport", "", EVENT.sentence),
        "The column Message is empty; taken from Notes",
    ),
    "a column beside another text": (
        as_rows("TimeCreated,Id,ProviderName,Message,Notes", "7004", "MSExchangeTransport", "see there",
                EVENT.sentence),
        "No column is known as the text of the event; taken from Notes",
    ),
    "an unknown label": (
        as_list(Message="", Notes=EVENT.sentence) * 2,
        "The label Message is empty; taken from Notes",
    ),
    "an unknown name": (
        as_pairs(Message="", Notes=EVENT.sentence) * 2,
        "The field Message is empty; taken from Notes",
    ),
    "an unknown element": (
        f"<Events>{as_xml(f'<Message></Message><Comment>{HTML}</Comment>') * 2}</Events>",
        "No element is known as the text of the event; taken from Comment",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_a_text_that_stands_elsewhere_is_taken_from_there_and_told_once(tmp_path: Path, name: str) -> None:
    text, told = BESIDE[name]
    analysis = read(tmp_path, "beside.log", text)
    exchanges = [analysis.store.exchange(number) for number in range(len(analysis.store))]
    assert [(each.event_id, each.remote_host.verbatim, each.reply.code) for each in exchanges] == [
        (7004, EVENT.host, 550)
    ] * 2
    reasons = [problem.reason for problem in analysis.problems if "taken from" in problem.reason]
    assert reasons == [f"{told}, here and in all events like this one"]
    assert all(problem.place.startswith("line ") for problem in analysis.problems if "taken from" in problem.reason)


def test_strings_leave_nothing_to_tell_of_an_empty_message(tmp_path: Path) -> None:
    strings = {f"param{number}": text for number, text in enumerate(EVENT.strings, 1)}
    event = {"provider_name": "MSExchangeTransport", "event_id": 7004, "event_data": strings}
    analysis = read(tmp_path, "strings.json", as_json(message="", winlog=event) * 2)
    assert len(analysis.store) == 2
    assert [problem for problem in analysis.problems if "taken from" in problem.reason] == []
