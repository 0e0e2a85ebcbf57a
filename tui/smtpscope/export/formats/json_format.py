"""A summary as JSON: every field under a stable name, all text verbatim, times in UTC and as shown to people."""

from __future__ import annotations

from typing import Final

from smtpscope.export.formats.json_text import JsonValue, json_text
from smtpscope.export.summaries.guidance import evidence_words
from smtpscope.export.summaries.incident_wording import Calendar, utc_text
from smtpscope.export.summaries.summary import IncidentSummary, SummaryDocument
from smtpscope.export.summaries.summary_outline import headline, line_text
from smtpscope.knowledge.advice import Advice
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.store.grouping.explanations import Explanation
from smtpscope.store.grouping.incident import Counted, Incident

SCHEMA: Final = "smtpscope.summary/1"


def render(document: SummaryDocument) -> str:
    """`document` as one JSON object with a line feed at its end. Numbers are numbers, unknown values are null."""
    calendar = Calendar(document.zone, document.zone_name)
    value: JsonValue = {
        "schema": SCHEMA,
        "masked": document.masked,
        "files": list(document.files),
        "filter": document.filter_text,
        "zone": document.zone_name,
        "events_in_view": document.events_in_view,
        "events_in_log": document.events_in_log,
        "skipped": document.skipped,
        "incidents": [_incident(summary, calendar) for summary in document.incidents],
    }
    return json_text(value) + "\n"


def _incident(summary: IncidentSummary, calendar: Calendar) -> JsonValue:
    incident = summary.incident
    return {
        "headline": line_text(headline(summary, calendar)),
        "direction": incident.key.direction.value,
        "remote_host": incident.host,
        "spellings": list(incident.spellings),
        "reply_code": incident.key.code,
        "category": incident.key.category,
        "count": incident.count,
        "first": _time(incident.first_ms, calendar),
        "last": _time(incident.last_ms, calendar),
        "time_assumed": incident.time_assumed,
        "ongoing": incident.ongoing,
        "state": incident.state,
        "quiet_ms": incident.quiet_ms,
        "log_start": _time(incident.log_start_ms, calendar),
        "log_end": _time(incident.log_end_ms, calendar),
        "episodes": [
            {
                "first": _time(episode.first_ms, calendar),
                "last": _time(episode.last_ms, calendar),
                "count": episode.count,
            }
            for episode in incident.episodes
        ],
        "days": [{"day": day, "count": count} for day, count in sorted(incident.days)],
        **_distinct(incident),
        "advice": _advice(summary.advice, summary.sample.reply.verbatim),
        "sample": _sample(summary.sample, summary.sample_raw, calendar),
        "explaining_events": [_explanation(each, calendar) for each in summary.explanations],
        "live_checks": _live(summary),
    }


def _live(summary: IncidentSummary) -> JsonValue:
    if not summary.live:
        return []
    from smtpscope.export.formats.live_json import result_value

    return [result_value(result) for result in summary.live]


def _explanation(explanation: Explanation, calendar: Calendar) -> JsonValue:
    kind = explanation.kind
    return {
        "id": kind.id,
        "name": kind.name,
        "provider": explanation.provider,
        "event_id": explanation.event_id,
        "computers": list(explanation.computers),
        "count": explanation.count,
        "refusals": explanation.refusals,
        "lead_ms": explanation.lead_ms,
        "within_ms": kind.within_ms,
        "first": _time(explanation.first_ms, calendar),
        "last": _time(explanation.last_ms, calendar),
        "time_assumed": explanation.time_assumed,
        "meaning": kind.means,
        "actions": list(kind.advice),
        "source": {"title": kind.source.title, "url": kind.source.url},
    }


def _distinct(incident: Incident) -> dict[str, JsonValue]:
    return {
        "enhanced_codes": _counted(incident.enhanced_codes),
        "replies": _counted(incident.replies),
        "commands": _counted(incident.verbs),
        "recipients": _counted(incident.recipients),
        "senders": _counted(incident.senders),
        "servers": _counted(incident.servers),
        "event_ids": _counted(incident.event_ids),
        "files": _counted(incident.files),
    }


def _counted(values: Counted) -> JsonValue:
    return [{"value": value, "count": count} for value, count in values]


def _time(time_ms: int | None, calendar: Calendar) -> JsonValue:
    if time_ms is None:
        return None
    return {"utc": utc_text(time_ms), "shown": calendar.brief(time_ms)}


def _advice(advice: Advice, reply: str) -> JsonValue:
    match = advice.match
    return {
        "title": advice.title,
        "meaning": advice.meaning,
        "reading": advice.reading,
        "temporary": advice.temporary,
        "duration": advice.duration,
        "duration_note": advice.duration_note,
        "who_acts": advice.who_acts,
        "who_note": advice.who_note,
        "causes": list(advice.causes),
        "checks": [{"what": check.what, "tool": check.tool, "command": check.command} for check in advice.checks],
        "actions": list(advice.actions),
        "avoid": list(advice.avoid),
        "over_when": advice.over_when,
        "ignore_when": advice.ignore_when,
        "entry": match.entry_id,
        "category": match.category,
        "matched_by": match.matched_by,
        "step": match.step,
        "rule": match.rule,
        "confidence": match.confidence,
        "evidence": list(evidence_words(advice, reply)),
        "runner_up": match.runner_up,
        "other_cause": _other_cause(advice),
        "code_alone": match.code_alone,
        "disagreement": match.disagreement,
        "sources": [{"title": source.title, "url": source.url} for source in advice.sources],
        "our_note": advice.our_note or None,
    }


def _other_cause(advice: Advice) -> JsonValue:
    other = advice.other
    if other is None:
        return None
    return {
        "category": other.category,
        "title": other.title,
        "who_acts": other.who_acts,
        "question": other.question,
    }


def _sample(sample: SmtpExchange, raw: str, calendar: Calendar) -> JsonValue:
    return {
        "time": _time(sample.time_ms, calendar),
        "time_assumed": sample.time_assumed,
        "record_id": sample.record_id,
        "event_id": sample.event_id,
        "level": sample.level,
        "text_level": sample.text_level,
        "provider": sample.provider,
        "channel": sample.channel,
        "computer": sample.computer,
        "file": sample.file,
        "virtual_server": sample.virtual_server,
        "connection": sample.connection,
        "connector": sample.connector,
        "remote_host": sample.remote_host.verbatim,
        "command": sample.command.verb,
        "full_command": sample.command.full,
        "mailbox": sample.command.mailbox,
        "reply": sample.reply.verbatim,
        "reply_code": sample.reply.code,
        "enhanced_code": sample.reply.enhanced,
        "reply_text": sample.reply.text,
        "problem": sample.problem,
        "guess": sample.guess,
        "raw": raw,
    }
