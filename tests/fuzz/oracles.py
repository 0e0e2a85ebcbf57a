"""What must be true of a damaged log: it is read without an exception, in time, and nothing of it vanishes unseen."""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final, Literal

from fuzz.losses import unaccounted
from fuzz.mutations import damaged
from fuzz.seeds import Seed, read

SECONDS: Final = 5.0
"""A log of 60 KB takes some hundredths."""

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


def checked(seed: Seed, number: int) -> Violation | None:
    """What is wrong with how the log of that number is read; None where nothing is."""
    damage = damaged(seed, number)
    name = damage.name
    before = time.monotonic()
    try:
        with limited(SECONDS):
            found = read(damage.data)
    except OutOfTimeError:
        return Violation(seed.form, number, "hang", f"{name}: after {time.monotonic() - before:.1f} s")
    except Exception as error:
        step = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{name}: {type(error).__name__}: {error} ({step.filename.rpartition('/')[2]}:{step.lineno})"
        return Violation(seed.form, number, "exception", what)
    lost = unaccounted(seed, found, damage)
    return None if lost is None else Violation(seed.form, number, "silent loss", f"{name}: {lost}")
