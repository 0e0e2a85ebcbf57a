"""Live checks and their results for the command line: text, JSON, Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Final

from smtpscope.export.formats.json_text import JsonValue, json_text
from smtpscope.export.formats.text_columns import wrapped
from smtpscope.export.live.live_words import SIGNS, holds_words, sends_lines, when_and_who
from smtpscope.export.summaries.incident_wording import utc_text
from smtpscope.harmless import shown
from smtpscope.knowledge.live.check_kinds import KINDS
from smtpscope.probes.live_check import LiveCheck, LiveResult, SmtpConnection

SCHEMA: Final = "smtpscope.live-checks/1"
_WIDTH: Final = 80

Results = Callable[[Sequence[LiveResult], tzinfo], str]


def plan_text(checks: Iterable[LiveCheck], resolvers: Sequence[str]) -> str:
    """What each check would send to whom."""
    lines: list[str] = []
    for check in checks:
        lines.append(shown(check.title))
        for line in sends_lines(check, resolvers):
            lines += wrapped(
                shown(line.strip()), _WIDTH, first="    " if line.startswith("  ") else "  ", rest="      "
            )
    return "".join(f"{line}\n" for line in lines)


def plan_json(checks: Iterable[LiveCheck], resolvers: Sequence[str]) -> str:
    """The same as JSON."""
    value: JsonValue = {
        "schema": SCHEMA,
        "resolvers": list(resolvers),
        "checks": [_check(check) for check in checks],
    }
    return json_text(value) + "\n"


def results_text(results: Sequence[LiveResult], zone: tzinfo) -> str:
    """Each result: a sign (+ there, - not there, ? unknown), the sentence, who was asked when."""
    lines: list[str] = []
    for result in results:
        if lines:
            lines.append("")
        lines.append(f"{SIGNS[result.outcome]} {shown(result.check.title)}")
        for sentence in (result.says, holds_words(result), when_and_who(result, zone)):
            if sentence:
                lines += wrapped(shown(sentence), _WIDTH, first="  ", rest="  ")
        for line in result.evidence:
            lines += wrapped(shown(line), _WIDTH, first="    ", rest="      ")
    return "".join(f"{line}\n" for line in lines)


def results_json(results: Sequence[LiveResult], zone: tzinfo) -> str:
    """The same as JSON, verbatim; times in UTC."""
    value: JsonValue = {"schema": SCHEMA, "results": [result_value(result) for result in results]}
    return json_text(value) + "\n"


def results_markdown(results: Sequence[LiveResult], zone: tzinfo) -> str:
    """The same as Markdown, for a ticket."""
    from smtpscope.export.formats.markdown import escaped, inline_code

    lines = ["# Live checks", ""]
    for result in results:
        lines.append(f"- **{escaped(result.check.title)}**: {result.outcome}. {escaped(result.says)}")
        notes = (holds_words(result), when_and_who(result, zone))
        lines += [f"  {escaped(words)}" for words in notes if words]
        lines += [f"  - {inline_code(line)}" for line in result.evidence]
    return "\n".join(lines) + "\n"


RESULT_FORMATS: Final[Mapping[str, Results]] = {
    "text": results_text,
    "json": results_json,
    "markdown": results_markdown,
}


def _check(check: LiveCheck) -> JsonValue:
    return {
        "check": check.kind,
        "title": check.title,
        "subject": check.target.subject,
        "refusal": check.refusal or None,
        "dns": [each.words for each in check.sends if not isinstance(each, SmtpConnection)],
        "connections": [
            {"host": each.host, "port": each.port, "most": each.most, "lines": list(each.lines)}
            for each in check.sends
            if isinstance(each, SmtpConnection)
        ],
    }


def result_value(result: LiveResult) -> JsonValue:
    """One result as a JSON object."""
    return {
        "check": result.check.kind,
        "group": KINDS[result.check.kind].group,
        "title": result.check.title,
        "subject": result.check.target.subject,
        "outcome": result.outcome,
        "finding": result.finding,
        "sentence": result.sentence,
        "conclusion": result.conclusion or None,
        "evidence": list(result.evidence),
        "asked": list(result.asked),
        "time": utc_text(result.time_ms),
        "holds_from": result.holds_from,
    }
