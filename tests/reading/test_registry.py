"""Which reader reads what, and what is said of a file that none reads."""

from __future__ import annotations

import contextlib
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError, UsageError
from smtpscope.reading.event_exports.messages.message_lines import MessageLineReader
from smtpscope.reading.mail_servers.servers import FURTHER_SERVERS
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import READERS, _by_log_type, _sniffing, formats, open_log, reader_of, readers
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.unknown.unrecognised import describe_unrecognised
from support.event_texts import TextEvent, block_2003, csv_line, log_line
from support.every_format import SERVICE_LOGS
from support.memory_source import MemorySource, records_of

EVENT = TextEvent(datetime(2026, 11, 9, 6, 12, 41))  # noqa: DTZ001
NOISE = "2026-11-09 06:12:41 nothing of ours here\n" * 3_000


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (log_line(EVENT).encode(), "text"),
        (csv_line(EVENT).encode("utf-16"), "text"),
        (block_2003(EVENT).encode(), "event-viewer"),
        (b"ElfFile\0" + bytes(4_088), "evtx"),
        ((NOISE + log_line(EVENT)).encode(), "text"),
        ((NOISE + block_2003(EVENT)).encode(), "event-viewer"),
    ],
)
def test_the_content_decides_and_not_the_name(data: bytes, name: str) -> None:
    reader = reader_of(MemorySource(data, "misleading.json"))
    assert reader is not None
    assert reader.format.name == name


def test_a_text_is_searched_only_as_far_as_asked() -> None:
    data = (NOISE * 20 + log_line(EVENT)).encode()
    assert reader_of(MemorySource(data), search=1 << 20) is None
    assert reader_of(MemorySource(data)) is MessageLineReader


def test_a_format_can_be_forced() -> None:
    reader = open_log(MemorySource(block_2003(EVENT).encode()), ReadOptions(), "text")
    assert isinstance(reader, MessageLineReader)
    assert [record.message for record in records_of(reader)] == [EVENT.sentence]


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        open_log(MemorySource(b"x"), ReadOptions(), "excel")
    for reader in readers():
        assert reader.format.name in caught.value.remedy


def test_format_names_are_told_apart() -> None:
    names = [form.name for form in formats()]
    assert len(set(names)) == len(names) == len(list(readers()))


def test_the_most_specific_readers_are_tried_first() -> None:
    names = [form.name for form in formats()]
    assert names[:2] == ["evtx", "evt"]
    assert READERS[-len(FURTHER_SERVERS) :] == tuple(server.reader for server in FURTHER_SERVERS)
    assert names[: -len(FURTHER_SERVERS)][-4:] == ["event-viewer", "event-list", "event-pairs", "text"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "this is an empty file"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"MZ\x90\0", "a Windows program or library"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"%PDF-1.7", "a PDF document"),
        (bytes(5_000), "a file of zeros"),
        (bytes(range(256)) * 8, "an unknown binary file"),
        (b"\xef\xbb\xbf \r\n", "a text without any words"),
        (b'<?xml version="1.0"?><Other/>', "XML"),
        ('<?xml version="1.0"?><Other/>'.encode("utf-16"), "XML"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b'[{"a": 1}]', "JSON"),
        (b"#Software: Microsoft Internet Information Services 6.0\n", "a W3C log of IIS"),
        (b"Level,Date and Time,Source,Event ID,Task Category\n", "a table (CSV)"),
        (b"Level\tDate and Time\tSource\tEvent ID\tTask Category\n", "a table (tabs)"),
        (b"Dear all, hello", "a text without SMTP protocol events"),
    ],
)
def test_a_file_that_nobody_reads_is_told_by_its_looks(data: bytes, what: str) -> None:
    with pytest.raises(LogError) as caught:
        open_log(MemorySource(data, "mail.log"), ReadOptions())
    assert what in caught.value.what
    assert caught.value.where == "mail.log"
    assert len(caught.value.remedy) > 20


@pytest.mark.parametrize(
    ("data", "of_events"),
    [
        (b"hello world", False),
        (b'{"user": "k", "port": 25}\n', False),
        (b"when,who,what,how\n1,2,3,4\n", False),
        (b"<?xml version='1.0'?><rows/>", False),
        (b"#Fields: date time cs-method\n", False),
        (b"Event ID: 7, as it says", True),
        (b'{"EventID": 7, "port": 25}\n', True),
        (b"TimeCreated,LogName,EventID,Task\n1,2,3,4\n", True),
        (b"<?xml version='1.0'?><Event><EventID>7</EventID></Event>", True),
    ],
)
def test_how_events_come_to_be_written_is_told_of_exports_of_events_alone(data: bytes, of_events: bool) -> None:
    remedy = describe_unrecognised(data)[1]
    assert ("diagnostic logging" in remedy) is of_events
    assert ("smtpscope formats" in remedy) is (not of_events and not data.startswith(b"#"))


def test_a_log_with_a_few_zeros_is_still_text() -> None:
    assert is_text(b"a line of a log\n" * 20 + b"\0\0\0")


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_log_error(data: bytes) -> None:
    with contextlib.suppress(LogError):
        records_of(open_log(MemorySource(data), ReadOptions()))


def test_an_event_whose_message_quotes_a_command_and_a_reply_stays_an_event() -> None:
    text = (
        '"TimeCreated","Id","LevelDisplayName","ProviderName","RecordId","MachineName","Message"\n'
        '"3/2/2026 5:16:56 AM","7002","Error","MSExchangeTransport","1","EX2.us.example","The description for Event ID '
        "7002 from source MSExchangeTransport cannot be found.\n\nThe following information was included with the "
        'event: \n\n1\n0\n\nRCPT\n550 5.1.1 Who?\nRCPT TO:<ann@contoso.example>\n"\n'
    )
    assert open_log(MemorySource(text.encode()), ReadOptions()).format.name == "csv"


_EXCHANGE = [
    data
    for title, (_, write) in SERVICE_LOGS.items()
    if (data := write()).lstrip(b"\xef\xbb\xbf").startswith(b"#Software: Microsoft Exch")
]
_PIECES = st.sampled_from([
    b"", b"\r\n", b"\n", b"\0", b"{", b'{"log": "x"}\r\n', b"2026-11-09 05:00:00 ", b"> ", b"  ", b",", b"#", b"2",
    b"Nov  9 05:00:00 mx postfix/smtp[1]: x\n", b"#Log-type: Agent Log\r\n", b"#Fields: a,b\r\n", b"Event ID: 7002\n",
])  # fmt: skip


@settings(max_examples=200)
@given(st.sampled_from(_EXCHANGE), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), _PIECES), max_size=3))
def test_the_reader_that_a_header_names_is_the_one_that_asking_all_of_them_gives(
    head: bytes, changes: list[tuple[float, int, bytes]]
) -> None:
    head = head[:4_096]
    for place, length, piece in changes:
        begin = round(place * len(head))
        head = head[:begin] + piece + head[begin + length :]
    named = _by_log_type(head)
    assert named is None or named is _sniffing(head)


def test_the_header_of_a_whole_log_of_exchange_names_its_reader() -> None:
    assert len(_EXCHANGE) >= 4
    assert sum(_by_log_type(head[:65_536]) is not None for head in _EXCHANGE) >= 4
