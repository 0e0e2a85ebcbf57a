"""Information on the open files, files that could not be opened, and skipped records, as text blocks."""

from __future__ import annotations

from collections.abc import Sequence

from smtpscope.app.widgets.prose.prose_blocks import BLANK, Heading, ProseBlock, ProseParagraph, bullet, labelled, text
from smtpscope.errors import Problem, SmtpscopeError
from smtpscope.harmless import shown
from smtpscope.session import FileInformation

_MOST_PROBLEMS = 1000
_OUTCOMES = {"skipped": "Skipped", "recovered": "Recovered by the fallback decoder", "noted": "Notes"}


def information_blocks(
    files: Sequence[FileInformation], problems: Sequence[Problem], errors: Sequence[SmtpscopeError]
) -> tuple[ProseBlock, ...]:
    blocks: list[ProseBlock] = []
    for error in errors:
        blocks.append(Heading(text(shown(error.where))))
        blocks.append(bullet(text(shown(f"{error.what}. {error.remedy}")), sign="!"))
        blocks.append(BLANK)
    for file in files:
        blocks.append(Heading(text(shown(file.path))))
        blocks.append(labelled("format", text(shown(file.format_name)), width=20))
        blocks.append(labelled("size", text(f"{file.size:,} bytes"), width=20))
        blocks += [labelled(shown(label.lower()), text(shown(value)), width=20) for label, value in file.facts]
        if file.recognised_by:
            blocks.append(labelled("recognised by", text(file.recognised_by), width=20))
        if file.lacks:
            blocks.append(labelled("lacks", text(", ".join(file.lacks)), width=20))
        blocks += [bullet(text(shown(warning)), sign="!") for warning in file.warnings]
        blocks.append(BLANK)
    for outcome, title in _OUTCOMES.items():
        of_kind = [problem for problem in problems if problem.outcome == outcome]
        if not of_kind:
            continue
        blocks.append(Heading(text(f"{title} ({len(of_kind):,})")))
        blocks += [
            bullet(text(shown(f"{problem.file}, {problem.place}: {problem.reason}")))
            for problem in of_kind[:_MOST_PROBLEMS]
        ]
        if len(of_kind) > _MOST_PROBLEMS:
            blocks.append(ProseParagraph(text(f"and {len(of_kind) - _MOST_PROBLEMS:,} more")))
        blocks.append(BLANK)
    if not errors and not any(problem.outcome == "skipped" for problem in problems):
        blocks.append(ProseParagraph(text("Nothing was skipped.")))
    return tuple(blocks)
