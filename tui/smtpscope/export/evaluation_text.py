"""The quality of the knowledge base, as Markdown that is readable in a terminal too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from smtpscope.export.summaries.incident_wording import counted
from smtpscope.knowledge.authoring.evaluation import MACRO_AT_LEAST, Evaluation, Measured, Tally
from smtpscope.knowledge.matching.similar import THRESHOLD

MOST_CONFUSIONS: Final = 12
MOST_FAMILIES: Final = 40
_COLUMNS: Final = ("replies", "labelled cause", "or one that fits", "who acts", "family left out")


def evaluation_markdown(measured: Measured) -> str:
    """The figures as tables, with the most frequent confusions."""
    result = measured.evaluation
    parts = [
        _heading(measured),
        _table(("", "share"), _figures(result)),
        _tallies("it says", {level: tally for level, tally in result.calibration.items() if tally.exact.of}),
        _tallies("in answer to", result.by_stage),
        _tallies("family", dict(list(result.by_family.items())[:MOST_FAMILIES])),
        _tallies("language", result.by_language) if len(result.by_language) > 1 else "",
        _confusions(result),
    ]
    if measured.own:
        parts += [
            "The near match alone, each kind of server compared with all the others "
            f"(from {THRESHOLD} on, the nearest reply decides, as a guess):",
            _table(
                ("likeness", "decides", "is right"),
                [(f"{near.threshold}", str(near.decided), str(near.acceptable)) for near in measured.near_match],
            ),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(measured: Measured) -> str:
    of = f"{counted(measured.replies, 'reply', 'replies')} of {counted(measured.families, 'family', 'families')}"
    if measured.own:
        return f"**The bundled labelled replies**: {of}, judged by rules and codes alone, which were written with them."
    unseen = measured.evaluation.unseen.exact.of
    if unseen == measured.replies:
        return f"**Labelled replies of a file**: {of}, judged by the whole chain. None is marked as seen."
    seen = measured.replies - unseen
    return (
        f"**Labelled replies of a file**: {of}, judged by the whole chain. The rules were written with {seen:,} of "
        f"them, and not with {unseen:,}."
    )


def _figures(result: Evaluation) -> list[tuple[str, str]]:
    total, unseen = result.total, result.unseen
    rows = [
        ("answered by more than code and command", str(result.coverage)),
        ("the labelled cause", str(total.exact)),
        ("the labelled cause or one that is right as well", str(total.acceptable)),
        (f"average over causes with {MACRO_AT_LEAST} replies or more", f"{100 * result.macro:.1f} %"),
    ]
    if total.who.of:
        rows.append(("the right one has to act", str(total.who)))
    if 0 < unseen.exact.of < total.exact.of:
        rows.append(("the labelled cause, on replies that the rules were not written with", str(unseen.exact)))
        rows.append(("that or one that is right as well, on those", str(unseen.acceptable)))
        rows.append(("the right one has to act, on those", str(unseen.who)))
    rows.append(("time for one distinct reply", f"{1000 * result.seconds_per_reply:.2f} ms"))
    return rows


def _tallies(name: str, tallies: Mapping[str, Tally]) -> str:
    """One row per group; columns without any figures are omitted."""
    rows = [(group, *_cells(tally)) for group, tally in tallies.items()]
    used = [0, *(place for place in range(1, len(_COLUMNS) + 1) if any(row[place] for row in rows))]
    head = (name, *_COLUMNS)
    return _table([head[place] for place in used], [[row[place] for place in used] for row in rows])


def _cells(tally: Tally) -> tuple[str, ...]:
    who = f"{100 * tally.who.value:.1f} %" if tally.who.of else ""
    shares = [f"{100 * share.value:.1f} %" for share in (tally.exact, tally.acceptable)]
    return (str(tally.exact.of), *shares, who, f"{100 * tally.left_out.value:.1f} %")


def _confusions(result: Evaluation) -> str:
    if not result.confusions:
        return "No cause is mistaken for another."
    shown = result.confusions[:MOST_CONFUSIONS]
    rows = [(label, taken, str(count)) for label, taken, count in shown]
    table = _table(("labelled", "mistaken for", "times"), rows)
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
