"""The lines of mail servers' logs are found by numpy as they are one by one: same exchanges, problems and places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.mail_servers.exim_log import EximLogReader
from smtpscope.reading.mail_servers.further.opensmtpd_log import OpenSmtpdLogReader
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.mail_servers.sendmail_log import SendmailLogReader
from support.both_ways import DIRT, BothWays
from support.mail_logs import Part, exim_parts, postfix_parts, sample, sendmail_parts
from support.mail_server_logs import opensmtpd_parts

LINES: Final = 160


CHANGES: Final[tuple[tuple[tuple[bytes, bytes], ...], ...]] = (
    (),
    ((b"\n", b"\r\n"),),
    ((b"Nov  9 0", b"2026-11-09T0"), (b"2026-11-09 ", b"2026-11-09T")),
    ((b"Nov  9 ", b"Mon Nov  9 "), (b"2026-", b"Mon Nov  9 06:12:13 x exim[5]: 2026-")),
)
MAIL_DIRT: Final = (
    *DIRT, b"\n\n", b"\r", b"\0" * 20, b" ", b"\n  ", b"\n> ", b":", b"::", b"06:12:43", b"Nov  9 06:12:43 ",
    b"Nov 19 06:12:43 mail x[1]: ", b"Mon Nov  9 06:12:43 ", b"2026-11-09 06:12:43 ",
    b"2026-11-09T06:12:43 mail postfix/smtp[1]: ", b" said: 550 no", b" reject: ", b" status=bounced (",
    b" status=deferred (host mx[192.0.2.1] said: 450 4.7.1 no (in reply to RCPT TO command))",
    b"message repeated 2 times: [ ", b"\nNov  9 06:12:44 mail last message repeated 3 times\n", b" stat=Sen",
    b" stat=Deferred: 450 no", b" <a@b.example>... 550 no", b" rejected RCPT <a@b.example>: no", b" ** ", b" == ",
    b"H=x [192.0.2.1]",
)  # fmt: skip
BLOCKS: Final = (900, 5_000, 1 << 20)


def both_ways(reader: type[MailLog], parts: Callable[[int], Iterator[Part]]) -> BothWays:
    logs = []
    for seed, changes in product((1, 2), CHANGES):
        data = b"".join(sample(parts(seed)).splitlines(keepends=True)[:LINES])
        for old, new in changes:
            data = data.replace(old, new)
        logs.append(data)
    return BothWays(reader, logs, BLOCKS, MAIL_DIRT)


WAYS: Final = {
    "postfix": both_ways(PostfixLogReader, postfix_parts),
    "exim": both_ways(EximLogReader, exim_parts),
    "sendmail": both_ways(SendmailLogReader, sendmail_parts),
    "opensmtpd": both_ways(OpenSmtpdLogReader, opensmtpd_parts),
}


@pytest.mark.parametrize("name", WAYS)
def test_damaged_logs_are_read_the_same_both_ways(name: str) -> None:
    assert [number for number in range(60) if WAYS[name].differs(number)] == []


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(WAYS)), st.integers(min_value=1_000))
def test_any_damage_is_read_the_same_both_ways(name: str, number: int) -> None:
    assert not WAYS[name].differs(number)
