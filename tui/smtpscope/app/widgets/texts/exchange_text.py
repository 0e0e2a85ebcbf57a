"""One exchange as blocks of text: the parts of command and reply, time and place."""

from __future__ import annotations

from datetime import tzinfo

from textual.content import Content

from smtpscope.app.widgets.prose.prose_blocks import BLANK, Heading, ProseBlock, ProseParagraph, labelled, text
from smtpscope.harmless import shown
from smtpscope.knowledge.advice import Match
from smtpscope.parsing.events.message_wording import is_protocol_event
from smtpscope.parsing.smtp_exchange import Direction, Reply, SmtpExchange
from smtpscope.store.grouping.dimensions import NO_HOST as NO_HOST
from smtpscope.store.times import format_time


def what_happened(exchange: SmtpExchange) -> str:
    """Who refused whom, in words; verbatim text in it, so not yet harmless."""
    if exchange.problem is not None:
        return f"This event could not be parsed: {exchange.problem}."
    teller = "event" if _is_event(exchange) else "log"
    host = exchange.remote_host.verbatim or f"a host the {teller} does not name"
    outbound = exchange.direction is Direction.OUTBOUND
    if exchange.reply.code is None and not exchange.command.verb:
        # Events on connections, logins and reports: only the event's own text says what went wrong.
        what = "Outbound mail failed" if outbound else "Our server rejected a client"
        whom = f": {exchange.remote_host.verbatim}" if exchange.remote_host.verbatim else ""
        return f"{what}{whom}."
    verb = exchange.command.verb
    if not verb:
        # A greeting, or a log with replies but no commands.
        if outbound:
            return f"{host} refused us."
        return f"Our server refused {host}." if exchange.direction is Direction.INBOUND else "A connection was refused."
    if outbound:
        return f"We sent {verb}; {host} refused it."
    if exchange.direction is Direction.INBOUND:
        return f"{host} sent us {verb}; our server refused it."
    return f"{verb} was refused; the log does not say by whom."


def marked_reply(reply: Reply, evidence: tuple[tuple[int, int], ...]) -> Content:
    """The verbatim reply with the deciding words underlined."""
    parts: list[Content | tuple[str, str]] = []
    position = 0
    for start, end in evidence:
        if not position <= start < end <= len(reply.verbatim):
            continue
        parts.append(text(shown(reply.verbatim[position:start])))
        parts.append((shown(reply.verbatim[start:end]), "bold underline"))
        position = end
    parts.append(text(shown(reply.verbatim[position:].rstrip())))
    return Content.assemble(*parts)


def exchange_blocks(exchange: SmtpExchange, match: Match, zone: tzinfo) -> tuple[ProseBlock, ...]:
    blocks: list[ProseBlock] = [ProseParagraph(text(shown(what_happened(exchange)), "bold"))]
    when = format_time(exchange.time_ms, zone) if exchange.time_ms is not None else "no time in the log"
    blocks.append(labelled("when", text(when + (" (zone assumed)" if exchange.time_assumed else ""))))
    if exchange.problem is None:
        blocks += _reply(exchange, match)
        blocks += _command(exchange)
    blocks += _where(exchange)
    return tuple(blocks)


def _reply(exchange: SmtpExchange, match: Match) -> list[ProseBlock]:
    reply = exchange.reply
    if reply.code is None and reply.verbatim and not is_protocol_event(exchange):
        heading = Content.assemble("No reply; the log says ", (reply.enhanced or "", "$text-warning"))
        return [BLANK, Heading(heading), ProseParagraph(marked_reply(reply, match.evidence)), *_named(reply)]
    codes = " ".join(part for part in (str(reply.code or "no code"), reply.enhanced or "") if part)
    blocks: list[ProseBlock] = [BLANK, Heading(Content.assemble("Reply ", (codes, "$text-warning")))]
    blocks.append(ProseParagraph(marked_reply(reply, match.evidence)))
    return blocks + _named(reply)


def _named(reply: Reply) -> list[ProseBlock]:
    """The values named in the reply."""
    values = reply.values
    named = (
        ("block list", values.block_lists),
        ("IP address", values.addresses),
        ("mailbox", values.mailboxes),
        ("provider code", values.provider_codes),
        ("link", values.urls),
    )
    # One line each, so that each can be copied or opened by itself.
    blocks: list[ProseBlock] = [
        labelled("" if number else label, text(shown(item)))
        for label, items in named
        for number, item in enumerate(items)
    ]
    if values.seconds is not None:
        blocks.append(labelled("wait", text(f"{values.seconds} seconds")))
    if values.size_limit is not None:
        blocks.append(labelled("size limit", text(f"{values.size_limit:,} bytes")))
    return blocks


def _command(exchange: SmtpExchange) -> list[ProseBlock]:
    command = exchange.command
    written = command.full.rstrip() or command.logged_verb
    if written:
        blocks: list[ProseBlock] = [BLANK, Heading(text(shown(f"Command {command.verb}".rstrip())))]
        blocks.append(ProseParagraph(text(shown(written))))
    else:
        blocks = [BLANK, Heading(text("No command in this log"))]
    if command.mailbox is not None:
        label = "sender" if command.sender is not None else "recipient"
        blocks.append(labelled(label, text(shown(command.mailbox or "<> (a bounce: no sender)"))))
    for keyword, value in command.parameters:
        blocks.append(labelled(shown(keyword.lower()), text(shown("yes" if value is None else value))))
    return blocks


def _where(exchange: SmtpExchange) -> list[ProseBlock]:
    blocks = [BLANK, *_source(exchange)]
    if exchange.guess is not None:
        blocks.append(labelled("note", text(shown(exchange.guess))))
    if exchange.salvaged:
        blocks.append(labelled("salvaged", text("deleted or stale record that the log no longer counts")))
    if exchange.certainty:
        blocks.append(labelled("effect", text(f"{exchange.certainty} cause the connection to fail, the event says")))
    connection = "" if exchange.connection is None else f", connection #{exchange.connection}"
    if exchange.virtual_server is not None:
        blocks.append(labelled("server", text(f"virtual server {exchange.virtual_server}{connection}")))
    if exchange.connector:
        blocks.append(labelled("connector", text(shown(exchange.connector))))
    record = "" if exchange.record_id is None else f"record {exchange.record_id} in "
    blocks.append(labelled("computer", text(shown(exchange.computer or "not named"))))
    blocks.append(labelled("file", text(shown(f"{record}{exchange.file}"))))
    return blocks


def _is_event(exchange: SmtpExchange) -> bool:
    return exchange.event_id is not None or exchange.level is not None or is_protocol_event(exchange)


def _source(exchange: SmtpExchange) -> list[ProseBlock]:
    """The source: an event, or a log of the SMTP service itself, whose lines have neither id nor level."""
    if not _is_event(exchange):
        return [Heading(text("Log")), labelled("written by", text(shown(exchange.provider or "not named")))]
    level: str = exchange.level or "no level"
    if exchange.text_level and exchange.level and exchange.text_level != exchange.level:
        level += f" (its text says {exchange.text_level})"
    event_id = "no id" if exchange.event_id is None else str(exchange.event_id)
    return [
        Heading(text("Event")),
        labelled("event", text(shown(f"{event_id} {exchange.provider or ''}, {level}"))),
    ]
