"""Logs that grow: nothing twice, and nothing lost where a log was emptied and written anew."""

from __future__ import annotations

from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from support import syslog_forms, wrapped_forms
from support.mail_lines import OPTIONS, exchanges_of
from support.memory_source import MemorySource


def _added(reader: PostfixLogReader) -> list[str | None]:
    return [exchange.mailbox for batch in reader.read_new() for exchange in batch.exchanges]


def test_a_log_that_outgrew_its_old_length_after_it_was_emptied_is_read_from_its_beginning() -> None:
    source = MemorySource(syslog_forms.written("rsyslog", 5))
    reader = PostfixLogReader(source, ReadOptions(newest=OPTIONS.newest, growing=True))
    assert len(exchanges_of(reader)) == 8
    source.data = syslog_forms.written("rsyslog", 17) * 3
    assert len(_added(reader)) == 24
    assert _added(reader) == []


def test_a_log_that_was_written_anew_to_the_same_length_is_read_again() -> None:
    data = syslog_forms.written("rsyslog", 5)
    source = MemorySource(data)
    reader = PostfixLogReader(source, ReadOptions(newest=OPTIONS.newest, growing=True))
    assert len(exchanges_of(reader)) == 8
    source.data = data.replace(b"2026-10", b"2026-11")
    assert len(_added(reader)) == 8


def test_a_wrapped_log_that_was_emptied_is_read_from_its_beginning_too() -> None:
    source = MemorySource(wrapped_forms.written("Docker's json-file", 5))
    reader = open_log(source, ReadOptions(newest=OPTIONS.newest, growing=True))
    assert sum(len(batch.exchanges) for batch in reader.batches()) == 8
    source.data = wrapped_forms.written("Docker's json-file", 17) * 3
    assert hasattr(reader, "read_new")
    assert sum(len(batch.exchanges) for batch in reader.read_new()) == 24
