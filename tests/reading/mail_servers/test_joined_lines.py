"""Two lines that have become one because the line end between them is lost: both are read, whoever wrote them."""

from __future__ import annotations

from itertools import pairwise

from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.record import LogReader, ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.text.text_log import batches_of
from support.every_format import SERVICE_LOGS
from support.memory_source import MemorySource

_LOOKED_AT = 2
_LOST = (b"", b"\0", b" ", b"\xff")


def read(data: bytes) -> tuple[LogReader, list[tuple[int, int | None, str, str]], list[str]]:
    source = MemorySource(data)
    reader = open_log(source, ReadOptions())
    batches = list(batches_of(reader, source))
    found = [(each.offset, each.time_ms, each.reply, each.remote_host) for batch in batches for each in batch.exchanges]
    return reader, found, [problem.place for batch in batches for problem in batch.problems]


def test_a_refusal_that_hangs_on_the_line_before_is_read_and_told() -> None:
    for name, (_, write) in SERVICE_LOGS.items():
        data = write()
        data = data[: data.rfind(b"\n", 0, 24_000) + 1]
        if not isinstance(open_log(MemorySource(data), ReadOptions()), MailLog):
            continue
        _, sound, before = read(data)
        apart = [place for (last, *_), (place, *_) in pairwise(sound) if place - last > 1_000]
        for number, place in enumerate(apart[:_LOOKED_AT]):
            between = _LOST[number]
            damaged = data[: place - 1] + between + data[place:]
            _, found, problems = read(damaged)
            assert sorted(each[1:] for each in found) == sorted(each[1:] for each in sound), (name, between)
            # The reader of mail-errors looks for the reply wherever it is in a line.
            assert len(problems) > len(before) or name == "log of mail-errors", (name, between)
