"""What single keys do to the filter: a reply code typed as digits, and the term that an event stands for."""

from __future__ import annotations

import re

from smtpscope.parsing.exchange import Exchange
from smtpscope.store.filter_editing import add_term, terms

_ONLY_CODES = re.compile(r"(?:code:)?[2-5](?:\d\d|xx)(?:,[2-5](?:\d\d|xx))*", re.ASCII | re.IGNORECASE)


def with_code(filter_text: str, code: str) -> str:
    """`filter_text` with the reply code `code` instead of the reply codes that it asked for."""
    kept = [chip.text for chip in terms(filter_text) if not _ONLY_CODES.fullmatch(chip.text)]
    return add_term(" ".join(kept), "code", code)


def term_of(exchange: Exchange) -> tuple[str, str]:
    """The field and value that tell an event from its neighbours: its recipient, its sender, or its host."""
    mailbox = exchange.command.mailbox
    if mailbox is not None and exchange.command.verb in ("RCPT", "MAIL"):
        return ("rcpt" if exchange.command.verb == "RCPT" else "from"), mailbox
    return "host", exchange.remote_host.key
