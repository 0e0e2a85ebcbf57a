"""Where nothing is found, "none" is said only if every record is known to be another's, else the first example."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Smtpscope
from support.evtx_writer import WrittenEvent, evtx_bytes

TIME = "2026-11-09 06:12:41"
ADVICE = "diagnostic logging for MSExchangeTransport"


def row(source: str, more: str = "") -> str:
    return f"{TIME},1,{source},hello{more}\n"


def object_of(source: str | None, **more: object) -> str:
    named = {} if source is None else {"provider_name": source}
    return json.dumps({"@timestamp": TIME, "winlog": {**named, "event_id": 1}, "message": "x", **more}) + "\n"


def entry(source: str | None) -> str:
    named = "" if source is None else f"ProviderName : {source}\n"
    return f"TimeCreated  : {TIME}\n{named}Id           : 1\nMessage      : x\n\n"


def element(source: str | None) -> str:
    named = "" if source is None else f'<Provider Name="{source}"/>'
    return f"<Event><System>{named}<EventID>1</EventID></System></Event>\n"


HEADER = "TimeCreated,Id,ProviderName,Message\n"
# All of another source; then a second record that nobody can say that of, the words for it, and where it stands.
FAMILIES = {
    "table": (HEADER + row("SceCli"), row(""), "no source is named in its fields (TimeCreated, Id, ", "line 3"),
    "broken table": (
        HEADER + row("SceCli"),
        row("SceCli", ",1,2,3") + f"{TIME},1\n",
        "fields, the table has 4",
        "line",
    ),
    "JSON": (object_of("SceCli"), object_of(None), "no source is named in its fields (@timestamp, winlog", "line 2"),
    "broken JSON": (object_of("SceCli"), '{"winlog": {"event_id"\n', "its JSON is cut off", "line 2"),
    "list": (entry("SceCli"), entry(None), "no source is named in its fields (TimeCreated, Id, Message)", "line 6"),
    "XML": (element("SceCli"), element(None), "does not name its source", "line 2"),
    "broken XML": (element("SceCli"), "<Event><System><Prov", "its XML is cut off", "line 2"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_none_is_said_where_every_record_is_another_one(family: str, smtpscope: Smtpscope, tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text(FAMILIES[family][0], encoding="utf-8")
    told = smtpscope("events", log).stderr
    assert f"no SMTP refusals in {log}, among 1 other record. " in told
    assert ADVICE in told


@pytest.mark.parametrize("family", FAMILIES)
def test_else_the_first_that_was_not_understood_is_told(family: str, smtpscope: Smtpscope, tmp_path: Path) -> None:
    whole, doubtful, words, place = FAMILIES[family]
    log = tmp_path / "a.log"
    log.write_text(whole + doubtful, encoding="utf-8")
    told = smtpscope("events", log).stderr
    assert f"no SMTP refusal could be read from {log}: " in told
    assert words in told
    assert f"at {place}" in told
    assert ADVICE not in told
    report = " ".join(smtpscope("report", log).stdout.split())
    assert "No SMTP refusal could be read: " in report
    assert ADVICE not in report


def test_the_file_of_the_example_is_named_where_there_are_several(smtpscope: Smtpscope, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(object_of("SceCli"), encoding="utf-8")
    (tmp_path / "b.json").write_text(object_of("SceCli") + object_of(None), encoding="utf-8")
    assert f"at {tmp_path / 'b.json'}, line 2" in smtpscope("events", tmp_path).stderr


def test_an_evtx_of_other_sources_gets_the_advice(smtpscope: Smtpscope, tmp_path: Path) -> None:
    log = tmp_path / "a.evtx"
    log.write_bytes(evtx_bytes([WrittenEvent(provider="ESE", event_id=101, strings=("page 1",))]))
    assert ADVICE in smtpscope("events", log).stderr
