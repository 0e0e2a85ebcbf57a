"""Writes the result of a check as a monitoring plugin's output, a file for Prometheus' node exporter, a mail, or JSON.

Sources: Monitoring Plugins Development Guidelines ("Plugin Output", "Performance data"); Prometheus, "Exposition
formats", text format 0.0.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from smtpscope.export.formats.json_text import JsonValue, json_text
from smtpscope.export.formats.text_columns import wrapped
from smtpscope.export.monitoring.check_result import CheckedIncident, CheckResult, Status
from smtpscope.export.report.report_words import action_words
from smtpscope.export.summaries.incident_wording import counted, utc_text
from smtpscope.harmless import shown
from smtpscope.store.activity import STATES, state_words
from smtpscope.store.times import duration, format_time

SCHEMA: Final = "smtpscope/check/1"
SERVICE: Final = "SMTP"
_MOST_IN_A_LINE: Final = 3
_MOST_IN_A_MAIL: Final = 20
_LONGEST_LINE: Final = 1000
_LONGEST_REPLY: Final = 300
_WIDTH: Final = 76


def plugin_line(result: CheckResult) -> str:
    """`SMTP CRITICAL - 2 incidents need action: ... | refusals=120 ...`, one line with its line end.

    A bar would start the performance data, so bars in text from a log become slashes.
    """
    text = f"{SERVICE} {result.status.name} - {_sentence(result)}"
    safe = str(shown(" ".join(text.split()))).replace("|", "/")
    if len(safe) > _LONGEST_LINE:
        safe = safe[: _LONGEST_LINE - 3] + "..."
    ours = [each for each in result.incidents if each.who_acts == "us"]
    figures = {
        "refusals": result.events,
        "messages": result.messages,
        "incidents": len(result.incidents),
        "ours": len(ours),
        "ours_ongoing": sum(each.state == "ongoing" for each in ours),
        "new": len(result.new),
        "overdue": sum(each.overdue_ms is not None for each in result.incidents),
        "skipped": result.skipped,
    }
    return f"{safe} | {' '.join(f'{name}={figure};;;0' for name, figure in figures.items())}\n"


def unknown_line(reason: str) -> str:
    """The line for a check that failed."""
    return f"{SERVICE} {Status.UNKNOWN.name} - {shown(' '.join(reason.split())).replace('|', '/')}\n"


def _sentence(result: CheckResult) -> str:
    parts = []
    if result.new:
        words = counted(len(result.new), "incident needs", "incidents need")
        named = "; ".join(_brief(each) for each in result.new[:_MOST_IN_A_LINE])
        more = len(result.new) - _MOST_IN_A_LINE
        parts.append(f"{words} action: {named}" + (f"; and {more:,} more" if more > 0 else ""))
    elif any(each.status is not Status.OK for each in result.incidents):
        parts.append("nothing new needs action")
    else:
        parts.append("nothing needs action")
    if result.stale_ms is not None:
        parts.append(f"the log ended {duration(result.stale_ms)} ago")
    events = counted(result.events, "refusal", "refusals")
    parts.append(f"{events} in the last {result.window} of the log")
    return ", ".join(parts)


def _brief(each: CheckedIncident) -> str:
    code = "no code" if each.key.code is None else str(each.key.code)
    messages = counted(each.messages, "message", "messages")
    return f"{code} {each.host or '(no host)'} {each.cause} ({messages}, {_state(each)})"


def _state(each: CheckedIncident) -> str:
    state = state_words(each.state, each.quiet_ms)
    return state if each.overdue_ms is None else f"{state}, deferred for {duration(each.overdue_ms)}"


def prometheus_text(result: CheckResult) -> str:
    """Gauges for the textfile collector. Labels never contain text from a log, because each value would create a time
    series.
    """
    return "".join(f"{line}\n" for line in _metrics(result))


def _metrics(result: CheckResult) -> Iterator[str]:
    yield "# HELP smtpscope_check_status Status of the check: 0 OK, 1 warning, 2 critical."
    yield "# TYPE smtpscope_check_status gauge"
    yield f"smtpscope_check_status {int(result.status)}"
    counts: Counter[tuple[str, str, str, str]] = Counter()
    refusals: Counter[tuple[str, str, str, str]] = Counter()
    states: Counter[tuple[str, str]] = Counter()
    for each in result.incidents:
        code = "none" if each.key.code is None else str(each.key.code)
        labels = (each.key.direction.value, code, each.key.category, each.who_acts)
        counts[labels] += each.messages
        refusals[labels] += each.events
        if each.state is not None:
            states[each.who_acts, each.state] += 1
    for name, figures, what in (
        ("smtpscope_refused_messages", counts, "Messages refused in the window, all tries of one counted once."),
        ("smtpscope_refusals", refusals, "Refusals in the window."),
    ):
        yield f"# HELP {name} {what}"
        yield f"# TYPE {name} gauge"
        for (direction, code, cause, who), figure in sorted(figures.items()):
            yield f'{name}{{direction="{direction}",code="{code}",cause="{_label(cause)}",action="{who}"}} {figure}'
    yield "# HELP smtpscope_incidents Incidents with refusals in the window."
    yield "# TYPE smtpscope_incidents gauge"
    for who in sorted({who for who, _ in states} | {"us"}):
        for state in STATES:
            yield f'smtpscope_incidents{{action="{who}",state="{state}"}} {states[who, state]}'
    yield "# HELP smtpscope_skipped_records Records that could not be read."
    yield "# TYPE smtpscope_skipped_records gauge"
    yield f"smtpscope_skipped_records {result.skipped}"
    if result.log_end_ms is not None:
        yield "# HELP smtpscope_log_end_seconds End of the log, in seconds since 1970-01-01 UTC."
        yield "# TYPE smtpscope_log_end_seconds gauge"
        yield f"smtpscope_log_end_seconds {result.log_end_ms / 1000:.3f}"


def _label(text: str) -> str:
    """The id of a cause, escaped: a user's own id may contain anything."""
    safe = str(shown(text)).replace("\\", "\\\\").replace('"', '\\"')
    return " ".join(safe.split())


def mail_text(result: CheckResult) -> str:
    """A short mail about new incidents; "" if there are none, so that cron sends nothing."""
    if not result.new and result.stale_ms is None:
        return ""
    return "\n".join(_mail_lines(result)) + "\n"


def _mail_lines(result: CheckResult) -> Iterator[str]:
    where = ", ".join(str(shown(file)) for file in result.files)
    if result.new:
        words = counted(len(result.new), "new SMTP incident needs action", "new SMTP incidents need action")
        yield from wrapped(f"{words} ({where}, last {result.window} of the log).", _WIDTH)
    if result.stale_ms is not None:
        yield from wrapped(
            f"The log ended {duration(result.stale_ms)} ago ({where}): check that it is still being written.", _WIDTH
        )
    for number, each in enumerate(result.new[:_MOST_IN_A_MAIL], 1):
        yield ""
        yield from wrapped(str(shown(f"{number}. {_brief(each)}")), _WIDTH, rest="   ")
        for label, value in _mail_facts(each, result):
            yield from wrapped(str(shown(value)), _WIDTH, first=f"   {label}: ", rest="      ")
    if len(result.new) > _MOST_IN_A_MAIL:
        yield ""
        yield f"And {len(result.new) - _MOST_IN_A_MAIL:,} more."


def _mail_facts(each: CheckedIncident, result: CheckResult) -> Iterator[tuple[str, str]]:
    yield "Action", action_words(each.who_acts).removeprefix("action: ")
    if each.first_step:
        yield "First step", each.first_step
    if each.first_ms is not None and each.last_ms is not None:
        first, last = (format_time(time, result.zone) for time in (each.first_ms, each.last_ms))
        yield "Since", f"{first}, last {last} ({result.zone_name})"
    if each.overdue_ms is not None:
        yield "Overdue", f"a message has been deferred for {duration(each.overdue_ms)}, which is as good as refused"
    reply = " ".join(each.reply.split())
    yield "Reply", reply if len(reply) <= _LONGEST_REPLY else reply[:_LONGEST_REPLY] + "..."


def check_json(result: CheckResult) -> str:
    """The complete result, for other programs."""
    value: JsonValue = {
        "schema": SCHEMA,
        "status": result.status.name.lower(),
        "files": list(result.files),
        "window": result.window,
        "log_end": utc_text(result.log_end_ms),
        "stale_ms": result.stale_ms,
        "refusals": result.events,
        "messages": result.messages,
        "skipped": result.skipped,
        "incidents": [_json_incident(each) for each in result.incidents],
    }
    return json_text(value) + "\n"


def _json_incident(each: CheckedIncident) -> JsonValue:
    return {
        "status": each.status.name.lower(),
        "known": each.known,
        "direction": each.key.direction.value,
        "remote_host": each.host,
        "reply_code": each.key.code,
        "category": each.key.category,
        "cause": each.cause,
        "who_acts": each.who_acts,
        "refusals": each.events,
        "messages": each.messages,
        "first": utc_text(each.first_ms),
        "last": utc_text(each.last_ms),
        "state": each.state,
        "quiet_ms": each.quiet_ms,
        "overdue_ms": each.overdue_ms,
        "reply": each.reply,
        "first_step": each.first_step,
    }


CHECK_FORMATS: Final[Mapping[str, Callable[[CheckResult], str]]] = MappingProxyType(
    {"plugin": plugin_line, "mail": mail_text, "prometheus": prometheus_text, "json": check_json}
)
