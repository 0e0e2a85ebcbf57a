"""Replies in files of an unknown form: found by their codes, told, and never more than is sure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.unknown.stray_replies import GUESS, StrayReplyReader
from smtpscope.session import Analysis
from support.memory_source import MemorySource, problems_of

KNOWLEDGE = KnowledgeBase.load()
REPLY = "550 5.1.1 <k.lee@other.example>: User unknown"
TIME = "2026-10-05 14:15:16"


def read(folder: Path, text: str) -> Analysis:
    path = folder / "held.txt"
    path.write_text(text, encoding="utf-8")
    analysis = Analysis(KNOWLEDGE)
    analysis.open([str(path)])
    analysis.read_all()
    return analysis


def exchanges_of(analysis: Analysis) -> list[SmtpExchange]:
    return [analysis.store.exchange(row) for row in range(len(analysis.store))]


def objects(**fields: object) -> str:
    return json.dumps({"ts": TIME, "log": {"level": "error"}, **fields}) + "\n"


ESCAPED = REPLY.replace("<", "&lt;").replace(">", "&gt;")
ELEMENTS = f"<mail><at>{TIME}</at><why>{ESCAPED}</why></mail>"
FOREIGN = {"@timestamp": TIME, "winlog": {"provider_name": "Relay", "event_id": 9}, "message": REPLY}

# Text, and where its first reply is told to stand; each has two records with the same reply, time and mailbox.
FORMS = {
    "a field of JSON": (objects(path="k.lee@other.example", response=REPLY) * 2, "line 1 in the field response"),
    "the text of a record": (
        objects(message=f"Mail to k.lee@other.example was refused: {REPLY}") * 2,
        "line 1 in the field message",
    ),
    "JSON over several lines": (
        json.dumps([{"when": TIME, "to": "k.lee@other.example", "details": REPLY}] * 2, indent=2),
        "line 5 in the field details",
    ),
    "an event of another source": (
        f"{json.dumps(FOREIGN)}\n" * 2,
        "line 1 in the field message",
    ),
    "a column": (
        f"when,who,why\n{TIME},k.lee@other.example,{REPLY}\n{TIME},k.lee@other.example,{REPLY}\n",
        "line 2 in the column why",
    ),
    "a cell with quotes": (
        f'when;why\n{TIME};"{REPLY} ""there"""\n{TIME};"{REPLY} ""there"""\n',
        "line 2 in the column why",
    ),
    "a list": (f"Time      : {TIME}\nRecipient : k.lee@other.example\nStatus    : {REPLY}\n\n" * 2, "line 3"),
    "elements": (
        "<mails>" + ELEMENTS * 2 + "</mails>",
        "line 1 in the element why",
    ),
    "lines": (f"{TIME} delivery to <k.lee@other.example> failed: {REPLY}\n" * 2, "line 1"),
    "lines with what Postfix puts behind": (f"{TIME} x: {REPLY} (in reply to RCPT TO command)\n" * 2, "line 1"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_each_reply_is_found_marked_and_told_once(form: str, tmp_path: Path) -> None:
    text, place = FORMS[form]
    analysis = read(tmp_path, text)
    found = exchanges_of(analysis)
    assert [(each.reply.code, each.reply.enhanced, each.command.mailbox) for each in found] == [
        (550, "5.1.1", "k.lee@other.example")
    ] * 2
    wanted = f'{REPLY} "there"' if form == "a cell with quotes" else REPLY
    assert {each.reply.verbatim for each in found} == {wanted}
    assert {each.direction for each in found} == {Direction.UNKNOWN}
    assert {each.guess for each in found} == {GUESS}
    assert all(each.time_ms is not None for each in found)
    (told,) = [problem for problem in analysis.problems if problem.outcome == "recovered"]
    assert (told.place, told.records) == ("whole file", 2)
    assert told.reason.startswith(f"2 replies were found by the codes alone, the first at {place}: ")


def test_the_offset_shows_the_record_as_it_stands_in_the_file(tmp_path: Path) -> None:
    text, _ = FORMS["a field of JSON"]
    analysis = read(tmp_path, text)
    for exchange in exchanges_of(analysis):
        assert StrayReplyReader(MemorySource(text.encode()), ReadOptions()).raw(exchange.offset) == text.splitlines()[0]


def test_the_lines_of_a_reply_are_one_reply(tmp_path: Path) -> None:
    lines = "550-5.7.1 first line\n550-5.7.1 second\n550 5.7.1 last\n"
    (exchange,) = exchanges_of(read(tmp_path, f"They said:\n{lines}and that was it\n"))
    assert exchange.reply.verbatim == lines.strip()


def test_a_reply_without_a_second_code_counts_under_a_name_for_replies_beside_a_mailbox(tmp_path: Path) -> None:
    line = objects(user="k.lee@other.example", smtp_response="550 No such user")
    (exchange,) = exchanges_of(read(tmp_path, line))
    assert (exchange.reply.verbatim, exchange.command.mailbox) == ("550 No such user", "k.lee@other.example")


def test_only_the_other_side_is_taken_for_the_host(tmp_path: Path) -> None:
    lines = [
        f"{TIME} mx.other.example[203.0.113.9]:25 said: {REPLY}\n",
        f"{TIME} remote_host=mx2.other.example {REPLY}\n",
        f"{TIME} host=relay7.fabrikam.example server: relay7.fabrikam.example {REPLY}\n",
    ]
    found = exchanges_of(read(tmp_path, "".join(lines)))
    assert [each.remote_host.verbatim for each in found] == ["mx.other.example", "mx2.other.example", ""]


@pytest.mark.parametrize(
    "text",
    [
        '{"url": "/a", "user": "k@other.example", "status": "503 Service Unavailable"}\n',
        '{"url": "/a", "user": "k@other.example", "response": "404 Not Found"}\n',
        "2026-11-09 GET /a 500 5.1 ms by k@other.example\n",
        "Version 1.550 5.1.1 was installed\n",
        "A length of 450 4.5 inch pipes\n",
        "the sum is 4550 5.1.1\n",
        "550 4.1.1 the digits do not agree\n",
        "250 2.1.5 OK\n",
        "status: 550 files were copied\n",
    ],
)
def test_numbers_of_other_things_are_no_replies(text: str, tmp_path: Path) -> None:
    with pytest.raises(LogError):
        read(tmp_path, text * 3)


def test_notes_in_a_folder_are_no_logs(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(f"What does {REPLY} mean?\n", encoding="utf-8")
    (tmp_path / "mail.log").write_text(
        "Nov  9 06:12:41 mx postfix/smtpd[5]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 554 5.7.1 "
        "<u@d.example.com>: Relay access denied; from=<s@example.net> to=<u@d.example.com> proto=ESMTP helo=<c>\n",
        encoding="utf-8",
    )
    analysis = Analysis(KNOWLEDGE)
    analysis.open([str(tmp_path)])
    analysis.read_all()
    assert len(analysis.store) == 1


def test_a_log_of_a_known_server_is_named(tmp_path: Path) -> None:
    lines = f'Nov 24 13:45:02 mail maddy[9]: smtp: RCPT error\t{{"reason":"{REPLY}"}}\n' * 2
    (told,) = [problem for problem in read(tmp_path, lines).problems if problem.outcome == "recovered"]
    assert "maddy" in told.reason


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("block_size", [256, 1_000])
def test_the_size_of_a_block_loses_no_reply(form: str, block_size: int) -> None:
    data = (FORMS[form][0] * 30).encode()
    reader = StrayReplyReader(MemorySource(data), ReadOptions(), block_size=block_size)
    found = [exchange for batch in reader.batches() for exchange in batch.exchanges]
    assert len({each.offset for each in found}) == len(found) >= 50


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from([
            REPLY, "550-5.7.1 a", "550 5.7.1", "\n", "\r\n", '"', "\\", "{", "}", "<", ">", ",", ";", "&#55;", "a@b",
            "to=<", "said: ", "response", ": ", "421 x", "\0", "\ud7ff", "(in reply to ", ")", "x" * 300,
        ]),
        max_size=40,
    ).map("".join)
)  # fmt: skip
def test_any_text_is_read_without_an_exception(text: str) -> None:
    reader = StrayReplyReader(MemorySource(text.encode("utf-8", "replace")), ReadOptions())
    found = [exchange for batch in reader.batches() for exchange in batch.exchanges]
    assert all(each.reply[:1] in "45" for each in found)
    for each in found:
        assert isinstance(reader.raw(each.offset), str)
    assert len(problems_of(reader)) < 5
