"""Converted exchanges in each of their forms: a sample that is always the same, and files of any size."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from smtpscope.export.conversion.convert_columns import DiagnosedExchange
from smtpscope.export.conversion.convert_text import ConvertedText, converted_text
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.record import SmtpExchangeRecord

_REPLIES: Final = (
    "550 5.1.1 User unknown",
    '451 4.7.1 Greylisted, "try again" later;\r\nsee https://www.example.net/greylist',
    "554 5.7.1 Größe überschritten \\ +1",
    "452 4.2.2 Mailbox full ",
)
_BYTES_A_ROW: Final[dict[ConvertedText, int]] = {"jsonl": 850, "ecs": 1_500, "csv": 380}


def judged_exchanges(seed: int) -> Iterator[DiagnosedExchange]:
    """Exchanges without end, believable ones: of an event log, and of a log of the SMTP service."""
    chance = random.Random(seed)
    parser = SmtpExchangeParser()
    offset = 0
    for number in range(1 << 40):
        offset += chance.randrange(200, 400)
        user = chance.randrange(400)
        record = SmtpExchangeRecord(
            "logs/EXCH01.evtx" if number % 2 else "SEND20261102-1.LOG",
            offset,
            1_793_600_000_000 + number * 61_017,
            number % 2 == 0,
            "inbound" if number % 5 == 0 else "outbound",
            "MSExchangeTransport" if number % 2 else "SMTP Send Protocol Log",
            "EXCH01",
            None if number % 2 else "Internet",
            chance.choice(("mx1.contoso.example", "MX2.fabrikam.example.", "[192.0.2.7]", "")),
            "rcpt",
            f"RCPT TO:<user{user}@example.com>",
            chance.choice(_REPLIES),
            event_id=7002 if number % 2 else None,
            record_id=number if number % 2 else None,
            level="warning" if number % 2 else None,
            channel="Application" if number % 2 else None,
            virtual_server=1 if number % 2 else None,
            connection=user if number % 2 else None,
            certainty="may" if number % 2 else None,
        )
        yield DiagnosedExchange(parser.take(record), "no-such-mailbox", "sender")


def first_exchanges(count: int, seed: int = 7002) -> list[DiagnosedExchange]:
    """The first `count` of them."""
    rows = judged_exchanges(seed)
    return [next(rows) for _ in range(count)]


def sample(form: ConvertedText) -> Callable[[], bytes]:
    """What makes a sample of sixty exchanges as bytes."""
    return lambda: "".join(converted_text(first_exchanges(60), form)).encode()


def write_converted(target: BinaryIO, size: int, seed: int, form: ConvertedText = "jsonl") -> int:
    """Writes about `size` bytes and returns how many exchanges they hold."""
    count = max(1, size // _BYTES_A_ROW[form])
    rows = judged_exchanges(seed)
    for piece in converted_text((next(rows) for _ in range(count)), form):
        target.write(piece.encode())
    return count


def parquet_bytes(rows: list[DiagnosedExchange], *, rows_a_group: int = 100_000) -> bytes:
    """`rows` as a Parquet file; needs pyarrow."""
    from smtpscope.export.conversion.convert_parquet import write_parquet

    stream = io.BytesIO()
    write_parquet(rows, stream, rows_a_group=rows_a_group)
    return stream.getvalue()
