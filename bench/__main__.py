"""`python -m bench` measures, prints the tables and, with `--into FILE`, writes them into a document."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from platformdirs import user_cache_path

from bench.evtx_data import DENSE
from bench.formats import NOTE, format_rows
from bench.peers import Peers
from bench.rows import FULL, QUICK, Bench, Logs, Sizes
from bench.screens import latencies, start_ups
from bench.table import MarkersError, Section, markdown, write_into


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small logs, fewer runs: 2 minutes instead of 15")
    parser.add_argument("--peers", default=sys.executable, help="the Python that has evtx and python-evtx")
    parser.add_argument("--into", type=Path, help="write the tables between the markers of this file; not if --quick")
    options = parser.parse_args()
    folder = user_cache_path("smtpscope-bench")
    sizes = QUICK if options.quick else FULL
    started = time.monotonic()

    def say(sentence: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {sentence}", file=sys.stderr, flush=True)

    sections = []
    for section in _sections(sizes, folder, options.peers, options.quick, say):
        # Each as soon as it is there: the whole takes long.
        print(markdown([section], ""), flush=True)
        sections.append(section)
    text = markdown(sections, _heading(options.quick))
    if options.into is not None and not options.quick:
        try:
            write_into(options.into, text)
        except (OSError, MarkersError) as error:
            print(f"Not written into {options.into}: {error}", file=sys.stderr)
            return 1
    say("done")
    return 0


def _sections(sizes: Sizes, folder: Path, python: str, quick: bool, say: Callable[[str], None]) -> Iterator[Section]:
    logs = Logs(folder)
    bench = Bench(Peers(python), logs, sizes, folder, say)
    say("start-up of a report")
    start = bench.start_up()
    yield Section("Reading .evtx: `smtpscope report` as a whole process", bench.evtx(start))
    yield Section("Reading text", bench.text())
    formats = list(format_rows(bench, logs, sizes.formats, sizes.formats_times, say))
    yield Section("Formats: `smtpscope report` as a whole process", formats, [NOTE])
    million = logs.evtx(DENSE, 14 if quick else 445)
    opening = start_ups(million, folder / "cache" / "pictures", sizes.times, say)
    yield Section("Opening again, and start-up", [*bench.cached(), *opening])
    yield Section("By size: reading without start-up must stay the same a MB", bench.series(start))
    counts = (10_000, 100_000) if quick else (10_000, 100_000, 1_000_000)
    keys, memory = latencies(counts, say)
    note = f"Milliseconds (95th percentile) to the first change and to the last, at {_counts(counts)} exchanges."
    yield Section("From key to screen, with the real application", keys, [note])
    yield Section("Memory", memory)


def _counts(counts: tuple[int, ...]) -> str:
    return " / ".join(f"{count:,}" for count in counts)


def _heading(quick: bool) -> str:
    versions = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    how = "Quick run on small logs, so start-up weighs more than it should. " if quick else ""
    return (
        f"{how}Measured by `make bench` on {versions}: each pair in the same run, ratios are the median of the pairs, "
        "times the median of the runs, memory the peak of the whole process."
    )


if __name__ == "__main__":
    sys.exit(main())
