"""A group of events that share the value of one field."""

from __future__ import annotations

from msgspec import Struct

from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.activity import State


class Group(Struct, frozen=True):
    """The facts of one group. Texts are verbatim.

    `label` is what it is grouped by, as written in the log ("" for no host, no mailbox, no computer, no reply code).
    `code`, `host_key` (with `host`, its most frequent spelling), `recipient` and `server` are set where all rows agree;
    `codes`, `hosts` say how many distinct ones there are, so `codes == 1 and code is None` means: no reply code.
    `category` is the most frequent of `categories` causes, `who_acts` the most frequent answer of all in `acting`.
    `direction` is None where both occur. `recipients` counts distinct mailboxes of RCPT. `state` is relative to the end
    of the whole log (see `activity.py`), as is `quiet_ms`; None without times.
    """

    level: int
    index: int
    label: str
    count: int
    first_ms: int | None
    last_ms: int | None
    state: State | None
    quiet_ms: int | None
    code: int | None
    codes: int
    host_key: str | None
    host: str | None
    hosts: int
    category: str
    categories: int
    who_acts: WhoActs
    acting: tuple[WhoActs, ...]
    direction: Direction | None
    recipient: str | None
    recipients: int
    server: str | None
