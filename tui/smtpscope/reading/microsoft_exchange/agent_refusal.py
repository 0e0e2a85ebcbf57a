"""The refusals in an entry of Exchange's anti-spam agents, one for each recipient.

The agent log and `Get-AgentLog` have the same values (Microsoft, "Anti-spam agent logging"): an agent acts at an event
of the SMTP session, and if it refuses, SmtpResponse has the reply that the client got.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from smtpscope.reading.microsoft_exchange.transport_log import host_of

PROVIDER: Final = "Agent Log"
_REFUSAL: Final = re.compile(r"[45][0-9]{2}(?:[ \-]|\Z)")
_VERBS: Final = {
    "onehlocommand": "EHLO",
    "onhelocommand": "HELO",
    "onauthcommand": "AUTH",
    "onmailcommand": "MAIL",
    "onrcptcommand": "RCPT",
    "onrcpttocommand": "RCPT",
    "ondatacommand": "DATA",
    "onendofheaders": "DATA",
    "onendofdata": "DATA",
}
_RECIPIENTS: Final = re.compile(r"[;,{}\s]+")
_MOST_RECIPIENTS: Final = 5_000


class AgentRefusal(NamedTuple):
    """`client` is the IP address, `verb` the refused command ("" if the event does not belong to a command).

    `mailbox` is one recipient, None if none is named.
    """

    client: str
    verb: str
    reply: str
    mailbox: str | None


def refusals(value: Callable[[str], str]) -> Iterator[AgentRefusal]:
    """The refusals of one entry; `value` returns the value of a name (in lower case), "" if the entry has none."""
    reply = value("smtpresponse").strip()
    if _REFUSAL.match(reply) is None:
        return
    client = host_of(value("remoteendpoint").strip()) or value("ipaddress").strip()
    verb = _VERBS.get(value("event").strip().lower(), "")
    listed = _RECIPIENTS.split((value("recipient") or value("recipients"))[: 1 << 19], _MOST_RECIPIENTS)
    recipients = [each for each in listed if each and each.strip(".…")]
    for mailbox in recipients or [None]:
        yield AgentRefusal(client or value("enteredorgfromip").strip(), verb, reply, mailbox)
