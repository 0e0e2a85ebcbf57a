"""Live checks and their results for the command line: text, JSON, Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Final

import msgspec

from smtpscope.export.formats.json_text import JsonValue, json_text
from smtpscope.export.formats.live_json import result_value
from smtpscope.export.formats.markdown import escaped, inline_code
from smtpscope.export.formats.text_columns import cell_width, wrapped
from smtpscope.export.summaries.live_words import SIGNS, holds_words, sends_lines, when_and_who
from smtpscope.harmless import shown
from smtpscope.probes.live_check import HttpsFetch, LiveCheck, LiveResult, SmtpConnection

SCHEMA: Final = "smtpscope.live-checks/1"
_WIDTH: Final = 80


class LivePart(msgspec.Struct, frozen=True):
    """Checks that belong together, below `title` ("" for none); `concluded` says what a result means there."""

    title: str
    checks: tuple[LiveCheck, ...]
    concluded: Callable[[LiveResult], LiveResult] = lambda result: result


Plan = Callable[[Sequence[LivePart], Sequence[str]], str]
TitledResults = Sequence[tuple[str, Sequence[LiveResult]]]
"""Title of each part and its results."""


def plan_text(parts: Sequence[LivePart], resolvers: Sequence[str]) -> str:
    """What each check would send to whom."""
    lines: list[str] = []
    for part in parts:
        lines += _heading(part.title, lines)
        for check in part.checks:
            lines.append(shown(check.title))
            for line in sends_lines(check, resolvers):
                first = "    " if line.startswith("  ") else "  "
                lines += wrapped(shown(line.strip()), _WIDTH, first=first, rest="      ")
        if not part.checks:
            lines.append("No check fits.")
    return "".join(f"{line}\n" for line in lines)


def plan_markdown(parts: Sequence[LivePart], resolvers: Sequence[str]) -> str:
    """The same as Markdown."""
    lines = ["# Live checks: what would be sent", ""]
    for part in parts:
        if part.title:
            lines += [f"## {escaped(part.title)}", ""]
        for check in part.checks:
            lines.append(f"- {escaped(check.title)}")
            lines += [f"  - {inline_code(line.strip())}" for line in sends_lines(check, resolvers)]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def plan_json(parts: Sequence[LivePart], resolvers: Sequence[str]) -> str:
    """The same as JSON."""
    value: JsonValue = {
        "schema": SCHEMA,
        "resolvers": list(resolvers),
        "checks": [_check(check, part.title) for part in parts for check in part.checks],
    }
    return json_text(value) + "\n"


def results_text(titled_results: TitledResults, zone: tzinfo) -> str:
    """Each result: a sign (+ there, - not there, ? unknown), the sentence, who was asked when, the raw answers."""
    lines: list[str] = []
    for title, results in titled_results:
        lines += _heading(title, lines)
        for number, result in enumerate(results):
            if number:
                lines.append("")
            lines.append(f"{SIGNS[result.outcome]} {shown(result.check.title)}")
            for sentence in (result.says, holds_words(result), when_and_who(result, zone)):
                if sentence:
                    lines += wrapped(shown(sentence), _WIDTH, first="  ", rest="  ")
            for line in result.evidence:
                lines += wrapped(shown(line), _WIDTH, first="    ", rest="      ")
    return "".join(f"{line}\n" for line in lines)


def _heading(title: str, before: Sequence[str]) -> list[str]:
    if not title:
        return []
    underlined = ["", *wrapped(shown(title), _WIDTH)] if before else wrapped(shown(title), _WIDTH)
    return [*underlined, "-" * min(_WIDTH, max(map(cell_width, underlined))), ""]


def results_json(titled_results: TitledResults, zone: tzinfo) -> str:
    """The same as JSON, verbatim; times in UTC."""
    rows: list[JsonValue] = [
        {"about": title or None, **result_value(each)} for title, results in titled_results for each in results
    ]
    return json_text({"schema": SCHEMA, "results": rows}) + "\n"


def results_markdown(titled_results: TitledResults, zone: tzinfo) -> str:
    """The same as Markdown, for a ticket."""
    lines = ["# Live checks", ""]
    for title, results in titled_results:
        if title:
            lines += [f"## {escaped(title)}", ""]
        for result in results:
            lines.append(f"- **{escaped(result.check.title)}**: {result.outcome}. {escaped(result.says)}")
            notes = (holds_words(result), when_and_who(result, zone))
            lines += [f"  {escaped(words)}" for words in notes if words]
            lines += [f"  - {inline_code(line)}" for line in result.evidence]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


PLAN_FORMATS: Final[Mapping[str, Plan]] = {"text": plan_text, "json": plan_json, "markdown": plan_markdown}
RESULT_FORMATS: Final[Mapping[str, Callable[[TitledResults, tzinfo], str]]] = {
    "text": results_text,
    "json": results_json,
    "markdown": results_markdown,
}


def _check(check: LiveCheck, about: str) -> JsonValue:
    return {
        "about": about or None,
        "check": check.kind,
        "title": check.title,
        "subject": check.target.subject,
        "refusal": check.refusal or None,
        "dns": [each.words for each in check.sends if not isinstance(each, SmtpConnection | HttpsFetch)],
        "connections": [
            {"host": each.host, "port": each.port, "most": each.most, "lines": list(each.lines)}
            for each in check.sends
            if isinstance(each, SmtpConnection | HttpsFetch)
        ],
    }
