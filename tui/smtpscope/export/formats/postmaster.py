"""A letter to the postmaster of the other side: polite, in English, with what they need to find it in their log.

It is written where they have to act; where somebody else has, it says so instead, unless it is wanted anyway. Nothing
internal is in it: none of our servers, files, records, filters or logins. RFC 5321 section 4.5.1 obliges every mail
server to accept mail for its postmaster.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from smtpscope.export.formats.letter_words import ANYWAY_OPTION, request_words, why_none_is_due
from smtpscope.export.formats.text import WIDTH
from smtpscope.export.formats.text_columns import wrapped
from smtpscope.export.masking.credentials import without_credentials
from smtpscope.export.summaries.incident_wording import code_words, times, verb_words
from smtpscope.export.summaries.summary import IncidentSummary, SummaryDocument
from smtpscope.harmless import shown
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.reading.microsoft_exchange.transport_replies import MAYBE_OURS
from smtpscope.store.times import format_time

ADDRESS_TO_FILL_IN = "[the public IP address of our server]"
NAME_TO_FILL_IN = "[name, organisation, telephone]"
_MOST_RECIPIENTS = 5
# Logs of deliveries, with only the outcome of SMTP.
_OF_DELIVERIES = ("message tracking log", "connectivity log")


def render(document: SummaryDocument) -> str:
    """A letter for each incident that the other side has to act on; else, why none is due. Times are UTC."""
    anyway = document.letter_anyway
    letters = ["\n".join(_letter(summary, anyway=anyway)) for summary in document.incidents]
    if not letters:
        return "No incidents in view, so there is nobody to write to.\n"
    return f"\n\n{'=' * WIDTH}\n\n".join(letters) + "\n"


def _letter(summary: IncidentSummary, *, anyway: bool) -> Iterator[str]:
    incident = summary.incident
    direction = incident.key.direction
    if direction is Direction.UNKNOWN:
        yield from wrapped("These events could not be parsed, so there is no reply to ask about.", WIDTH)
        return
    why_none = _why_no_letter(summary)
    if why_none:
        yield from wrapped(why_none, WIDTH)
        return
    not_due = "" if anyway else why_none_is_due(summary.advice.who_acts)
    if not_due:
        cause = f"{code_words(incident)} ({summary.advice.title})"
        yield from wrapped(
            f"No letter about {shown(cause)}: {not_due}. {ANYWAY_OPTION} (f5 in the browser) writes one anyway.", WIDTH
        )
        return
    outbound = direction is Direction.OUTBOUND
    over = incident.state == "over"
    yield from _field("To", _recipient_of_letter(summary))
    server = shown(incident.host) if incident.host else "your server"
    subject = f"{server} {'refused' if over else 'refuses'} our mail"
    if not outbound:
        subject = f"our server {'refused' if over else 'refuses'} mail from your side"
    yield from _field("Subject", f"{subject}: {code_words(incident)}")
    yield ""
    yield "Dear postmaster,"
    yield ""
    yield from wrapped(_request(summary), WIDTH)
    yield ""
    yield from _facts(summary)
    yield ""
    yield from wrapped(request_words(incident.key.category, summary.advice.who_acts, direction), WIDTH)
    yield ""
    yield "Kind regards"
    yield NAME_TO_FILL_IN


def _why_no_letter(summary: IncidentSummary) -> str:
    """Why there is nobody to write to, "" if there is."""
    sample = summary.sample
    lead = f"No letter about {shown(code_words(summary.incident))}:"
    if sample.guess is not None and MAYBE_OURS in sample.guess:
        because = f"{MAYBE_OURS[0].lower()}{MAYBE_OURS[1:]}."
    elif not sample.remote_host.key and (sample.provider or "").lower().endswith(_OF_DELIVERIES):
        because = "this log does not name the other side."
    else:
        return ""
    kind = "Send" if summary.incident.key.direction is Direction.OUTBOUND else "Receive"
    files = "SmtpSend, SEND*.LOG" if kind == "Send" else "SmtpReceive, RECV*.LOG"
    return f"{lead} {because} The SMTP protocol log of our {kind} connector ({files}) has the session."


def _field(label: str, value: str) -> list[str]:
    lead = f"{label}: "
    return wrapped(shown(value), WIDTH, first=lead, rest=" " * len(lead))


def _recipient_of_letter(summary: IncidentSummary) -> str:
    """`postmaster@` the recipients' domain if they share one, else the remote host."""
    incident = summary.incident
    if incident.key.direction is Direction.OUTBOUND:
        domains = {address.rpartition("@")[2].lower() for address, _ in incident.recipients if "@" in address}
    else:
        domains = {address.rpartition("@")[2].lower() for address, _ in incident.senders if "@" in address}
    if len(domains) == 1:
        return f"postmaster@{domains.pop()}"
    host = incident.key.host_key
    if not host:
        return "[postmaster of the other side]"
    return f"postmaster@[{host}]" if summary.sample.remote_host.address else f"postmaster@{host}"


def _request(summary: IncidentSummary) -> str:
    incident = summary.incident
    often = "" if incident.count == 1 else f" {times(incident.count)}"
    verbs = verb_words(incident)
    command = "our SMTP commands " if verbs else ""
    if verbs and " " not in verbs:
        command = f"the SMTP command {shown(verbs)} "
    if incident.key.direction is Direction.OUTBOUND:
        host = shown(incident.host) if incident.host else "your mail server"
        tense = "refused" if incident.state == "over" else "has refused"
        return f"{host} {tense} mail from our server{often}. It answered {command}with the reply below."
    host = shown(incident.host) if incident.host else "a host that may be yours"
    tense = "refused" if incident.state == "over" else "has refused"
    return f"Our mail server {tense} mail from {host}{often}. This is what was sent and how our server replied."


def _facts(summary: IncidentSummary) -> Iterator[str]:
    incident, sample = summary.incident, summary.sample
    outbound = incident.key.direction is Direction.OUTBOUND
    yield from _fact("Your reply" if outbound else "Our reply", sample.reply.verbatim.rstrip() or "(empty)")
    yield from _fact("Command", without_credentials(sample.command).rstrip() or "(not in our log)")
    yield from _fact("Time", _utc(sample.time_ms, assumed=sample.time_assumed))
    if incident.count > 1:
        yield from _fact("First", _utc(incident.first_ms, assumed=incident.first_assumed))
        yield from _fact("Last", _utc(incident.last_ms, assumed=incident.last_assumed))
    yield from _fact("Your server", incident.host or "(not named in our log)")
    # What a refusal of our mail names is as a rule the IP address that they see us with.
    ours = next((each for each in sample.reply.values.addresses if each != sample.remote_host.key), "")
    yield from _fact("Our server", (outbound and ours) or ADDRESS_TO_FILL_IN)
    recipients = [address for address, _ in incident.recipients if address]
    for address in recipients[:_MOST_RECIPIENTS]:
        yield from _fact("Recipient", address)
    if len(recipients) > _MOST_RECIPIENTS:
        yield from _fact("Recipient", f"and {len(recipients) - _MOST_RECIPIENTS:,} more")


def _utc(time_ms: int | None, *, assumed: bool) -> str:
    """The time in the zone that both sides know; where the log names none, it is as sure as the zone assumed for it."""
    if time_ms is None:
        return "no time in the log"
    return f"{format_time(time_ms, UTC)} UTC" + (
        " (our log names no zone, so perhaps some hours off)" if assumed else ""
    )


def _fact(label: str, value: str) -> list[str]:
    lead = f"  {label}:".ljust(16)
    return wrapped(shown(value), WIDTH, first=lead, rest=" " * len(lead))
