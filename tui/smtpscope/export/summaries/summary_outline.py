"""A summary document -> its outline: the content of all human-readable formats, in reading order."""

from __future__ import annotations

from collections.abc import Iterator

from smtpscope.export.summaries.beside import beside_sections
from smtpscope.export.summaries.content import (
    Block,
    Bullets,
    Chapter,
    CodeBlock,
    Days,
    Line,
    Paragraph,
    Piece,
    Section,
    SummaryFacts,
    SummaryOutline,
    Table,
    plain,
    strong,
    verbatim,
)
from smtpscope.export.summaries.guidance import guidance_sections, meaning_section, our_note_sections
from smtpscope.export.summaries.incident_wording import (
    DIRECTION_WORDS,
    Calendar,
    code_words,
    counted,
    host_words,
    sample_level,
    times,
    verb_words,
    when_log_ends,
)
from smtpscope.export.summaries.summary import IncidentSummary, SummaryDocument
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.grouping.incident import Counted, Incident
from smtpscope.store.times import duration

NULL_SENDER = "<>"


def outline(document: SummaryDocument, *, limit: int | None) -> SummaryOutline:
    """The outline of `document`. Lists longer than `limit` end with "and N more"; None gives all of them."""
    calendar = Calendar(document.zone, document.zone_name)
    chapters = tuple(_chapter(summary, calendar, limit) for summary in document.incidents)
    count = len(chapters)
    title = (
        "SMTP refusals: summary"
        if count == 1
        else f"SMTP refusals: summary of {counted(count, 'incident', 'incidents')}"
    )
    overview: tuple[Block, ...] = ()
    if count != 1:
        overview = (Bullets(tuple(chapter.headline for chapter in chapters), numbered=True),)
    if not count:
        overview = (Paragraph((plain("No incidents in view."),)),)
    return SummaryOutline(title, overview, chapters, _origin(document))


def headline(summary: IncidentSummary, calendar: Calendar) -> Line:
    """One sentence: the cause, who refuses whom with what, how often, since when, and whether it goes on."""
    incident = summary.incident
    key = incident.key
    if key.direction is Direction.UNKNOWN:
        return (
            strong("Not parsed: "),
            plain(f"{counted(incident.count, 'event', 'events')} could not be split into command and reply."),
        )
    over = incident.state in ("quiet", "over")
    host = verbatim(incident.host) if incident.host else plain(host_words("", key.direction))
    code = verbatim(code_words(incident)) if key.code is not None else plain(code_words(incident))
    verbs = verb_words(incident)
    # A tracking log has replies without their commands.
    command = (verbatim(verbs),) if verbs and " " not in verbs else (plain(verbs or "mail"),)
    since = f", since {calendar.full(incident.first_ms, assumed=incident.first_assumed)}" if incident.count > 1 else ""
    if incident.count == 1 and incident.first_ms is not None:
        since = f", on {calendar.full(incident.first_ms, assumed=incident.first_assumed)}"
    refuse = "refused" if over else "refuses"
    who: Line
    if key.direction is Direction.OUTBOUND:
        who = (host, plain(f" {refuse} our "), *command)
    else:
        who = (plain(f"our server {refuse} "), *command, plain(" from "), host)
    tail = f", {times(incident.count)}{since}; {when_log_ends(incident, calendar.zone)}."
    return (strong(f"{summary.advice.title}: "), *who, plain(" with "), code, plain(tail))


def line_text(line: Line) -> str:
    """The plain text of a line, for a subject or a JSON field; not yet harmless."""
    return "".join(piece.text for piece in line)


def _chapter(summary: IncidentSummary, calendar: Calendar, limit: int | None) -> Chapter:
    incident = summary.incident
    sections = (
        *our_note_sections(summary.advice),
        meaning_section(summary.advice, incident.key.direction),
        *_live(summary, calendar),
        *beside_sections(summary.explanations, incident.count, calendar),
        _when(incident, calendar, limit),
        _replies(incident, limit),
        _parties(incident, limit),
        _sample(summary, calendar),
        *guidance_sections(summary.advice, summary.sample.reply.verbatim),
    )
    return Chapter(headline(summary, calendar), sections)


def _live(summary: IncidentSummary, calendar: Calendar) -> tuple[Section, ...]:
    if not summary.live:
        return ()
    from smtpscope.export.summaries.live_sections import live_sections

    return tuple(live_sections(summary.live, calendar))


def _note_on_time(incident: Incident, calendar: Calendar) -> str:
    if incident.without_zone >= incident.count:
        return f"the log names no time zone; {calendar.zone_name} was assumed"
    number = counted(incident.without_zone, "event is", "events are")
    return f"{number} from a log that names no time zone; {calendar.zone_name} was assumed"


def _when(incident: Incident, calendar: Calendar, limit: int | None) -> Section:
    facts: list[tuple[str, Line]] = [
        ("Since", (plain(calendar.full(incident.first_ms, assumed=incident.first_assumed)),)),
        ("Until", (plain(calendar.full(incident.last_ms, assumed=incident.last_assumed)),)),
        ("How often", (plain(times(incident.count)),)),
        ("State", (plain(when_log_ends(incident, calendar.zone)),)),
    ]
    if incident.log_start_ms is not None and incident.log_end_ms is not None:
        span = f"{calendar.brief(incident.log_start_ms)} to {calendar.brief(incident.log_end_ms)}"
        facts.append(("The log covers", (plain(span),)))
    if incident.episodes:
        facts.append(("Episodes", (plain(counted(len(incident.episodes), "burst", "bursts")),)))
    if incident.time_assumed:
        facts.append(("Note on time", (plain(_note_on_time(incident, calendar)),)))
    blocks: list[Block] = [SummaryFacts(tuple(facts))]
    if len(incident.episodes) > 1:
        blocks.extend(_episodes(incident, calendar, limit))
    if incident.days:
        blocks.append(_days(incident.days, limit))
    return Section("When and how often", tuple(blocks))


def _episodes(incident: Incident, calendar: Calendar, limit: int | None) -> Iterator[Block]:
    latest = incident.episodes if limit is None else incident.episodes[-limit:]
    rows = tuple(
        (
            (plain(calendar.brief(episode.first_ms)),),
            (plain(calendar.brief(episode.last_ms)),),
            (plain(duration(episode.last_ms - episode.first_ms)),),
            (plain(f"{episode.count:,}"),),
        )
        for episode in latest
    )
    yield Table(("Episode from", "to", "Length", "Events"), rows, frozenset({3}))
    if len(latest) < len(incident.episodes):
        left_out = counted(len(incident.episodes) - len(latest), "earlier episode", "earlier episodes")
        yield Paragraph((plain(f"And {left_out}."),))


def _days(days: Counted, limit: int | None) -> Days:
    in_order = sorted(days)
    latest = in_order if limit is None else in_order[-limit:]
    earlier = in_order[: len(in_order) - len(latest)]
    return Days(tuple(latest), len(earlier), sum(count for _, count in earlier))


def _replies(incident: Incident, limit: int | None) -> Section:
    code = str(incident.key.code) if incident.key.code is not None else "none"
    enhanced = [f"{value} ({count:,})" for value, count in incident.enhanced_codes if value]
    facts = (
        ("Reply code", (verbatim(code) if incident.key.code is not None else plain(code),)),
        ("Enhanced status code", (plain(", ".join(enhanced) or "none sent"),)),
    )
    return Section("Replies", (SummaryFacts(facts), counted_bullets(incident.replies, limit, empty="(empty reply)")))


def _parties(incident: Incident, limit: int | None) -> Section:
    key = incident.key
    host = verbatim(incident.host) if incident.host else plain(host_words("", key.direction))
    facts: list[tuple[str, Line]] = [
        ("Direction", (plain(DIRECTION_WORDS[key.direction]),)),
        ("Remote host", (host,)),
    ]
    if len(incident.spellings) > 1:
        facts.append(("Spelled as", _listed(incident.spellings)))
    if incident.verbs:
        facts.append(("Commands refused", _counted_line(incident.verbs, empty="no command")))
    if incident.servers:
        facts.append(("Our servers", _counted_line(incident.servers, empty="not named")))
    blocks: list[Block] = [SummaryFacts(tuple(facts))]
    if incident.recipients:
        blocks.append(Paragraph((strong(f"Recipients ({len(incident.recipients):,})"),)))
        blocks.append(counted_bullets(incident.recipients, limit, empty="(no mailbox)"))
    if incident.senders:
        blocks.append(Paragraph((strong(f"Senders ({len(incident.senders):,})"),)))
        blocks.append(counted_bullets(incident.senders, limit, empty=NULL_SENDER))
    return Section("Affected recipients and servers", tuple(blocks))


def counted_bullets(values: Counted, limit: int | None, *, empty: str) -> Bullets:
    """Each value with its count, most frequent first; `empty` is shown for the empty value."""
    kept = values if limit is None or len(values) <= limit else values[:limit]
    items: list[Line] = [(plain(f"{count:,} × "), _value(value, empty)) for value, count in kept]
    if len(kept) < len(values):
        events = sum(count for _, count in values[len(kept) :])
        items.append((plain(f"and {len(values) - len(kept):,} more ({counted(events, 'event', 'events')})"),))
    return Bullets(tuple(items))


def _value(value: str, empty: str) -> Piece:
    if value:
        return verbatim(value)
    return verbatim(empty) if empty == NULL_SENDER else plain(empty)


def _listed(values: tuple[str, ...]) -> Line:
    pieces: list[Piece] = []
    for value in values:
        if pieces:
            pieces.append(plain(", "))
        pieces.append(verbatim(value))
    return tuple(pieces)


def _counted_line(values: Counted, *, empty: str) -> Line:
    pieces: list[Piece] = []
    for value, count in values:
        if pieces:
            pieces.append(plain(", "))
        pieces.extend((_value(value, empty), plain(f" ({count:,})")))
    return tuple(pieces)


def _sample(summary: IncidentSummary, calendar: Calendar) -> Section:
    sample = summary.sample
    facts: list[tuple[str, Line]] = []
    if sample.problem is None:
        facts += [
            ("Command sent", (_value(sample.command.full or sample.command.logged_verb, "not in this log"),)),
            ("Reply", (_value(sample.reply.verbatim, "(empty reply)"),)),
        ]
    else:
        facts.append(("Not parsed", (plain(sample.problem),)))
    facts.append(("Time", (plain(calendar.full(sample.time_ms, assumed=sample.time_assumed)),)))
    facts.append(("Event", _event_line(summary)))
    if sample.record_id is not None:
        facts.append(("Record", (plain(f"number {sample.record_id}"),)))
    if sample.computer:
        facts.append(("Computer", (verbatim(sample.computer),)))
    facts.append(("File", (verbatim(sample.file),)))
    if sample.virtual_server is not None and sample.connection is not None:
        where = f"virtual server {sample.virtual_server}, connection {sample.connection}"
        facts.append(("Session", (plain(where),)))
    return Section("Sample event", (SummaryFacts(tuple(facts)), CodeBlock(summary.sample_raw)))


def _event_line(summary: IncidentSummary) -> Line:
    sample = summary.sample
    number = "unknown id" if sample.event_id is None else f"ID {sample.event_id}"
    pieces = [plain(f"{number}, level {sample_level(sample)}")]
    for label, value in (("provider", sample.provider), ("log", sample.channel)):
        if value:
            pieces += [plain(f", {label} "), verbatim(value)]
    return tuple(pieces)


def _origin(document: SummaryDocument) -> Section:
    view = f"{document.events_in_view:,} of {counted(document.events_in_log, 'event', 'events')} in the log"
    facts: list[tuple[str, Line]] = [
        ("Files" if len(document.files) > 1 else "File", _listed(document.files) or (plain("none"),)),
        ("Filter", (verbatim(document.filter_text),) if document.filter_text else (plain("none"),)),
        ("In view", (plain(view),)),
        ("Skipped", (plain(f"{counted(document.skipped, 'record', 'records')} could not be read"),)),
        ("Times", (plain(document.zone_name),)),
    ]
    if document.masked:
        note = "names, mailboxes, hosts and IP addresses replaced, the same pseudonym for the same value"
        facts.append(("Masked", (plain(note),)))
    return Section("Source of this summary", (SummaryFacts(tuple(facts)),))
