"""The columns that the parts of a set have beyond those of `smtpscope.exchange/1`: what a filter compares.

A filter compares texts as they are shown, without case (`search_texts.folded`). For printable ASCII that is `lower` of
SQL, so these columns hold a text only where it is another one, and are null in nearly all rows.
"""

from __future__ import annotations

from typing import Final

from smtpscope.parsing.smtp_exchange import Command, RemoteHost, Reply
from smtpscope.store.search_texts import command_line, folded, host_text, reply_text
from smtpscope.store.vocabularies import folded_mailbox

KEYS: Final = {
    "code": "code",
    "host": "remote_host_key",
    "cause": "category",
    "recipient": "recipient_key",
    "server": "server",
    "connector": "connector_name",
}
"""The expression over the rows of a set for the key of each dimension."""

HOST_COLUMNS: Final = ("host_search", "host_exact")
COMMAND_COLUMNS: Final = ("command_search", "command_exact", "verb_search", "mailbox_key", "mailbox_search")
REPLY_COLUMNS: Final = ("reply_search", "reply_exact", "reply_text_exact")
CAUSE_COLUMNS: Final = ("entry", "confidence")
ROW_COLUMNS: Final = ("row_in_log", "again")

HOST_JOINT: Final = folded("\n")
"""What stands between a host's spelling and its key in the text that is searched."""


def host_cells(host: RemoteHost) -> tuple[str | None, ...]:
    """The values of `HOST_COLUMNS`."""
    plain = f"{host.verbatim}{HOST_JOINT}{host.key}"
    return _unless_lower(plain, folded(host_text(host))), _exact(host.verbatim)


def command_cells(command: Command) -> tuple[str | None, ...]:
    """The values of `COMMAND_COLUMNS`; the mailbox is that of MAIL or RCPT, whichever the command is."""
    line = command_line(command)
    key = search = None
    mailbox = command.recipient if command.sender is None else command.sender
    if mailbox is not None:
        key = folded_mailbox(mailbox)
        search = _unless_lower(key, folded(key))
    return (
        _unless_lower(line, folded(line)),
        _exact(line),
        _unless_lower(command.verb, folded(command.verb)),
        None if key == mailbox else key,
        search,
    )


def reply_cells(reply: Reply) -> tuple[str | None, ...]:
    """The values of `REPLY_COLUMNS`."""
    return _unless_lower(reply.verbatim, folded(reply_text(reply))), _exact(reply.verbatim), _exact(reply.text)


def _exact(text: str) -> str | None:
    """What `text` is compared with as a whole, None where that is `trim(lower(text))` of SQL."""
    whole = folded(text.strip())
    return None if text.isascii() and text.lower().strip(" ") == whole else whole


def _unless_lower(text: str, searched: str) -> str | None:
    return None if text.isascii() and text.lower() == searched else searched
