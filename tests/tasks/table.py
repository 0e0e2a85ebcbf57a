"""The outcomes as a table in markdown, and its place between two markers of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tasks.tasks import TASKS, Outcome

BEGIN: Final = "<!-- tasks: begin -->"
END: Final = "<!-- tasks: end -->"


def table(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """`outcomes` by the name of the log, each with all tasks in their order; a cell has the keys and their number."""
    names = list(outcomes)
    lines = ["| | You want to know | at most | " + " | ".join(names) + " |", "|---|---|---:|" + "---|" * len(names)]
    for number, task in enumerate(TASKS):
        cells = [_cell(outcomes[name][number]) for name in names]
        lines.append(f"| {task.name} | {task.question} | {task.most_keys} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(outcome: Outcome) -> str:
    words = f"{len(outcome.keys)}: {spelled(outcome.keys)}"
    return words if outcome.passed else f"**not done**, {words}"


def spelled(keys: Sequence[str]) -> str:
    """The keys for a reader: what is typed in one code span, each other key in its own."""
    parts: list[str] = []
    typed = ""
    for key in keys:
        if typed and key != "⏎":
            typed += key
        elif key == "/":
            typed = key
        else:
            parts += [f"`{typed}`"] if typed else []
            typed = ""
            parts.append(f"`{'Enter' if key == '⏎' else key}`")
    return " ".join([*parts, f"`{typed}`"] if typed else parts)


def shortfalls(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """A line for each task that was not done: what lacks, or that it took too many keys. Empty when all is well."""
    lines = []
    for name, found in outcomes.items():
        for outcome in found:
            too_many = len(outcome.keys) - outcome.task.most_keys
            reasons = [*outcome.missing, *([f"{too_many} keys too many"] if too_many > 0 else [])]
            lines += [f"{name}, {outcome.task.name}: {reason}" for reason in reasons]
    return "".join(f"{line}\n" for line in lines)


def put_between(text: str, inner: str) -> str:
    """`text` with `inner` between the markers. Raises ValueError unless each stands there once, in this order."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"needs one line {BEGIN} and below it one line {END}")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{inner}{END}{rest.partition(END)[2]}"


def write_into(path: Path, inner: str) -> None:
    """Puts `inner` between the markers of the file at `path`. Raises ValueError and OSError; then it is unchanged."""
    path.write_bytes(put_between(path.read_bytes().decode("utf-8"), inner).encode())
