"""The refusals in an object of the Exchange Management Shell, each with the time as written there."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from msgspec.structs import replace

from smtpscope.reading.microsoft_exchange import agent_refusal
from smtpscope.reading.microsoft_exchange.shell.last_error import last_error
from smtpscope.reading.microsoft_exchange.shell.shell_object import (
    ShellKind,
    ShellObject,
    is_cut,
    is_type_name,
    kind_of,
)
from smtpscope.reading.microsoft_exchange.tracking_exchanges import exchanges_of, lost_replies_of
from smtpscope.reading.microsoft_exchange.tracking_rows import TrackingColumns, TrackingRow
from smtpscope.reading.microsoft_exchange.transport_log import host_of
from smtpscope.reading.microsoft_exchange.transport_replies import MAYBE_OURS, is_of_store, is_ours
from smtpscope.reading.record import SmtpExchangeRecord
from smtpscope.reading.text.encodings import TextEncoding

QUEUE: Final = "Microsoft Exchange queue"
TRACE: Final = "Microsoft Exchange Online message trace"
LOST: Final = (
    "Export-Csv wrote System.String[] instead of the reply, so it is lost: export "
    "@{n='RecipientStatus';e={$_.RecipientStatus -join ';'}} instead, or print it with Format-List"
)
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "client-ip": ("clientip",),
    "client-hostname": ("clienthostname",),
    "server-ip": ("serverip",),
    "server-hostname": ("serverhostname",),
    "source-context": ("sourcecontext",),
    "connector-id": ("connectorid",),
    "source": ("source",),
    "event-id": ("eventid",),
    "recipient-address": ("recipients", "recipientaddress"),
    "recipient-status": ("recipientstatus",),
    "original-client-ip": ("originalclientip",),
}
_TRACKING: Final = TrackingColumns(tuple(_COLUMNS))
_DECODED: Final = TextEncoding("utf-16-le", 0, "")
"""Values of objects are decoded already."""
_NEXT_REPLY: Final = re.compile(r"(?<=[^,;|]) ?[,|\n] ?(?=[2-5][0-9]{2}(?:[ \-]|\Z)|\})")
_NEXT_NAMED: Final = re.compile(r"(?<=\])\s?[,;|]?\s?(?=\[\{)")
_CODE: Final = re.compile(r"(?<![0-9])[45][0-9]{2}(?=[ \-;,}]|\Z)")
_FAILED_EVENTS: Final = ("FAIL", "BADMAIL")
_UNFINISHED: Final = re.compile(r";\{(?:MSG|FQDN|IP|LRT)=[^{}]{0,4096}\Z")
_BETWEEN: Final = re.compile(r"[;,|\s]+")
_ADDRESS: Final = re.compile(r"[^\s;,<>{}]{1,64}@[^\s;,<>{}]{1,255}")
_OF_OURS: Final = re.compile(r"\b(?:RESOLVER|ROUTING|STOREDRV|TRANSPORT\.RULES|RESTRICT)\b|Sender ID \(PRA\)")
_FAILED: Final = re.compile(r"fail|defer|drop|expired|bounced", re.IGNORECASE)
_MOST_RECIPIENTS: Final = 5_000


class ObjectTime(NamedTuple):
    """A time as written in an object; `is_utc` if all times of this kind of object are UTC."""

    text: str
    is_utc: bool = False


class ObjectExchanges(NamedTuple):
    """The refusals of an object (without time and offset), their time, and the faults of the object.

    `without_reply` means that a delivery failed and the object has no reply.
    """

    records: list[SmtpExchangeRecord]
    time: ObjectTime
    problems: tuple[str, ...] = ()
    without_reply: bool = False


def time_of(each: ShellObject, kind: ShellKind) -> ObjectTime:
    """The time of what the object reports, with an empty text if it has none."""
    utc = each.value("datetimeutc", "origintimestamputc")
    if utc:
        return ObjectTime(utc, is_utc=True)
    if kind == "queue":
        attempt = last_error(each.value("lasterror")).time or each.value("lastretrytime")
        return ObjectTime(attempt)
    if kind == "trace":
        # Microsoft, "Get-MessageTrace": the times of its output are UTC.
        return ObjectTime(each.value("date", "received", "dateutc", "timestamp"), is_utc=True)
    written = each.value("timestamp", "datetime", "date")
    return ObjectTime(written or last_error(each.value("recipientstatus")).time)


def exchanges_in(file: str, each: ShellObject) -> ObjectExchanges | None:
    """The content of an object, None if it is not of a kind that we read. Never raises."""
    kind = kind_of(each.values)
    if kind is None:
        return None
    time = time_of(each, kind)
    if kind == "agent":
        return ObjectExchanges(_of_agent(file, each), time)
    if kind == "queue":
        return _of_queue(file, each, time)
    return _of_trace(file, each, time) if kind == "trace" else _of_tracking(file, each, time)


def _record(file: str, **values: object) -> SmtpExchangeRecord:
    empty = SmtpExchangeRecord(file, 0, None, False, "outbound", None, None, None, "", "", "", "")
    return replace(empty, **values)


def _of_agent(file: str, each: ShellObject) -> list[SmtpExchangeRecord]:
    return [
        _record(
            file,
            side="inbound",
            provider=agent_refusal.PROVIDER,
            remote_host=refusal.client,
            logged_verb=refusal.verb,
            reply=refusal.reply,
            mailbox=refusal.mailbox,
        )
        for refusal in agent_refusal.refusals(lambda name: each.value(name))
    ]


def _of_queue(file: str, each: ShellObject, time: ObjectTime) -> ObjectExchanges:
    said = each.value("lasterror")
    error = last_error(said)
    if not error.reply:
        return ObjectExchanges([], time, without_reply=bool(said))
    domain, delivery = each.value("nexthopdomain"), each.value("deliverytype")
    server, separator, _ = each.value("identity", "queueidentity", "queue").partition("\\")
    through = f"{domain} ({delivery})" if domain and delivery else domain or delivery
    maybe_ours = is_ours(error.reply) or is_of_store(error.reply)
    records = [
        _record(
            file,
            provider=QUEUE,
            computer=server if separator and server else each.value("pscomputername") or None,
            connector=through or None,
            remote_host=host_of(error.host) or domain,
            reply=error.reply,
            mailbox=mailbox,
            guess=MAYBE_OURS if maybe_ours else None,
        )
        for mailbox in _addresses(each.value("recipients")) or [None]
    ]
    return ObjectExchanges(records, time, _cut_lists(each, "recipients"))


def _addresses(listed: str) -> list[str | None]:
    found: dict[str | None, None] = {}
    for match in _ADDRESS.finditer(listed[: 1 << 19]):
        found[match.group()] = None
        if len(found) >= _MOST_RECIPIENTS:
            break
    return list(found)


def _cut_lists(each: ShellObject, *names: str) -> tuple[str, ...]:
    return tuple(
        f"PowerShell left out the end of a list ({name}): set $FormatEnumerationLimit = -1 and print it again"
        for name in names
        if is_cut(each.value(name))
    )


def _of_tracking(file: str, each: ShellObject, time: ObjectTime) -> ObjectExchanges:
    status = each.value("recipientstatus")
    lost = is_type_name(status)
    if not lost and _CODE.search(status) is None and _CODE.search(each.value("sourcecontext")) is None:
        # Most entries of a log are about accepted mail.
        failed = each.value("eventid").upper() in _FAILED_EVENTS
        return ObjectExchanges([], time, without_reply=failed)
    texts = {name: each.value(*names) for name, names in _COLUMNS.items()}
    recipients = each.value("recipients", "recipientaddress")
    texts["recipient-address"] = "" if is_type_name(recipients) else _list_of(recipients, _BETWEEN)
    texts["recipient-status"] = "" if lost else status_of(status)
    complete = _assume_source(texts)
    text = ",".join('"' + value.replace('"', '""') + '"' for value in texts.values())
    row = TrackingRow(text, _TRACKING, _DECODED, lambda index: index)
    records = exchanges_of(file, row)
    problems = _cut_lists(each, "recipients", "recipientstatus")
    if lost and not records:
        records = lost_replies_of(file, row)
        problems = (*problems, LOST) if records else problems
    if not complete:
        records = [replace(record, guess=_both(record.guess, _SIDE_ASSUMED)) for record in records]
    failed = texts["event-id"].upper() in _FAILED_EVENTS and not records
    return ObjectExchanges(records, time, problems, without_reply=failed)


_SIDE_ASSUMED: Final = "The export lacks the columns that show who refused (Source, EventId, ConnectorId)"


def _both(guess: str | None, more: str) -> str:
    return more if guess is None else f"{guess}; {more}"


def _assume_source(texts: dict[str, str]) -> bool:
    """Fills in what a subset of columns leaves out; returns whether the columns say who refused."""
    if texts["source"]:
        return True
    ours = _OF_OURS.search(texts["recipient-status"]) is not None
    texts["source"] = "ROUTING" if ours and "FQDN=" not in texts["recipient-status"] else "SMTP"
    if not texts["event-id"]:
        texts["event-id"] = "FAIL"
    return bool(texts["connector-id"])


def _list_of(value: str, between: re.Pattern[str]) -> str:
    """A list as PowerShell writes it (`{a, b}`), or joined by somebody with `;` between its members."""
    bare = value.strip()
    if bare.startswith("{"):
        bare = bare[1:].removesuffix("}")
    members = (member.strip(" {}").removesuffix("...").rstrip("…") for member in between.split(bare))
    return ";".join(filter(None, members))


def status_of(value: str) -> str:
    """The list of replies as in a tracking log: `;` between those of two recipients."""
    bare = value.strip()
    if bare.startswith("{") and not bare.startswith(("{LED=", "{LRT=", "{MSG=", "{FQDN=", "{IP=")):
        bare = bare[1:].removesuffix("}").rstrip()
        bare = bare.removesuffix("...").removesuffix("…").rstrip(", ")
    if is_cut(value):
        # A truncated host name is useless.
        bare = _UNFINISHED.sub("", bare)
    if len(bare) > 1 and bare[0] in "'\"" and bare[-1] == bare[0]:
        bare = bare[1:-1]
    if "{LED=" in bare:
        return _NEXT_NAMED.sub(";", bare)
    return _NEXT_REPLY.sub(";", bare).strip()


def _of_trace(file: str, each: ShellObject, time: ObjectTime) -> ObjectExchanges:
    if is_failed_summary(each):
        return ObjectExchanges([], time, without_reply=True)
    said = next((text for name in ("detail", "data", "reason") if (text := each.value(name))), "")
    error = last_error(said)
    failed = _FAILED.search(each.value("event", "status")) is not None
    if not error.reply or not (failed or "LED=" in said):
        return ObjectExchanges([], time, without_reply=failed)
    incoming = each.value("directionality").casefold().startswith("in")
    reply = error.reply
    inbound = not error.host and (incoming or _OF_OURS.search(reply) is not None)
    record = _record(
        file,
        side="inbound" if inbound else "outbound",
        provider=TRACE,
        remote_host=each.value("fromip", "originalclientip") if inbound else error.host or each.value("toip"),
        connector=each.value("connectorid") or None,
        reply=reply,
        mailbox=each.value("recipientaddress") or None,
        guess=MAYBE_OURS if is_ours(reply) and not inbound else None,
    )
    return ObjectExchanges([record], time)


def is_failed_summary(each: ShellObject) -> bool:
    """Whether it is a row of a summary report, in which some delivery failed (`address##Receive, Fail`)."""
    status = each.value("recipientstatus")
    return "##" in status and _FAILED.search(status) is not None
