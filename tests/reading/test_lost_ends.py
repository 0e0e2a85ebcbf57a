"""A record that lost its end, and the line end behind it, takes none of its neighbours with it unseen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reading.test_formats_together import FORMS, LISTS, some_events
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.text.text_log import batches_of
from smtpscope.session import open_analysis
from support import agent_logs, exchange_shell, mail_logs, protocol_logs, tracking_logs
from support import event_tool_texts as as_tool
from support.memory_source import MemorySource

EVENTS = some_events(12)


def read(data: bytes) -> tuple[list[tuple[int | None, str]], int]:
    """Event id and reply of all that is found, and how many records the problems count."""
    parser = SmtpExchangeParser()
    source = MemorySource(data)
    found: list[tuple[int | None, str]] = []
    told = 0
    for batch in batches_of(open_log(source, ReadOptions()), source):
        events = [exchange for record in batch.records if (exchange := parser.parse(record)) is not None]
        taken = [*events, *map(parser.take, batch.exchanges)]
        found += [(exchange.event_id, exchange.reply.verbatim.strip()) for exchange in taken]
        told += sum(problem.records or 1 for problem in batch.problems)
    return found, told


def without(data: bytes, start: int, end: int) -> bytes:
    return data[:start] + data[end:]


@pytest.mark.parametrize("form", ["attributes apart", "a bare System", "clixml of Get-EventLog", "Splunk's answer"])
def test_an_object_takes_no_other_with_it(form: str) -> None:
    data = FORMS[form][1](EVENTS)
    sound, told = read(data)
    assert (len(sound), told) == (12, 0)
    sign = next(sign for sign in (b'{"Event"', b'{"System"', b"<Obj RefId=", b'{"_time"') if sign in data)
    third = data.index(sign, data.index(b"#43") if b"#43" in data else data.index(b'"43"'))
    found, told = read(without(data, third - 60, third))
    assert len([each for each in found if each[0] is not None]) >= 11
    assert told == 1


@pytest.mark.parametrize("lost", ['"', "}", "{", "[", ","])
def test_the_events_of_a_broken_page_are_read_one_by_one(lost: str) -> None:
    page = json.dumps(as_tool.pages(EVENTS, 12)[0])
    second = page.index('"_index"', page.index('"_index"') + 1)
    place = page.index(lost, second)
    found, told = read(without(page.encode(), place, place + 1))
    assert len([each for each in found if each[0] is not None]) >= 11
    assert told


@pytest.mark.parametrize("form", LISTS)
def test_a_list_keeps_the_event_before_one_that_lost_its_beginning(form: str) -> None:
    events = [event for event in EVENTS if "\n" not in event.command]
    parts = [LISTS[form](event).encode() for event in events]
    sound, _ = read(b"".join(parts))
    parts[4] = parts[4][20:]
    parts[3] = parts[3].rstrip()
    found, told = read(b"".join(parts))
    assert [each for each in sound[:4] + sound[5:] if each not in found] == [] or told


TRANSPORT = {
    "protocol": protocol_logs.protocol_log("Send").encode(),
    "connectivity": protocol_logs.connectivity_log().encode(),
    "agent": agent_logs.agent_log().encode(),
    "tracking": tracking_logs.sample("15.02.1544.004", 60),
    "shell": exchange_shell.shell_csv().encode(),
    "Postfix": mail_logs.sample(mail_logs.postfix_parts(1)),
    "Exim": mail_logs.sample(mail_logs.exim_parts(4)),
}


@pytest.mark.parametrize("name", TRANSPORT)
def test_two_lines_that_became_one_are_both_read(name: str) -> None:
    data = TRANSPORT[name]
    sound, _ = read(data)
    lost = 0
    for line in data.splitlines(keepends=True)[8:40:4]:
        end = data.index(line) + len(line)
        # The end of the line, and some of what stands before it.
        found, told = read(without(data, end - 12, end))
        lost += max(0, len(sound) - len(found) - told)
    assert lost == 0


def test_a_copied_block_that_ends_within_its_labels_leaves_the_next_one_whole() -> None:
    first, second = (FORMS["blocks 2003"][1]([event]).decode() for event in EVENTS[:2])
    cut = first[: first.index("User:") + 8]
    sound, _ = read(second.encode())
    found, _ = read(f"{cut}\n{second}".encode())
    assert set(sound) <= set(found)


def test_a_line_with_the_sign_of_another_format_does_not_take_the_log_over(tmp_path: Path) -> None:
    data = b"".join(
        b"2026-11-09 06:12:%02d,013 ERROR mailer failed\n"
        b"smtplib.SMTPRecipientsRefused: {'a@example.com': (550, b'5.1.1 User unknown')}\n" % number
        for number in range(10, 20)
    )
    log = tmp_path / "app.log"
    log.write_bytes(data + b"2026-11-09 06:12:41,013 INFO mailer sent -->275 to b@example.com\n")
    analysis = open_analysis([str(log)])
    analysis.read_all()
    assert len(analysis.store) == 10


def test_events_in_one_line_of_names_and_values_are_all_read() -> None:
    data = FORMS["names with values"][1](EVENTS)
    sound, _ = read(data)
    place = data.index(b"\n", len(data) // 2)
    found, told = read(without(data, place - 8, place + 1))
    assert len(found) == len(sound)
    assert told == 1
