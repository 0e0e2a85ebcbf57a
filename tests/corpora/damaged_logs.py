"""Damaged copies of real .evtx files, read with the native decoder in its process: none may hang, none may raise."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from smtpscope.errors import LogError
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import ReadOptions
from support.memory_source import MemorySource

_HEADER: Final = 4096
_LARGEST: Final = 1 << 20
_STOPPED: Final = "The fast decoder"


@dataclass(slots=True)
class DamagedRun:
    """What reading the copies gave: `stops` counts copies for which the decoder had to be stopped, by the reason."""

    copies: int = 0
    records: int = 0
    told: int = 0
    refused: int = 0
    slowest: float = 0.0
    slowest_copy: str = ""
    stops: Counter[str] = field(default_factory=Counter)
    raised: list[str] = field(default_factory=list)


def damaged(data: bytes, chance: Random) -> bytes:
    """`data` with damage behind its file header: bytes changed, overwritten, zeroed, or the end lost."""
    copy = bytearray(data)
    for _ in range(chance.choice((1, 3, 10, 40))):
        at = chance.randrange(min(_HEADER, len(copy) - 1), len(copy))
        how = chance.randrange(4)
        if how == 0:
            copy[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            copy[at] = chance.randrange(256)
        elif how == 2:
            copy[at : at + 4] = chance.randbytes(min(4, len(copy) - at))
        else:
            length = min(chance.choice((8, 64, 512)), len(copy) - at)
            copy[at : at + length] = bytes(length)
    if chance.random() < 0.1:
        del copy[chance.randrange(_HEADER, len(copy)) :]
    return bytes(copy)


def read_damaged(paths: Sequence[Path], copies: int, seed: int = 0) -> DamagedRun:
    """Reads so many damaged copies of the files of at most 1 MB; the same `seed` gives the same ones."""
    small = sorted(path for path in paths if _HEADER < path.stat().st_size <= _LARGEST)
    run = DamagedRun()
    for number in range(copies if small else 0):
        chance = Random(f"{seed}/{number}")
        path = chance.choice(small)
        before = time.monotonic()
        try:
            # Not quick: every chunk goes to the native decoder, whatever is in it.
            reader = EvtxReader(MemorySource(damaged(path.read_bytes(), chance)), ReadOptions(), quick=False)
            for batch in reader.batches():
                run.records += len(batch.records) + batch.unrelated_records
                run.told += sum(problem.records or 1 for problem in batch.problems if problem.outcome == "skipped")
                run.stops.update(
                    problem.reason.partition(";")[0].partition(",")[0]
                    for problem in batch.problems
                    if problem.reason.startswith(_STOPPED) and problem.outcome == "recovered"
                )
        except LogError:
            run.refused += 1
        except Exception as error:
            run.raised.append(f"{path.name}, copy {number}: {type(error).__name__}: {error}")
        seconds = time.monotonic() - before
        if seconds > run.slowest:
            run.slowest, run.slowest_copy = seconds, f"{path.name}, copy {number}"
        run.copies += 1
    return run
