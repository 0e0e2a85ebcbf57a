"""Writes large text logs: one event a line, ours among others, the same for the same seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench.incidents import Refusals

_FIRST_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)
_LINES_A_BLOCK: Final = 5_000
_FOREIGN: Final = (
    "Information EXCH01 ESE 101 Information Store (2604) First Storage Group: The database engine stopped.",
    "Information EXCH01 MSExchangeIS 1221 The database has 2,048 megabytes of free space after defragmentation.",
    "Warning EXCH02 MSExchangeSA 9325 OALGen will skip user entry because its proxy addresses are not complete.",
)


def write_text_log(path: Path, *, megabytes: float, share: float = 0.05, seed: int = 7002) -> int:
    """Writes a log of that size (10**6 bytes) to `path`, `share` of its lines ours; gives back how many of ours."""
    source = random.Random(seed)
    refusals = iter(Refusals(seed))
    moment, ours, written = _FIRST_TIME, 0, 0
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        while written < megabytes * 1e6:
            lines = []
            for _ in range(_LINES_A_BLOCK):
                moment += timedelta(seconds=source.randrange(60))
                stamp = f"{moment:%Y-%m-%d %H:%M:%S}"
                if source.random() >= share:
                    lines.append(f"{stamp} {source.choice(_FOREIGN)}\n")
                    continue
                ours += 1
                kind, strings = next(refusals)
                lines.append(f"{stamp} Warning EXCH01 MSExchangeTransport {kind.event_id} {_sentence(strings)}\n")
            written += stream.write("".join(lines))
    return ours


def _sentence(strings: tuple[str, ...]) -> str:
    server, connection, host, verb, reply, command = strings
    return (
        f"This is an SMTP protocol warning log for virtual server ID {server}, connection #{connection}. "
        f'The remote host "{host}", responded to the SMTP command "{verb}" with "{reply}". '
        f'The full command sent was "{command}".  This may cause the connection to fail.'
    )
