"""Writes large logs of the SMTP service with 1 to 5 % of their rows refusals, the same for the same seed.

The rows come from the writers of the tests, which have more refusals in less text: here most mail goes through.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count, groupby
from typing import BinaryIO, Final

from support.iis_smtp_logs import BEGIN, FORMS, LoggedRow, some_rows
from support.mail_logs import sendmail_parts, write_parts
from support.protocol_logs import connectivity_log, protocol_log
from support.tracking_logs import COLUMNS, header, row, tracking_2003_log, tracking_rows

_SEED: Final = 7002
_VERSION: Final = "15.02.1544.004"
_BYTES_A_2003_ROW: Final = 205
_2003_EVENTS: Final = ("1019", "1025", "1024", "1033", "1034", "1020", "1031", "1027", "1028")


def _write(target: BinaryIO, size: int, pieces: Iterator[str]) -> None:
    written = 0
    while written < size:
        written += target.write(next(pieces).encode())


def write_protocol(target: BinaryIO, size: int) -> None:
    """Sessions of a Send connector."""
    pieces = (protocol_log("Send", sessions=300, seed=_SEED + number, share=0.3) for number in count())
    _write(target, size, pieces)


def write_connectivity(target: BinaryIO, size: int) -> None:
    """Connections of the queues, of which 5 in 100 of the failed ones are kept."""
    chance = random.Random(_SEED)
    _write(target, size, (_mostly_made(connectivity_log(sessions=500, seed=_SEED + n), chance) for n in count()))


def _mostly_made(log: str, chance: random.Random) -> str:
    kept = []
    for _, rows in groupby(log.splitlines(keepends=True), key=lambda line: line.split(",", 2)[1:2]):
        analysis = "".join(rows)
        if analysis.startswith("#") or "Established connection" in analysis or chance.random() < 0.05:
            kept.append(analysis)
    return "".join(kept)


def write_tracking(target: BinaryIO, size: int) -> None:
    """Rows of Exchange 2019, of which 1 in 10 of the refused ones is kept."""
    _write(target, size, _tracked())


def _tracked() -> Iterator[str]:
    chance = random.Random(_SEED)
    columns = COLUMNS[_VERSION]
    yield header(columns, _VERSION)
    for number in count():
        yield "".join(
            row(columns, values)
            for values in tracking_rows(300, _SEED + number)
            if values["event-id"] not in ("FAIL", "DEFER") or chance.random() < 0.1
        )


def write_tracking_2003(target: BinaryIO, size: int) -> None:
    """2 in 100 rows tell of a non-delivery report; the format holds no replies."""
    chance = random.Random(_SEED)
    rows = max(1, size // _BYTES_A_2003_ROW)
    events = ("1030" if chance.random() < 0.02 else chance.choice(_2003_EVENTS) for _ in range(rows))
    target.write(tracking_2003_log((event, f"user{chance.randrange(900)}@example.com") for event in events).encode())


def write_sendmail(target: BinaryIO, size: int) -> None:
    """Each second of the refusals is kept."""
    chance = random.Random(_SEED)
    write_parts((part for part in sendmail_parts(_SEED) if not part[1] or chance.random() < 0.5), target, size)


def iis_writer(form: str) -> Callable[[BinaryIO, int], None]:
    """What writes a log of the SMTP service of IIS in that form: w3c, iis or ncsa."""

    def write(target: BinaryIO, size: int) -> None:
        _write(target, size, (FORMS[form](rows) for rows in _sessions_in_turn()))

    return write


def _sessions_in_turn() -> Iterator[list[LoggedRow]]:
    begin = BEGIN
    for number in count():
        rows = some_rows(300, _SEED + number, begin)
        yield rows
        begin = rows[-1].time
