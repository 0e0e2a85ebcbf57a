"""What must be true of a damaged log: it is read without an exception, in time, and nothing of it vanishes unseen."""

from __future__ import annotations

import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from types import FrameType
from typing import Final, Literal

from fuzz.mutations import anywhere, in_one_record
from fuzz.seeds import Found, Seed, read

SECONDS: Final = 5.0
"""A log of 60 KB takes some hundredths."""
_MOST_OF_A_SESSION: Final = 6
"""Exchanges that one line may carry with it where a log holds sessions."""

Kind = Literal["exception", "hang", "silent loss"]


@dataclass(frozen=True, slots=True)
class Violation:
    """`form` and `number` make it again: the mutation follows from them."""

    form: str
    number: int
    kind: Kind
    what: str


class OutOfTimeError(BaseException):
    """Reading took too long."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises OutOfTimeError in what takes longer than `seconds` of CPU time."""

    def end(number: int, frame: FrameType | None) -> None:
        raise OutOfTimeError

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def mutated(seed: Seed, number: int) -> tuple[bytes, int | None, str]:
    """The log of that number: its bytes, and the place of the only record that is damaged, if it is one only."""
    chance = Random(f"{seed.form}/{number}")
    if number % 4:
        one = in_one_record(seed, chance)
        if one is not None:
            return one
    return anywhere(seed.data, chance), None, "anywhere"


def checked(seed: Seed, number: int) -> Violation | None:
    """What is wrong with how the log of that number is read; None where nothing is."""
    data, damaged, name = mutated(seed, number)
    before = time.monotonic()
    try:
        with limited(SECONDS):
            found = read(data)
    except OutOfTimeError:
        return Violation(seed.form, number, "hang", f"{name}: after {time.monotonic() - before:.1f} s")
    except Exception as error:
        step = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{name}: {type(error).__name__}: {error} ({step.filename.rpartition('/')[2]}:{step.lineno})"
        return Violation(seed.form, number, "exception", what)
    lost = None if damaged is None else _lost(seed, found, damaged)
    return None if lost is None else Violation(seed.form, number, "silent loss", f"{name}: {lost}")


def _lost(seed: Seed, found: Found, damaged: int) -> str | None:
    """Which intact records are gone without a word; None where none is, or a problem was told."""
    if found.error is not None or found.problems - seed.found.problems or found.odd > seed.found.odd:
        return None
    missing = Counter(key for place, key in seed.found.exchanges if place != damaged)
    missing.subtract(key for _, key in found.exchanges)
    gone = sum(count for count in missing.values() if count > 0)
    if gone <= (_MOST_OF_A_SESSION if seed.sessions else 0):
        return None
    return f"{gone} of {len(seed.found.exchanges)} others, damaged at {damaged:#x}"
