"""What makes an incident: all exchanges with the same key belong to one."""

from __future__ import annotations

from dataclasses import dataclass

from smtpscope.parsing.smtp_exchange import Direction


@dataclass(frozen=True, slots=True)
class IncidentKey:
    """`host_key` is the folded remote host ("" where the event names none), `category` the cause."""

    direction: Direction
    host_key: str
    code: int | None
    category: str
