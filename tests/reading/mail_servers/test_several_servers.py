"""A log host's file holds the lines of several servers: each is understood, whichever the file is taken for."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log, reader_of
from support.mail_logs import exim_parts, postfix_parts, sample, sendmail_parts
from support.mail_server_logs import FURTHER_PARTS
from support.memory_source import MemorySource

# They never write to a log that others write to as well.
ALONE = ("hmailserver", "mailenable", "transcript", "delivery", "mail-errors")
SHARED = {
    "postfix": postfix_parts,
    "exim": exim_parts,
    "sendmail": sendmail_parts,
    **{name: parts for name, parts in FURTHER_PARTS.items() if name not in ALONE},
}


def replies(data: bytes) -> list[str]:
    reader = open_log(MemorySource(data), ReadOptions())
    return [exchange.reply for batch in reader.batches() for exchange in batch.exchanges]


def test_one_line_of_postfix_before_two_thousand_of_exim_hides_none() -> None:
    postfix = (
        "Nov 24 13:45:02 mail postfix/smtp[4711]: 4ABCDEF012: to=<a@contoso.example>, relay=mx, status=bounced "
        "(host mx1.contoso.example[192.0.2.10] said: 550 no (in reply to RCPT TO command))\n"
    )
    exim = "2026-11-24 13:45:02 H=[192.0.2.66] F=<a@isp.example> rejected RCPT <b@example.com>: no\n"
    assert len(replies(f"{postfix}{exim * 2_000}".encode())) == 2_001


@pytest.mark.parametrize("first", SHARED)
def test_lines_of_all_servers_are_read_in_one_file(first: str) -> None:
    chance = random.Random(first)
    order = [first, *(name for name in SHARED if name != first)]
    parts = [(text, count) for name in order for text, count in islice(SHARED[name](8), 30)]
    expected = sum(count for _, count in parts)
    assert expected
    begin, rest = parts[:30], parts[30:]
    chance.shuffle(rest)
    data = "".join(text for text, _ in (*begin, *rest)).encode()
    assert len(replies(data)) == expected


@pytest.mark.parametrize("name", SHARED)
def test_a_provider_is_the_program_of_its_line(name: str) -> None:
    other = "exim" if name != "exim" else "dma"
    data = sample(SHARED[name](9), 20_000) + sample(SHARED[other](9), 20_000)
    reader = open_log(MemorySource(data), ReadOptions())
    providers = {exchange.provider or "" for batch in reader.batches() for exchange in batch.exchanges}
    assert any(provider.startswith(other) for provider in providers)
    assert len(providers) > 1


@pytest.mark.parametrize("name", SHARED)
def test_a_server_that_writes_late_into_a_long_log_is_found(name: str) -> None:
    other = b"Nov 24 13:45:02 mail CRON[99]: (root) CMD (run-parts of something that is no mail)\n" * 3_000
    own = sample(SHARED[name](10), 20_000)
    assert replies(other + own) == replies(own)


def test_a_long_log_without_a_mail_server_is_of_none() -> None:
    line = "Nov 24 13:45:02 web httpd[99]: request rejected: too many, limit exceeded, dropped by rule\n"
    assert reader_of(MemorySource(line.encode() * 3_000)) is None
