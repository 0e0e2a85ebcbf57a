"""Reads folders of public logs: `python -m corpora FOLDER...`, with tests/ on the path; each folder is one collection.

Without a folder it lists the collections that are worth downloading. The exit code is 1 if a file raised something, or
if the Rust reader found more records in it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpora.collections import COLLECTIONS
from corpora.damaged_logs import read_damaged
from corpora.rust_counts import RustCounts
from smtpscope.errors import LogError
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.sources.expanding import expand
from smtpscope.reading.text.text_log import batches_of


@dataclass(slots=True)
class Counts:
    """What was found in one collection; `fewer` names files in which the other reader found more."""

    name: str
    files: int = 0
    refused: int = 0
    records: int = 0
    skipped: int = 0
    theirs: int = 0
    compared: int = 0
    seconds: float = 0.0
    fewer: list[str] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)


def read_collection(folder: Path, rust: RustCounts) -> Counts:
    """Reads every file below `folder`."""
    counts = Counts(folder.name)
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        counts.files += 1
        before = time.monotonic()
        try:
            ours = _records_in(path, counts)
        except LogError:
            counts.refused += 1
            ours = None
        except Exception as error:
            counts.raised.append(f"{path}: {type(error).__name__}: {error}")
            ours = None
        counts.seconds += time.monotonic() - before
        if path.suffix.lower() == ".evtx":
            theirs = rust.of(path)
            if theirs is not None:
                counts.compared += 1
                counts.theirs += theirs
                if theirs > (ours or 0):
                    counts.fewer.append(f"{path}: {ours or 0} of {theirs}")
    return counts


def _records_in(path: Path, counts: Counts) -> int:
    found = 0
    for source in expand([str(path)]).sources:
        for batch in batches_of(open_log(source, ReadOptions()), source):
            found += len(batch.records) + len(batch.exchanges) + batch.unrelated_records
            counts.skipped += sum(problem.records or 1 for problem in batch.problems if problem.outcome == "skipped")
    counts.records += found
    return found


def table(all_counts: Sequence[Counts]) -> str:
    """The counts as a table in Markdown."""
    rows = [
        "| Collection | Files | Not a log | Records | Skipped, and said so | .evtx compared | `evtx` finds "
        "| fewer than `evtx` in | Seconds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {each.name} | {each.files:,} | {each.refused:,} | {each.records:,} | {each.skipped:,} "
        f"| {each.compared:,} | {each.theirs:,} | {len(each.fewer)} files | {each.seconds:.1f} |"
        for each in all_counts
    ]
    return "\n".join(rows)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="*", type=Path)
    arguments.add_argument("--damaged", type=int, default=0, help="also reads so many damaged copies of their .evtx")
    arguments.add_argument("--seed", type=int, default=0, help="with --damaged: which copies")
    given = arguments.parse_args()
    if not given.folders:
        for each in COLLECTIONS:
            print(f"{each.name}: {each.where}\n  licence: {each.licence}; {each.good_for}")
        print("Download what you want to try, and pass the folders.")
        return 0
    rust = RustCounts()
    try:
        counts = [read_collection(folder, rust) for folder in given.folders]
    finally:
        rust.close()
    print(table(counts))
    for line in [line for each in counts for line in (*each.fewer, *each.raised)]:
        print(line)
    raised = sum(len(each.raised) + len(each.fewer) for each in counts)
    if given.damaged:
        logs = [path for folder in given.folders for path in folder.rglob("*") if path.suffix.lower() == ".evtx"]
        run = read_damaged(logs, given.damaged, given.seed)
        print(
            f"{run.copies:,} damaged copies: {run.records:,} records read, {run.told:,} skipped and said so, "
            f"{run.refused} refused, {len(run.raised)} raised; "
            f"the slowest took {run.slowest:.1f} s ({run.slowest_copy})"
        )
        for reason, count in run.stops.most_common():
            print(f"  in {count} chunks: {reason}")
        for line in run.raised:
            print(f"  {line}")
        raised += len(run.raised)
    return 1 if raised else 0


if __name__ == "__main__":
    sys.exit(main())
