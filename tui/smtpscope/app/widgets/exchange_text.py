"""One exchange as blocks of text: the command taken apart, the reply taken apart, when and where."""

from __future__ import annotations

from datetime import tzinfo

from textual.content import Content

from smtpscope.app.widgets.prose import BLANK, Block, Heading, Paragraph, labelled, text
from smtpscope.harmless import shown
from smtpscope.knowledge.advice import Match
from smtpscope.parsing.exchange import Direction, Exchange, Reply
from smtpscope.store.times import format_time

NO_HOST = "(no host)"


def what_happened(exchange: Exchange) -> str:
    """Who refused whom, in words; verbatim text in it, so not yet harmless."""
    host = exchange.remote_host.verbatim or "a host that the event does not name"
    verb = exchange.command.verb or "a command"
    if exchange.direction is Direction.OUTBOUND:
        return f"We sent {verb}; {host} refused it."
    if exchange.direction is Direction.INBOUND:
        return f"{host} sent us {verb}; our server refused it."
    return f"This event could not be taken apart: {exchange.problem}."


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


def exchange_blocks(exchange: Exchange, match: Match, zone: tzinfo) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(text(shown(what_happened(exchange)), "bold"))]
    when = format_time(exchange.time_ms, zone) if exchange.time_ms is not None else "the log gives no time"
    blocks.append(labelled("when", text(when + (" (zone assumed)" if exchange.time_assumed else ""))))
    if exchange.problem is None:
        blocks += _reply(exchange, match)
        blocks += _command(exchange)
    blocks += _where(exchange)
    return tuple(blocks)


def _reply(exchange: Exchange, match: Match) -> list[Block]:
    reply = exchange.reply
    codes = " ".join(part for part in (str(reply.code or "no code"), reply.enhanced or "") if part)
    blocks: list[Block] = [BLANK, Heading(Content.assemble("Reply ", (codes, "$text-warning")))]
    blocks.append(Paragraph(marked_reply(reply, match.evidence)))
    values = reply.values
    named = (
        ("block list", values.block_lists),
        ("address", values.addresses),
        ("mailbox", values.mailboxes),
        ("their code", values.provider_codes),
        ("link", values.urls),
    )
    blocks += [labelled(label, text(shown(", ".join(items)))) for label, items in named if items]
    if values.seconds is not None:
        blocks.append(labelled("wait", text(f"{values.seconds} seconds")))
    if values.size_limit is not None:
        blocks.append(labelled("size limit", text(f"{values.size_limit:,} bytes")))
    return blocks


def _command(exchange: Exchange) -> list[Block]:
    command = exchange.command
    blocks: list[Block] = [BLANK, Heading(text(shown(f"Command {command.verb}")))]
    blocks.append(Paragraph(text(shown(command.full.rstrip() or command.given))))
    if command.mailbox is not None:
        label = "sender" if command.verb == "MAIL" else "recipient"
        blocks.append(labelled(label, text(shown(command.mailbox or "<> (a bounce: no sender)"))))
    for keyword, value in command.parameters:
        blocks.append(labelled(shown(keyword.lower()), text(shown("yes" if value is None else value))))
    return blocks


def _where(exchange: Exchange) -> list[Block]:
    blocks: list[Block] = [BLANK, Heading(text("Event"))]
    level: str = exchange.level or "no level"
    if exchange.text_level and exchange.level and exchange.text_level != exchange.level:
        level += f" (its text says {exchange.text_level})"
    event_id = "no id" if exchange.event_id is None else str(exchange.event_id)
    blocks.append(labelled("event", text(shown(f"{event_id} {exchange.provider or ''}, {level}"))))
    if exchange.salvaged:
        blocks.append(labelled("salvaged", text("the log does not count it any more: deleted or out of date")))
    if exchange.certainty:
        blocks.append(labelled("it says", text(f"this {exchange.certainty} cause the connection to fail")))
    connection = "" if exchange.connection is None else f", connection #{exchange.connection}"
    if exchange.virtual_server is not None:
        blocks.append(labelled("server", text(f"virtual server {exchange.virtual_server}{connection}")))
    record = "" if exchange.record_id is None else f"record {exchange.record_id} in "
    blocks.append(labelled("computer", text(shown(exchange.computer or "not named"))))
    blocks.append(labelled("file", text(shown(f"{record}{exchange.file}"))))
    return blocks
