"""Lines that begin without the time that all others have."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.text.text_log import batches_of
from support.every_format import SERVICE_LOGS
from support.mail_logs import postfix_parts, sample
from support.memory_source import MemorySource

LOG = sample(postfix_parts(1))
LINES = LOG.splitlines(keepends=True)


def told(data: bytes, block_size: int = 1 << 20) -> list[tuple[str, int | None]]:
    source = MemorySource(data)
    reader = PostfixLogReader(source, ReadOptions(), block_size=block_size)
    batches = list(batches_of(reader, source))
    problems = [problem for batch in batches for problem in batch.problems if "without the time" in problem.reason]
    return [(problem.place, problem.records) for problem in problems]


@pytest.mark.parametrize("block_size", [1 << 20, 6_000])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_text_from_elsewhere_is_counted_with_its_first_place(block_size: int, codec: str) -> None:
    junk = b"Dear colleagues,\nthe parcel is late again.\n\n"
    data = b"".join([*LINES[:30], junk, *LINES[30:60], b"Regards\n", *LINES[60:]])
    if codec == "utf-8":
        assert told(data, block_size) == [(f"from byte {len(b''.join(LINES[:30])):#x}", 3)]
    else:
        ((place, count),) = told(data.decode().encode(codec), block_size)
        assert count == 3
        assert place == f"from byte {2 + 2 * len(b''.join(LINES[:30]).decode()):#x}"


def test_lines_of_other_programs_and_lines_that_continue_are_no_problem() -> None:
    other = b"Nov  9 06:12:41 mail CRON[5]: (root) CMD (true)\n\tcontinued\n2026-11-09T06:12:41Z mail sshd[3]: x\n"
    assert told(b"".join([*LINES[:30], other, *LINES[30:]])) == []


def test_sound_logs_have_none() -> None:
    for name, (_, write) in SERVICE_LOGS.items():
        source = MemorySource(write())
        batches = list(batches_of(open_log(source, ReadOptions()), source))
        reasons = [problem.reason for batch in batches for problem in batch.problems]
        assert not any("without the time" in reason for reason in reasons), name
