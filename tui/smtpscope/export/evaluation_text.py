"""How good the knowledge base is, as Markdown that can be read in a terminal too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from smtpscope.export.summaries.incident_wording import counted
from smtpscope.knowledge.authoring.evaluation import MACRO_AT_LEAST, Evaluation, Measured
from smtpscope.knowledge.matching.similar import THRESHOLD

MOST_CONFUSIONS: Final = 12


def evaluation_markdown(measured: Measured) -> str:
    """The figures as tables; of the confusions the most frequent."""
    result = measured.evaluation
    parts = [
        _heading(measured),
        _table(("", "share"), _figures(result)),
        _table(
            ("it says", "and is right"),
            [(level, str(share)) for level, share in result.calibration.items() if share.of],
        ),
        _confusions(result),
        "The near match alone, each kind of server compared with all the others "
        f"(from {THRESHOLD} on its neighbour decides, as a guess):",
        _table(
            ("likeness", "decides", "is right"),
            [(f"{near.threshold}", str(near.decided), str(near.acceptable)) for near in measured.near_match],
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(measured: Measured) -> str:
    of = f"{counted(measured.replies, 'reply', 'replies')} of {counted(measured.origins, 'origin', 'origins')}"
    if measured.own:
        return f"**The bundled labelled replies**: {of}, judged by rules and codes alone, which were written with them."
    return f"**Labelled replies of a file**: {of}, judged by the whole chain."


def _figures(result: Evaluation) -> list[tuple[str, str]]:
    return [
        ("answered by more than code and command", str(result.coverage)),
        ("the labelled cause", str(result.exact)),
        ("the labelled cause or one that is right as well", str(result.acceptable)),
        (f"average over causes with {MACRO_AT_LEAST} replies or more", f"{100 * result.macro:.1f} %"),
        ("replies of Exchange and IIS: the labelled cause", str(result.exchange)),
        ("time for one distinct reply", f"{1000 * result.seconds_per_reply:.2f} ms"),
    ]


def _confusions(result: Evaluation) -> str:
    if not result.confusions:
        return "No cause is taken for another one."
    shown = result.confusions[:MOST_CONFUSIONS]
    rows = [(label, taken, str(count)) for label, taken, count in shown]
    table = _table(("labelled", "taken for", "times"), rows)
    more = len(result.confusions) - len(shown)
    return f"{table}\n\nAnd {counted(more, 'pair', 'pairs')} more." if more else table


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [tuple(cell.replace("|", "\\|") for cell in row) for row in rows]
    if not cells:
        return ""
    widths = [max(len(row[column]) for row in (head, *cells)) for column in range(len(head))]

    def line(row: Sequence[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([line(head), rule, *map(line, cells)])
