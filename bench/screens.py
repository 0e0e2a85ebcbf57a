"""What is measured with the application: the first picture, and each key at several sizes of the store."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from bench.running import usual
from bench.table import Row, megabytes

_UNIT: Final = 1 if sys.platform == "darwin" else 1024
_HELP_LIMIT, _EMPTY_LIMIT, _CACHED_LIMIT, _KEY_LIMIT = 0.15, 0.8, 1.5, 50
_BYTES_LIMIT: Final = 120


def latencies(counts: Sequence[int], say: Callable[[str], None]) -> tuple[list[Row], list[Row]]:
    """Milliseconds from key to screen by action and size; and the memory of each size."""
    answers: dict[int, Any] = {}
    for count in counts:
        say(f"keys at {count:,} exchanges")
        done = subprocess.run(
            [sys.executable, "-m", "bench.latency", str(count)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=usual(),
        )
        answers[count] = json.loads(done.stdout)
    rows = []
    for action in answers[counts[0]]["latencies"]:
        cells = [_cell(answers[count]["latencies"][action]) for count in counts]
        worst = _percentile([first for first, _ in answers[counts[-1]]["latencies"][action]])
        rows.append(Row(action, " / ".join(cells), f"first change within {_KEY_LIMIT} ms", worst <= _KEY_LIMIT))
    memory = []
    for count in counts:
        answer = answers[count]
        each = answer["columns"] / count
        memory.append(
            Row(
                f"{count:,} exchanges in memory",
                f"{each:.0f} bytes an exchange in columns",
                f"at most {_BYTES_LIMIT}" if count >= 100_000 else "",
                each <= _BYTES_LIMIT if count >= 100_000 else None,
                "",
                f"{megabytes(answer['peak'] * _UNIT)} (whole application)",
            )
        )
    return rows, memory


def _percentile(values: Sequence[float]) -> float:
    """The 95th percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else 0.0


def _cell(times: Sequence[tuple[float, float]]) -> str:
    """First change, and all that changes: 95th percentile each."""
    return f"{_percentile([first for first, _ in times]):.0f}, {_percentile([last for _, last in times]):.0f}"


def start_ups(log: Path, cache: Path, times: int, say: Callable[[str], None]) -> list[Row]:
    """`--help`, the first picture without a file, and with `log` from the cache."""
    say("start-up")
    # Each runs once unmeasured, as the first start of all compiles the modules.
    _help()
    _first_picture()
    help_seconds = statistics.median(_help() for _ in range(times))
    empty = statistics.median(_first_picture() for _ in range(times))
    # The first run reads the log and keeps it.
    _first_picture(str(cache), str(log))
    cached = statistics.median(_first_picture(str(cache), str(log)) for _ in range(times))
    size = megabytes(log.stat().st_size)
    return [
        _row("`smtpscope --help`", help_seconds, _HELP_LIMIT),
        _row("first picture without a file", empty, _EMPTY_LIMIT),
        _row(f"first picture with all events of a dense log of {size} from the cache", cached, _CACHED_LIMIT),
    ]


def _row(what: str, seconds: float, limit: float) -> Row:
    return Row(what, f"{seconds:.2f} s", f"at most {limit} s", seconds <= limit)


def _help() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "smtpscope", "--help"], check=True, stdout=subprocess.DEVNULL, env=usual())
    return time.perf_counter() - started


def _first_picture(*arguments: str) -> float:
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "bench.watched_browser", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=usual(),
    )
    return float(done.stdout) - started
