"""The same run of Postfix inside the records of every form: nothing of it is lost, and places are those of the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.record import LogReader, ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log
from smtpscope.reading.wrappers.wrapped_log import FollowableWrappedLog, WrappedLog
from support import syslog_forms
from support.memory_source import MemorySource, problems_of
from support.syslog_forms import HOST, messages
from support.wrapped_forms import FORMS, LINES, WITHOUT_COMPUTER, WITHOUT_ZONE, written

OPTIONS = ReadOptions(newest=datetime(2026, 11, 25, tzinfo=UTC))
REFUSALS = 8
"""Of twelve messages, those that tell one."""


def opened(data: bytes, options: ReadOptions = OPTIONS) -> WrappedLog:
    reader = open_log(MemorySource(data), options)
    assert isinstance(reader, WrappedLog)
    return reader


def exchanges_of(reader: LogReader) -> list[SmtpExchangeRecord]:
    return [exchange for batch in reader.batches() for exchange in batch.exchanges]


def told(exchange: SmtpExchangeRecord) -> tuple[object, ...]:
    return (
        exchange.side,
        exchange.provider,
        exchange.remote_host,
        exchange.logged_verb,
        exchange.reply,
        exchange.mailbox,
    )


PLAIN = [
    told(each)
    for seed in (5, 17)
    for each in exchanges_of(PostfixLogReader(MemorySource(syslog_forms.written("rsyslog", seed)), OPTIONS))
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_the_same_refusals(form: str) -> None:
    found = [told(each) for seed in (5, 17) for each in exchanges_of(opened(written(form, seed)))]
    assert found == PLAIN


@pytest.mark.parametrize("form", FORMS)
def test_computer_and_time_are_what_the_record_says(form: str) -> None:
    refusals = [each for each in messages(5) if each.program != "postfix/qmgr"]
    for exchange, message in zip(exchanges_of(opened(written(form))), refusals, strict=True):
        assert exchange.computer == (None if form in WITHOUT_COMPUTER else HOST)
        assert exchange.time_ms is not None
        distance = message.moment.replace(tzinfo=UTC) - datetime.fromtimestamp(exchange.time_ms / 1000, UTC)
        assert timedelta(0) <= distance < timedelta(seconds=1)
        assert exchange.time_assumed is (form in WITHOUT_ZONE)


@pytest.mark.parametrize("form", FORMS)
def test_the_offset_is_that_of_the_record_and_raw_shows_it_whole(form: str) -> None:
    data = written(form)
    reader = opened(data)
    offsets = []
    for exchange in exchanges_of(reader):
        raw = reader.raw(exchange.offset)
        assert data[exchange.offset :].startswith(raw.encode("latin-1" if "export" in form else "utf-8"))
        assert raw.count("said: ") + raw.count("reject: ") == 1
        offsets.append(exchange.offset)
    assert offsets == sorted(set(offsets))


@pytest.mark.parametrize("form", FORMS)
def test_the_session_of_a_refusal_is_found_again(form: str) -> None:
    reader = opened(written(form))
    exchange = exchanges_of(reader)[0]
    session = reader.smtp_session(exchange.offset)
    assert session is not None
    assert [line.offset for line in session.lines] == [exchange.offset]


@pytest.mark.parametrize("form", FORMS)
def test_progress_reaches_the_end_of_the_file_and_never_goes_back(form: str) -> None:
    data = written(form, count=200)
    progress = [(batch.bytes_read, batch.bytes_total) for batch in opened(data).batches()]
    assert progress[-1] == (len(data), len(data))
    assert progress == sorted(progress)


@pytest.mark.parametrize("form", FORMS)
def test_the_size_of_a_block_makes_no_difference(form: str) -> None:
    data = written(form, count=90)
    reader = opened(data)
    whole = exchanges_of(reader)
    small = type(reader)(MemorySource(data), OPTIONS, block_size=3_000)
    assert exchanges_of(small) == whole
    assert len(whole) == 60


def docker(stream: str, text: str, end: str) -> str:
    return json.dumps({"log": f"{text}{end}", "stream": stream, "time": "2026-10-09T06:12:41.5Z"}) + "\n"


def cri(stream: str, text: str, end: str) -> str:
    return f"2026-10-09T06:12:41.5Z {stream} {'F' if end else 'P'} {text}\n"


@pytest.mark.parametrize("record", [docker, cri])
def test_lines_of_two_streams_that_are_cut_within_each_other_are_read_once(record: Callable[..., str]) -> None:
    found = [f"{each.moment:%b %e %H:%M:%S} {HOST} {each.program}[{each.process}]: {each.text}" for each in messages(5)]
    plain = [told(each) for each in exchanges_of(PostfixLogReader(MemorySource("\n".join(found).encode()), OPTIONS))]
    data = "".join(
        record("stdout", first[:90], "")
        + record("stderr", second[:70], "")
        + record("stderr", second[70:], "\n")
        + record("stderr", third[:80], "")
        + record("stdout", first[90:], "\n")
        + record("stderr", third[80:], "\n")
        for first, second, third in zip(found[::3], found[1::3], found[2::3], strict=True)
    ).encode()
    for size in range(200, 4_000, 100):
        reader = type(opened(data))(MemorySource(data), OPTIONS, block_size=size)
        exchanges = exchanges_of(reader)
        assert sorted(map(told, exchanges)) == sorted(plain), size
    assert len(plain) == REFUSALS


@pytest.mark.parametrize("mark", [{"logtag": "F"}, {"_p": "F"}, {}])
def test_records_of_a_container_without_line_ends_are_whole_lines(mark: dict[str, str]) -> None:
    lines = [json.loads(line) for line in written("Docker's json-file").splitlines()]
    data = "".join(json.dumps({**line, **mark, "log": line["log"].rstrip("\n")}) + "\n" for line in lines)
    assert [told(each) for each in exchanges_of(opened(data.encode()))] == PLAIN[:REFUSALS]


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_cut_off_keeps_what_is_whole_and_tells_the_rest(form: str) -> None:
    data = written(form)
    last = exchanges_of(opened(data))[-2]
    reader = opened(data[: last.offset + 60])
    assert len(exchanges_of(reader)) >= REFUSALS - 2
    assert problems_of(opened(data[: last.offset + 60]))


@pytest.mark.parametrize("form", sorted(LINES))
def test_a_growing_file_is_read_on_where_it_ended(form: str) -> None:
    data = written(form)
    half = data.index(b"\n", len(data) // 2) + 40
    source = MemorySource(data[:half])
    reader = open_log(source, ReadOptions(newest=OPTIONS.newest, growing=True))
    assert isinstance(reader, FollowableWrappedLog)
    before = exchanges_of(reader)
    source.data = data
    after = [exchange for batch in reader.read_new() for exchange in batch.exchanges]
    assert [told(each) for each in before + after] == PLAIN[:REFUSALS]
    assert len({each.offset for each in before + after}) == REFUSALS
    assert list(reader.read_new()) == []


@pytest.mark.parametrize("form", sorted(LINES))
def test_a_damaged_record_costs_itself_alone_and_is_told_with_its_place(form: str) -> None:
    lines = written(form).splitlines(keepends=True)
    lines[3] = lines[3][:-30] + b"\n"
    data = b"".join(lines)
    assert len(exchanges_of(opened(data))) == REFUSALS - 1
    problems = problems_of(opened(data))
    assert f"byte {sum(map(len, lines[:3])):#x}" in [problem.place for problem in problems]


def test_an_old_line_that_was_taken_up_later_keeps_its_own_time_and_gets_the_year() -> None:
    line = (
        '{"@timestamp":"2026-01-02T09:00:00.000Z","message":"Dec 31 23:59:58 mail postfix/smtpd[5]: NOQUEUE: reject: '
        "RCPT from unknown[198.51.100.7]: 554 5.7.1 <u@d.example.com>: Relay access denied; from=<s@example.net> "
        'to=<u@d.example.com> proto=ESMTP helo=<c>"}\n'
    )
    (exchange,) = exchanges_of(opened(line.encode()))
    assert exchange.time_ms == datetime(2025, 12, 31, 23, 59, 58, tzinfo=UTC).timestamp() * 1000
    assert exchange.time_assumed


def test_a_line_that_was_taken_up_at_once_proves_the_zone_of_its_clock() -> None:
    line = (
        '{"time":"2026-07-02T09:00:00.250Z","log":"Jul  2 11:00:00 mail postfix/smtpd[5]: NOQUEUE: reject: '
        "RCPT from unknown[198.51.100.7]: 554 5.7.1 <u@d.example.com>: Relay access denied; from=<s@example.net> "
        'to=<u@d.example.com> proto=ESMTP helo=<c>\\n"}\n'
    )
    (exchange,) = exchanges_of(opened(line.encode()))
    assert exchange.time_ms == datetime(2026, 7, 2, 9, 0, 0, 250_000, tzinfo=UTC).timestamp() * 1000
    assert not exchange.time_assumed


def test_the_title_names_the_log_and_what_it_is_in() -> None:
    information = opened(written("Docker's json-file")).information()
    assert information.format_name == "Log of Postfix, in JSON records"
    assert ("Encoding", "UTF-8 or Windows-1252") in information.facts


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.integers(0, 4_000), st.integers(0, 40), st.binary(max_size=40))
def test_any_damage_is_survived(form: str, at: int, length: int, instead: bytes) -> None:
    data = written(form)
    at = min(at, len(data))
    reader = type(opened(data))(MemorySource(data[:at] + instead + data[at + length :]), OPTIONS)
    found = exchanges_of(reader)
    assert len(found) <= REFUSALS
    for exchange in found:
        reader.raw(exchange.offset)
        reader.smtp_session(exchange.offset)


def test_exim_keeps_its_own_time_and_gets_the_zone_that_docker_proves() -> None:
    refused = (
        "1xXpQM-0000000000f-42ys ** c@example.org R=dnslookup T=remote_smtp H=mx.example.org [198.51.100.9]: SMTP "
        "error from remote mail server after RCPT TO:<c@example.org>: 550 5.1.1 no such user"
    )
    line = f'{{"log":"2026-07-02 11:00:00 {refused}\\n","stream":"stdout","time":"2026-07-02T09:00:00.5Z"}}\n'
    (exchange,) = exchanges_of(opened(line.encode()))
    assert exchange.time_ms == datetime(2026, 7, 2, 9, 0, 0, 500_000, tzinfo=UTC).timestamp() * 1000
    assert not exchange.time_assumed


@pytest.mark.parametrize("form", FORMS)
def test_a_log_can_be_named_that_is_inside_the_records(form: str) -> None:
    reader = open_log(MemorySource(written(form)), OPTIONS, "postfix")
    assert isinstance(reader, WrappedLog)
    assert len(exchanges_of(reader)) == REFUSALS


@pytest.mark.parametrize("count", [4_000])
def test_an_array_on_one_long_line_is_read_in_time_that_grows_with_it(count: int) -> None:
    reader = opened(written("mailcow's interface", count=count))
    assert len(exchanges_of(reader)) == 2 * count // 3 + 1


def test_objects_that_never_end_do_not_stop_the_reading() -> None:
    data = written("Docker's json-file")
    hostile = b'{"a":' * 20_000 + b"\n"
    assert len(exchanges_of(opened(data + hostile + data))) == 2 * REFUSALS
