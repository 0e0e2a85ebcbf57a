"""Does the tasks in the real browser and prints the table: `python -m tasks`, with tests/ on the path.

Without `--log` it makes its own logs. With it, the log must have the shape of those: one event 7002 a line, with a
host that has us on a block list, one that was down and one that greylists. `--truth` compares what is counted from
the lines with a truth.json that came with the log. The exit code is 1 when a task was not done.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from smtpscope.knowledge.base import KnowledgeBase
from tasks.data import SEEDS, log_text, make_log
from tasks.messages import cast_of, read_messages
from tasks.table import shortfalls, table, write_into
from tasks.tasks import TASKS, Outcome, Task, perform
from tasks.truth import Truth, differences, truth_of


async def all_tasks(knowledge: KnowledgeBase, log: Path, truth: Truth, tasks: Sequence[Task] = TASKS) -> list[Outcome]:
    return [await perform(task, knowledge, log, truth) for task in tasks]


def on_own_logs(knowledge: KnowledgeBase) -> dict[str, list[Outcome]]:
    """All tasks on the log of each seed."""
    outcomes = {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            made = make_log(seed)
            log = Path(folder) / f"tasks-{seed}.log"
            log.write_text(log_text(made.messages), encoding="utf-8")
            outcomes[f"log {seed}"] = asyncio.run(all_tasks(knowledge, log, truth_of(made.messages, made.cast)))
    return outcomes


def on_log(knowledge: KnowledgeBase, log: Path, told: Path | None) -> dict[str, list[Outcome]]:
    """All tasks on `log`. Raises SystemExit where `told` says something else than the log itself."""
    messages = read_messages(log.read_text(encoding="utf-8").splitlines())
    truth = truth_of(messages, cast_of(messages))
    if told is not None and (differing := differences(truth, told)):
        raise SystemExit("\n".join([f"{told} does not belong to {log}:", *differing]))
    return {log.name: asyncio.run(all_tasks(knowledge, log, truth))}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tasks", description="Six tasks of an administrator, keys counted.")
    parser.add_argument("--log", type=Path, help="a log of that shape instead of those made here")
    parser.add_argument("--truth", type=Path, help="the truth.json that came with the log")
    parser.add_argument("--into", type=Path, help="write the table between the markers of this file")
    options = parser.parse_args(arguments)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TMUX", "TEXTUAL_THEME"):
        os.environ.pop(name, None)
    knowledge = KnowledgeBase.load()
    outcomes = on_own_logs(knowledge) if options.log is None else on_log(knowledge, options.log, options.truth)
    drawn = table(outcomes)
    print(drawn, end="")
    if options.into is not None:
        write_into(options.into, drawn)
    sys.stderr.write(shortfalls(outcomes))
    return 0 if all(outcome.passed for found in outcomes.values() for outcome in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
