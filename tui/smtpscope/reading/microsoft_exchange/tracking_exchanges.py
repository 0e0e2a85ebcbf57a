"""Turns a row of a message tracking log into exchanges, one for each recipient and refusal.

What the columns mean (Microsoft, "Message tracking", and real rows): `client-*` is who handed over the message, or our
server if it sends; `server-*` is the destination, or our server if it receives. On rows of other components than SMTP,
`server-hostname` is the server that made the entry: ours. `connector-id` is a Send connector's name, or `SERVER\\name`
of a Receive connector. `recipient-address` of a DSN is the recipient of the report, not the refused one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from smtpscope.reading.microsoft_exchange.tracking_rows import TrackingRow
from smtpscope.reading.microsoft_exchange.tracking_status import (
    RecipientRefusal,
    StatusReply,
    refusal_in_context,
    refusals_in,
)
from smtpscope.reading.microsoft_exchange.transport_log import iso_milliseconds
from smtpscope.reading.microsoft_exchange.transport_replies import MAYBE_OURS, is_about_sending, is_ours
from smtpscope.reading.record import Side, SmtpExchangeRecord

PROVIDER: Final = "Message Tracking Log"
# A code from 400 to 599 at the beginning of a value, or before an enhanced code (RFC 3463): every refusal has one, and
# few other rows. The digits come first because they are searched for.
MAY_REFUSE: Final = re.compile(
    r"[45][0-9]{2}(?:[ \-][245]\.[0-9]|(?:(?<=[,;=\"'][45]..)|(?<=[,;=\"'] [45]..))(?=[\s\-;,\"}]|\Z))"
)
_CONTEXT_EVENTS: Final = ("FAIL", "DEFER", "DROP", "BADMAIL")
_MOST_RECIPIENTS: Final = 20_000
"""In one row; a longer list is not a list of people, and an exchange for each item would fill the memory."""
# Components that only handle outgoing mail.
_SENDING: Final = frozenset({"DNS", "QUEUE", "GATEWAY"})


def exchanges_of(file: str, row: TrackingRow) -> list[SmtpExchangeRecord]:
    """The refusals in `row`, in the order of its recipients; [] if there are none. Never raises.

    The first has the offset of the row, the others that of their recipient in it, or of their reply if the row does not
    say whose it is.
    """
    event = row.value("event-id").upper()
    status, where = row.searched("recipient-status"), "recipient-status"
    # A report is not about those who get it.
    recipients = [] if event == "DSN" else list(_pieces(row.searched("recipient-address")))
    named = recipients if len(recipients) <= _MOST_RECIPIENTS else []
    refusals, replies = refusals_in(status, len(named))
    if not replies and event.endswith(_CONTEXT_EVENTS):
        status, where = row.searched("source-context"), "source-context"
        found = refusal_in_context(status)
        numbers: list[int | None] = [*range(len(named))] or [None]
        refusals = [] if found is None else [RecipientRefusal(found, number) for number in numbers]
    if not refusals:
        return []
    return _exchanges(file, row, event, where, recipients, refusals, replies)


def lost_replies_of(file: str, row: TrackingRow) -> list[SmtpExchangeRecord]:
    """An exchange with an empty reply for each recipient of a failed `row` whose status is lost."""
    event = row.value("event-id").upper()
    if not event.endswith(_CONTEXT_EVENTS):
        return []
    recipients = list(_pieces(row.searched("recipient-address")))[:_MOST_RECIPIENTS]
    lost = StatusReply(0, "", "")
    numbers: list[int | None] = [*range(len(recipients))] or [None]
    refusals = [RecipientRefusal(lost, number) for number in numbers]
    return _exchanges(file, row, event, "recipient-status", recipients, refusals, 1)


def _exchanges(
    file: str,
    row: TrackingRow,
    event: str,
    where: str,
    recipients: list[tuple[int, str]],
    refusals: list[RecipientRefusal],
    replies: int,
) -> list[SmtpExchangeRecord]:
    source, connector = row.value("source").upper(), row.value("connector-id")
    time_ms = iso_milliseconds(row.value("date-time"))
    addresses, said = row.field("recipient-address"), row.field(where)
    known: dict[int, tuple[Side, str, str | None, str, str | None]] = {}
    unsure = None
    if recipients and refusals[0].recipient is None:
        listed = "1 reply" if replies == 1 else f"{replies} replies"
        unsure = f"The log lists {listed} for {len(recipients)} recipients, without saying which belongs to whom"
    found: list[SmtpExchangeRecord] = []
    for given, number in refusals:
        if given.begin not in known:
            side = _side(event, source, connector, given)
            reply = row.read(given.reply, quoted=said.quoted)
            host = _remote_host(side, source, row, given)
            maybe_ours = side == "outbound" and (is_ours(reply) or not (host if source == "SMTP" else given.host))
            guess = "; ".join(filter(None, (MAYBE_OURS if maybe_ours else None, unsure))) or None
            known[given.begin] = (side, host, _computer(side, source, row), reply, guess)
        side, remote_host, computer, reply, guess = known[given.begin]
        mailbox = None
        index = said.begin + given.begin
        if number is not None:
            begin, address = recipients[number]
            index, mailbox = addresses.begin + begin, row.read(address, quoted=addresses.quoted)
        found.append(
            SmtpExchangeRecord(
                file=file,
                offset=row.offset(index if found else 0),
                time_ms=time_ms,
                time_assumed=False,
                side=side,
                provider=PROVIDER,
                computer=computer,
                connector=connector or None,
                remote_host=remote_host,
                logged_verb="",
                command="",
                reply=reply,
                mailbox=mailbox,
                guess=guess,
            )
        )
    return found


def _pieces(addresses: str) -> Iterator[tuple[int, str]]:
    """Each recipient with its index in `addresses`."""
    position = 0
    for piece in addresses.split(";"):
        if piece.strip():
            yield position, piece.strip()
        position += len(piece) + 1


def _side(event: str, source: str, connector: str, given: StatusReply) -> Side:
    """Which side refused: the host that we sent to ("outbound"), or our own server ("inbound").

    By SMTP our server sends, unless the row names a Receive connector: then an agent rejected a client. Of the other
    components, those for outgoing mail (DNS, QUEUE) and those that name the answering host say what kept the message
    from leaving. The rest - agents and transport rules, the categorizer (ROUTING) that finds no such recipient, the
    mailbox store (STOREDRIVER) - is our own server refusing a message.
    """
    if event == "SEND":
        return "outbound"
    if source == "SMTP":
        return "inbound" if "\\" in connector or event == "RECEIVE" else "outbound"
    if source in _SENDING:
        return "outbound"
    if source in ("AGENT", "STOREDRIVER"):
        return "inbound"
    return "outbound" if given.host or is_about_sending(given.reply) else "inbound"


def _remote_host(side: Side, source: str, row: TrackingRow, given: StatusReply) -> str:
    """The other side: the destination of mail that we sent, the client for mail that we received.

    By SMTP, the client's IP address comes before its name: that is what it calls itself, or, in rows of agents, our
    server. In rows of other components, `client-*` is our server, and only `original-client-ip` is another host.
    """
    if side == "outbound":
        return given.host or (_destination(row) if source == "SMTP" else "")
    if source != "SMTP":
        return row.value("original-client-ip")
    name = "" if "\\" in row.value("connector-id") else row.value("client-hostname")
    return row.value("client-ip") or name or row.value("original-client-ip")


def _destination(row: TrackingRow) -> str:
    """The host that an SMTP row names as the destination, "" if it names only the server that wrote it."""
    name, address, client = row.value("server-hostname"), row.value("server-ip"), row.value("client-hostname")
    return (name or address) if address or (client and client != name) else ""


def _computer(side: Side, source: str, row: TrackingRow) -> str | None:
    """Our server, None if the row does not name it."""
    server, separator, _ = row.value("connector-id").partition("\\")
    if side == "inbound" and separator:
        return server or None
    if side == "inbound" and source == "SMTP":
        return row.value("server-hostname") or None
    ours = side == "inbound" or source != "SMTP" or not _destination(row)
    return (row.value("server-hostname") if ours else "") or row.value("client-hostname") or None
