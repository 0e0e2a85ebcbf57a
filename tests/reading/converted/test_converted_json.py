from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import Problem
from smtpscope.reading.converted.converted_json import ConvertedJsonReader
from smtpscope.reading.record import Batch, ReadOptions, SmtpExchangeRecord
from support.converted_logs import sample
from support.memory_source import MemorySource

OWN, ECS = sample("jsonl")(), sample("ecs")()


def read(data: bytes, *, block_size: int = 1 << 20) -> list[Batch]:
    return list(ConvertedJsonReader(MemorySource(data), ReadOptions(), block_size=block_size).batches())


def exchanges(data: bytes) -> list[SmtpExchangeRecord]:
    return [exchange for batch in read(data) for exchange in batch.exchanges]


def problems(data: bytes) -> list[Problem]:
    return [problem for batch in read(data) for problem in batch.problems]


def line(**fields: object) -> bytes:
    return json.dumps({"schema": "smtpscope.exchange/1", "direction": "outbound", **fields}).encode() + b"\n"


def test_a_line_holds_the_exchange_as_it_is_written_down_here() -> None:
    data = (
        b'{"schema":"smtpscope.exchange/1","time":"2026-11-02T06:14:21.017Z","time_ms":1793600061017,'
        b'"origin_place":532,"record_id":1,"connection":376,"time_assumed":true,"event_id":7002,"level":"warning",'
        b'"provider":"MSExchangeTransport","channel":"Application","computer":"EXCH01","direction":"outbound",'
        b'"virtual_server":1,"certainty":"may","text_level":"error","problem":null,"salvaged":true,"connector":"",'
        b'"guess":null,"origin_file":"logs/EXCH01.evtx","remote_host":"MX1.contoso.example","given_command":"data",'
        b'"full_command":".","beside_mailbox":"j.smith@contoso.example",'
        b'"reply":"554 5.7.1 Gr\xc3\xb6\xc3\x9fe \\u001b[0m","reply_code":999,"category":"anything"}\n'
    )
    assert exchanges(b"\n" + data) == [
        SmtpExchangeRecord(
            file="memory.log",
            offset=1,
            time_ms=1_793_600_061_017,
            time_assumed=True,
            side="outbound",
            provider="MSExchangeTransport",
            computer="EXCH01",
            connector="",
            remote_host="MX1.contoso.example",
            logged_verb="data",
            command=".",
            reply="554 5.7.1 Größe \x1b[0m",
            mailbox="j.smith@contoso.example",
            event_id=7002,
            record_id=1,
            level="warning",
            channel="Application",
            virtual_server=1,
            connection=376,
            certainty="may",
            text_level="error",
            salvaged=True,
        )
    ]


def test_both_kinds_of_names_tell_the_same() -> None:
    def told(data: bytes) -> list[tuple[object, ...]]:
        return [(each.time_ms, each.remote_host, each.command, each.reply, each.event_id) for each in exchanges(data)]

    assert len(told(OWN)) == 60
    assert told(ECS) == told(OWN)


def test_nested_and_wrapped_documents_are_read_too() -> None:
    nested = b""
    for each in ECS.splitlines():
        document: dict[str, object] = {}
        inner: dict[str, object] = {}
        for name, value in json.loads(each).items():
            (inner if name.startswith("smtpscope.") else document)[name.removeprefix("smtpscope.")] = value
        nested += json.dumps({"_index": "mail", "_source": {**document, "smtpscope": inner}}).encode() + b"\n"
    assert ConvertedJsonReader.sniff(nested)
    assert [each.reply for each in exchanges(nested)] == [each.reply for each in exchanges(ECS)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_other_encodings_give_the_same_with_places_of_their_own(encoding: str) -> None:
    data = OWN.decode().encode(encoding)
    found = exchanges(data)
    assert [each.reply for each in found] == [each.reply for each in exchanges(OWN)]
    reader = ConvertedJsonReader(MemorySource(data), ReadOptions())
    assert json.loads(reader.raw(found[40].offset))["reply"] == found[40].reply


def test_a_bad_line_is_told_and_costs_no_other() -> None:
    lines = OWN.splitlines(keepends=True)
    lines[3] = lines[3][:100] + b"\n"
    lines[5] = b"[]\n"
    lines[6] = line(level="loud")
    lines[7] = line(time_ms=10**18)
    lines[8] = line(reply=None)
    lines[9] = b'{"schema":"smtpscope.exchange/2","direction":"outbound"}\n'
    lines[10] = b'{"a":' * 5_000 + b"\n"
    found = problems(b"".join(lines))
    assert [problem.place for problem in found] == ["line 4", *(f"line {number}" for number in range(6, 12))]
    assert found[0].reason.startswith("Not JSON, or cut off")
    assert found[1].reason == "Not a JSON object"
    assert "level" in found[2].reason
    assert "time_ms" in found[3].reason
    assert "reply" in found[4].reason
    assert "smtpscope.exchange/2" in found[5].reason
    assert len(exchanges(b"".join(lines))) == 53


def test_blank_lines_and_fields_of_later_versions_are_passed_over() -> None:
    data = b"\n \r\n" + line(reply="550 no", later=[{"x": 1}])
    assert [each.reply for each in exchanges(data)] == ["550 no"]
    assert problems(data) == []


def test_wrong_bytes_and_lone_surrogates_are_text() -> None:
    data = line(reply="550 a") + line(reply="550 b").replace(b"550 b", b"550 \xfc") + line(reply="550 \ud800")
    assert [each.reply for each in exchanges(data)] == ["550 a", "550 ü", "550 \ud800"]


def test_a_line_of_a_megabyte_is_read() -> None:
    data = line(reply="550 " + "x" * (1 << 20))
    assert len(exchanges(data)[0].reply) == 4 + (1 << 20)


def test_blocks_of_any_size_give_the_same() -> None:
    whole = exchanges(OWN)
    assert [each for batch in read(OWN, block_size=1_000) for each in batch.exchanges] == whole


def test_a_line_that_is_still_being_written_is_no_problem_of_a_growing_file() -> None:
    data = line(reply="550 a") + line(reply="550 b")[:40]
    (batch,) = ConvertedJsonReader(MemorySource(data), ReadOptions(growing=True)).batches()
    assert [each.reply for each in batch.exchanges] == ["550 a"]
    assert batch.problems == []
    assert [problem.place for problem in problems(data)] == ["line 2"]


def test_what_the_file_says_of_itself() -> None:
    facts = dict(ConvertedJsonReader(MemorySource(ECS), ReadOptions()).information().facts)
    assert facts["Names"] == "Elastic Common Schema"
    assert dict(ConvertedJsonReader(MemorySource(OWN), ReadOptions()).information().facts)["Names"] == "own"


@settings(max_examples=50)
@given(st.integers(0, 800), st.binary(max_size=6))
def test_damage_never_raises(offset: int, damage: bytes) -> None:
    data = OWN[:offset] + damage + OWN[offset + len(damage) : 3_000]
    count = sum(len(batch.exchanges) + len(batch.problems) for batch in read(data))
    assert count >= 1


@pytest.mark.parametrize("names", ["own", "ecs"])
@pytest.mark.parametrize("place", ["a strange name", "a strange value", "a text of ours", "a word of a list"])
def test_half_a_surrogate_pair_costs_at_most_its_own_line(names: str, place: str) -> None:
    good: dict[str, object] = {"schema": "smtpscope.exchange/1", "direction": "outbound", "reply": "550 5.1.1 unknown"}
    bad = {
        "a strange name": {**good, "note\udcff": 1},
        "a strange value": {**good, "note": "\ud800"},
        "a text of ours": {**good, "reply": "550 5.1.1 \ud83d"},
        "a word of a list": {**good, "level": "error\ud800"},
    }[place]
    prefix = "" if names == "own" else "smtpscope."
    lines = [{f"{prefix}{name}": value for name, value in each.items()} for each in (good, bad, good)]
    data = "".join(f"{json.dumps(each)}\n" for each in lines).encode()
    lost = place == "a word of a list"
    assert len(exchanges(data)) == 3 - lost
    assert [problem.place for problem in problems(data)] == ["line 2"] * lost
