"""The facts of one group in the table."""

from __future__ import annotations

from msgspec import Struct

from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.activity import State


class Group(Struct, frozen=True):
    """The facts of one group. Texts are verbatim.

    `label` is the grouping value as logged ("" for no host, mailbox, computer or reply code). `code`, `host_key` (with
    `host`, its most frequent spelling), `recipient` and `server` are set if all rows agree; `codes` and `hosts` count
    distinct values, so `codes == 1 and code is None` means that there is no reply code. `category` is the most frequent
    of `categories` causes, `who_acts` the most frequent of `acting` answers. `direction` is None if both occur.
    `recipients` counts distinct mailboxes in RCPT. `state` and `quiet_ms` are relative to the end of the whole log (see
    `activity.py`), None without times.
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
