"""An exchange under the names of the Elastic Common Schema, with everything needed to restore it under `smtpscope.*`.

Names have dots, as ECS loggers write them: Elasticsearch splits them. Fields without a value are omitted. Envelope
sender and recipient are in `email.*`, where Elastic's own integrations for message traces put them. Source: Elastic
Common Schema reference 8.17 (event, network, source, destination, email, error, log fields).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from smtpscope.export.conversion.convert_columns import DiagnosedExchange, Part, own_numbers
from smtpscope.export.formats.json_text import JsonValue
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.reading.converted.exchange_schema import ECS_PREFIX

CONSTANT: Final[dict[str, JsonValue]] = {
    "ecs.version": "8.17.0",
    "event.kind": "event",
    "event.category": ["network"],
    "event.type": ["protocol", "denied"],
    "event.dataset": "smtpscope.exchange",
    "event.module": "smtpscope",
    "network.protocol": "smtp",
}
"""The fields common to all documents."""


def ecs_own(exchange: SmtpExchange) -> str:
    """The JSON members that differ for nearly every exchange."""
    time, time_ms, place, record_id, connection = own_numbers(exchange)
    members = f'"{ECS_PREFIX}origin_place":{place}'
    if time_ms is not None:
        members += f',"{ECS_PREFIX}time_ms":{time_ms}'
    if time is not None:
        members += f',"@timestamp":"{time}"'
    if record_id is not None:
        members += f',"event.sequence":{record_id},"{ECS_PREFIX}record_id":{record_id}'
    if connection is not None:
        members += f',"{ECS_PREFIX}connection":{connection}'
    return members


def ecs_part(part: Part, row: DiagnosedExchange) -> dict[str, JsonValue]:
    """The members of one part of an exchange."""
    own: dict[str, JsonValue] = {
        ECS_PREFIX + column.name: cell for column, cell in zip(part.columns, part.cells(row), strict=True)
    }
    common = _COMMON.get(part.name)
    return _without_none(own if common is None else common(row.exchange) | own)


def _context(exchange: SmtpExchange) -> dict[str, JsonValue]:
    return {
        "event.code": None if exchange.event_id is None else str(exchange.event_id),
        "event.provider": exchange.provider,
        "host.name": exchange.computer,
        "log.file.path": exchange.file,
        "log.level": exchange.level,
        "network.direction": exchange.direction.value,
    }


def _host(exchange: SmtpExchange) -> dict[str, JsonValue]:
    host = exchange.remote_host
    if not host.key:
        return {}
    side = "source" if exchange.direction is Direction.INBOUND else "destination"
    return {
        f"{side}.address": host.verbatim,
        f"{side}.ip" if host.address else f"{side}.domain": host.key,
        "related.ip" if host.address else "related.hosts": [host.key],
    }


def _command(exchange: SmtpExchange) -> dict[str, JsonValue]:
    command = exchange.command
    return {
        "email.from.address": [command.sender] if command.sender else None,
        "email.to.address": [command.recipient] if command.recipient else None,
    }


def _reply(exchange: SmtpExchange) -> dict[str, JsonValue]:
    reply = exchange.reply
    refused = reply.code is not None and reply.code >= 400
    return {
        "message": reply.verbatim,
        "event.outcome": "failure" if refused else "unknown",
        "error.code": None if reply.code is None else str(reply.code),
        "error.message": reply.text or None,
    }


_COMMON: Final[dict[str, Callable[[SmtpExchange], dict[str, JsonValue]]]] = {
    "context": _context,
    "host": _host,
    "command": _command,
    "reply": _reply,
}


def _without_none(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: value for name, value in values.items() if value is not None}
