"""Damages logs and reads them: `python -m fuzz`, with tests/ on the path.

Every form gets the same share. A violation is told with its form and number, which `--form` and `--number` make again.
The exit code is 1 where there was one.
"""

from __future__ import annotations

import argparse
import faulthandler
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from fuzz.mutations import damaged, places
from fuzz.oracles import SECONDS, Violation, checked
from fuzz.seeds import forms, seed_of

_MEMORY: Final = 2 << 30
_TOLD_OF_A_FORM: Final = 5
_AT_ONCE: Final = 10


def limit_memory() -> None:
    """So that what grows without end fails here, and not the machine."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


class Campaign:
    """Damaged logs of all forms in turn: `count` were read, and `found` is what was wrong."""

    def __init__(self) -> None:
        self.count = 0
        self.found: list[Violation] = []
        self._told: Counter[tuple[str, str]] = Counter()

    def run(self, names: Sequence[str], minutes: float, first: int, most: int | None) -> None:
        """Reads for so many minutes, `most` logs of each form, or until ctrl+c."""
        until = time.monotonic() + 60 * minutes
        number = first
        with suppress(KeyboardInterrupt):
            while time.monotonic() < until and (most is None or number < first + most):
                for name in names:
                    self._read(name, number)
                    if time.monotonic() > until:
                        break
                number += _AT_ONCE
        faulthandler.cancel_dump_traceback_later()

    def _read(self, name: str, number: int) -> None:
        seed = seed_of(name)
        for step in range(_AT_ONCE):
            faulthandler.dump_traceback_later(20 * SECONDS, exit=True)
            violation = checked(seed, number + step)
            self.count += 1
            if violation is None:
                continue
            self.found.append(violation)
            self._told[violation.form, violation.kind] += 1
            if self._told[violation.form, violation.kind] <= _TOLD_OF_A_FORM:
                print(f"{violation.form} #{violation.number}: {violation.kind}: {violation.what}", flush=True)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--minutes", type=float, default=5.0)
    arguments.add_argument("--first", type=int, default=0, help="the number of the first log of each form")
    arguments.add_argument("--files", type=int, help="so many of each form at most")
    arguments.add_argument("--form", action="append", help="this form alone")
    arguments.add_argument("--number", type=int, help="with --form: prints that one log to standard output")
    given = arguments.parse_args()
    names = given.form or forms()
    if given.number is not None:
        sys.stdout.buffer.write(damaged(seed_of(names[0]), given.number).data)
        return 0
    limit_memory()
    before = time.monotonic()
    # Also where it was started in the background, with SIGINT ignored; what it found so far is told.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    campaign = Campaign()
    campaign.run(names, given.minutes, given.first, given.files)
    count, found = campaign.count, campaign.found
    seconds = time.monotonic() - before
    told = Counter((violation.form, violation.kind) for violation in found)
    single = sum(bool(places(seed_of(name))) for name in names)
    print(f"{count:,} damaged logs of {len(names)} forms ({single} with single records) in {seconds:.0f} s")
    for (form, kind), number in sorted(told.items()):
        print(f"  {form}: {number} × {kind}")
    print("no violation" if not found else f"{len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
