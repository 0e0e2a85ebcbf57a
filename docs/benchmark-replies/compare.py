"""How often another classifier of SMTP replies agrees with the labels of replies.jsonl.

    python compare.py --map sisimai.tsv -- perl sisimai.pl
    python compare.py --map zonemta.tsv -- node zonemta.js /path/to/zone-mta

The program after `--` reads one JSON object a line (`reply`, `command`, which may be null) and writes one line for
each: its own name for the cause, or an empty line where it has none. The map says which of our causes each of its
names may mean (a tab, then our causes divided by blanks): where several are named, any of them counts as its answer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

REPLIES = Path(__file__).with_name("replies.jsonl")
MACRO_AT_LEAST = 4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--map", type=Path, required=True, help="its names for causes and ours")
    parser.add_argument("--replies", type=Path, default=REPLIES)
    parser.add_argument("command", nargs="+", help="the program that classifies, after --")
    options = parser.parse_args()
    replies = [json.loads(line) for line in options.replies.read_text(encoding="utf-8").splitlines()]
    answers = classified(options.command, replies)
    meanings = read_map(options.map)
    unknown = sorted({answer for answer in answers if answer and answer not in meanings})
    if unknown:
        sys.exit(f"{options.map}: no line for {', '.join(unknown)}. Add what each of them means")
    report(replies, [meanings.get(answer, frozenset()) for answer in answers])
    return 0


def classified(command: list[str], replies: list[dict[str, Any]]) -> list[str]:
    """The answer to each reply. Ends with a sentence when the program fails or writes another number of lines."""
    asked = "".join(json.dumps({"reply": one["reply"], "command": one["command"]}) + "\n" for one in replies)
    result = subprocess.run(command, input=asked, capture_output=True, text=True, encoding="utf-8", check=False)
    answers = [line.strip() for line in result.stdout.split("\n")[:-1]]
    if result.returncode or len(answers) != len(replies):
        sys.exit(f"{command[0]}: {len(answers)} answers to {len(replies)} replies. {result.stderr.strip()[:500]}")
    return answers


def read_map(path: Path) -> dict[str, frozenset[str]]:
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {name: frozenset(ours.split()) for name, ours in rows}


def report(replies: list[dict[str, Any]], answers: list[frozenset[str]]) -> None:
    exact: dict[str, list[bool]] = defaultdict(list)
    acceptable = answered = 0
    missed: Counter[tuple[str, str]] = Counter()
    for one, answer in zip(replies, answers, strict=True):
        answered += bool(answer)
        exact[one["category"]].append(one["category"] in answer)
        right = bool(answer & {one["category"], *one["also_ok"]})
        acceptable += right
        if not right:
            missed[(one["category"], " or ".join(sorted(answer)) or "no answer")] += 1
    hits = sum(sum(right) for right in exact.values())
    counted = [sum(right) / len(right) for right in exact.values() if len(right) >= MACRO_AT_LEAST]
    total = len(replies)
    print(f"answered                       {100 * answered / total:5.1f} %  ({answered} of {total})")
    print(f"the labelled cause             {100 * hits / total:5.1f} %  ({hits} of {total})")
    print(f"that or another one that fits  {100 * acceptable / total:5.1f} %  ({acceptable} of {total})")
    print(f"average over causes            {100 * sum(counted) / len(counted):5.1f} %")
    for (label, answer), times in missed.most_common(12):
        print(f"  {times:3d} x {label} -> {answer}")


if __name__ == "__main__":
    sys.exit(main())
