"""Two lines that have become one because the line end between them is lost: both are read, whoever wrote them."""

from __future__ import annotations

from itertools import pairwise

from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.text.text_log import batches_of
from support.every_format import SERVICE_LOGS
from support.memory_source import MemorySource

_LOOKED_AT = 2
_LOST = (b"", b"\0", b" ", b"\xff")


def read(data: bytes) -> list[tuple[int, int | None, str, str]]:
    source = MemorySource(data)
    batches = batches_of(open_log(source, ReadOptions()), source)
    return [(each.offset, each.time_ms, each.reply, each.remote_host) for batch in batches for each in batch.exchanges]


def test_a_refusal_that_hangs_on_the_line_before_is_read() -> None:
    for name, (_, write) in SERVICE_LOGS.items():
        data = write()
        data = data[: data.rfind(b"\n", 0, 24_000) + 1]
        if not isinstance(open_log(MemorySource(data), ReadOptions()), MailLog):
            continue
        sound = read(data)
        apart = [place for (last, *_), (place, *_) in pairwise(sound) if place - last > 1_000]
        for number, place in enumerate(apart[:_LOOKED_AT]):
            between = _LOST[number]
            damaged = data[: place - 1] + between + data[place:]
            found = read(damaged)
            assert sorted(each[1:] for each in found) == sorted(each[1:] for each in sound), (name, between)
