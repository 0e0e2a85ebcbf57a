"""Runs a command as a whole process: how long it takes and how much memory it needs at most."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_BYTES_IN_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""What `ru_maxrss` counts: bytes on macOS, KiB elsewhere."""


@dataclass(frozen=True, slots=True)
class Run:
    """`seconds` on the wall, `peak` bytes of resident memory."""

    seconds: float
    peak: int


class CommandError(Exception):
    """A measured command failed; its figures would mean nothing."""


# A child's peak begins with the size of the process that forked it, so a small one must do that, not this one.
_LAUNCHER: Final = """
import os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(time.perf_counter() - started, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
child.returncode = 0
"""


def usual(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """`environment` (None: that of this process) for what is measured: compiled modules are kept, as for any user.

    Where they are not, each start compiles all of them again.
    """
    given = os.environ if environment is None else environment
    return {name: value for name, value in given.items() if name != "PYTHONDONTWRITEBYTECODE"}


def output(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> bytes:
    """What `command` prints. Raises CommandError when it does not end with 0."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=usual(environment))
    if done.returncode:
        said = done.stderr.decode(errors="replace")
        raise CommandError(f"{' '.join(command)}: exit code {done.returncode}\n{said}")
    return done.stdout


def run(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Run:
    """Runs `command` with its output thrown away. Raises CommandError when it does not end with 0."""
    launched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
        capture_output=True,
        text=True,
        env=usual(environment),
    )
    seconds, peak, exit_code = (launched.stdout.split() or ["0", "0", "1"])[:3]
    if int(exit_code):
        raise CommandError(f"{' '.join(command)}: exit code {exit_code}\n{launched.stderr}")
    return Run(float(seconds), int(peak) * _BYTES_IN_UNIT)


@dataclass(frozen=True, slots=True)
class Paired:
    """Two commands run in turn. `ratio` is the median of first / second of each pair."""

    first: Run
    second: Run
    ratio: float


def median_run(runs: Sequence[Run]) -> Run:
    """The median time; of the memory the highest, as that is what a machine must have."""
    return Run(statistics.median(run.seconds for run in runs), max(run.peak for run in runs))


def paired(
    first: Callable[[], Run], second: Callable[[], Run], *, times: int, off: float = 0.0, scale: float = 1.0
) -> Paired:
    """Runs both in turn, `times` times; `off` seconds are taken off the second, `scale` multiplies it.

    The first, which is ours, runs once before, unmeasured: that compiles its modules, and brings the log into memory.

    What disturbs the machine disturbs both runs of a pair, so the ratio of a pair says more than the times.
    """
    first()
    pairs = [(first(), second()) for _ in range(times)]
    ratios = [one.seconds / max(1e-4, (two.seconds - off) * scale) for one, two in pairs]
    return Paired(
        median_run([one for one, _ in pairs]), median_run([two for _, two in pairs]), statistics.median(ratios)
    )
