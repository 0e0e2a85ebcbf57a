"""Replies in Exchange's logs that our own transport service generated, to report a failed delivery in SMTP terms.

Microsoft's transport writes its own state as a reply (`421 4.4.2 Connection dropped due to SocketError`, `550 4.4.7
QUEUE.Expired; message expired`) to the same columns as the replies of remote hosts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

MAYBE_OURS: Final = "The reply may be our own server's comment on the delivery, not the other side's"
_OF_SENDING: Final = re.compile(r"\b(?:SMTPSEND|QUEUE)\.[A-Za-z]")
_OWN: Final = re.compile(
    r"\A441[ -]|\b(?:SMTPSEND|QUEUE|DNS)\.[A-Za-z]|primary target IP address|Attempted failover to alternate host"
    r"|last (?:endpoint attempted|attempt(?:ed)? (?:server|IP))|LastAttempted(?:ServerName|IP)|Winsock error"
    r"|Socket ?Error|Failed to connect|Unable to connect|Connection dropped|Connection timed out"
    r"|Error encountered|Error communicating with|ErrorRetry|DNS (?:query|domain)|non-?existent domain"
    r"|not RFC conformant|message expired",
    re.IGNORECASE,
)
_OF_STORE: Final = re.compile(r"\bSTOREDRV\b", re.IGNORECASE)


def is_about_sending(reply: str) -> bool:
    """Whether `reply` comes from the sending part of our server."""
    return _OF_SENDING.search(reply) is not None


@lru_cache(1_024)
def is_ours(reply: str) -> bool:
    """Whether `reply` is worded like our transport service, and not like a remote host."""
    return _OWN.search(reply) is not None


def is_of_store(reply: str) -> bool:
    """Whether `reply` is about the delivery to a mailbox database (an Exchange server may also say so by SMTP)."""
    return _OF_STORE.search(reply) is not None
