"""Every wrapper against every reader and every server: none is taken for another, and no dirt brings it down."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from typing import Final

import pytest

from reading.test_service_logs_damaged import damaged, look_at
from smtpscope.errors import LogError
from smtpscope.reading.record import LogReader, ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log, readers
from smtpscope.reading.wrappers.wrapped_log import WrappedLog
from support.every_format import SERVICE_LOGS
from support.mail_server_logs import FURTHER_PARTS
from support.memory_source import MemorySource
from support.wrapped_forms import FORMS, written

OPTIONS: Final = ReadOptions(newest=datetime(2026, 11, 25, tzinfo=UTC))
# The first are records already, the second whole sessions.
_NO_LINES: Final = ("delivery", "transcript")
SERVERS: Final = ("Postfix", "Exim", "Sendmail", *(f"log of {name}" for name in FURTHER_PARTS if name not in _NO_LINES))
PLAIN: Final = [form for form in SERVICE_LOGS if "container" not in form and "delivery" not in form]


def opened(data: bytes) -> LogReader:
    return open_log(MemorySource(data), OPTIONS)


def exchanges_of(reader: LogReader) -> list[SmtpExchangeRecord]:
    return [exchange for batch in reader.batches() for exchange in batch.exchanges]


@pytest.mark.parametrize("form", FORMS)
def test_a_wrapper_is_opened_as_one_and_every_other_reader_keeps_its_head(form: str) -> None:
    data = written(form, count=12)
    reader = opened(data)
    assert isinstance(reader, WrappedLog)
    assert reader.format.name == "postfix"
    for other in readers():
        with suppress(LogError):
            for batch in other(MemorySource(data), OPTIONS).batches():
                assert batch.bytes_read <= len(data)


@pytest.mark.parametrize("form", PLAIN)
def test_a_plain_log_is_no_wrapper(form: str) -> None:
    assert not isinstance(opened(SERVICE_LOGS[form][1]()), WrappedLog)


WRAPPERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "Docker's json-file": lambda line: json.dumps(
        {"log": f"{line.decode('utf-8', 'replace')}\n", "stream": "stdout", "time": "2026-11-24T09:00:00.5Z"}
    ).encode(),
    "Filebeat": lambda line: json.dumps(
        {"@timestamp": "2026-11-24T09:00:00.500Z", "message": line.decode("utf-8", "replace"), "agent": {"type": "x"}}
    ).encode(),
    "Kubernetes CRI": lambda line: b"2026-11-24T09:00:00.500000000Z stdout F " + line,
}


@pytest.mark.parametrize("server", SERVERS)
def test_every_server_is_read_inside_as_outside(server: str) -> None:
    lines = SERVICE_LOGS[server][1]().splitlines()[:200]
    outside = exchanges_of(opened(b"\n".join(lines) + b"\n"))

    def told(found: list[SmtpExchangeRecord]) -> list[tuple[str | None, ...]]:
        return [(each.side, each.remote_host, each.logged_verb, each.reply, each.mailbox) for each in found]

    assert outside
    for name, wrapper in WRAPPERS.items():
        inside = exchanges_of(opened(b"\n".join(map(wrapper, lines)) + b"\n"))
        assert told(inside) == told(outside), name


@pytest.mark.parametrize("form", FORMS)
def test_a_wrapper_that_is_cut_off_gives_what_stands_before_the_cut(form: str) -> None:
    data = written(form, count=30)
    whole = [exchange.offset for exchange in exchanges_of(opened(data))]
    for part in (0.1, 0.5, 0.9, 0.999):
        cut = [exchange.offset for exchange in exchanges_of(opened(data[: int(len(data) * part)]))]
        assert cut[:-1] == whole[: max(0, len(cut) - 1)], part
        assert len(cut) >= len(whole) * part - 4, part


@pytest.mark.parametrize("form", FORMS)
def test_damage_costs_no_exception(form: str) -> None:
    whole = written(form, count=12)
    # `make fuzz` looks for more.
    for seed in range(3):
        chance = Random(f"{form} {seed}")
        data = damaged(whole, chance)
        with suppress(LogError):
            reader = opened(data)
            for exchange in exchanges_of(reader)[:3]:
                assert 0 <= exchange.offset < len(data)
                look_at(reader, exchange.offset)
            for _ in range(2):
                look_at(reader, chance.randrange(len(data)))


HOSTILE: Final = (
    b'{"log": null, "stream": "stdout", "time": null}\n',
    b'{"log": {"log": {"log": "x"}}, "stream": [], "time": {}}\n',
    b'{"log": "' + b"\\u0000\\ud800\\u001b[2J\\u202e" * 40 + b'", "stream": "stdout", "time": "x"}\n',
    b'{"log": "' + b"x" * 300_000 + b'", "stream": "stdout", "time": "2026-11-24T09:00:00Z"}\n',
    # Deeper than the parser of the oldest Python goes.
    b'{"log":' * 1_100 + b"\n",
    b"[" * 50_000 + b"\n",
    b'{"MESSAGE": [80, 999, -1, "x"], "__REALTIME_TIMESTAMP": "' + b"9" * 5_000 + b'"}\n',
    b"2026-11-24T09:00:00Z stdout P " + b"p" * 200_000 + b"\n",
    b"** Alert " + b"9" * 5_000 + b".1: - x\n",
    b"MESSAGE\n" + b"\xff" * 8 + b"short\n",
    b'"timestamp","source","message"\n"' + b'""' * 4_000 + b"\n",
    b"\0" * 5_000 + b"\n",
    b"",
)


@pytest.mark.parametrize("form", FORMS)
def test_hostile_records_cost_themselves_alone(form: str) -> None:
    data = written(form, count=6)
    whole = len(exchanges_of(opened(data)))
    log, parts = data, [range(len(data))]
    for hostile in HOSTILE:
        log += hostile + data
        parts.append(range(len(log) - len(data), len(log)))
    reader = opened(log)
    found = exchanges_of(reader)
    for number, part in enumerate(parts):
        # A hostile record may be the first part of the line that comes next.
        count = sum(exchange.offset in part for exchange in found)
        assert whole - 1 <= count <= whole, f"after {HOSTILE[number - 1][:40]!r}"
    assert len(found) == len({exchange.offset for exchange in found})
    look_at(reader, found[-1].offset)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_records_alone_are_no_log_or_one_without_refusals(hostile: bytes) -> None:
    with suppress(LogError):
        assert exchanges_of(opened(hostile * 3)) == []
